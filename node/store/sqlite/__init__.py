"""Ledger and desk in one SQLite file, for a node on one machine.

``synchronous=FULL``: what was acknowledged is on the disk. Another process that opens the same file
is told so (``Busy``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from node.store.locks import locked
from node.store.sqlite.database import Database, faults_of
from node.store.sqlite.desk import SqliteDesk
from node.store.sqlite.ledger import SqliteLedger

__all__ = ["SqliteDesk", "SqliteLedger", "faults_of", "open_sqlite"]


@asynccontextmanager
async def open_sqlite(path: Path) -> AsyncIterator[tuple[SqliteLedger, SqliteDesk]]:
    """Open ledger and desk at ``path``, making them where there are none, and close them after.

    Raises:
        Busy: Another process has them open.
        Outdated: They were written by a newer version of the program.
        StoreError: The file is not ours, or is damaged.
    """
    with locked(path):
        database = Database(path)
        await asyncio.to_thread(database.open)
        try:
            yield SqliteLedger(database), SqliteDesk(database)
        finally:
            await asyncio.to_thread(database.close)
