"""The workers that answer strangers' queries, in lanes: what is quick never waits for what is long.

Nobody can tell from a query how long it will take, nor who asks it. So each is tried for a moment;
what is not done then goes to the workers for long queries, which stand back from all others, and
starts again. What was quick before is answered in a lane that only such queries can enter, and what
was long before goes to the long ones at once. What differs in names and numbers alone from queries
that were quick, or long, time and again is taken for another of them. Whoever finds a lane taken
waits in a short queue. Several graph stores of one process may share a pool.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec

from node.errors import QueryBusy
from node.store.workers.frames import Answered, Ask
from node.store.workers.shapes import shape_of
from node.store.workers.slot import START, Overspent, Slot

__all__ = ["Workers", "open_workers"]

T = TypeVar("T")

_TRY = 0.1
"""Seconds of CPU for which a query is tried that nobody has asked before."""

_QUICK = 0.25
"""Seconds of CPU within which a query is quick; it is given twice as many the next time."""

_TRY_WAIT = 1.0
"""Seconds that a try may take by the clock, where many compute."""

_TRY_MEMORY = 256 * 1024 * 1024
"""Bytes that a try may take."""

_NEW_BACK, _LONG_BACK = 5, 15
"""How far the workers for new and for long queries stand back (nice(2)): in a contest with one who
does not, they get a quarter and a thirtieth of the CPU."""

_REMEMBERED = 4096
"""Queries of which it is known how long they took, and shapes of them."""

_TIME_AND_AGAIN = 3
"""Queries of one shape that must have been quick, or tried in vain, one after another, for the next
to be taken for one of them."""


@asynccontextmanager
async def open_workers(slots: int = 2, queue: int = 32) -> AsyncIterator[Workers]:
    """Workers for as long as the block runs; none is started before the first question.

    Args:
        slots: Long queries that run at once, a process for each; two more try what may be quick.
        queue: Queries that may wait in each lane; more are told to come back.
    """
    workers = Workers(slots, queue)
    try:
        yield workers
    finally:
        await workers.close()


class Workers:
    """A pool of query workers. Use ``open_workers``."""

    def __init__(self, slots: int, queue: int) -> None:
        self._known = _Lane(1, queue)
        self._new = _Lane(2, queue, nice=_NEW_BACK)
        self._long = _Lane(slots, queue, nice=_LONG_BACK)
        self._were_quick: OrderedDict[bytes, bool] = OrderedDict()
        self._in_a_row: OrderedDict[bytes, int] = OrderedDict()

    async def ask(self, ask: Ask) -> Answered:
        """Have a question answered.

        Raises:
            QueryRefused, QueryTooCostly: See ``node.store.ports.GraphStore.select``.
            QueryBusy: The queue is full, or none became free in the question's own time.
        """
        name, shape = _name(ask), shape_of(ask.question.query)
        was_quick = self._were_quick.get(name)
        in_a_row = self._in_a_row.get(shape, 0)
        if was_quick is None and in_a_row <= -_TIME_AND_AGAIN:
            was_quick = False
        if was_quick is not False:
            trusted = was_quick or in_a_row >= _TIME_AND_AGAIN
            lane, cpu = self._known if trusted else self._new, 2 * _QUICK if was_quick else _TRY
            with contextlib.suppress(Overspent):
                async with lane.slot(ask.seconds) as slot:
                    answered = await slot.ask(_try_of(ask, cpu))
                self._remember(name, shape, answered)
                return answered
            self._remember(name, shape, None)
        async with self._long.slot(ask.seconds) as slot:
            answered = await slot.ask(ask)
        self._remember(name, shape, answered)
        return answered

    async def isolation(self) -> str:
        """What keeps the workers off the network, as one of them says."""
        async with self._new.slot(START) as slot:
            return await slot.isolation()

    async def close(self) -> None:
        """End every worker."""
        for lane in (self._known, self._new, self._long):
            await lane.close()

    def _remember(self, name: bytes, shape: bytes, answered: Answered | None) -> None:
        quick = answered is not None and answered.cpu < _QUICK
        _keep(self._were_quick, name, quick)
        before = self._in_a_row.get(shape, 0)
        if quick:
            _keep(self._in_a_row, shape, max(before, 0) + 1)
        elif answered is None:
            _keep(self._in_a_row, shape, min(before, 0) - 1)


class _Lane:
    """Workers of one kind, and who waits for them."""

    def __init__(self, slots: int, queue: int, nice: int = 0) -> None:
        self._slots = [Slot(nice) for _ in range(slots)]
        # Last in, first out: a warm worker with the right snapshot open is taken first.
        self._free: asyncio.LifoQueue[Slot] = asyncio.LifoQueue()
        for slot in self._slots:
            self._free.put_nowait(slot)
        self._queue = queue
        self._waiting = 0

    @asynccontextmanager
    async def slot(self, seconds: float) -> AsyncIterator[Slot]:
        """A worker that nobody else asks meanwhile, waited for so long at most."""
        slot = await self._take(seconds)
        try:
            yield slot
        finally:
            self._free.put_nowait(slot)

    async def close(self) -> None:
        for slot in self._slots:
            await slot.end()

    async def _take(self, seconds: float) -> Slot:
        with contextlib.suppress(asyncio.QueueEmpty):
            return self._free.get_nowait()
        if self._waiting >= self._queue:
            raise _busy()
        self._waiting += 1
        try:
            return await asyncio.wait_for(self._free.get(), seconds)
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1


def _keep(known: OrderedDict[bytes, T], name: bytes, value: T) -> None:
    known[name] = value
    known.move_to_end(name)
    if len(known) > _REMEMBERED:
        known.popitem(last=False)


def _try_of(ask: Ask, cpu: float) -> Ask:
    """The same question, with what a try may cost."""
    return msgspec.structs.replace(
        ask, cpu=cpu, seconds=min(_TRY_WAIT, ask.seconds), memory=min(_TRY_MEMORY, ask.memory)
    )


def _name(ask: Ask) -> bytes:
    """What tells a question from others, whatever state it is asked of."""
    asked = ask.question
    parts = (asked.query, *asked.default_graphs, "", *asked.named_graphs)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


def _busy() -> QueryBusy:
    return QueryBusy(
        "Every query worker is taken, and none became free in time. Try again shortly, or ask for"
        " less at once: what takes less than a quarter of a second seldom waits."
    )
