"""Text index and graph made anew from the ledger, as after their loss."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row
from benchmarks.place import homestead, leaves_and_bodies, take_in
from node.service.index import rebuild

__all__ = ["run"]

_MANY = 100_000


def run(count: int) -> Iterator[Row]:
    """Hold ``count`` records, then rebuild."""
    seconds, cpu = asyncio.run(_rebuilt(count))
    yield Row(
        what="rebuild text and graph on disk, with the graph's hash",
        ours=count / seconds,
        unit="/s",
        note=f"wall clock, {count:,} records",
    )
    yield Row(
        what=f"rebuild {_MANY:,} records",
        ours=seconds * _MANY / count,
        unit="s",
        goal="≤ 60 s",
        note="measured" if count == _MANY else f"as for {count:,}, times {_MANY / count:g}",
    )
    yield Row(
        what="rebuild a record, all threads",
        ours=cpu / count * 1e6,
        unit="µs",
        note="CPU, which does not depend on who else computes",
    )


async def _rebuilt(count: int) -> tuple[float, float]:
    """Seconds by the clock, and of CPU."""
    with tempfile.TemporaryDirectory() as folder:
        async with homestead(Path(folder)) as home:
            await take_in(home, *leaves_and_bodies(count))
            start, before = time.perf_counter(), time.process_time()
            made = await rebuild(home)
            took, cpu = time.perf_counter() - start, time.process_time() - before
            assert made.records == count, made
    return took, cpu
