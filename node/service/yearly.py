"""What the yearly report is made of: every version of every public record of ours."""

from __future__ import annotations

import asyncio
from typing import Final

from node.core.report import Said
from node.service.home import Home
from node.service.records import own_records
from node.store.ports import Audience, Held, audience_of
from peers.encoding import parse_json
from peers.log import EntryKind
from vocab.errors import NotARecord
from vocab.records import AnyRecord, Commitment, ProgressReport, parse

__all__ = ["committed_since", "said_by_us", "years_reported"]

_RECORDS: Final = frozenset({EntryKind.CREATE, EntryKind.UPDATE, EntryKind.DELETE})
_AT_ONCE: Final = 500


async def said_by_us(home: Home) -> list[Said]:
    """Every version of our public records, in the log's order."""
    log = home.logs[Audience.PUBLIC]
    size = (await home.ledger.head(log)).size
    found: list[Said] = []
    for start in range(0, size, _AT_ONCE):
        some = await home.ledger.entries(log, start, min(start + _AT_ONCE, size))
        found += [
            _said(held) for held in some if held.entry.kind in _RECORDS and held.verdict.admitted
        ]
        await asyncio.sleep(0)  # Requests are answered meanwhile.
    return found


def _said(held: Held) -> Said:
    record, signed = None, b""
    if held.entry.kind is not EntryKind.DELETE and held.body is not None:
        record, signed = _read(held.body.record), held.body.record
    entry = held.entry
    return Said(entry.object, entry.version, entry.published, record, signed)


def _read(signed: bytes) -> AnyRecord | None:
    """The record; None where it is of a type that this version of the program does not know."""
    document = parse_json(signed)
    assert isinstance(document, dict), "what we signed is a document"
    try:
        return parse(document)
    except NotARecord:
        return None


async def years_reported(home: Home) -> list[int]:
    """The years whose report the city has published, the newest first."""
    found = set()
    for held in await own_records(home, kind="ProgressReport"):
        record = _read(held.body.record) if held.body is not None else None
        if isinstance(record, ProgressReport) and audience_of(held.log) is Audience.PUBLIC:
            found.add(int(record.period_end[:4]))
    return sorted(found, reverse=True)


async def committed_since(home: Home, day: str) -> bool:
    """Whether a commitment of ours was adopted, or reaffirmed, on a day or after it."""
    for held in await own_records(home, kind="Commitment"):
        record = _read(held.body.record) if held.body is not None else None
        if isinstance(record, Commitment) and (record.adopted or "") >= day:
            return True
    return False
