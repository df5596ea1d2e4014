"""Pages over HTTP on this machine, and how soon the program is there."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from aiohttp import web

from benchmarks.corpus import documents
from benchmarks.measure import Row, quantile
from benchmarks.place import free_port, homestead, leaves_and_bodies, take_in
from node.service.index import catch_up
from node.web.app import make_app

__all__ = ["run"]

_TIMES = 60


def run(count: int) -> Iterator[Row]:
    """Serve ``count`` records and ask for pages one after another."""
    yield Row(
        what="intercity --help",
        ours=_help(),
        unit="ms",
        goal="≤ 200 ms",
        note="wall clock, with Python's own start",
    )
    for path, took, size in asyncio.run(_pages(count)):
        yield Row(
            what=f"GET {path}: 95 of 100 within",
            ours=quantile(took, 0.95),
            unit="ms",
            goal="≤ 20 ms",
            note=f"{size:,} bytes",
        )


def _help() -> float:
    took: list[float] = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "node", "--help"], check=True, capture_output=True)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


async def _pages(count: int) -> list[tuple[str, list[float], int]]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        async with homestead(Path(folder), port) as home:
            await take_in(home, *leaves_and_bodies(count))
            await catch_up(home)
            runner = web.AppRunner(make_app(home), access_log=None)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            name = str(documents(1)[0]["id"]).rpartition("/")[2]
            paths = (
                "/practices",
                "/search?q=oficina",
                f"/practices/localhost%3A8499/{name}",
                "/actions",
                "/.well-known/did.json",
            )
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
                measured = [(path, *await _asked(session, path)) for path in paths]
            await runner.cleanup()
    return measured


async def _asked(session: aiohttp.ClientSession, path: str) -> tuple[list[float], int]:
    took: list[float] = []
    size = 0
    for _ in range(_TIMES):
        start = time.perf_counter()
        async with session.get(path, headers={"Accept": "text/html"}) as response:
            body = await response.read()
            assert response.status == 200, (path, response.status)
        took.append((time.perf_counter() - start) * 1000)
        size = len(body)
    return took, size
