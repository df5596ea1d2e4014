"""Protocols as generators: wishes out, bytes in, something verified at the end.

A flow never sees a socket, a clock or a store, so the same code serves the network, the tests'
simulated towns, and a folder copied from a USB stick.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from peers.tiles import WIDTH

__all__ = ["Fetch", "Flow", "drive", "part"]


@dataclass(frozen=True, slots=True)
class Fetch:
    """A wish: the bytes below the log's prefix at ``path``, at most ``limit`` of them.

    The answer is ``None`` where there is nothing at that path.
    """

    path: str
    limit: int


R = TypeVar("R")
Flow: TypeAlias = Generator[Fetch, bytes | None, R]
"""Wishes out, bytes in, something verified at the end."""


async def drive(flow: Flow[R], fetch: Callable[[Fetch], Awaitable[bytes | None]]) -> R:
    """Run a flow to its end, with ``fetch`` to do its I/O."""
    try:
        wish = next(flow)
        while True:
            wish = flow.send(await fetch(wish))
    except StopIteration as done:
        result: R = done.value
        return result
    finally:
        flow.close()


def part(
    path: Callable[[int, int], str], index: int, width: int, query: str, limit: int
) -> Flow[tuple[bytes | None, int]]:
    """A part of a log and its width: a partial one that is gone has become a full one."""
    data = yield Fetch(path(index, width) + query, limit)
    if data is None and width < WIDTH:
        # c2sp.org/tlog-tiles, Partial Tiles: a log may delete it once the full one is there.
        return (yield Fetch(path(index, WIDTH) + query, limit)), WIDTH
    return data, width
