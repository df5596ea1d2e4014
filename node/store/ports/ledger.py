"""The ledger: the logs that a node holds. Ground truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from node.core.admission import Verdict
from peers.log import Batch, Body, Entry, LogId
from peers.merkle import Frontier

__all__ = ["FORGOTTEN", "Audience", "Change", "Held", "Ledger", "Position", "audience_of"]


class Audience(StrEnum):
    """Who may read a log; nothing joins two audiences."""

    PUBLIC = "public"
    MEMBERS = "members"


def audience_of(log: LogId) -> Audience:
    """The audience is the last segment of a log's origin line.

    >>> audience_of(LogId("city.example/log/public"))
    <Audience.PUBLIC: 'public'>
    """
    return Audience(log.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Position:
    """How far a projection has followed one audience's changes.

    Attributes:
        ledger: UUID of the ledger that the sequence belongs to; another UUID means: start again.
        sequence: The last change applied; 0 before the first.
    """

    ledger: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One entry of a log as the ledger holds it.

    Attributes:
        log: Which log.
        index: Position in it, from 0.
        entry: The leaf, read.
        body: Salt and signed record; ``None`` for what was erased (or never arrived).
        verdict: What admission said, and under which version of its rules.
        recorded: When the commit was made here, RFC 3339 in UTC; for peers: when verified.
    """

    log: LogId
    index: int
    entry: Entry
    body: Body | None
    verdict: Verdict
    recorded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of an audience's sequence, for projections to follow.

    The same entry appears again, under a new sequence, when its verdict changes or its body is
    erased. ``held.body`` is what is held now, not what was held then.

    Attributes:
        sequence: Its place in the audience's order, from 1.
        held: The entry.
        newest: The newest admitted entry about the same record, as ``Ledger.latest`` gives it now;
            ``None`` where no entry about it is admitted (any more). This is what a projection
            shows, whatever ``held`` says: an old version that is judged again must not hide a
            newer one, and a refused entry must not remove what is there.
    """

    sequence: int
    held: Held
    newest: Held | None = None


FORGOTTEN = Verdict(admitted=False, reason="the copy of this log was dropped")
"""The verdict on every entry of a log that was forgotten."""


class Ledger(Protocol):
    """The logs that a node holds: its own, and verified copies of its peers'. Ground truth."""

    async def uuid(self) -> str:
        """Names this ledger; made once with it."""
        ...

    async def logs(self) -> list[LogId]:
        """Every log held, in the order of their names."""
        ...

    async def head(self, log: LogId) -> Frontier:
        """The tree as last committed; empty for a log that is not held."""
        ...

    async def note(self, log: LogId) -> bytes | None:
        """The signed checkpoint that came with the head, as its bytes were made or received."""
        ...

    async def commit(
        self,
        batch: Batch,
        bodies: Sequence[Body | None],
        verdicts: Sequence[Verdict],
        *,
        recorded: str,
    ) -> None:
        """Take a batch whole and durably, provided that the log still stands at ``batch.base``.

        ``bodies`` and ``verdicts`` are aligned with ``batch.entries``. A batch without entries
        replaces the note only (a fresh signature over the same tree).

        Raises:
            Conflict: The log has moved on; nothing was written.
        """
        ...

    async def entries(self, log: LogId, start: int, stop: int) -> list[Held]:
        """Entries ``start`` to ``stop``, fewer where the log ends before."""
        ...

    async def leaves(self, log: LogId, start: int, stop: int) -> list[bytes]:
        """The same, as the leaves' bytes alone: what bundles are packed from."""
        ...

    async def tile(self, log: LogId, level: int, index: int, width: int) -> bytes:
        """``width`` hashes of 32 bytes of a hash tile (c2sp.org/tlog-tiles); fewer at the edge."""
        ...

    async def latest(self, iri: str) -> Held | None:
        """The newest admitted entry about a record, withdrawals (``Delete``) included."""
        ...

    async def versions(self, iri: str) -> list[Held]:
        """Every entry about a record, oldest first, quarantined ones included."""
        ...

    async def find(self, log: LogId, iri: str, version: int) -> Held | None:
        """The entry that gave a record this version in this log, if it is there."""
        ...

    async def body(self, digest: str) -> Body | None:
        """A record by its digest; ``None`` where it was erased or never held."""
        ...

    async def erase(self, digest: str) -> None:
        """Delete salt and record for good; harmless when done twice. Adds a change."""
        ...

    async def judge(self, log: LogId, index: int, verdict: Verdict, *, recorded: str) -> None:
        """Replace the verdict on an entry (after an upgrade of the rules). Adds a change."""
        ...

    async def quarantined(self, log: LogId | None = None) -> list[Held]:
        """What is held but was not admitted, with the reasons."""
        ...

    async def changes(self, audience: Audience, after: Position, limit: int) -> list[Change]:
        """What followed ``after``, in the audience's one order.

        A position of another ledger, or ahead of the sequence, yields what follows the start.
        """
        ...

    async def end(self, audience: Audience) -> Position:
        """The position of the newest change."""
        ...

    async def backup(self, path: Path) -> None:
        """Write one state of the whole store, the desk included, to a new file, and look it over.

        Raises:
            StoreError: There is something at ``path``, no room for it, or the copy is damaged.
        """
        ...

    async def forget(self, log: LogId) -> None:
        """Drop the copy of a peer's log, bodies included.

        Adds a change for each of its entries, without body and not admitted, so that projections
        drop them too; the log can be followed again from its start.
        """
        ...
