"""What every hostile input must leave undone, measured around it.

No dial: an audit hook of the interpreter sees every ``connect`` and every question to a resolver,
whoever makes it. No trouble: nothing reaches the journal as an error. Little work: 250 ms of CPU.
Little memory: 64 MB at the peak, where it is asked for, for measuring it is slow.
"""

from __future__ import annotations

import gc
import logging
import socket
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

__all__ = ["CPU", "MEMORY", "Watch", "little_memory", "watching"]

CPU: Final = 0.250
"""Seconds of the process for one input."""
MEMORY: Final = 64 * 1024 * 1024
"""Bytes for one input."""


@dataclass(slots=True)
class Watch:
    """What was seen.

    Attributes:
        allowed: Ports of this machine that a test listens on.
        dials: Addresses that were dialled, and names that were looked up, beyond those.
        errors: What was written to the journal as an error.
        cpu: Seconds.
    """

    allowed: frozenset[int] = frozenset()
    dials: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cpu: float = 0.0


_open: list[Watch] = []


def _seen(event: str, arguments: tuple[Any, ...]) -> None:
    if not _open:
        return
    if event == "socket.connect":
        made, place = arguments
        if made.family not in {socket.AF_INET, socket.AF_INET6}:
            return
        for watch in _open:
            if not (place[0] in {"127.0.0.1", "::1"} and place[1] in watch.allowed):
                watch.dials.append(f"{place[0]} {place[1]}")
    elif event == "socket.getaddrinfo":
        for watch in _open:
            watch.dials.append(f"name {arguments[0]}")


sys.addaudithook(_seen)


class _Journal(logging.Handler):
    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.ERROR)
        self.watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        self.watch.errors.append(record.getMessage())


@contextmanager
def watching(*ports: int, cpu: float = CPU) -> Iterator[Watch]:
    """Around one input: fails where it made us dial, stumble or toil.

    Args:
        ports: Of this machine, that the test itself listens on.
        cpu: Seconds allowed, for more inputs than one.
    """
    watch = Watch(frozenset(ports))
    journal = _Journal(watch)
    logging.getLogger().addHandler(journal)
    with structlog.testing.capture_logs() as lines:
        _open.append(watch)
        # A collection would walk all that the tests before this one have left behind.
        gc.disable()
        started = time.process_time()
        try:
            yield watch
        finally:
            watch.cpu = time.process_time() - started
            gc.enable()
            _open.remove(watch)
            logging.getLogger().removeHandler(journal)
    watch.errors += [str(one) for one in lines if one["log_level"] in {"error", "critical"}]
    assert not watch.dials, f"dialled {watch.dials[:5]}"
    assert not watch.errors, f"stumbled: {watch.errors[:5]}"
    assert watch.cpu <= cpu, f"{watch.cpu:.3f} s of CPU"


@contextmanager
def little_memory(limit: int = MEMORY) -> Iterator[None]:
    """Around one large input: fails where it costs more memory than an input may."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before <= limit, f"{(peak - before) / 2**20:.0f} MB at the peak"
