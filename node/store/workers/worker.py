"""The process that answers strangers' queries: `python -m node.store.workers.worker`.

It reads questions from its standard input and writes answers to its standard output, one at a time,
until the input ends. It has no network, a bounded address space, an alarm at each question's
deadline, and a snapshot opened read-only. When it dies of a question, another takes its place.
"""

from __future__ import annotations

import os
import resource
import time
from typing import BinaryIO

from node.errors import QueryRefused, QueryTooCostly
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
    read_ask,
)
from node.store.workers.sandbox import bounded, die_with_parent, isolate

__all__ = ["main"]

_GRACE = 0.5
"""Seconds after the deadline at which the process ends itself, should its parent not do it."""


def main() -> None:
    """Answer until the input ends."""
    die_with_parent()
    questions, answers = _channel()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _send(answers, Ready(isolate()))
    desk = _Desk()
    while header := questions.read(HEADER):
        ask = read_ask(questions.read(int.from_bytes(header)))
        _send(answers, desk.answer(ask))


class _Desk:
    """The snapshot that is open, and who answers from it."""

    def __init__(self) -> None:
        # Imported once the network is gone: the engine can dial by itself.
        from pyoxigraph import Store  # noqa: PLC0415

        from node.store.workers.answer import answer  # noqa: PLC0415

        self._open, self._answer = Store.read_only, answer
        self._folder, self._store = "", Store()

    def answer(self, ask: Ask) -> Reply:
        if ask.folder != self._folder:
            self._store = self._open(ask.folder)
            self._folder = ask.folder
        try:
            with bounded(ask.seconds + _GRACE, ask.memory, ask.cpu):
                before = time.process_time()
                media_type, body = self._answer(self._store, ask.question)
                return Answered(media_type, body, time.process_time() - before)
        except QueryRefused as exc:
            return Refused(str(exc))
        except QueryTooCostly as exc:
            return Costly(str(exc))
        except MemoryError:
            return Exhausted()


def _channel() -> tuple[BinaryIO, BinaryIO]:
    """Input and output under numbers of their own: what a library prints must not reach them."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return questions, answers


def _send(answers: BinaryIO, reply: Reply) -> None:
    answers.write(frame(reply))
    answers.flush()


if __name__ == "__main__":
    main()
