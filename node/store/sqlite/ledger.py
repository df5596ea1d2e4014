"""The ledger in SQLite. See ``node.store.ports.Ledger`` for what each method promises."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

from node.core.admission import Verdict
from node.store.ports import (
    FORGOTTEN,
    Audience,
    Change,
    Conflict,
    Held,
    Position,
    StoreError,
    audience_of,
)
from node.store.sqlite.database import Database, faults_of, rows, value
from peers.log import Batch, Body, LogId, read_entry
from peers.merkle import HASH_SIZE, Frontier, leaf_hash, root_of
from peers.tiles import WIDTH

__all__ = ["SqliteLedger"]

_HELD = (
    "SELECT e.log, e.position, e.leaf, b.salt, b.record, e.admitted, e.reason, e.rules, e.recorded"
    " FROM entries e LEFT JOIN bodies b ON b.digest = e.digest"
)

_PLACE = "SELECT e.log, e.position FROM entries e"

_LATEST = (
    " WHERE e.object = ? AND e.admitted AND e.kind IN ('Create', 'Update', 'Delete')"
    " ORDER BY e.version DESC, e.log DESC, e.position DESC LIMIT 1"
)


class SqliteLedger:
    """The logs that a node holds, in SQLite."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def uuid(self) -> str:
        return self._db.look(_uuid)

    async def logs(self) -> list[LogId]:
        sql = "SELECT log FROM logs ORDER BY log"
        return await self._db.read(lambda c: [LogId(log) for (log,) in rows(c, sql)])

    async def head(self, log: LogId) -> Frontier:
        return self._db.look(lambda c: _head(c, log))

    async def note(self, log: LogId) -> bytes | None:
        sql = "SELECT note FROM logs WHERE log = ?"
        found: bytes | None = self._db.look(lambda c: value(c, sql, (log,)))
        return found

    async def commit(
        self,
        batch: Batch,
        bodies: Sequence[Body | None],
        verdicts: Sequence[Verdict],
        *,
        recorded: str,
    ) -> None:
        assert len(batch.entries) == len(bodies) == len(verdicts)
        await self._db.write(lambda c: _commit(c, batch, bodies, verdicts, recorded))

    async def entries(self, log: LogId, start: int, stop: int) -> list[Held]:
        where = " WHERE e.log = ? AND e.position >= ? AND e.position < ? ORDER BY e.position"
        if stop - start <= 1:
            return self._look(where, (log, start, stop))
        return await self._held(where, (log, start, stop))

    async def leaves(self, log: LogId, start: int, stop: int) -> list[bytes]:
        return await self._db.read(lambda c: _leaves(c, log, start, stop))

    async def tile(self, log: LogId, level: int, index: int, width: int) -> bytes:
        return await self._db.read(lambda c: _tile(c, log, level, index, width))

    async def latest(self, iri: str) -> Held | None:
        return next(iter(self._look(_LATEST, (iri,))), None)

    async def versions(self, iri: str) -> list[Held]:
        return self._look(" WHERE e.object = ? ORDER BY e.version, e.log, e.position", (iri,))

    async def find(self, log: LogId, iri: str, version: int) -> Held | None:
        where = " WHERE e.object = ? AND e.version = ? AND e.log = ? ORDER BY e.position LIMIT 1"
        return next(iter(await self._held(where, (iri, version, log))), None)

    async def body(self, digest: str) -> Body | None:
        sql = "SELECT salt, record FROM bodies WHERE digest = ?"
        found = self._db.look(lambda c: rows(c, sql, (digest,)))
        return Body(*found[0]) if found else None

    async def erase(self, digest: str) -> None:
        """See the port; the write-ahead log is emptied as well, so that no file keeps the text."""
        await self._db.write(lambda c: _erase(c, digest))
        await self._db.empty_log()

    async def judge(self, log: LogId, index: int, verdict: Verdict, *, recorded: str) -> None:
        def run(connection: apsw.Connection) -> None:
            changed = rows(
                connection,
                "UPDATE entries SET admitted = ?, reason = ?, rules = ?, recorded = ?"
                " WHERE log = ? AND position = ? RETURNING position",
                (verdict.admitted, verdict.reason, verdict.rules, recorded, log, index),
            )
            _add_changes(connection, log, [position for (position,) in changed])

        await self._db.write(run)

    async def quarantined(self, log: LogId | None = None) -> list[Held]:
        where = " WHERE NOT e.admitted" + (" AND e.log = ?" if log else "")
        return await self._held(where + " ORDER BY e.log, e.position", (log,) if log else ())

    async def changes(self, audience: Audience, after: Position, limit: int) -> list[Change]:
        return await self._db.read(lambda c: _changes(c, audience, after, limit))

    async def end(self, audience: Audience) -> Position:
        return self._db.look(lambda c: Position(_uuid(c), _last(c, audience)))

    async def forget(self, log: LogId) -> None:
        await self._db.write(lambda c: _forget(c, log))
        await self._db.empty_log()

    async def backup(self, path: Path) -> None:
        await asyncio.to_thread(self._db.copy_to, path)
        if found := await asyncio.to_thread(faults_of, path):
            raise StoreError(f"the copy at {path} is damaged: {found[0]}")

    async def faults(self) -> list[str]:
        """What SQLite's own integrity check finds; empty where all is well."""
        found = await self._db.read(lambda c: c.execute("PRAGMA integrity_check").fetchall())
        return [str(row[0]) for row in found if row[0] != "ok"]

    def _look(self, where: str, values: tuple[object, ...]) -> list[Held]:
        return self._db.look(lambda c: [_held(row) for row in rows(c, _HELD + where, values)])

    async def _held(self, where: str, values: tuple[object, ...]) -> list[Held]:
        return await self._db.read(lambda c: [_held(row) for row in rows(c, _HELD + where, values)])


def _held(row: tuple[Any, ...]) -> Held:
    log, index, leaf, salt, record, admitted, reason, rules, recorded = row
    return Held(
        log=LogId(log),
        index=index,
        entry=read_entry(leaf, LogId(log), index),
        body=Body(salt, record) if record is not None else None,
        verdict=Verdict(bool(admitted), reason, rules),
        recorded=recorded,
    )


def _uuid(connection: apsw.Connection) -> str:
    return str(value(connection, "SELECT value FROM meta WHERE name = 'uuid'"))


def _head(connection: apsw.Connection, log: LogId) -> Frontier:
    found = rows(connection, "SELECT size, peaks FROM logs WHERE log = ?", (log,))
    if not found:
        return Frontier()
    size, peaks = found[0]
    return Frontier(
        size, tuple(peaks[at : at + HASH_SIZE] for at in range(0, len(peaks), HASH_SIZE))
    )


def _commit(
    connection: apsw.Connection,
    batch: Batch,
    bodies: Sequence[Body | None],
    verdicts: Sequence[Verdict],
    recorded: str,
) -> None:
    if _head(connection, batch.origin) != batch.base:
        raise Conflict(batch.origin)
    assert batch.base.extend(batch.entries) == batch.head, "the entries do not lead to the head"
    log, base = batch.origin, batch.base.size
    read = [read_entry(leaf, log, base + at) for at, leaf in enumerate(batch.entries)]
    connection.executemany(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                log,
                base + at,
                batch.entries[at],
                entry.object,
                entry.version,
                str(entry.kind),
                entry.digest,
                verdict.admitted,
                verdict.reason,
                verdict.rules,
                recorded,
            )
            for at, (entry, verdict) in enumerate(zip(read, verdicts, strict=True))
        ),
    )
    connection.executemany(
        "INSERT INTO bodies VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (
            (entry.digest, body.salt, body.record)
            for entry, body in zip(read, bodies, strict=True)
            if body is not None
        ),
    )
    connection.execute(
        "INSERT INTO logs VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE"
        " SET size = excluded.size, peaks = excluded.peaks, note = excluded.note",
        (log, batch.head.size, b"".join(batch.head.peaks), batch.note),
    )
    _add_subtrees(connection, log, base, batch.head.size)
    _add_changes(connection, log, range(base, batch.head.size))


def _add_subtrees(connection: apsw.Connection, log: LogId, before: int, after: int) -> None:
    """Keep the hash of each subtree that has become full: tiles are made from them."""
    level, before, after = 1, before // WIDTH, after // WIDTH
    while after > before:
        for place in range(before, after):
            below = _hashes(connection, log, level - 1, place * WIDTH, (place + 1) * WIDTH)
            connection.execute(
                "INSERT INTO subtrees VALUES (?, ?, ?, ?)", (log, level, place, root_of(below))
            )
        level, before, after = level + 1, before // WIDTH, after // WIDTH


def _hashes(
    connection: apsw.Connection, log: LogId, level: int, start: int, stop: int
) -> list[bytes]:
    if level == 0:
        return [leaf_hash(leaf) for leaf in _leaves(connection, log, start, stop)]
    sql = (
        "SELECT hash FROM subtrees WHERE log = ? AND level = ? AND place >= ? AND place < ?"
        " ORDER BY place"
    )
    return [one for (one,) in rows(connection, sql, (log, level, start, stop))]


def _leaves(connection: apsw.Connection, log: LogId, start: int, stop: int) -> list[bytes]:
    sql = (
        "SELECT leaf FROM entries WHERE log = ? AND position >= ? AND position < ?"
        " ORDER BY position"
    )
    return [leaf for (leaf,) in rows(connection, sql, (log, start, stop))]


def _tile(connection: apsw.Connection, log: LogId, level: int, index: int, width: int) -> bytes:
    start = index * WIDTH
    return b"".join(_hashes(connection, log, level, start, start + width))


def _add_changes(connection: apsw.Connection, log: LogId, indexes: Sequence[int]) -> None:
    audience = audience_of(log)
    last = _last(connection, audience)
    connection.executemany(
        "INSERT INTO changes VALUES (?, ?, ?, ?, NULL)",
        ((str(audience), last + n, log, index) for n, index in enumerate(indexes, 1)),
    )


def _last(connection: apsw.Connection, audience: Audience) -> int:
    sql = "SELECT coalesce(max(sequence), 0) FROM changes WHERE audience = ?"
    return int(value(connection, sql, (str(audience),)))


def _changes(
    connection: apsw.Connection, audience: Audience, after: Position, limit: int
) -> list[Change]:
    known = after.ledger == _uuid(connection) and after.sequence <= _last(connection, audience)
    sql = (
        "SELECT c.sequence, c.log, c.position, coalesce(e.leaf, c.leaf), b.salt, b.record,"
        " e.admitted, e.reason, e.rules, e.recorded FROM changes c"
        " LEFT JOIN entries e USING (log, position) LEFT JOIN bodies b ON b.digest = e.digest"
        " WHERE c.audience = ? AND c.sequence > ? ORDER BY c.sequence LIMIT ?"
    )
    found = rows(connection, sql, (str(audience), after.sequence if known else 0, limit))
    return [_change(connection, row) for row in found]


def _change(connection: apsw.Connection, row: tuple[Any, ...]) -> Change:
    sequence, log, index, leaf, *_, recorded = row
    if recorded is None:
        entry = read_entry(leaf, LogId(log), index)
        held = Held(
            log=LogId(log), index=index, entry=entry, body=None, verdict=FORGOTTEN, recorded=""
        )
    else:
        held = _held(row[1:])
    return Change(sequence=sequence, held=held, newest=_newest(connection, held))


def _newest(connection: apsw.Connection, held: Held) -> Held | None:
    """The newest admitted entry about the record of an entry: mostly that entry itself."""
    iri = (held.entry.object,)
    place = rows(connection, _PLACE + _LATEST, iri)
    if not place or place == [(held.log, held.index)]:
        return held if place else None
    return _held(rows(connection, _HELD + _LATEST, iri)[0])


def _erase(connection: apsw.Connection, digest: str) -> None:
    if value(connection, "SELECT 1 FROM bodies WHERE digest = ?", (digest,)) is None:
        return
    connection.execute("DELETE FROM bodies WHERE digest = ?", (digest,))
    named = "SELECT log, position FROM entries WHERE digest = ?"
    for log, index in rows(connection, named, (digest,)):
        _add_changes(connection, LogId(log), [index])


def _forget(connection: apsw.Connection, log: LogId) -> None:
    audience = audience_of(log)
    # What was told of its entries stays told, and is followed by the news that they are gone.
    connection.execute(
        "UPDATE changes SET leaf = (SELECT leaf FROM entries e WHERE e.log = changes.log"
        " AND e.position = changes.position) WHERE log = ? AND leaf IS NULL",
        (log,),
    )
    connection.execute(
        "INSERT INTO changes SELECT ?, ? + row_number() OVER (ORDER BY position), log, position,"
        " leaf FROM entries WHERE log = ?",
        (str(audience), _last(connection, audience), log),
    )
    connection.execute(
        "DELETE FROM bodies WHERE digest IN (SELECT digest FROM entries WHERE log = ?)"
        " AND digest NOT IN (SELECT digest FROM entries WHERE log <> ?)",
        (log, log),
    )
    for table in ("entries", "subtrees", "logs"):
        connection.execute(f"DELETE FROM {table} WHERE log = ?", (log,))  # noqa: S608 - our names
