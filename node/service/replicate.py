"""Following other nodes' logs: ask, verify, judge, keep; one peer at a time, many at once.

A peer has a log for each audience. Each is verified, judged and kept alike; the members' log is
asked for in our name, and a peer that does not show it to us is asked again now and then.

What is verified is committed with its verdicts in one step, so a crash at any moment leaves the
copy at a size that was verified. A peer that misbehaves is reported and, where it showed two
histories, frozen with the evidence; it costs the others nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog

from node.core.admission import RULES, admit
from node.service.contacts import (
    contact_of,
    document_of_peer,
    follow,
    set_state,
    unfollow,
)
from node.service.forks import freeze
from node.service.home import Home
from node.service.keys import history_of, take_back
from node.service.many import each
from node.service.mirrors import mirror_of, mirrors
from node.service.regard import regard
from node.service.reports import PeerReport, added
from node.service.taking import Taken, by_its_log, verified
from node.service.views import compare_views
from node.store.ports import Audience, Conflict, Contact, StoreError
from peers.client import LogReader
from peers.errors import (
    Absent,
    Equivocation,
    PeerError,
    Superseded,
    Unreachable,
    Untrusted,
)
from peers.httpsig import sign_read

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
"""Seconds for one log of a peer, however slowly it answers."""
_REFUSED_FOR: Final = timedelta(hours=1)
"""How long a peer that shows us no members' log is not asked for it, unless it says that it has."""
_UNSAID: Final = "its members' log cannot be followed; 'peers list' says more to the operator"
"""What pages and journal say of a members' log: an error quotes what it is about."""

_log = structlog.get_logger(__name__)


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
    reports = await each(work, at_once=home.config.sync.at_once)
    reached = {one.did for one in reports if one.state == "following" and not one.exit_code}
    others = len(await home.desk.contacts()) > 1  # A peer alone has nothing to tell of others.
    looks = [partial(compare_views, home, one) for one in contacts if one.did in reached and others]
    await each(looks, at_once=home.config.sync.at_once)
    return [await _as_it_stands(home, one) for one in reports]


async def _as_it_stands(home: Home, report: PeerReport) -> PeerReport:
    """The report, where another peer has shown meanwhile that this one has two histories."""
    contact = await home.desk.contact(report.did)
    if contact is None or contact.state != "frozen" or report.state == "frozen":
        return report
    return replace(report, state="frozen", error=contact.error, exit_code=4)


async def sync_hinted(home: Home) -> list[PeerReport]:
    """Ask the peers that said they have news."""
    hinted = await home.desk.pages("hint")
    for did in hinted:
        await home.desk.drop_page("hint", did)
    held = [await home.desk.contact(did) for did in hinted]
    known = [one.did for one in held if one is not None and one.state == "following"]
    return await sync_all(home, known) if known else []


async def sync_peer(home: Home, contact: Contact) -> PeerReport:
    """Bring our copies of one peer's logs up to date, and say what came of it.

    The public log is asked first: who cannot be followed there is not asked for more.
    """
    report = PeerReport(did=contact.did, base_url=contact.base_url, state=contact.state)
    if contact.state != "following":
        size = (await home.ledger.head(contact.log)).size
        code = 4 if contact.state == "frozen" else 0
        return replace(report, size=size, error=contact.error, exit_code=code)
    report = await _sync_log(home, contact, Audience.PUBLIC, report)
    contact = await home.desk.contact(contact.did) or contact  # with the keys that it now has
    if not report.exit_code and _may_ask(home, contact):
        report = await _sync_log(home, contact, Audience.MEMBERS, report)
    return report


async def _sync_log(
    home: Home, contact: Contact, audience: Audience, report: PeerReport
) -> PeerReport:
    """Bring our copy of one log up to date; adds what came of it to the report."""
    reader = await _reader(home, contact, audience)
    try:
        async with asyncio.timeout(_BUDGET):
            taken = await _take(home, contact, audience, reader)
            await regard(home, contact, contact.log_of(audience), reader.note)
    except PeerError as exc:
        error = exc
    except TimeoutError:
        error = Unreachable(contact.did, f"not done within {_BUDGET:g} s")
    except Conflict:
        error = Unreachable(contact.did, "somebody else here is taking from it; ask again")
    except StoreError:
        raise  # Our own trouble, and no peer's fault.
    except Exception as exc:  # noqa: BLE001 - one peer's bytes must never stop the others
        public = audience is Audience.PUBLIC
        _log.error("sync failed", peer=contact.did, kind=type(exc).__name__, exc_info=public)
        error = PeerError(contact.did, f"an unexpected {type(exc).__name__}: {exc}")
    else:
        report = replace(report, requests=report.requests + reader.requests)
        return await _succeeded(home, contact, audience, reader, taken, report)
    report = replace(report, requests=report.requests + reader.requests)
    if audience is Audience.MEMBERS and isinstance(error, Absent):
        await _update_trail(home, contact.did, audience, refused=home.stamp())
        return report
    if audience is Audience.MEMBERS:
        await _update_trail(home, contact.did, audience, error=error.reason)
        return await _failed(home, report, error, said=_UNSAID)
    if isinstance(error, Unreachable):
        report, error = await _from_mirrors(home, contact, report, error)
    return await _failed(home, report, error, said=error.reason)


async def _from_mirrors(
    home: Home, contact: Contact, report: PeerReport, error: PeerError
) -> tuple[PeerReport, PeerError]:
    """Where a peer's own node does not answer, take what is new from somebody's copy."""
    for base_url in await mirrors(home, contact.log):
        reader = mirror_of(home, base_url, contact.log)
        try:
            async with asyncio.timeout(_BUDGET):
                taken = await _take(home, contact, Audience.PUBLIC, reader, mirrored=True)
        except Equivocation as exc:
            return report, exc
        except (PeerError, TimeoutError, Conflict) as exc:
            _log.info("a mirror was of no use", peer=contact.did, mirror=base_url, reason=str(exc))
            continue
        if taken is not None:
            came = f"{len(taken.entries)} new entries came from the mirror at {base_url}"
            return added(report, taken), Unreachable(error.origin, f"{error.reason}; {came}")
    return report, error


async def _reader(home: Home, contact: Contact, audience: Audience) -> LogReader:
    """Reads one of a peer's logs; signs what it asks where not everybody is answered."""
    return LogReader(
        home.fetch,
        f"{contact.base_url}/log/{audience}",
        etag=contact.trail(audience).etag,
        note=await home.ledger.note(contact.log_of(audience)),
        signed=None if audience is Audience.PUBLIC else partial(_signed, home),
    )


def _signed(home: Home, url: str) -> dict[str, str]:
    now = int(home.now().timestamp())
    return sign_read(url, home.keys.http, keyid=home.http_method, now=now)


def _may_ask(home: Home, contact: Contact) -> bool:
    """Whether the peer keeps a members' log, and did not just answer that it is not for us."""
    if document_of_peer(contact).members_log is None:
        return False
    refused = contact.trail(Audience.MEMBERS).refused
    return not refused or refused <= _before(home, _REFUSED_FOR)


def _before(home: Home, wait: timedelta) -> str:
    then: datetime = home.now() - wait
    return then.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def rejudge(home: Home) -> int:
    """Judge again what older rules have quarantined; returns how many are admitted now."""
    admitted = 0
    documents = {
        one.log_of(audience): document_of_peer(one)
        for one in await home.desk.contacts()
        for audience in Audience
    }
    for held in await home.ledger.quarantined():
        if held.verdict.rules >= RULES or held.body is None or held.log not in documents:
            continue
        document = documents[held.log]
        keys = await history_of(home.ledger, held.log, document.did)
        if keys is None:
            continue
        verdict = admit(held.entry, held.body, held.log, document, keys, home.limits)
        await home.ledger.judge(held.log, held.index, verdict, recorded=home.stamp())
        admitted += verdict.admitted
    return admitted


async def _take(
    home: Home,
    contact: Contact,
    audience: Audience,
    reader: LogReader,
    *,
    mirrored: bool = False,
) -> Taken | None:
    """Fetch, verify, judge and commit what is new; again, where our copy has moved meanwhile."""
    for attempt in range(_ATTEMPTS):
        taken = await verified(home, contact, contact.log_of(audience), reader, mirrored=mirrored)
        if taken is None:
            return None
        # Before the commit: what is taken back must not outlive the word that took it.
        await take_back(home, taken.keys)
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


async def _succeeded(
    home: Home,
    contact: Contact,
    audience: Audience,
    reader: LogReader,
    taken: Taken | None,
    report: PeerReport,
) -> PeerReport:
    size = (await home.ledger.head(contact.log_of(audience))).size
    now = home.stamp()
    held = await home.desk.contact(contact.did)
    if held is not None:  # One write: of a peer without news it is most of what a look costs.
        copied = held.with_trail(
            audience, verified=now, size=size, etag=reader.etag, refused="", error=""
        )
        document = (taken and taken.document) or await by_its_log(home, held)
        await home.desk.put_contact(
            replace(copied, contacted=now, error="", failures=0, document=document)
        )
    report = replace(report, held={**report.held, audience: size})
    if audience is Audience.PUBLIC:
        report = replace(report, size=size)
    return added(report, taken) if taken else report


async def _failed(home: Home, report: PeerReport, error: PeerError, *, said: str) -> PeerReport:
    """Keep what went wrong with the contact; a peer with two histories is frozen.

    Args:
        said: What everybody may hear of it.
    """
    held = await home.desk.contact(report.did)
    failures = held.failures + 1 if held else 1
    changes: dict[str, Any] = {"error": said, "failures": failures}
    match error:
        case Superseded():
            code = 1
            changes["contacted"] = home.stamp()
        case Unreachable():
            code = 3
        case Equivocation():
            code = 4
            if held is not None:
                await freeze(home, held, said, error.evidence)
            changes |= {"state": "frozen"}
        case Untrusted():
            code = 4
            changes["contacted"] = home.stamp()
        case _:
            code = 1
            changes["contacted"] = home.stamp()
    await _update(home, report.did, **changes)
    size = (await home.ledger.head(held.log)).size if held else 0
    state = str(changes.get("state", report.state))
    return replace(report, state=state, size=size, error=said, exit_code=code)


async def _update(home: Home, did: str, **changes: Any) -> None:
    """Change what we know of a peer, as it stands now: an operator may have changed it, too."""
    contact = await home.desk.contact(did)
    if contact is not None:
        await home.desk.put_contact(replace(contact, **changes))


async def _update_trail(home: Home, did: str, audience: Audience, **changes: Any) -> None:
    """The same for how far we have followed one of its logs."""
    contact = await home.desk.contact(did)
    if contact is not None:
        await home.desk.put_contact(contact.with_trail(audience, **changes))
