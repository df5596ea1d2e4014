"""Doing the same for many, some at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

__all__ = ["each"]

T = TypeVar("T")


async def each(work: Sequence[Callable[[], Awaitable[T]]], *, at_once: int) -> list[T]:
    """Run every piece of work, at most ``at_once`` of them at a time; results in order.

    Raises:
        Exception: The first that a piece raised, as it was; the others were stopped.
    """
    slots = asyncio.Semaphore(at_once)

    async def run(piece: Callable[[], Awaitable[T]]) -> T:
        async with slots:
            return await piece()

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(piece)) for piece in work]
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several
    return [task.result() for task in tasks]
