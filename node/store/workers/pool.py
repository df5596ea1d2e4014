"""The workers that answer strangers' queries, as the node sees them.

A few processes, each started with its first question and killed at a question's deadline; whoever
finds them all taken waits in a short queue. Several graph stores of one process may share a pool.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import assert_never

import msgspec

from node.errors import QueryBusy, QueryRefused, QueryTooCostly
from node.store.workers.frames import (
    HEADER,
    Answered,
    Ask,
    Costly,
    Exhausted,
    Ready,
    Refused,
    Reply,
    frame,
    read_reply,
)

__all__ = ["Workers", "open_workers"]

_START = 20.0
"""Seconds in which a worker must say that it is ready."""

_ROOM = 64 * 1024
"""Bytes of a message beyond the answer in it."""

_ROOT = str(Path(__file__).parents[3])
"""Where the ``node`` package lies, for the worker to import."""


@asynccontextmanager
async def open_workers(slots: int = 2, queue: int = 8) -> AsyncIterator[Workers]:
    """Workers for as long as the block runs; none is started before the first question.

    Args:
        slots: Queries that run at once, a process for each.
        queue: Queries that may wait; more are told to come back.
    """
    workers = Workers(slots, queue)
    try:
        yield workers
    finally:
        await workers.close()


class Workers:
    """A pool of query workers. Use ``open_workers``."""

    def __init__(self, slots: int, queue: int) -> None:
        self._slots = [_Slot() for _ in range(slots)]
        # Last in, first out: a warm worker with the right snapshot open is taken first.
        self._free: asyncio.LifoQueue[_Slot] = asyncio.LifoQueue()
        for slot in self._slots:
            self._free.put_nowait(slot)
        self._queue = queue
        self._waiting = 0

    async def ask(self, ask: Ask) -> Answered:
        """Have a question answered.

        Raises:
            QueryRefused, QueryTooCostly: See ``node.store.ports.GraphStore.select``.
            QueryBusy: The queue is full, or none became free in the question's own time.
        """
        slot = await self._take(ask.seconds)
        try:
            return await slot.ask(ask)
        finally:
            self._free.put_nowait(slot)

    async def isolation(self) -> str:
        """What keeps the workers off the network, as one of them says."""
        slot = await self._take(_START)
        try:
            return await slot.isolation()
        finally:
            self._free.put_nowait(slot)

    async def close(self) -> None:
        """End every worker."""
        for slot in self._slots:
            await slot.end()

    async def _take(self, seconds: float) -> _Slot:
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


class _Slot:
    """One worker, or the place for one."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._isolation = ""

    async def ask(self, ask: Ask) -> Answered:
        process = await self._started()
        try:
            reply = await asyncio.wait_for(self._exchange(process, ask), ask.seconds)
        except TimeoutError:
            await self.end()
            raise _late(ask.seconds) from None
        except (EOFError, ConnectionError, msgspec.DecodeError):
            await self.end()
            raise _exhausted(ask.memory) from None
        except BaseException:
            # Whoever asked has gone away: an answer to come must not reach the next one.
            await self.end()
            raise
        match reply:
            case Answered():
                return reply
            case Refused():
                raise QueryRefused(reply.reason)
            case Costly():
                raise QueryTooCostly(reply.reason)
            case Exhausted() | Ready():
                raise _exhausted(ask.memory)
            case _:
                assert_never(reply)

    async def isolation(self) -> str:
        await self._started()
        return self._isolation

    async def end(self) -> None:
        """Kill the worker, whatever it does, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        # The rest of an answer may stand in the pipe, and the process is gone only once it is read.
        await asyncio.shield(process.communicate())

    async def _started(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self.end()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "node.store.workers.worker",
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=os.sep,
            # Nothing of our surroundings: no secret, no proxy, no setting.
            env={"PYTHONPATH": os.pathsep.join([_ROOT, *filter(None, sys.path)])},
            start_new_session=True,
            limit=1024 * 1024,
        )
        try:
            async with asyncio.timeout(_START):
                ready = await self._receive(self._process, _ROOM)
        except (TimeoutError, EOFError, msgspec.DecodeError):
            await self.end()
            raise QueryBusy("A query's worker did not start; see `intercity doctor`.") from None
        except BaseException:
            await self.end()
            raise
        if isinstance(ready, Ready):
            self._isolation = ready.isolation
        return self._process

    async def _exchange(self, process: Process, ask: Ask) -> Reply:
        assert process.stdin is not None
        process.stdin.write(frame(ask))
        await process.stdin.drain()
        return await self._receive(process, ask.question.size + _ROOM)

    async def _receive(self, process: Process, most: int) -> Reply:
        assert process.stdout is not None
        length = int.from_bytes(await process.stdout.readexactly(HEADER))
        if length > most:
            raise EOFError(f"the worker announced {length} bytes, expected at most {most}")
        return read_reply(await process.stdout.readexactly(length))


def _busy() -> QueryBusy:
    return QueryBusy("Every query worker is taken, and the queue is full. Try again shortly.")


def _late(seconds: float) -> QueryTooCostly:
    return QueryTooCostly(
        f"The query was stopped after {seconds:g} seconds. Patterns that share no variable multiply"
        " the work: name a type or an action first, add LIMIT, or take the dumps and ask on a"
        " machine of your own."
    )


def _exhausted(memory: int) -> QueryTooCostly:
    return QueryTooCostly(
        f"The query needed more than the {memory // 1024**2} MiB of memory that one may use, or is"
        " nested too deeply. Ask for less at once (LIMIT, fewer groups, fewer variables), or take"
        " the dumps and ask on a machine of your own."
    )
