"""The SQLite file: its schema, its settings, and the two threads that use it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import apsw

from node.store.ports import Broken, Full, Outdated

__all__ = ["SCHEMA_VERSION", "Database", "connect", "rows", "value"]

T = TypeVar("T")

SCHEMA_VERSION = 1
"""Of ``_SCHEMA``; kept in the file's ``user_version``."""

_SCHEMA = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # The logs: one row each, and one for every entry.
    """CREATE TABLE logs (
        log TEXT PRIMARY KEY, size INTEGER NOT NULL, peaks BLOB NOT NULL, note BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE entries (
        log TEXT NOT NULL, position INTEGER NOT NULL, leaf BLOB NOT NULL, object TEXT NOT NULL,
        version INTEGER NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL,
        admitted INTEGER NOT NULL, reason TEXT NOT NULL, rules INTEGER NOT NULL,
        recorded TEXT NOT NULL, PRIMARY KEY (log, position)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX entries_by_object ON entries (object, version)",
    "CREATE INDEX entries_not_admitted ON entries (log, position) WHERE NOT admitted",
    # Records lie beside the logs, by what the entries commit to, so that they can be erased.
    """CREATE TABLE bodies (digest TEXT PRIMARY KEY, salt BLOB NOT NULL, record BLOB NOT NULL)
    STRICT""",
    # One hash for each full subtree of 256^level leaves, level 1 and up.
    """CREATE TABLE subtrees (
        log TEXT NOT NULL, level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL,
        PRIMARY KEY (log, level, place)
    ) STRICT, WITHOUT ROWID""",
    # One order for each audience: what the projections follow. ``leaf`` stands where the entry
    # itself is no longer held, so that they learn of that too.
    """CREATE TABLE changes (
        audience TEXT NOT NULL, sequence INTEGER NOT NULL, log TEXT NOT NULL,
        position INTEGER NOT NULL, leaf BLOB, PRIMARY KEY (audience, sequence)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX changes_by_entry ON changes (log, position)",
    # The desk.
    """CREATE TABLE staged (
        log TEXT NOT NULL, iri TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL,
        salt BLOB NOT NULL, record BLOB NOT NULL, PRIMARY KEY (log, iri, version)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE contacts (did TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE messages (
        id TEXT NOT NULL, direction TEXT NOT NULL, peer TEXT NOT NULL, topic TEXT NOT NULL,
        body BLOB NOT NULL, created TEXT NOT NULL, due TEXT NOT NULL, attempts INTEGER NOT NULL,
        done TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (id, direction)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX messages_by_topic ON messages (topic, created)",
    "CREATE INDEX messages_due ON messages (due) WHERE direction = 'out' AND done = ''",
    """CREATE TABLE pages (
        family TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (family, key)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE nonces (nonce TEXT PRIMARY KEY, expires TEXT NOT NULL) STRICT, WITHOUT ROWID",
)


def connect(path: Path) -> apsw.Connection:
    """Open the file, making it where there is none.

    Raises:
        Outdated: A newer version of the program has written it.
    """
    connection = apsw.Connection(str(path))
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: apsw.Connection, path: Path) -> None:
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "busy_timeout = 10000",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    path.chmod(0o600)
    with connection:
        # apsw runs a string of several statements lazily: one statement a call.
        version = connection.execute("PRAGMA user_version").get
        if version == 0:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('uuid', ?)", (str(uuid.uuid4()),))
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif version != SCHEMA_VERSION:
            raise Outdated(
                f"{path} has schema {version}, this program knows {SCHEMA_VERSION}: "
                "use the version of the program that wrote it"
            )


def rows(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """All rows of one statement; STRICT tables vouch for the columns' types."""
    return connection.execute(sql, tuple(values)).fetchall()


def value(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> Any:
    """The first column of the first row, or ``None``."""
    return connection.execute(sql, tuple(values)).get


@dataclass(frozen=True, slots=True)
class Database:
    """Two connections, each used on its own thread only."""

    to_write: apsw.Connection
    writer: ThreadPoolExecutor
    to_read: apsw.Connection
    reader: ThreadPoolExecutor

    async def write(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run ``work`` in one transaction: all of it or nothing, durable when this returns."""

        return await asyncio.get_running_loop().run_in_executor(
            self.writer, _transact, self.to_write, work
        )

    async def read(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run ``work`` on one snapshot."""

        return await asyncio.get_running_loop().run_in_executor(
            self.reader, _transact, self.to_read, work
        )

    async def outside(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run ``work`` on the writer's thread, outside of a transaction (VACUUM, checkpoints)."""
        return await asyncio.get_running_loop().run_in_executor(
            self.writer, lambda: work(self.to_write)
        )


def _transact(connection: apsw.Connection, work: Callable[[apsw.Connection], T]) -> T:
    try:
        with connection:
            return work(connection)
    except apsw.FullError as exc:
        raise Full("the disk is full: nothing was written; make room and try again") from exc
    except apsw.IOError as exc:
        # After a failed sync nobody knows what is on the disk: do not read back and go on.
        raise Broken(f"the disk failed while writing ({exc}): the process must end") from exc
    raise AssertionError("a transaction swallows no error")
