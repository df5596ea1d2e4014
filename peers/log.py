"""A city's log: what its entries say, and how it grows, whoever holds it.

A leaf is the canonical JSON of an ActivityStreams 2.0 activity. It names a record and commits to
its bytes by a salted digest; the record itself lies beside the log, so that it can be erased.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from peers.checkpoint import Checkpoint, NoteSigner, seal_note
from peers.did import Did, LogId
from peers.encoding import jcs, parse_canonical
from peers.errors import Malformed
from peers.merkle import Frontier
from peers.tiles import MAX_ENTRY, Body
from peers.times import is_time

__all__ = ["Batch", "Body", "Entry", "EntryKind", "LogId", "extend", "read_entries", "read_entry"]

_IRI = re.compile(r"https?://[^\x00-\x20\x7f-\xa0\s<>\"{}|\\^`]+")
_DIGEST = re.compile(r"zQm[1-9A-HJ-NP-Za-km-z]{44}")
_MAX_IRI = 2048


class EntryKind(StrEnum):
    """What an entry says of its object."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"
    GENESIS = "Genesis"
    KEY_CHANGE = "KeyChange"


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf of a log, read.

    Attributes:
        id: The entry's address: ``<log>/e/<n>``.
        kind: What happened.
        object: The record's IRI.
        published: The log's time, ``YYYY-MM-DDTHH:MM:SSZ``; never decreases within a log.
        version: Counts from 1 for each record, over deletions too.
        prev: Index of the preceding entry about the same record in this log, or ``None``.
        digest: What the record's salt and bytes hash to (``Body.digest``).
    """

    id: str
    kind: EntryKind
    object: str
    published: str
    version: int
    prev: int | None
    digest: str

    @property
    def leaf(self) -> bytes:
        """The bytes that are hashed into the tree."""
        return jcs(
            {
                "id": self.id,
                "type": str(self.kind),
                "object": self.object,
                "published": self.published,
                "version": self.version,
                "prev": self.prev,
                "digestMultibase": self.digest,
            }
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """A verified step of a log from one size to another; a ledger takes all of it or none.

    Attributes:
        origin: Which log.
        base: The tree before.
        entries: The leaves that were appended, in order.
        head: The tree after.
        note: The signed checkpoint for ``head``, as its bytes were made or received.
    """

    origin: LogId
    base: Frontier
    entries: tuple[bytes, ...]
    head: Frontier
    note: bytes

    def __post_init__(self) -> None:
        assert self.base.size + len(self.entries) == self.head.size, "a batch has no gaps"


def extend(
    base: Frontier, leaves: Sequence[bytes], signer: NoteSigner, *former: NoteSigner
) -> Batch:
    """Append leaves to our own log, and sign the result; with former keys as well, where given.

    Without leaves it signs the same tree again.

    Raises:
        ValueError: A leaf is too long to be served: nobody could ever read on behind it.
    """
    for index, leaf in enumerate(leaves, base.size):
        if len(leaf) > MAX_ENTRY:
            raise ValueError(f"entry {index} has {len(leaf):,} bytes; at most {MAX_ENTRY:,} fit")
    head = base.extend(leaves)
    note = seal_note(Checkpoint(signer.name, head.size, head.root()), signer, *former)
    return Batch(LogId(signer.name), base, tuple(leaves), head, note)


def read_entries(batch: Batch, *, after: str | None = None) -> tuple[Entry, ...]:
    """Read the leaves of a verified batch, and check that the log's time does not run backwards.

    Args:
        after: ``published`` of the entry before the batch, where it is held.

    Raises:
        Malformed: A leaf is not an entry of this log, or was published before the one before it.
    """
    entries: list[Entry] = []
    last = after or ""
    for index, leaf in enumerate(batch.entries, batch.base.size):
        entry = read_entry(leaf, batch.origin, index)
        if entry.published < last:
            raise Malformed(
                batch.origin,
                f"entry {index}: expected published not before {last}, found {entry.published}",
            )
        last = entry.published
        entries.append(entry)
    return tuple(entries)


def read_entry(leaf: bytes, log: LogId, index: int) -> Entry:
    """Read a leaf as the entry that stands at ``index`` of ``log``.

    It checks the form alone. Whether the object is this city's to speak of, whether ``version``
    follows ``prev``, and whether the record may be believed are admission's questions.

    Raises:
        Malformed: It is not such an entry, or names another place.
    """
    if len(leaf) > MAX_ENTRY:
        raise _malformed(log, index, f"at most {MAX_ENTRY:,} bytes", f"{len(leaf):,}")
    try:
        value = parse_canonical(leaf)
    except ValueError as exc:
        raise Malformed(log, f"entry {index}: {exc}") from exc
    match value:
        case {
            "id": str() as id_,
            "type": ("Create" | "Update" | "Delete" | "Genesis" | "KeyChange") as kind,
            "object": str() as object_,
            "published": str() as published,
            "version": int() as version,
            "prev": (int() | None) as prev,
            "digestMultibase": str() as digest,
            **rest,
        } if not rest:
            entry = Entry(id_, EntryKind(kind), object_, published, version, prev, digest)
        case _:
            raise _malformed(log, index, _SHAPE, leaf[:200].decode(errors="replace"))
    _check(entry, log, index)
    return entry


_SHAPE = (
    "exactly id, type (Create, Update, Delete, Genesis or KeyChange), object, published, version, "
    "prev and digestMultibase"
)


def _check(entry: Entry, log: LogId, index: int) -> None:
    if entry.id != (place := f"{_scheme_of(log)}://{log}/e/{index}"):
        raise _malformed(log, index, f"id {place}", entry.id)
    if len(entry.object) > _MAX_IRI or not _IRI.fullmatch(entry.object):
        raise _malformed(log, index, "object to be an http or https IRI", entry.object)
    if not is_time(entry.published):
        raise _malformed(log, index, "published as YYYY-MM-DDTHH:MM:SSZ", entry.published)
    # ``type`` because JSON's true is an int to Python.
    if type(entry.version) is not int or entry.version < 1:
        raise _malformed(log, index, "version to count from 1", entry.version)
    if entry.prev is not None and (type(entry.prev) is not int or not 0 <= entry.prev < index):
        raise _malformed(log, index, f"prev to be null or an index below {index}", entry.prev)
    if not _DIGEST.fullmatch(entry.digest):
        raise _malformed(
            log, index, "digestMultibase to be a SHA-256 multihash in base58btc", entry.digest
        )


def _scheme_of(log: LogId) -> str:
    """A log's entries are named where it is served: plain HTTP on this machine alone."""
    host = log.partition("/")[0].partition(":")[0]
    return Did(host).origin.partition("://")[0]


def _malformed(log: LogId, index: int, expected: str, found: object) -> Malformed:
    return Malformed(log, f"entry {index}: expected {expected}, found {str(found)[:200]!r}")
