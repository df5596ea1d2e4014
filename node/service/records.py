"""Reading what is held: a record by its address, our own records, and receipts.

A receipt is what a third party needs to check one record offline: the leaf and salt that it hangs
on, its path in the log's tree, and the checkpoint that the log signed.
"""

from __future__ import annotations

import base64
from typing import Final

from node.core.identity import log_address
from node.errors import Gone, NotFound
from node.service.discover import host_of
from node.service.home import Home
from node.store.ports import Audience, Held
from peers.checkpoint import NoteVerifier
from peers.did import DidDocument, parse_did, read_document
from peers.encoding import JsonObject, parse_json
from peers.log import EntryKind, LogId
from peers.merkle import inclusion_ranges, join, root_of, subtrees
from peers.tiles import WIDTH

__all__ = ["document_of", "find_iri", "keeper_of", "own_records", "receipt", "record_at"]

_RECORDS: Final = frozenset({EntryKind.CREATE, EntryKind.UPDATE, EntryKind.DELETE})
_TILE_HEIGHT: Final = WIDTH.bit_length() - 1
"""Levels of the tree that one level of tiles covers."""


def document_of(held: Held) -> JsonObject:
    """The signed record of an entry, parsed.

    Raises:
        Gone: Its text was erased.
    """
    if held.body is None:
        raise Gone(f"{held.entry.object}, version {held.entry.version}: its text was erased")
    value = parse_json(held.body.record)
    assert isinstance(value, dict)
    return value


async def find_iri(home: Home, host: str, path: str) -> str | None:
    """The IRI of a record that is held, by its node's name in addresses of pages and its path.

    Args:
        host: As ``node.service.discover.host_of`` gives it; path: such as ``/practice/01J…``.
    """
    for log in await home.ledger.logs():
        base = log.rpartition("/log/")[0]
        for iri in (f"https://{base}{path}", f"http://{base}{path}"):
            if host_of(iri) == host and await home.ledger.latest(iri):
                return iri
    return None


async def record_at(home: Home, iri: str, version: int | None = None) -> Held:
    """The admitted entry of a record, ours or a peer's: the newest, or the one of a version.

    An earlier version is there after a withdrawal too; the withdrawal itself is a version.

    Raises:
        NotFound: Nothing is held under this name.
        Gone: It was withdrawn (and no version was asked for), or its text was erased.
    """
    if version is None:
        held = await home.ledger.latest(iri)
    else:
        versions = [one for one in await home.ledger.versions(iri) if one.verdict.admitted]
        held = next((one for one in versions if one.entry.version == version), None)
    if held is None:
        which = f"version {version} of {iri}" if version is not None else iri
        raise NotFound(f"{which}: expected a record that this node holds, found none")
    if held.body is None:
        raise Gone(f"{iri}, version {held.entry.version}: its text was erased")
    if version is None and held.entry.kind is EntryKind.DELETE:
        raise Gone(f"{iri} was withdrawn on {held.entry.published}", held.body.record)
    return held


async def own_records(
    home: Home, *, kind: str | None = None, withdrawn: bool = False
) -> list[Held]:
    """The newest version of each record of ours, oldest record first, of every audience.

    Args:
        kind: Only this type, such as ``Practice``.
        withdrawn: Withdrawn ones as well, as their ``Delete``.
    """
    found: list[Held] = []
    for log in home.logs.values():
        head = await home.ledger.head(log)
        newest: dict[str, Held] = {}
        for held in await home.ledger.entries(log, 0, head.size):
            if held.entry.kind in _RECORDS and held.verdict.admitted:
                newest[held.entry.object] = held
        found += newest.values()
    return [
        held
        for held in found
        if (withdrawn or held.entry.kind is not EntryKind.DELETE)
        and (kind is None or (held.body is not None and document_of(held).get("type") == kind))
    ]


async def receipt(home: Home, iri: str, version: int | None = None) -> JsonObject:
    """What proves that a version of a record stands in its log.

    Binary values are base64, the salt as in pages of records (base64url without padding).

    Raises:
        NotFound: Nothing is held under this name.
        Gone: Its text was erased, and its salt with it.
    """
    if version is None:
        newest = await home.ledger.latest(iri)
        version = newest.entry.version if newest else None
    held = await record_at(home, iri, version)
    assert held.body is not None
    note = await home.ledger.note(held.log)
    assert note is not None
    size = (await home.ledger.head(held.log)).size
    keeper = await keeper_of(home, held.log)
    key = NoteVerifier(held.log, list(keeper.log_keys.values())[-1])
    path = await _path(home, held.log, held.index, size)
    return {
        "type": "Receipt",
        "record": iri,
        "version": held.entry.version,
        "log": log_address(keeper.did, held.log),
        "key": key.text,
        "index": held.index,
        "leaf": base64.b64encode(held.entry.leaf).decode(),
        "salt": base64.urlsafe_b64encode(held.body.salt).rstrip(b"=").decode(),
        "path": [base64.b64encode(one).decode() for one in path],
        "checkpoint": note.decode(),
    }


async def keeper_of(home: Home, log: LogId) -> DidDocument:
    """The DID document, ours or as pinned, of the node whose log this is.

    Raises:
        NotFound: Neither ours nor of a peer that is followed.
    """
    if log in home.logs.values():
        return home.document
    for contact in await home.desk.contacts():
        if log in {contact.log_of(audience) for audience in Audience}:
            return read_document(contact.document, parse_did(contact.did), limits=home.limits)
    raise NotFound(f"{log}: expected a log of ours or of a peer that we follow")


async def _path(home: Home, log: LogId, index: int, size: int) -> list[bytes]:
    """The audit path of an entry, from tiles: a few hashes for each level."""
    return [
        join([await _subtree(home, log, level, place) for level, place in subtrees(start, stop)])
        for start, stop in inclusion_ranges(index, size)
    ]


async def _subtree(home: Home, log: LogId, level: int, place: int) -> bytes:
    """The root over the 2^level leaves from place * 2^level on."""
    above, rest = divmod(level, _TILE_HEIGHT)
    first = place << rest
    tile = await home.ledger.tile(log, above, first // WIDTH, first % WIDTH + (1 << rest))
    hashes = [tile[at : at + 32] for at in range(0, len(tile), 32)]
    return root_of(hashes[first % WIDTH :])
