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
from peers.did import LogId
from peers.encoding import MAX_INTEGER, jcs, parse_canonical
from peers.errors import Malformed
from peers.merkle import Frontier
from peers.tiles import MAX_ENTRY, Body

__all__ = ["Batch", "Body", "Entry", "EntryKind", "LogId", "extend", "read_entry"]

_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")
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


def extend(base: Frontier, leaves: Sequence[bytes], signer: NoteSigner) -> Batch:
    """Append leaves to our own log, and sign the result."""
    head = base.extend(leaves)
    note = seal_note(Checkpoint(signer.name, head.size, head.root()), signer)
    return Batch(LogId(signer.name), base, tuple(leaves), head, note)


def read_entry(leaf: bytes, log: LogId, index: int) -> Entry:
    """Read a leaf as the entry that stands at ``index`` of ``log``.

    It checks the form alone: whether the record may be believed is admission's question.

    Raises:
        Malformed: It is not such an entry, or names another place.
    """
    where = f"entry {index}"
    if len(leaf) > MAX_ENTRY:
        raise Malformed(log, f"{where} has {len(leaf)} bytes; at most {MAX_ENTRY} fit")
    try:
        value = parse_canonical(leaf)
    except ValueError as exc:
        raise Malformed(log, f"{where}: {exc}") from exc
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
            raise Malformed(
                log,
                f"{where}: expected id, type (Create, Update, Delete, Genesis or KeyChange), "
                f"object, published, version, prev and digestMultibase; found {sorted(value)}",
            )
    _check(entry, log, index)
    return entry


def _check(entry: Entry, log: LogId, index: int) -> None:
    def expect(holds: object, what: str, found: object) -> None:
        if not holds:
            raise Malformed(log, f"entry {index}: expected {what}, found {str(found)[:200]!r}")

    scheme, _, rest = entry.id.partition("://")
    expect(
        scheme in {"https", "http"} and rest == f"{log}/e/{index}", f"id …{log}/e/{index}", entry.id
    )
    expect(
        len(entry.object) <= _MAX_IRI, f"an object of at most {_MAX_IRI} characters", entry.object
    )
    expect(_TIME.fullmatch(entry.published), "published as YYYY-MM-DDTHH:MM:SSZ", entry.published)
    expect(
        type(entry.version) is int and 1 <= entry.version <= MAX_INTEGER,
        "a version from 1 upwards",
        entry.version,
    )
    expect(
        entry.prev is None or (type(entry.prev) is int and 0 <= entry.prev < index),
        f"prev below {index}, or null",
        entry.prev,
    )
    expect(_DIGEST.fullmatch(entry.digest), "a SHA-256 multihash in base58btc", entry.digest)
