"""What a peer answers: taken where it is the log, refused in good time where it is not."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peers.client import Fetcher, LogReader
from peers.errors import PeerError
from peers.limits import Limits
from peers.log import read_entries
from peers.merkle import Frontier
from peers.sync import drive, pull_bodies, pull_entries
from tests.hostile.watch import little_memory, watching
from tests.simulator import Town

LIMITS = Limits(seconds=0.4)
Lie = Callable[[str, bytes | None], Iterator[bytes]]
"""From a path and what an honest town has there: the bytes of an HTTP answer, in pieces."""


def town() -> Town:
    made = Town("lira.example/log/public")
    made.publish_many(5)
    return made


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", *headers, "Connection: close"]
    if not any(one.startswith(("Content-Length", "Transfer-Encoding")) for one in headers):
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


def honest(_path: str, body: bytes | None) -> Iterator[bytes]:
    yield answer(b"", status="404 Not Found") if body is None else answer(body)


def says(*pieces: bytes) -> Lie:
    return lambda _path, _body: iter(pieces)


def packed(coding: str, pack: Callable[[bytes], bytes]) -> Lie:
    return lambda _, body: iter([answer(pack(body or b""), f"Content-Encoding: {coding}")])


def for_ever(start: bytes, piece: bytes) -> Lie:
    def lie(_path: str, _body: bytes | None) -> Iterator[bytes]:
        yield start
        while True:
            yield piece

    return lie


def changed(change: Callable[[bytes], bytes]) -> Lie:
    return lambda _, body: iter([answer(change(body or b""))])


CHUNKED = answer(b"", "Transfer-Encoding: chunked")
LIES: dict[str, Lie] = {
    # Redirects: none is followed, wherever it leads
    **{
        f"{status} to {place}": says(answer(b"", f"Location: {place}", status=f"{status} Moved"))
        for status in (301, 302, 303, 307, 308, 300, 305)
        for place in ("http://169.254.169.254/", "http://127.0.0.1:1/", "//[::1]:1/", "file:///x")
    },
    "a refresh": says(answer(b"", "Refresh: 0; url=http://127.0.0.1:1/", status="200 OK")),
    "another service": says(answer(b"", 'Alt-Svc: h2="127.0.0.1:1"')),
    "a link": says(answer(b"", "Link: <http://127.0.0.1:1/>; rel=preload")),
    # Types and words
    "HTML": says(answer(b"<!doctype html><title>Welcome</title>", "Content-Type: text/html")),
    "JSON": says(answer(b"{}", "Content-Type: application/json")),
    "an error in 200": says(answer(b'{"error":"x"}')),
    "nothing": says(answer(b"")),
    "204": says(answer(b"", status="204 No Content")),
    "206": says(answer(b"lira", "Content-Range: bytes 0-3/9", status="206 Partial Content")),
    "304 to who asked for nothing": says(answer(b"", status="304 Not Modified")),
    "401": says(answer(b"", "WWW-Authenticate: Basic", status="401 Unauthorized")),
    "407": says(answer(b"", "Proxy-Authenticate: Basic", status="407 Proxy")),
    "500": says(answer(b"x", status="500 Broken")),
    "999": says(answer(b"x", status="999 What")),
    "100 for ever": for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "101": says(answer(b"", "Upgrade: websocket", "Connection: upgrade", status="101 Switch")),
    # No HTTP
    "no words": says(b""),
    "noise": says(b"\x00\xff" * 1_000),
    "TLS": says(b"\x15\x03\x01\x00\x02\x02\x28"),
    "HTTP/0.9": says(b"lira.example/log/public\n"),
    "HTTP/2": says(b"HTTP/2 200\r\n\r\n"),
    "a status of letters": says(b"HTTP/1.1 abc\r\n\r\n"),
    "a header for ever": for_ever(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 65_536),
    "headers for ever": for_ever(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 4_096),
    "a header of NUL": says(b"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n"),
    "two lengths": says(answer(b"x", "Content-Length: 1", "Content-Length: 2")),
    "length and chunks": says(
        answer(b"0\r\n\r\n", "Content-Length: 1", "Transfer-Encoding: chunked")
    ),
    "a length of minus one": says(answer(b"x", "Content-Length: -1")),
    "a length beyond all": says(answer(b"x", "Content-Length: 99999999999999999999999")),
    "chunks of no size": says(CHUNKED, b"zz\r\n"),
    "chunks beyond all": says(CHUNKED, b"ffffffffffffffff\r\nx"),
    "a chunk's extension for ever": for_ever(CHUNKED + b"1;", b"a" * 65_536),
    "trailers for ever": for_ever(CHUNKED + b"0\r\n", b"X: y\r\n" * 4_096),
    # Bodies
    "a body for ever": for_ever(answer(b"", "X: y", "Content-Length: 999999999999"), b"x" * 65_536),
    "chunks for ever": for_ever(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "a body until the end": for_ever(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536),
    "half a body": lambda _, body: iter([answer(body or b"")[: -len(body or b"xx") // 2]]),
    "a bomb of gzip": packed("gzip", lambda _: gzip.compress(bytes(80_000_000), mtime=0)),
    "a bomb of zstd": packed("zstd", lambda _: zstandard.compress(bytes(80_000_000))),
    "gzip that is none": packed("gzip", lambda body: body),
    "zstd that is none": packed("zstd", lambda body: body),
    "half of gzip": packed("gzip", lambda body: gzip.compress(body)[:-5]),
    "gzip and more": packed("gzip", lambda body: gzip.compress(body) + b"more"),
    "packed twice": packed("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "a coding not asked for": packed("br", lambda body: body),
    "deflate": packed("deflate", lambda body: body),
    "a line more": changed(lambda body: body + b"\n"),
    "a BOM before": changed(lambda body: b"\xef\xbb\xbf" + body),
    "a byte less": changed(lambda body: body[:-1]),
    "twice": changed(lambda body: body * 2),
    "noughts": changed(lambda body: bytes(len(body))),
    "CR LF": changed(lambda body: body.replace(b"\n", b"\r\n")),
}


@asynccontextmanager
async def answering(held: Town, lie: Lie, *, only: str = "") -> AsyncIterator[int]:
    """A server of a town's log that lies wherever a path begins with ``only``; gives its port."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await reader.readuntil(b"\r\n\r\n")
            path = asked.split(b" ")[1].decode().removeprefix("/log/public/")
            said = (lie if path.startswith(only) else honest)(path, held.answer(path))
            for piece in said:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def followed(held: Town, port: int, fetcher: Fetcher) -> list[bytes]:
    """The records of a town's log, fetched over loopback and verified."""
    reader = LogReader(fetcher, f"http://127.0.0.1:{port}/log/public")
    batch = await drive(pull_entries(Frontier(), held.verifier, LIMITS), reader)
    assert batch is not None
    entries = read_entries(batch)
    bodies = await drive(pull_bodies(held.log, 0, entries, LIMITS), reader)
    return [one.record for one in bodies if one is not None]


@pytest.mark.parametrize("name", LIES)
async def test_an_answer_that_is_no_log_is_refused_in_good_time(name: str) -> None:
    held = town()
    async with (
        asyncio.timeout(3),
        answering(held, LIES[name], only="checkpoint") as port,
        Fetcher(LIMITS, allow_loopback=True) as fetcher,
    ):
        # The server of the lie runs in this process, and its work is counted as well.
        with watching(port, cpu=1.0), pytest.raises(PeerError):
            await followed(held, port, fetcher)


@pytest.mark.parametrize("name", ["a bomb of gzip", "a bomb of zstd", "a body for ever"])
@pytest.mark.parametrize("only", ["checkpoint", "tile/entries/", "records/"])
async def test_an_endless_answer_takes_little_memory(name: str, only: str) -> None:
    held = town()
    lie = LIES[name]
    if "bomb" in name:
        [piece] = lie("", b"")
        lie = says(piece)
    async with (
        answering(held, lie, only=only) as port,
        Fetcher(LIMITS, allow_loopback=True) as fetcher,
    ):
        with little_memory(), pytest.raises(PeerError):
            await followed(held, port, fetcher)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(only=st.sampled_from(["checkpoint", "tile/entries/", "records/"]), share=st.floats(0, 0.999))
async def test_half_an_answer_is_none_wherever_it_ends(only: str, share: float) -> None:
    held = town()

    def cut(_path: str, body: bytes | None) -> Iterator[bytes]:
        assert body is not None
        whole = answer(body)
        yield whole[: int(len(whole) * share)]

    def shorter(_path: str, body: bytes | None) -> Iterator[bytes]:
        assert body is not None
        yield answer(body[: int(len(body) * share)])

    for lie in (cut, shorter):
        async with (
            answering(held, lie, only=only) as port,
            Fetcher(LIMITS, allow_loopback=True) as fetcher,
        ):
            with watching(port), pytest.raises(PeerError):
                await followed(held, port, fetcher)


async def test_a_slow_peer_ends_with_its_time_and_delays_no_other() -> None:
    slow, quick = town(), town()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with answering(quick, honest) as near, Fetcher(LIMITS, allow_loopback=True) as fetcher:
        loop = asyncio.get_running_loop()
        started = loop.time()
        waiting = [
            asyncio.create_task(followed(slow, port, fetcher), name=f"slow {number}")
            for number in range(30)
        ]
        await asyncio.sleep(0.05)
        assert len(await followed(quick, near, fetcher)) == 5
        assert loop.time() - started < 0.35
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(one, PeerError) for one in results)
        assert loop.time() - started < 3
    server.close()


@pytest.mark.parametrize(
    "lie",
    [
        honest,
        packed("gzip", gzip.compress),
        packed("zstd", zstandard.compress),
        packed("identity", bytes),
    ],
    ids=["plain", "gzip", "zstd", "identity"],
)
async def test_an_honest_answer_is_taken(lie: Lie) -> None:
    held = town()
    async with answering(held, lie) as port, Fetcher(LIMITS, allow_loopback=True) as fetcher:
        with watching(port):
            assert len(await followed(held, port, fetcher)) == 5
