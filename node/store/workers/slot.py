"""One query worker, or the place for one, as the node sees it.

It is started with its first question and killed at a question's deadline; what comes out of it is
a whole answer, or an error that says which budget the question met.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
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
from node.store.workers.suspects import suspect

__all__ = ["START", "Overspent", "Slot"]

START = 20.0
"""Seconds in which a worker must say that it is ready."""

_DYING = 0.2
"""Seconds that a worker has to be gone, once it has closed its end."""

_ROOM = 64 * 1024
"""Bytes of a message beyond the answer in it."""

_ROOT = str(Path(__file__).parents[3])
"""Where the ``node`` package lies, for the worker to import."""


class Overspent(QueryTooCostly):
    """The worker was killed, or died, over the question's time or memory."""


class Slot:
    """One worker, or the place for one.

    Args:
        nice: How far its worker stands back from the node and from other workers (nice(2)).
    """

    def __init__(self, nice: int = 0) -> None:
        self._nice = nice
        self._process: Process | None = None
        self._isolation = ""

    async def ask(self, ask: Ask) -> Answered:
        """Have a question answered.

        Raises:
            QueryRefused, QueryTooCostly: See ``node.store.ports.GraphStore.select``; over time or
                memory it is ``Overspent``.
            QueryBusy: No worker could be started.
        """
        process = await self._started()
        try:
            reply = await asyncio.wait_for(self._exchange(process, ask), ask.seconds)
        except TimeoutError:
            await self.end()
            raise _late(ask) from None
        except (EOFError, ConnectionError, msgspec.DecodeError):
            # It is dying by itself; who kills it meanwhile takes its result from who waits for it.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _DYING)
            await self.end()
            raise _exhausted(ask) from None
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
                raise _exhausted(ask)
            case _:
                assert_never(reply)

    async def isolation(self) -> str:
        """What keeps the worker off the network, as it says."""
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
            # A group of its own, so that the terminal's signals pass it by; not a session, for
            # Linux may weigh sessions against each other, and "nice" would count for nothing.
            process_group=0,
            limit=1024 * 1024,
        )
        if self._nice:
            with contextlib.suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, self._nice)
        try:
            async with asyncio.timeout(START):
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


def _late(ask: Ask) -> Overspent:
    return Overspent(
        f"The query was stopped after {ask.seconds:g} seconds. {_slow_part(ask)} Name a type or an"
        " action first, add LIMIT, or take the dumps and ask on a machine of your own."
    )


def _exhausted(ask: Ask) -> Overspent:
    return Overspent(
        f"The query needed more than the {ask.memory // 1024**2} MiB of memory that one may use, or"
        f" is nested too deeply. {_slow_part(ask)} Ask for less at once (LIMIT, fewer groups, fewer"
        " variables), or take the dumps and ask on a machine of your own."
    )


def _slow_part(ask: Ask) -> str:
    return suspect(ask.question.query) or "Patterns that share no variable multiply the work."
