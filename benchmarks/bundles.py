"""Parts of a log served over HTTP, beside nginx with the same bytes in files.

Only the server's own CPU counts, as the system says it; whoever asks is another process.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.corpus import BASE
from benchmarks.measure import Row
from benchmarks.place import free_port
from benchmarks.served import serving
from peers.tiles import WIDTH

__all__ = ["run"]

_TIMES = 1600
_ENOUGH = 0.4
"""Seconds of the server's CPU over which it is measured."""
_CONNECTIONS = 16
_PATHS = {
    "a bundle of 256 leaves": ("/log/public/tile/entries/000", "≥ 0.45×"),
    "a tile of 256 hashes": ("/log/public/tile/0/000", ""),
    "256 records": ("/log/public/records/000", "≥ 0.45×"),
    "small JSON (did.json)": ("/.well-known/did.json", "≥ 0.35×"),
}
_KEPT = "a bundle of 256 leaves"
_NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""
_STATIC = "server {{ listen 127.0.0.1:{port}; root {folder}/files; }}"
_SAMPLE = Path(__file__).parents[1] / "deploy" / "nginx.conf"


def run(count: int) -> Iterator[Row]:
    """Serve a log of at least one full bundle."""
    if not Path("/proc/self/stat").exists():
        yield Row(what="serve bundles", ours=0, unit="/s", note="left out: no /proc here")
        return
    with (
        tempfile.TemporaryDirectory() as made,
        serving(Path(made, "peer"), max(count, WIDTH)) as (
            _,
            process,
        ),
    ):
        port = int(BASE.rpartition(":")[2])
        bodies = {path: asyncio.run(_body(port, path)) for path, _ in _PATHS.values()}
        ours = {path: _served(port, path, process) for path in bodies}
        theirs, kept, reason = _beside(Path(made), bodies)
    for what, (path, goal) in _PATHS.items():
        yield Row(
            what=f"serve {what}",
            ours=ours[path],
            unit="/s",
            beside="nginx",
            theirs=theirs.get(path),
            goal=goal,
            note=reason or f"of the server's CPU; {len(bodies[path]):,} bytes as sent",
        )
    if kept:
        path, goal = _PATHS[_KEPT]
        yield Row(
            what=f"serve {_KEPT}, behind deploy/nginx.conf",
            ours=kept,
            unit="/s",
            beside="nginx",
            theirs=theirs[path],
            goal=goal,
            note="of the proxy's CPU, which keeps what never changes",
        )


def _beside(folder: Path, bodies: dict[str, bytes]) -> tuple[dict[str, float], float, str]:
    """What nginx serves of the same bytes, and as our proxy; or nothing, and why."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        return {}, 0.0, "nginx was left out: it is not installed"
    for path, body in bodies.items():
        file = Path(folder, "files", path[1:])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    with _nginx(program, folder, _STATIC) as (port, process):
        static = {path: _served(port, path, process) for path in bodies}
    with _nginx(program, folder, _proxy()) as (port, process):
        return static, _served(port, _PATHS[_KEPT][0], process), ""


def _proxy() -> str:
    """The sample settings of a proxy, without TLS, in front of the peer."""
    text = _SAMPLE.read_text("utf-8").replace("{", "{{").replace("}", "}}")
    for written, here in (
        ("443 ssl", "127.0.0.1:{port}"),
        ("/var/cache/nginx/intercity", "{folder}/kept"),
        ("http://127.0.0.1:8400", BASE.replace("localhost", "127.0.0.1")),
    ):
        assert written in text, f"{_SAMPLE} has no {written}"
        text = text.replace(written, here)
    return text


@contextmanager
def _nginx(program: str, folder: Path, server: str) -> Iterator[tuple[int, int]]:
    """nginx in one process, with nothing of the system's settings: its port and its number."""
    port, settings = free_port(), folder / "nginx.conf"
    server = server.format(folder=folder, port=port)
    settings.write_text(_NGINX.format(folder=folder, server=server), "utf-8")
    command = [program, "-p", str(folder), "-c", str(settings), "-e", str(folder / "error.log")]
    with subprocess.Popen(command) as process:
        try:
            for _ in range(100):
                try:
                    asyncio.run(_body(port, next(iter(_PATHS.values()))[0]))
                    break
                except ConnectionError:
                    time.sleep(0.05)
            yield port, process.pid
        finally:
            process.terminate()


def _served(port: int, path: str, process: int) -> float:
    """Answers a second of a server's CPU."""
    asyncio.run(_many(port, path, _TIMES // 10))
    before, times = _cpu(process), 0
    # The system counts in hundredths of a second: until there are enough of them.
    while (spent := _cpu(process) - before) < _ENOUGH:
        asyncio.run(_many(port, path, _TIMES))
        times += _TIMES
    return times / spent


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _body(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    try:
        return await _ask(reader, writer, path)
    finally:
        writer.close()


async def _many(port: int, path: str, times: int) -> None:
    """Ask again and again on some connections that are kept."""

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
        for _ in range(times // _CONNECTIONS):
            await _ask(reader, writer, path)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(_CONNECTIONS)))


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> bytes:
    """The body of an answer, in the coding that it came in."""
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: zstd\r\n\r\n".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200"), head
    if b"transfer-encoding: chunked" not in head:
        return await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body
