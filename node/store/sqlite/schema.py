"""What the SQLite file holds, and how an older one becomes a newer one."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Final

import apsw

from node.store.ports import Outdated, StoreError

__all__ = ["SCHEMA_VERSION", "migrate"]

_APPLICATION: Final = 0x49436974
"""SQLite's ``application_id``: tells our files from others (``ICit``)."""

_FIRST = (
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
    "CREATE INDEX entries_by_digest ON entries (digest)",
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
    "CREATE INDEX nonces_by_end ON nonces (expires)",
)

_MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST,)
"""Statements that lead from each version to the next, from an empty file on. Released ones stay."""

SCHEMA_VERSION: Final = len(_MIGRATIONS)
"""Kept in the file's ``user_version``."""


def migrate(connection: apsw.Connection, path: Path) -> None:
    """Bring a file to this program's schema, each version in a transaction of its own.

    Raises:
        Outdated: A newer version of the program has written it; it is left as it is.
        StoreError: It is a database, but none of ours.
    """
    version = connection.execute("PRAGMA user_version").get
    owner = connection.execute("PRAGMA application_id").get
    if version > SCHEMA_VERSION:
        raise Outdated(
            f"{path} has schema {version}, this program knows {SCHEMA_VERSION}: use the version of"
            " the program that wrote it, or a newer one"
        )
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
    if owner != _APPLICATION and tables:
        raise StoreError(f"{path} is a database of another program: expected none, or one of ours")
    for number, statements in enumerate(_MIGRATIONS[version:], version + 1):
        with connection:
            # apsw runs a string of several statements lazily: one statement a call.
            for statement in statements:
                connection.execute(statement)
            if number == 1:
                connection.execute("INSERT INTO meta VALUES ('uuid', ?)", (str(uuid.uuid4()),))
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {number}")
