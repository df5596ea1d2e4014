"""The ledger in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

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
from peers.log import Batch, Body, EntryKind, LogId, read_entry
from peers.merkle import Frontier, leaf_hash, root_of
from peers.tiles import WIDTH

__all__ = ["MemoryLedger"]

_ABOUT_RECORDS = {EntryKind.CREATE, EntryKind.UPDATE, EntryKind.DELETE}


class MemoryLedger:
    """See ``node.store.ports.Ledger``."""

    def __init__(self, uuid: str = "memory") -> None:
        self._uuid = uuid
        self._held: dict[LogId, list[Held]] = {}
        self._heads: dict[LogId, tuple[Frontier, bytes]] = {}
        self._bodies: dict[str, Body] = {}
        self._changes: dict[Audience, list[Held]] = {one: [] for one in Audience}
        self._telling: dict[str, set[LogId]] = {}  # IRI → logs with entries about it

    async def uuid(self) -> str:
        return self._uuid

    async def logs(self) -> list[LogId]:
        return sorted(self._heads)

    async def head(self, log: LogId) -> Frontier:
        return self._heads[log][0] if log in self._heads else Frontier()

    async def note(self, log: LogId) -> bytes | None:
        return self._heads[log][1] if log in self._heads else None

    async def commit(
        self,
        batch: Batch,
        bodies: Sequence[Body | None],
        verdicts: Sequence[Verdict],
        *,
        recorded: str,
    ) -> None:
        assert len(batch.entries) == len(bodies) == len(verdicts)
        if await self.head(batch.origin) != batch.base:
            raise Conflict(batch.origin)
        assert batch.base.extend(batch.entries) == batch.head, "the entries do not lead to the head"
        held = self._held.setdefault(batch.origin, [])
        order = self._changes[audience_of(batch.origin)]
        for leaf, body, verdict in zip(batch.entries, bodies, verdicts, strict=True):
            entry = read_entry(leaf, batch.origin, len(held))
            if body is not None:
                self._bodies[entry.digest] = body
            held.append(
                Held(
                    log=batch.origin,
                    index=len(held),
                    entry=entry,
                    body=body,
                    verdict=verdict,
                    recorded=recorded,
                )
            )
            order.append(held[-1])
            self._telling.setdefault(entry.object, set()).add(batch.origin)
        self._heads[batch.origin] = batch.head, batch.note

    async def entries(self, log: LogId, start: int, stop: int) -> list[Held]:
        return [self._now(held) for held in self._held.get(log, [])[start:stop]]

    async def leaves(self, log: LogId, start: int, stop: int) -> list[bytes]:
        return [held.entry.leaf for held in self._held.get(log, [])[start:stop]]

    async def tile(self, log: LogId, level: int, index: int, width: int) -> bytes:
        hashes = [leaf_hash(held.entry.leaf) for held in self._held.get(log, [])]
        for _ in range(level):
            full = len(hashes) // WIDTH
            hashes = [root_of(hashes[at * WIDTH : (at + 1) * WIDTH]) for at in range(full)]
        return b"".join(hashes[index * WIDTH : index * WIDTH + width])

    async def latest(self, iri: str) -> Held | None:
        found = [
            held
            for held in await self.versions(iri)
            if held.verdict.admitted and held.entry.kind in _ABOUT_RECORDS
        ]
        return found[-1] if found else None

    async def versions(self, iri: str) -> list[Held]:
        found = self._where(lambda held: held.entry.object == iri, self._telling.get(iri, ()))
        return sorted(found, key=lambda held: (held.entry.version, held.log, held.index))

    async def find(self, log: LogId, iri: str, version: int) -> Held | None:
        named = [
            held
            for held in await self.versions(iri)
            if held.log == log and held.entry.version == version
        ]
        return named[0] if named else None

    async def body(self, digest: str) -> Body | None:
        return self._bodies.get(digest)

    async def erase(self, digest: str) -> None:
        if self._bodies.pop(digest, None) is not None:
            for held in self._where(lambda held: held.entry.digest == digest):
                self._changes[audience_of(held.log)].append(held)

    async def judge(self, log: LogId, index: int, verdict: Verdict, *, recorded: str) -> None:
        for held in self._held.get(log, [])[index : index + 1]:
            self._held[log][index] = replace(held, verdict=verdict, recorded=recorded)
            self._changes[audience_of(log)].append(self._held[log][index])

    async def quarantined(self, log: LogId | None = None) -> list[Held]:
        return self._where(lambda held: not held.verdict.admitted and log in {None, held.log})

    async def changes(self, audience: Audience, after: Position, limit: int) -> list[Change]:
        order = self._changes[audience]
        known = after.ledger == self._uuid and after.sequence <= len(order)
        start = after.sequence if known else 0
        found: list[Change] = []
        for sequence, then in enumerate(order[start : start + limit], start + 1):
            held = self._now(then)
            newest = await self.latest(held.entry.object)
            found.append(Change(sequence=sequence, held=held, newest=newest))
        return found

    async def end(self, audience: Audience) -> Position:
        return Position(self._uuid, len(self._changes[audience]))

    async def backup(self, path: Path) -> None:
        raise StoreError(f"{path}: expected a store on a disk, found one in memory")

    async def forget(self, log: LogId) -> None:
        dropped = self._held.pop(log, [])
        kept = {held.entry.digest for others in self._held.values() for held in others}
        for held in dropped:
            if held.entry.digest not in kept:
                self._bodies.pop(held.entry.digest, None)
        self._heads.pop(log, None)
        self._changes[audience_of(log)] += [
            replace(held, body=None, verdict=FORGOTTEN) for held in dropped
        ]

    def _now(self, held: Held) -> Held:
        """An entry as it is held now: with the body and the verdict of today."""
        held_now = self._held.get(held.log, [])
        if held.index >= len(held_now):
            return replace(held, body=None, verdict=FORGOTTEN)
        return replace(held_now[held.index], body=self._bodies.get(held.entry.digest))

    def _where(
        self, holds: Callable[[Held], bool], logs: Iterable[LogId] | None = None
    ) -> list[Held]:
        among = self._held if logs is None else self._held.keys() & set(logs)
        return [self._now(held) for log in sorted(among) for held in self._held[log] if holds(held)]
