"""One process at a time: a lock beside a store's files."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from node.store.ports import Busy

__all__ = ["locked"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of ``path``; the system lets go of it when the process ends, however it does.

    Raises:
        Busy: Another process holds it, or another part of this one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(
        path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
    )
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise Busy(
                f"{path} is open in another process: stop that one, or use its commands"
            ) from exc
        yield
    finally:
        os.close(lock)
