"""Text search with facets and highlights over many records, in this process."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, quantile
from benchmarks.place import homestead, leaves_and_bodies, take_in
from node.service.index import catch_up
from node.store.ports import SearchWish

__all__ = ["run"]

_QUERIES = ("ombudsperson", "defensoría barrio", "forty days", "oficina", "nothing-like-this")


def run(count: int) -> Iterator[Row]:
    """Index ``count`` records, then search them 500 times."""
    took = asyncio.run(_searches(count))
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
        goal="≤ 20 ms",
    )


async def _searches(count: int) -> list[float]:
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with homestead(Path(folder)) as home:
            await take_in(home, *leaves_and_bodies(count))
            await catch_up(home)
            for number in range(500):
                wish = SearchWish(
                    words=_QUERIES[number % len(_QUERIES)],
                    counts=("action", "rightsHolders", "language"),
                )
                start = time.perf_counter()
                await home.text.search(wish)
                took.append((time.perf_counter() - start) * 1000)
    return took
