"""``python -m benchmarks.served FOLDER COUNT``: the peer whose log is followed, in its own process.

So that the CPU of whoever follows is counted alone. It publishes as a city does, says ``ready``,
and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from benchmarks.corpus import BASE, documents
from benchmarks.place import PEER_KEYS, homestead
from node.service.append import open_logs
from node.service.publish import publish_many
from node.web.app import make_app
from peers.keychange import recovery_hash

__all__ = ["serving"]

_PORT = int(BASE.rpartition(":")[2])
_BATCH = 250


@contextmanager
def serving(folder: Path, count: int) -> Iterator[tuple[str, int]]:
    """Run the peer while the block lasts; gives its address and its process's number."""
    command = [sys.executable, "-m", "benchmarks.served", str(folder), str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        try:
            if peer.stdout.readline().strip() != b"ready":
                raise RuntimeError(f"the peer did not start; is port {_PORT} free?")
            yield BASE, peer.pid
        finally:
            peer.stdin.close()


async def _serve(folder: Path, count: int) -> None:
    async with homestead(folder, _PORT, keys=PEER_KEYS, role="city") as home:
        await open_logs(home, recovery_hash(PEER_KEYS.http.public))
        city = {"type": "City", "name": {"es": "Villa Medida"}, "country": "AR"}
        await publish_many(home, [city])
        made = documents(count)
        for start in range(0, count, _BATCH):
            await publish_many(home, made[start : start + _BATCH])
        runner = web.AppRunner(make_app(home), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", _PORT).start()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
