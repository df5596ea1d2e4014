"""A network decides on an application: a checklist that people tick, and two of them who approve.

What was ticked or approved holds for the words that the city had said then: once it says it anew,
it is looked at anew. The second approval admits the city; where that cannot be done at once (its
node does not answer, say), it is tried again until it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import msgspec
import structlog

from node.core.accounts import Duty
from node.core.claims import Clash
from node.core.joining import OPEN, Mail, mail_of, term_end
from node.errors import Changed, NodeError, Refused
from node.service.accounts import note_deed, people
from node.service.applications import Application, application, applications, tell
from node.service.conflicts import open_clashes
from node.service.contacts import follow
from node.service.directory import Member, admit, members
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import announce
from node.service.replicate import sync_peer
from peers.did import parse_did
from peers.errors import PeerError

__all__ = [
    "ITEMS",
    "Check",
    "Checklist",
    "approve",
    "begin",
    "checklist",
    "refuse",
    "settle_applications",
    "tick",
]

ITEMS: Final = ("evidence", "mandate", "contact")
"""What people tick; whether the data policy was accepted is seen from the words."""

_FAMILY: Final = "checklist"
_LIVE: Final = frozenset({"member", "coming", "suspended"})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Somebody's word: a tick, or an approval.

    Attributes:
        by: Id of the person, or ``operator``; at: when, RFC 3339.
        of: Id of the applicant's message that was looked at.
        note: How it was checked; of an approval, the last day of the term.
    """

    by: str
    at: str
    of: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the desk keeps of a checklist."""

    ticks: dict[str, Check] = field(default_factory=dict)
    approvals: list[Check] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A checklist as it stands.

    Attributes:
        ticks: Item → who has ticked it; of what the city says now.
        mail: How the domain of the contact's address stands to the node's host.
        policy: Whether the version of the data policy that we ask for was accepted.
        approvals: Of different people, oldest first: two admit.
        until: Last day of the term, as the first approval has it, or as the settings have it.
        missing: What must be there before anybody may approve; ``ITEMS``, ``policy``, or
            ``conflict``: another node claims the city, and nobody has decided.
        people: How many people here may approve, the operator not counted.
    """

    ticks: Mapping[str, Check]
    mail: Mail
    policy: bool
    approvals: tuple[Check, ...]
    until: str
    missing: tuple[str, ...]
    people: int


async def checklist(home: Home, identity: str, known: Sequence[Clash] | None = None) -> Checklist:
    """The checklist of an application.

    Args:
        known: Who claims one city, where that was found out already.

    Raises:
        NotFound: There is no such application.
    """
    view = await application(home, identity)
    kept, form = _current(await _kept(home, identity), view), view.stand.form
    policy = form.get("dataPolicy", "") == home.config.network.data_policy
    missing = [item for item in ITEMS if item not in kept.ticks]
    may = [one for one in await people(home) if {Duty.PUBLISHER, Duty.ADMIN} & {*one.duties}]
    alone = not await open_clashes(home, view.peer, known)
    end = term_end(home.now().date(), home.config.network.term_years).isoformat()
    return Checklist(
        ticks=kept.ticks,
        mail=mail_of(form.get("email", ""), parse_did(view.peer).host),
        policy=policy,
        approvals=tuple(kept.approvals),
        until=kept.approvals[0].note if kept.approvals else end,
        missing=(
            *missing,
            *([] if policy else ["policy"]),
            *([] if alone else ["conflict"]),
        ),
        people=len(may),
    )


async def begin(home: Home, identity: str, by: str) -> Application:
    """Begin to check: follow the applicant's node, so that its records can be read, and say so.

    Args:
        by: Id of the person, or ``operator``.

    Raises:
        NotFound: There is no such application.
        Refused: It was decided or taken back.
        PeerError: The applicant's node does not answer as it must.
    """
    view = await _undecided(home, identity)
    await note_deed(home, by, "check-application", identity)
    contact = await follow(home, parse_did(view.peer).origin)
    await sync_peer(home, contact)
    await catch_up(home)
    if view.stand.state != "checking":
        await tell(home, identity, "check")
    return await application(home, identity)


async def tick(
    home: Home, identity: str, item: str, by: str, *, note: str = "", done: bool = True
) -> None:
    """Say that an item was checked, or that it was not after all.

    Args:
        item: One of ``ITEMS``.
        note: How it was checked; required for a contact whose domain shows nothing.

    Raises:
        NotFound: There is no such application.
        Refused: It is not being checked, or a note is missing.
        Changed: Somebody else has changed the checklist at the same time.
    """
    if item not in ITEMS:
        raise Refused(f"expected one of {', '.join(ITEMS)}, found {item!r}")
    page = await home.desk.page(_FAMILY, identity)
    view = await _undecided(home, identity)
    if view.stand.state != "checking":
        raise Refused(f"{identity}: expected an application that is being checked; begin with that")
    shown = (await checklist(home, identity)).mail
    if item == "contact" and done and shown != "same" and not note.strip():
        raise Refused(
            "expected a note on how the contact was confirmed, as the domain of its address is not "
            "that of the node, found none"
        )
    await note_deed(home, by, f"tick-{item}" if done else f"untick-{item}", identity)
    before = _current(await _kept(home, identity), view)
    ticks = {name: one for name, one in before.ticks.items() if name != item}
    if done:
        ticks[item] = Check(by=by, at=home.stamp(), of=view.stand.of, note=note.strip()[:500])
    # Who has approved has seen another list.
    await _keep(home, identity, page, _Kept(ticks, []))


async def approve(home: Home, identity: str, by: str, until: str = "") -> Member | None:
    """Approve of an application; the second person's approval admits the city.

    Args:
        until: Last day of the term, ``YYYY-MM-DD``; both must mean the same. Unless given: what
            the first has said, or the settings.

    Returns:
        The member, once two have approved; ``None`` while one has.

    Raises:
        NotFound: There is no such application.
        Refused: Something of the checklist is missing, or the terms differ.
        Changed: Somebody else has changed the checklist at the same time.
        NodeError, PeerError: The city could not be admitted now; it is tried again.
    """
    page = await home.desk.page(_FAMILY, identity)
    view = await _undecided(home, identity)
    found = await checklist(home, identity)
    if found.missing:
        raise Refused(
            f"{identity}: expected a whole checklist, missing: {', '.join(found.missing)}"
        )
    until = until or found.until
    _check_day(until, home.now().date())
    others = [one for one in found.approvals if one.by != by]
    if others and others[0].note != until:
        raise Refused(
            f"{identity}: expected the term until {others[0].note} that was approved first, "
            f"found {until}"
        )
    await note_deed(home, by, "approve-application", identity)
    mine = Check(by=by, at=home.stamp(), of=view.stand.of, note=until)
    approvals = [*others, mine]
    await _keep(home, identity, page, _Kept(dict(found.ticks), approvals))
    return await _admit(home, identity) if len(approvals) > 1 else None


async def refuse(home: Home, identity: str, by: str, reason: str) -> None:
    """Refuse an application, with a reason that goes to the applicant.

    Raises:
        NotFound: There is no such application.
        Refused: It was decided, or no reason is given.
    """
    await _undecided(home, identity)
    if not reason.strip():
        raise Refused("expected a reason, which goes to the applicant, found none")
    await note_deed(home, by, "refuse-application", identity)
    await tell(home, identity, "refuse", reason=reason.strip())


async def settle_applications(home: Home) -> int:
    """Admit whom two have approved and whom an outage or a crash has kept from being admitted.

    Returns:
        How many were admitted; doing it again changes nothing.
    """
    if home.config.node.role != "network":
        return 0
    done = 0
    for view in await applications(home):
        kept = _current(await _kept(home, view.id), view)
        if view.stand.state not in OPEN or len(kept.approvals) < 2:
            continue
        try:
            await _admit(home, view.id)
            done += 1
        except (NodeError, PeerError) as exc:
            _log.warning("an application waits", application=view.id, reason=str(exc))
    return done


async def _admit(home: Home, identity: str) -> Member:
    """Publish the membership and say so. A crash between the two is made good by doing it again."""
    async with home.admitting:
        view = await _undecided(home, identity)
        until = _current(await _kept(home, identity), view).approvals[0].note
        known = [one for one in await members(home) if one.did == view.peer and one.state in _LIVE]
        if known:
            member = known[0]
        else:
            today = home.now().date().isoformat()
            origin = parse_did(view.peer).origin
            member = await admit(home, origin, valid_from=today, valid_until=until)
            await announce(home)
        await tell(
            home,
            identity,
            "admit",
            validFrom=member.valid_from,
            validUntil=member.valid_until,
            membership=member.iri,
        )
        return member


async def _undecided(home: Home, identity: str) -> Application:
    if home.config.node.role != "network":
        raise Refused(
            f'expected a node with role = "network", found role = "{home.config.node.role}"'
        )
    view = await application(home, identity)
    if view.stand.state not in OPEN:
        raise Refused(
            f"{identity}: expected an application that waits for a decision, "
            f"found {view.stand.state}"
        )
    if not view.stand.form:
        raise Refused(f"{identity}: the application itself has not come yet")
    return view


async def _kept(home: Home, identity: str) -> _Kept:
    page = await home.desk.page(_FAMILY, identity)
    return msgspec.json.decode(page, type=_Kept) if page else _Kept()


def _current(kept: _Kept, view: Application) -> _Kept:
    """What was said of the words that the city says now, one approval a person."""
    ticks = {item: one for item, one in kept.ticks.items() if one.of == view.stand.of}
    return replace(
        kept, ticks=ticks, approvals=[one for one in kept.approvals if one.of == view.stand.of]
    )


async def _keep(home: Home, identity: str, old: bytes | None, kept: _Kept) -> None:
    """Keep a checklist, provided that nobody else has changed it meanwhile."""
    if not await home.desk.swap_page(_FAMILY, identity, old, msgspec.json.encode(kept)):
        raise Changed(f"{identity}: somebody else has just changed its checklist: look at it again")


def _check_day(until: str, today: date) -> None:
    try:
        last = date.fromisoformat(until)
    except ValueError:
        last = date.min
    if last.isoformat() != until or last < today:
        raise Refused(f"expected the last day of the term, YYYY-MM-DD from today, found {until!r}")
