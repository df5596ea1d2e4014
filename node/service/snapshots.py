"""The records of some logs as they stood at named checkpoints: the same at every node.

A snapshot is a list of logs with their sizes and roots. Who holds at least as much of a log sees
the same records in it, whatever has been published since.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable
from typing import Final

from node.core.rounds.published import Log
from node.errors import Refused
from node.service.home import Home
from node.service.records import document_of
from node.store.ports import Held
from peers.log import EntryKind, LogId
from peers.merkle import leaf_hash, root_of
from vocab.records import AnyRecord, Membership, parse

__all__ = ["log_now", "members_then", "records_then"]

_PAGE: Final = 500
_PRESENT: Final = frozenset({EntryKind.CREATE, EntryKind.UPDATE})
_RECORDS: Final = _PRESENT | {EntryKind.DELETE}


async def log_now(home: Home, log: LogId) -> Log:
    """A log as it is held now; one of which nothing is held has no entries."""
    head = await home.ledger.head(log)
    return _named(log, head.size, head.root())


async def records_then(home: Home, log: Log) -> list[AnyRecord]:
    """The newest version of each record that stood in a log then, by IRI.

    Raises:
        Refused: We hold less of the log, or another history of it.
        Gone: A text that stood there was erased since; nobody can read the snapshot any more.
    """
    origin = LogId(log.origin)
    head = await home.ledger.head(origin)
    if head.size < log.size:
        raise Refused(
            f"{log.origin}: expected {log.size} entries, found {head.size} here; "
            "follow the log, or let it be synced, and try again"
        )
    leaves = await home.ledger.leaves(origin, 0, log.size)
    root = await asyncio.to_thread(_root, leaves)
    if _named(origin, log.size, root) != log:
        raise Refused(f"{log.origin}: expected root {log.root} at {log.size} entries, found other")
    newest: dict[str, Held] = {}
    for start in range(0, log.size, _PAGE):
        for one in await home.ledger.entries(origin, start, min(start + _PAGE, log.size)):
            if one.entry.kind in _RECORDS and one.verdict.admitted:
                newest[one.entry.object] = one
    return [_record(one) for _, one in sorted(newest.items()) if one.entry.kind in _PRESENT]


async def members_then(home: Home, network: Log, day: str) -> list[LogId]:
    """The public logs of a network's members on a day, as its own log said then, by name."""
    told = await records_then(home, network)
    members = [one for one in told if isinstance(one, Membership) and _in_force(one, day)]
    return sorted({log for one in members for log in _public_logs(one)})


def _in_force(one: Membership, day: str) -> bool:
    begun = one.valid_from <= day
    return begun and not one.suspended and (one.valid_until is None or day <= one.valid_until)


def _public_logs(one: Membership) -> Iterable[LogId]:
    for address in one.member_logs:
        if address.endswith("/log/public"):
            yield LogId(address.partition("://")[2])


def _record(held: Held) -> AnyRecord:
    return parse(document_of(held))


def _root(leaves: list[bytes]) -> bytes:
    return root_of([leaf_hash(leaf) for leaf in leaves])


def _named(log: LogId, size: int, root: bytes) -> Log:
    return Log(origin=str(log), size=size, root=base64.b64encode(root).decode())
