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

from benchmarks.measure import Row, quantile
from benchmarks.place import free_port, homestead
from benchmarks.towns import RECORDS, TOWNS, Town, settle
from node.service.index import catch_up
from node.web.app import make_app

__all__ = ["run"]

_TIMES = 60
_AS_A_BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip"}


def run(_count: int) -> Iterator[Row]:
    """Serve what fifty cities published, and ask for pages one after another."""
    yield Row(
        what="intercity --help",
        ours=_help(),
        unit="ms",
        goal="≤ 200 ms",
        note="wall clock, with Python's own start",
    )
    for path, took, size in asyncio.run(_pages()):
        yield Row(
            what=f"GET {path}: 95 of 100 within",
            ours=quantile(took, 0.95),
            unit="ms",
            goal="≤ 20 ms",
            note=f"{size:,} bytes in gzip (goal 20,480); {TOWNS} cities × {RECORDS} records",
        )


def _help() -> float:
    took: list[float] = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "node", "--help"], check=True, capture_output=True)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


async def _pages() -> list[tuple[str, list[float], int]]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        async with homestead(Path(folder), port, role="network") as home:
            await settle(home)
            await catch_up(home)
            runner = web.AppRunner(make_app(home), access_log=None)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            practice = str(Town(7).documents()[-1]["id"]).rpartition("/")[2]
            host = "town-7.example"
            paths = (
                "/",
                "/cities",
                f"/cities/{host}",
                f"/compare?c={host}&c=town-8.example",
                "/practices",
                f"/practices/{host}/{practice}",
                "/actions",
                "/actions/F1",
                "/partners",
                "/search?q=oficina",
                "/data",
            )
            async with aiohttp.ClientSession(
                f"http://127.0.0.1:{port}", auto_decompress=False
            ) as session:
                measured = [(path, *await _asked(session, path)) for path in paths]
            await runner.cleanup()
    return measured


async def _asked(session: aiohttp.ClientSession, path: str) -> tuple[list[float], int]:
    took: list[float] = []
    size = 0
    for _ in range(_TIMES):
        start = time.perf_counter()
        async with session.get(path, headers=_AS_A_BROWSER) as response:
            body = await response.read()
            assert response.status == 200, (path, response.status)
        took.append((time.perf_counter() - start) * 1000)
        size = len(body)
    return took, size
