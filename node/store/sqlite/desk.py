"""The desk in SQLite. See ``node.store.ports.Desk`` for what each method promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple

import apsw
import msgspec

from node.store.ports import Contact, Message, Staged
from node.store.sqlite.database import Database, rows, value
from peers.log import Body, LogId

__all__ = ["SqliteDesk"]

_MESSAGE = (
    "SELECT id, peer, direction, topic, body, created, due, attempts, done, error FROM messages"
)


class SqliteDesk:
    """What is private and not yet said, in SQLite."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def stage(self, staged: Sequence[Staged]) -> None:
        given = [(s.log, s.iri, s.version, s.kind, s.body.salt, s.body.record) for s in staged]
        sql = "INSERT OR REPLACE INTO staged VALUES (?, ?, ?, ?, ?, ?)"
        await self._db.write(lambda c: c.executemany(sql, given).fetchall())

    async def staged(self) -> list[Staged]:
        sql = "SELECT log, iri, version, kind, salt, record FROM staged ORDER BY log, iri, version"
        found = await self._db.read(lambda c: rows(c, sql))
        return [
            Staged(log=LogId(log), iri=iri, version=version, kind=kind, body=Body(salt, record))
            for log, iri, version, kind, salt, record in found
        ]

    async def unstage(self, staged: Sequence[Staged]) -> None:
        given = [(one.log, one.iri, one.version) for one in staged]
        sql = "DELETE FROM staged WHERE log = ? AND iri = ? AND version = ?"
        await self._db.write(lambda c: c.executemany(sql, given).fetchall())

    async def put_contact(self, contact: Contact) -> None:
        given = (contact.did, msgspec.msgpack.encode(contact))
        sql = "INSERT OR REPLACE INTO contacts VALUES (?, ?)"
        await self._db.write(lambda c: rows(c, sql, given))

    async def contact(self, did: str) -> Contact | None:
        sql = "SELECT value FROM contacts WHERE did = ?"
        found = self._db.look(lambda c: value(c, sql, (did,)))
        return msgspec.msgpack.decode(found, type=Contact) if found else None

    async def contacts(self) -> list[Contact]:
        sql = "SELECT value FROM contacts ORDER BY did"
        found = await self._db.read(lambda c: rows(c, sql))
        return [msgspec.msgpack.decode(one, type=Contact) for (one,) in found]

    async def drop_contact(self, did: str) -> None:
        sql = "DELETE FROM contacts WHERE did = ?"
        await self._db.write(lambda c: rows(c, sql, (did,)))

    async def put_message(self, message: Message) -> bool:
        def run(connection: apsw.Connection) -> bool:
            before = connection.total_changes()
            connection.execute(
                "INSERT INTO messages"
                " (id, peer, direction, topic, body, created, due, attempts, done, error)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                astuple(message),
            )
            return connection.total_changes() > before

        return await self._db.write(run)

    async def update_message(self, message: Message) -> None:
        sql = (
            "UPDATE messages SET due = ?, attempts = ?, done = ?, error = ?"
            " WHERE id = ? AND direction = ?"
        )
        state = (message.due, message.attempts, message.done, message.error)
        values = (*state, message.id, message.direction)
        await self._db.write(lambda c: rows(c, sql, values))

    async def due(self, now: str, limit: int) -> list[Message]:
        where = " WHERE direction = 'out' AND done = '' AND due <= ? ORDER BY due, created LIMIT ?"
        return await self._messages(where, (now, limit))

    async def messages(self, topic: str) -> list[Message]:
        return await self._messages(" WHERE topic = ? ORDER BY created, id, direction", (topic,))

    async def put_page(self, family: str, key: str, content: bytes) -> None:
        sql = "INSERT OR REPLACE INTO pages VALUES (?, ?, ?)"
        await self._db.write(lambda c: rows(c, sql, (family, key, content)))

    async def put_pages(self, pages: Mapping[tuple[str, str], bytes | None]) -> None:
        dropped = [name for name, content in pages.items() if content is None]
        kept = [(*name, content) for name, content in pages.items() if content is not None]

        def run(connection: apsw.Connection) -> None:
            connection.executemany(
                "DELETE FROM pages WHERE family = ? AND key = ?", dropped
            ).fetchall()
            connection.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", kept).fetchall()

        await self._db.write(run)

    async def swap_page(self, family: str, key: str, old: bytes | None, new: bytes) -> bool:
        def run(connection: apsw.Connection) -> bool:
            sql = "SELECT value FROM pages WHERE family = ? AND key = ?"
            if value(connection, sql, (family, key)) != old:
                return False
            sql = "INSERT OR REPLACE INTO pages VALUES (?, ?, ?)"
            connection.execute(sql, (family, key, new))
            return True

        return await self._db.write(run)

    async def page(self, family: str, key: str) -> bytes | None:
        sql = "SELECT value FROM pages WHERE family = ? AND key = ?"
        found: bytes | None = self._db.look(lambda c: value(c, sql, (family, key)))
        return found

    async def pages(self, family: str) -> dict[str, bytes]:
        sql = "SELECT key, value FROM pages WHERE family = ? ORDER BY key"
        return dict(await self._db.read(lambda c: rows(c, sql, (family,))))

    async def drop_page(self, family: str, key: str) -> None:
        sql = "DELETE FROM pages WHERE family = ? AND key = ?"
        await self._db.write(lambda c: rows(c, sql, (family, key)))

    async def first_use(self, nonce: str, expires: str, now: str) -> bool:
        def run(connection: apsw.Connection) -> bool:
            connection.execute("DELETE FROM nonces WHERE expires < ?", (now,))
            before = connection.total_changes()
            connection.execute("INSERT OR IGNORE INTO nonces VALUES (?, ?)", (nonce, expires))
            return connection.total_changes() > before

        return await self._db.write(run)

    async def _messages(self, where: str, values: tuple[str | int, ...]) -> list[Message]:
        found = await self._db.read(lambda c: rows(c, _MESSAGE + where, values))
        names = Message.__dataclass_fields__
        return [Message(**dict(zip(names, row, strict=True))) for row in found]
