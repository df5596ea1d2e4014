"""Following other nodes' logs: ask, verify, judge, keep; one peer at a time, many at once.

What is verified is committed with its verdicts in one step, so a crash at any moment leaves the
copy at a size that was verified. A peer that misbehaves is reported and, where it showed two
histories, frozen with the evidence; it costs the others nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import structlog

from node.core.admission import RULES, Verdict, admit
from node.service.contacts import (
    check_pinned,
    contact_of,
    document_of_peer,
    follow,
    set_state,
    unfollow,
)
from node.service.home import Home
from node.service.many import each
from node.store.ports import Conflict, Contact, Held, StoreError
from peers.checkpoint import NoteVerifier
from peers.client import LogReader
from peers.errors import BadSignature, Equivocation, PeerError, Unreachable, Untrusted
from peers.log import Batch, Body, Entry, EntryKind, read_entries
from peers.sync import drive, pull_bodies, pull_entries

__all__ = [
    "PeerReport",
    "contact_of",
    "follow",
    "rejudge",
    "set_state",
    "sync_all",
    "sync_hinted",
    "sync_peer",
    "unfollow",
]

_ATTEMPTS: Final = 3
"""Of one peer, where another task of ours was faster."""
_BUDGET: Final = 600.0
"""Seconds for one peer, however slowly it answers."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerReport:
    """What came of asking one peer.

    Attributes:
        did, base_url: Who.
        state: Of the contact afterwards.
        size: Entries of its log that we hold, verified.
        new, changed, withdrawn: Records admitted now, by what happened to them.
        quarantined: A reason for each record that was not admitted.
        requests: How many it took.
        error: What went wrong, in words; empty where nothing did.
        exit_code: The command line's: 0, 1 (the answer cannot be used), 3 (out of reach) or
            4 (not to be believed).
    """

    did: str
    base_url: str
    state: str
    size: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    quarantined: tuple[str, ...] = ()
    requests: int = 0
    error: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class _Taken:
    """A step of a peer's log, verified and judged, ready to be committed."""

    batch: Batch
    entries: tuple[Entry, ...]
    bodies: tuple[Body | None, ...]
    verdicts: tuple[Verdict, ...]
    document: bytes


async def sync_all(home: Home, peers: Sequence[str] = ()) -> list[PeerReport]:
    """Ask every peer that we follow (or those named, by DID or address) what is new.

    Never raises for a peer's sake: each has its own report, in the order of their DIDs.

    Raises:
        NotFound: A name is not a peer of ours.
        StoreError: Our own stores failed.
    """
    if peers:
        contacts = [await contact_of(home, peer) for peer in peers]
    else:
        contacts = [one for one in await home.desk.contacts() if one.state == "following"]
    work = [partial(sync_peer, home, contact) for contact in contacts]
    return await each(work, at_once=home.config.sync.at_once)


async def sync_hinted(home: Home) -> list[PeerReport]:
    """Ask the peers that said they have news."""
    hinted = await home.desk.pages("hint")
    for did in hinted:
        await home.desk.drop_page("hint", did)
    held = [await home.desk.contact(did) for did in hinted]
    known = [one.did for one in held if one is not None and one.state == "following"]
    return await sync_all(home, known) if known else []


async def sync_peer(home: Home, contact: Contact) -> PeerReport:
    """Bring our copy of one peer's log up to date, and say what came of it."""
    report = PeerReport(did=contact.did, base_url=contact.base_url, state=contact.state)
    if contact.state != "following":
        size = (await home.ledger.head(contact.log)).size
        code = 4 if contact.state == "frozen" else 0
        return replace(report, size=size, error=contact.error, exit_code=code)
    note = await home.ledger.note(contact.log)
    reader = LogReader(home.fetch, f"{contact.base_url}/log/public", etag=contact.etag, note=note)
    try:
        async with asyncio.timeout(_BUDGET):
            taken = await _take(home, contact, reader)
    except PeerError as exc:
        return await _failed(home, replace(report, requests=reader.requests), exc)
    except TimeoutError:
        late = Unreachable(contact.did, f"not done within {_BUDGET:g} s")
        return await _failed(home, replace(report, requests=reader.requests), late)
    except Conflict:
        busy = Unreachable(contact.did, "somebody else here is taking from it; ask again")
        return await _failed(home, replace(report, requests=reader.requests), busy)
    except StoreError:
        raise  # Our own trouble, and no peer's fault.
    except Exception as exc:  # noqa: BLE001 - one peer's bytes must never stop the others
        _log.exception("sync failed", peer=contact.did)
        odd = PeerError(contact.did, f"an unexpected {type(exc).__name__}: {exc}")
        return await _failed(home, replace(report, requests=reader.requests), odd)
    return await _succeeded(home, contact, reader, taken, report)


async def rejudge(home: Home) -> int:
    """Judge again what older rules have quarantined; returns how many are admitted now."""
    admitted = 0
    documents = {one.log: document_of_peer(one) for one in await home.desk.contacts()}
    for held in await home.ledger.quarantined():
        if held.verdict.rules >= RULES or held.body is None or held.log not in documents:
            continue
        verdict = admit(held.entry, held.body, held.log, documents[held.log], home.limits)
        await home.ledger.judge(held.log, held.index, verdict, recorded=home.stamp())
        admitted += verdict.admitted
    return admitted


async def _take(home: Home, contact: Contact, reader: LogReader) -> _Taken | None:
    """Fetch, verify, judge and commit what is new; again, where our copy has moved meanwhile."""
    for attempt in range(_ATTEMPTS):
        taken = await _verified(home, contact, reader)
        if taken is None:
            return None
        try:
            await home.ledger.commit(
                taken.batch, taken.bodies, taken.verdicts, recorded=home.stamp()
            )
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return taken
    raise AssertionError("the last attempt raises or returns")


async def _verified(home: Home, contact: Contact, reader: LogReader) -> _Taken | None:
    document = document_of_peer(contact)
    held = await home.ledger.head(contact.log)
    note = await home.ledger.note(contact.log)
    verifier = NoteVerifier(contact.log, list(document.log_keys.values())[-1])
    try:
        batch = await drive(pull_entries(held, verifier, home.limits, note=note), reader)
    except BadSignature:
        # The likeliest reason is a new key; if so, that is the alarm to raise.
        await check_pinned(home, contact)
        raise
    if batch is None:
        return None
    today = await check_pinned(home, contact)
    before = await home.ledger.entries(contact.log, held.size - 1, held.size) if held.size else []
    entries = read_entries(batch, after=before[0].entry.published if before else None)
    refused: dict[int, str] = {}
    bodies = await drive(
        pull_bodies(batch.origin, held.size, entries, home.limits, refused=refused), reader
    )
    verdicts = [
        Verdict(admitted=False, reason=refused[index])
        if index in refused
        else admit(entry, body, contact.log, document, home.limits)
        for index, (entry, body) in enumerate(zip(entries, bodies, strict=True), held.size)
    ]
    if held.size == 0:
        _check_beginning(contact, entries[0], bodies[0], verdicts[0])
    verdicts = await _in_order(home, batch, entries, verdicts)
    return _Taken(batch, entries, bodies, tuple(verdicts), today)


def _check_beginning(contact: Contact, entry: Entry, body: Body | None, verdict: Verdict) -> None:
    """A log begins with the Genesis of the keys that we pinned; otherwise nothing is taken."""
    if entry.kind is not EntryKind.GENESIS or body is None or not verdict.admitted:
        found = verdict.reason or f"{entry.kind} of {entry.object}"
        raise Untrusted(
            contact.log, f"expected the log to begin with the Genesis of its keys, found: {found}"
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


async def _succeeded(
    home: Home, contact: Contact, reader: LogReader, taken: _Taken | None, report: PeerReport
) -> PeerReport:
    size = (await home.ledger.head(contact.log)).size
    now = home.stamp()
    await _update(
        home,
        contact.did,
        contacted=now,
        verified=now,
        size=size,
        etag=reader.etag,
        error="",
        failures=0,
        **({"document": taken.document} if taken else {}),
    )
    if taken is None:
        return replace(report, size=size, requests=reader.requests)
    kinds = [
        entry.kind
        for entry, verdict in zip(taken.entries, taken.verdicts, strict=True)
        if verdict.admitted
    ]
    quarantined = tuple(
        f"{entry.object}, version {entry.version}: {verdict.reason}"
        for entry, verdict in zip(taken.entries, taken.verdicts, strict=True)
        if not verdict.admitted
    )
    return replace(
        report,
        size=size,
        new=kinds.count(EntryKind.CREATE),
        changed=kinds.count(EntryKind.UPDATE),
        withdrawn=kinds.count(EntryKind.DELETE),
        quarantined=quarantined,
        requests=reader.requests,
    )


async def _failed(home: Home, report: PeerReport, error: PeerError) -> PeerReport:
    """Keep what went wrong with the contact; a peer with two histories is frozen."""
    held = await home.desk.contact(report.did)
    failures = held.failures + 1 if held else 1
    changes: dict[str, Any] = {"error": error.reason, "failures": failures}
    match error:
        case Unreachable():
            code = 3
        case Equivocation():
            code = 4
            changes |= {"state": "frozen", "evidence": error.evidence, "contacted": home.stamp()}
        case Untrusted():
            code = 4
            changes["contacted"] = home.stamp()
        case _:
            code = 1
            changes["contacted"] = home.stamp()
    await _update(home, report.did, **changes)
    size = (await home.ledger.head(held.log)).size if held else 0
    state = str(changes.get("state", report.state))
    return replace(report, state=state, size=size, error=error.reason, exit_code=code)


async def _update(home: Home, did: str, **changes: Any) -> None:
    """Change what we know of a peer, as it stands now: an operator may have changed it, too."""
    contact = await home.desk.contact(did)
    if contact is not None:
        await home.desk.put_contact(replace(contact, **changes))
