"""One step of a peer's log: fetched, shown to continue what we hold, and judged entry by entry.

What is returned may be committed as it is. One bad record is quarantined and the log goes on; a log
that does not add up is not taken at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import structlog

from node.core.admission import Verdict, admit
from node.core.identity import check_genesis
from node.service.contacts import document_of_peer
from node.service.forks import against_our_copy
from node.service.home import Home
from node.service.identities import verifier_of
from node.service.keys import history_of
from node.service.pinning import agreed, alarm_of, check_place, document_now
from node.store.ports import Contact, Held
from peers.checkpoint import NoteVerifier, cosigned_at, open_note, unverified
from peers.client import LogReader
from peers.did import DidDocument, parse_did
from peers.encoding import parse_canonical
from peers.errors import BadSignature, PeerError, Superseded, Untrusted
from peers.history import KeyHistory, begin, followed
from peers.limits import Limits
from peers.log import Batch, Body, Entry, EntryKind, LogId, read_entries
from peers.sync import drive, pull_bodies, pull_entries

__all__ = ["Taken", "by_its_log", "verified"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step of a peer's log, verified and judged, ready to be committed.

    Attributes:
        keys: The log's key history with this step.
        document: The DID document to pin from now on; ``None`` where the one pinned stays.
    """

    batch: Batch
    entries: tuple[Entry, ...]
    bodies: tuple[Body | None, ...]
    verdicts: tuple[Verdict, ...]
    keys: KeyHistory
    document: bytes | None = None


_Now: TypeAlias = tuple[bytes, DidDocument] | None
"""A peer's DID document as it is today, received and read; ``None`` where it cannot be had."""


async def verified(
    home: Home, contact: Contact, log: LogId, reader: LogReader, *, mirrored: bool = False
) -> Taken | None:
    """Fetch, verify and judge what a peer has put into one of its logs since our copy of it.

    Args:
        mirrored: The reader asks somebody's copy, which may be behind.

    Returns:
        What may be committed; ``None`` where there is nothing new.

    Raises:
        PeerError: What is wrong with the log; nothing of it is kept.
    """
    pulled = await _pulled(home, contact, log, reader, mirrored)
    if pulled is None:
        return None
    batch, today = pulled
    taken = await _judged(home, contact, batch, reader)
    try:
        return _pinned(contact, taken, today)
    except Untrusted:
        # A change of keys is in the log before it is in the document; ours may be older than that.
        again = await _pulled(home, contact, log, reader, mirrored)
        if again is None or again[0].head.size == batch.head.size:
            raise
        taken = await _judged(home, contact, again[0], reader)
        return _pinned(contact, taken, today)


async def by_its_log(home: Home, contact: Contact) -> bytes:
    """The document to pin of a peer, by what we hold of its log.

    The same as pinned, but where we were killed between taking a change of keys and pinning it.
    """
    keys = await history_of(home.ledger, contact.log, parse_did(contact.did))
    pinned = document_of_peer(contact)
    return agreed(keys, contact.document, pinned) if keys else contact.document


async def _pulled(
    home: Home, contact: Contact, log: LogId, reader: LogReader, mirrored: bool
) -> tuple[Batch, _Now] | None:
    """The entries that are new, and the peer's document of today."""
    document = document_of_peer(contact)
    held, note = await home.ledger.head(log), await home.ledger.note(log)
    keys = await history_of(home.ledger, log, document.did)
    known = NoteVerifier(log, keys.in_force("log")[1]) if keys else verifier_of(document, log)
    try:
        batch = await drive(
            pull_entries(held, known, home.limits, note=note, mirrored=mirrored), reader
        )
    except Superseded:
        assert reader.note is not None, "an older checkpoint was read"
        if (found := await against_our_copy(home, contact, log, reader.note)) is not None:
            raise found from None
        raise
    except BadSignature:
        if keys is not None and note is not None and reader.note is not None:
            await _check_left_behind(home, contact, log, keys, (note, reader.note))
        # The likeliest reason is a new key. The document names it; whether it may be believed, the
        # entries will say that it signed for.
        today = await document_now(home, contact)
        if today is None or (named := verifier_of(today[1], log)) == known:
            raise
        batch = await drive(
            pull_entries(held, named, home.limits, note=note, mirrored=mirrored), reader
        )
        if batch is None:
            raise alarm_of(keys, document, today[1]) from None
        return batch, today
    return (batch, await document_now(home, contact)) if batch else None


async def _check_left_behind(
    home: Home, contact: Contact, log: LogId, keys: KeyHistory, notes: tuple[bytes, bytes]
) -> None:
    """Tell an old checkpoint that an old key signed: its node was set back to a backup.

    Args:
        notes: The one that we hold, and the one that is shown.

    Raises:
        Superseded: The log signed it before what we hold, with the key that was in force there.
        Equivocation: It did, and it contradicts what we hold.
    """
    size, earlier = (unverified(note, log)[0].size for note in notes)
    if not 0 < earlier < size:
        return
    now, then = (NoteVerifier(log, keys.in_force("log", at)[1]) for at in (size, earlier))
    try:
        open_note(notes[1], then)
        held, shown = cosigned_at(notes[0], now), cosigned_at(notes[1], then)
    except BadSignature:
        return
    if held is None or shown is None or shown > held:
        return
    if (found := await against_our_copy(home, contact, log, notes[1])) is not None:
        raise found from None
    raise Superseded(
        log,
        f"it shows {earlier} entries, signed before the {size} that we hold, with a key that it "
        "has replaced since: expected its newest checkpoint, found one from a backup",
    )


async def _judged(home: Home, contact: Contact, batch: Batch, reader: LogReader) -> Taken:
    """The step with its records, each with a verdict by the keys of its place."""
    log, start, document = batch.origin, batch.base.size, document_of_peer(contact)
    before = await home.ledger.entries(log, start - 1, start) if start else []
    entries = read_entries(batch, after=before[0].entry.published if before else None)
    refused: dict[int, str] = {}
    bodies = await drive(pull_bodies(log, start, entries, home.limits, refused=refused), reader)
    keys = await history_of(home.ledger, log, document.did)
    if keys is None:
        keys = _beginning(log, entries[0], bodies[0], document, home.limits)
    keys = followed(keys, entries, bodies)
    verdicts = [
        Verdict(admitted=False, reason=refused[index])
        if index in refused
        else _verdict(entry, body, log, document, keys, home.limits)
        for index, (entry, body) in enumerate(zip(entries, bodies, strict=True), start)
    ]
    verdicts = await _in_order(home, batch, entries, verdicts)
    return Taken(batch, entries, bodies, tuple(verdicts), keys)


def _verdict(
    entry: Entry,
    body: Body | None,
    log: LogId,
    document: DidDocument,
    keys: KeyHistory,
    limits: Limits,
) -> Verdict:
    """Admission's word; where it stumbles, the record is quarantined until the rules are new."""
    try:
        return admit(entry, body, log, document, keys, limits)
    except Exception as exc:  # noqa: BLE001 - one record's bytes must never stop a log
        _log.error("a record could not be judged", record=entry.object, kind=type(exc).__name__)
        reason = f"it could not be judged here (an unexpected {type(exc).__name__})"
        return Verdict(admitted=False, reason=reason, rules=0)


def _beginning(
    log: LogId, entry: Entry, body: Body | None, document: DidDocument, limits: Limits
) -> KeyHistory:
    """A log begins with the Genesis of keys that we pinned; otherwise nothing is taken."""
    found = f"{entry.kind} of {entry.object}"
    if entry.kind is EntryKind.GENESIS and body is not None:
        try:
            check_genesis(parse_canonical(body.record, limits=limits), document, log)
            return begin(body, document.did, log)
        except (PeerError, ValueError) as exc:
            found = exc.reason if isinstance(exc, PeerError) else str(exc)
    raise Untrusted(log, f"expected the log to begin with the Genesis of its keys, found: {found}")


def _pinned(contact: Contact, taken: Taken, today: _Now) -> Taken:
    """The step with the document that goes with it.

    Raises:
        Untrusted: The checkpoint, or the document, has a key that the log does not say is its own.
    """
    pinned = document_of_peer(contact)
    received, found = today or (contact.document, pinned)
    check_place(pinned, found)
    log, size = taken.batch.origin, taken.batch.head.size
    document = agreed(taken.keys, received, found)
    try:
        open_note(taken.batch.note, NoteVerifier(log, taken.keys.in_force("log", size)[1]))
    except BadSignature:
        raise alarm_of(taken.keys, pinned, found) from None
    # One log is behind the other while a change is under way: the public one is what we pin from.
    return replace(taken, document=document) if log == contact.log else taken


async def _in_order(
    home: Home, batch: Batch, entries: Sequence[Entry], verdicts: Sequence[Verdict]
) -> list[Verdict]:
    """Quarantine what does not follow on the record's last entry: a replay, a gap, a lost link."""
    last: dict[str, tuple[int, int | None]] = {}
    judged: list[Verdict] = []
    for index, (entry, verdict) in enumerate(zip(entries, verdicts, strict=True), batch.base.size):
        if entry.object not in last:
            # Of a log that we begin to copy nothing is held: a question less for every record.
            held = await home.ledger.versions(entry.object) if batch.base.size else []
            last[entry.object] = _last_of(held, batch.origin)
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
