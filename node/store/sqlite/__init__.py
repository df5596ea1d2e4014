"""Ledger and desk in one SQLite file, for a node on one machine.

One thread writes, one reads, each with a connection of its own: SQLite has one writer anyway, and
the event loop is never blocked. ``synchronous=FULL``: what was acknowledged is on the disk. Another
process that opens the same file is told so (``Busy``).
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from node.store.ports import Busy
from node.store.sqlite.connection import Database, connect
from node.store.sqlite.desk import SqliteDesk
from node.store.sqlite.ledger import SqliteLedger

__all__ = ["SqliteDesk", "SqliteLedger", "open_sqlite"]


@asynccontextmanager
async def open_sqlite(path: Path) -> AsyncIterator[tuple[SqliteLedger, SqliteDesk]]:
    """Open ledger and desk at ``path``, making them where there are none, and close them after.

    Raises:
        Busy: Another process has them open.
        Outdated: They were written by a newer version of the program.
    """
    loop = asyncio.get_running_loop()
    with (
        _locked(path),
        ThreadPoolExecutor(1, thread_name_prefix="writer") as writer,
        ThreadPoolExecutor(1, thread_name_prefix="reader") as reader,
    ):
        to_write = await loop.run_in_executor(writer, connect, path)
        try:
            to_read = await loop.run_in_executor(reader, connect, path)
            try:
                database = Database(to_write, writer, to_read, reader)
                yield SqliteLedger(database), SqliteDesk(database)
            finally:
                await loop.run_in_executor(reader, to_read.close)
        finally:
            await loop.run_in_executor(writer, to_write.close)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock beside the file; the system lets go of it when the process ends."""
    lock = os.open(
        path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
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
