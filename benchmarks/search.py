"""Text search with facets and highlights over many records, in this process and over HTTP."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from benchmarks.measure import Row, quantile
from benchmarks.place import free_port, homestead, leaves_and_bodies, listening, take_in
from node.service.index import catch_up
from node.store.ports import SearchWish

__all__ = ["run"]

_QUERIES = ("ombudsperson", "defensoría barrio", "forty days", "oficina", "nothing-like-this")
_TIMES = 500


def run(count: int) -> Iterator[Row]:
    """Index ``count`` records, then search them 500 times, in this process and over HTTP."""
    took, over_http = asyncio.run(_searches(count))
    yield Row(
        what="search, facets and highlights: median",
        ours=quantile(took, 0.5),
        unit="ms",
        note=f"{count} records",
    )
    yield Row(
        what="search, facets and highlights: 99 of 100 within",
        ours=quantile(took, 0.99),
        unit="ms",
    )
    yield Row(
        what="GET /search?q=…: median",
        ours=quantile(over_http, 0.5),
        unit="ms",
        note="the whole page, with facets and highlights",
    )
    yield Row(
        what="GET /search?q=…: 99 of 100 within",
        ours=quantile(over_http, 0.99),
        unit="ms",
        goal="≤ 20 ms",
    )


async def _searches(count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each search, in this process and over HTTP."""
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with homestead(Path(folder), port := free_port()) as home:
            await take_in(home, *leaves_and_bodies(count))
            await catch_up(home)
            for number in range(_TIMES):
                wish = SearchWish(
                    words=_QUERIES[number % len(_QUERIES)],
                    counts=("action", "rightsHolders", "language"),
                )
                start = time.perf_counter()
                await home.text.search(wish)
                took.append((time.perf_counter() - start) * 1000)
            async with listening(home, port) as base:
                over_http = await _pages(base)
    return took, over_http


async def _pages(base: str) -> list[float]:
    took: list[float] = []
    async with aiohttp.ClientSession(headers={"Accept": "text/html"}) as session:
        for number in range(_TIMES + 1):
            words = _QUERIES[number % len(_QUERIES)]
            start = time.perf_counter()
            async with session.get(f"{base}/search", params={"q": words}) as answer:
                assert answer.status == 200, answer.status
                await answer.read()
            took.append((time.perf_counter() - start) * 1000)
    return took[1:]  # What a page needs once for all is no search.
