"""One step of a peer's log: fetched, shown to continue what we hold, and judged entry by entry.

What is returned may be committed as it is. One bad record is quarantined and the log goes on; a log
that does not add up is not taken at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from node.core.admission import Verdict, admit
from node.service.contacts import check_pinned, document_of_peer
from node.service.home import Home
from node.service.regard import check_older
from node.service.witness import verifier_of
from node.store.ports import Contact, Held
from peers.client import LogReader
from peers.errors import BadSignature, Superseded, Untrusted
from peers.log import Batch, Body, Entry, EntryKind, LogId, read_entries
from peers.sync import drive, pull_bodies, pull_entries

__all__ = ["Taken", "verified"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A step of a peer's log, verified and judged, ready to be committed."""

    batch: Batch
    entries: tuple[Entry, ...]
    bodies: tuple[Body | None, ...]
    verdicts: tuple[Verdict, ...]
    document: bytes


async def verified(home: Home, contact: Contact, log: LogId, reader: LogReader) -> Taken | None:
    """Fetch, verify and judge what a peer has put into one of its logs since our copy of it.

    Returns:
        What may be committed; ``None`` where there is nothing new.

    Raises:
        PeerError: What is wrong with the log; nothing of it is kept.
    """
    document = document_of_peer(contact)
    held = await home.ledger.head(log)
    note = await home.ledger.note(log)
    verifier = verifier_of(document, log)
    try:
        batch = await drive(pull_entries(held, verifier, home.limits, note=note), reader)
    except Superseded:
        assert reader.note is not None, "an older checkpoint was read"
        await check_older(home, contact, log, reader.note)
        raise
    except BadSignature:
        # The likeliest reason is a new key; if so, that is the alarm to raise.
        await check_pinned(home, contact)
        raise
    if batch is None:
        return None
    today = await check_pinned(home, contact)
    before = await home.ledger.entries(log, held.size - 1, held.size) if held.size else []
    entries = read_entries(batch, after=before[0].entry.published if before else None)
    refused: dict[int, str] = {}
    bodies = await drive(
        pull_bodies(batch.origin, held.size, entries, home.limits, refused=refused), reader
    )
    verdicts = [
        Verdict(admitted=False, reason=refused[index])
        if index in refused
        else admit(entry, body, log, document, home.limits)
        for index, (entry, body) in enumerate(zip(entries, bodies, strict=True), held.size)
    ]
    if held.size == 0:
        _check_beginning(log, entries[0], bodies[0], verdicts[0])
    verdicts = await _in_order(home, batch, entries, verdicts)
    return Taken(batch, entries, bodies, tuple(verdicts), today)


def _check_beginning(log: LogId, entry: Entry, body: Body | None, verdict: Verdict) -> None:
    """A log begins with the Genesis of the keys that we pinned; otherwise nothing is taken."""
    if entry.kind is not EntryKind.GENESIS or body is None or not verdict.admitted:
        found = verdict.reason or f"{entry.kind} of {entry.object}"
        raise Untrusted(
            log, f"expected the log to begin with the Genesis of its keys, found: {found}"
        )


async def _in_order(
    home: Home, batch: Batch, entries: Sequence[Entry], verdicts: Sequence[Verdict]
) -> list[Verdict]:
    """Quarantine what does not follow on the record's last entry: a replay, a gap, a lost link."""
    last: dict[str, tuple[int, int | None]] = {}
    judged: list[Verdict] = []
    for index, (entry, verdict) in enumerate(zip(entries, verdicts, strict=True), batch.base.size):
        if entry.object not in last:
            last[entry.object] = _last_of(await home.ledger.versions(entry.object), batch.origin)
        version, place = last[entry.object]
        last[entry.object] = max(version, entry.version), index
        follows = (entry.version, entry.prev) == (version + 1, place)
        out_of_order = Verdict(
            admitted=False,
            reason=f"expected version {version + 1} after entry {place}, "
            f"found version {entry.version} after entry {entry.prev}",
        )
        judged.append(verdict if follows or not verdict.admitted else out_of_order)
    return judged


def _last_of(versions: Sequence[Held], log: str) -> tuple[int, int | None]:
    """Highest version and last place of a record in a log; (0, None) before the first."""
    own = [held for held in versions if held.log == log]
    return (
        max((held.entry.version for held in own), default=0),
        max((held.index for held in own), default=None),
    )
