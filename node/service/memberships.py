"""What becomes of a membership: a new term, a suspension with its reason, and its end.

What holds is the record in the network's log. The reason of a suspension is no part of it: it goes
to the member, in a signed message, and stays on this desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec

from node.core.joining import term_end
from node.errors import NotFound, Refused
from node.service import directory
from node.service.accounts import note_deed
from node.service.applications import tell_member
from node.service.directory import Member, members
from node.service.home import Home
from vocab.terms import WithdrawalReason

__all__ = ["REASONS", "Remark", "days_left", "lift", "remarks", "renew", "revoke", "suspend"]

REASONS = tuple(str(one).rpartition("/")[2] for one in WithdrawalReason)
"""Why a membership ends, in the vocabulary's words."""

_FAMILY = "membership"
"""Family of the desk's pages: DID of a member → what was said last, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Why a membership is as it is.

    Attributes:
        by: Id of the person, or ``operator``; at: when, RFC 3339.
        reason: In words; empty where none was given.
    """

    by: str
    at: str
    reason: str


async def remarks(home: Home) -> dict[str, Remark]:
    """What was said last of each member that something was said of, by its DID."""
    pages = await home.desk.pages(_FAMILY)
    return {did: msgspec.json.decode(page, type=Remark) for did, page in pages.items()}


async def renew(home: Home, member: str, by: str, until: str = "") -> Member:
    """Give a member a new term.

    Args:
        member: Its DID or address.
        by: Id of the person, or ``operator``.
        until: Last day, ``YYYY-MM-DD``; unless given, the usual term from the end of this one.

    Raises:
        NotFound: It is no member.
        Refused: The term would not be longer than it is.
    """
    known, today = await _member(home, member), home.now().date()
    last = date.fromisoformat(known.valid_until) if known.valid_until else today
    until = until or term_end(max(last, today), home.config.network.term_years).isoformat()
    try:
        wished = date.fromisoformat(until)
    except ValueError:
        wished = date.min
    if wished.isoformat() != until or wished <= last:
        raise Refused(f"expected a day after {last} (YYYY-MM-DD), found {until!r}")
    await note_deed(home, by, "renew-member", known.did)
    done = await directory.change(home, member, {"validUntil": until})
    await tell_member(
        home, done.did, "renew", validFrom=done.valid_from, validUntil=done.valid_until
    )
    return done


async def suspend(home: Home, member: str, by: str, reason: str) -> Member:
    """Suspend a member, with a reason that goes to it.

    Raises:
        NotFound: It is no member.
        Refused: No reason is given.
    """
    if not reason.strip():
        raise Refused("expected a reason, which goes to the member, found none")
    await _noted(home, await _member(home, member), by, "suspend-member", reason.strip())
    done = await directory.suspend(home, member)
    await tell_member(home, done.did, "suspend", reason=reason.strip())
    return done


async def lift(home: Home, member: str, by: str) -> Member:
    """End a suspension.

    Raises:
        NotFound: It is no member.
        Refused: It is not suspended.
    """
    known = await _member(home, member)
    if known.state != "suspended":
        raise Refused(f"{known.did}: expected a member that is suspended, found {known.state}")
    await _noted(home, known, by, "lift-member", "")
    done = await directory.change(home, member, {"suspended": None})
    await tell_member(home, done.did, "lift")
    return done


async def revoke(home: Home, member: str, by: str, reason: str, note: str = "") -> Member:
    """End a membership.

    Args:
        reason: One of ``REASONS``; it stands in the network's log.
        note: A word more, for the member alone.

    Raises:
        NotFound: It is no member.
        Refused: The reason is none of the vocabulary's.
    """
    if reason not in REASONS:
        raise Refused(f"expected a reason, one of {', '.join(REASONS)}; found {reason!r}")
    said = f"{reason}: {note.strip()}" if note.strip() else reason
    await _noted(home, await _member(home, member), by, "revoke-member", said)
    done = await directory.revoke(home, member, reason)
    await tell_member(home, done.did, "revoke", reason=said)
    return done


def days_left(member: Member, today: date) -> int | None:
    """Days until a term is over, 0 on its last; ``None`` where it is open or does not run."""
    if not member.valid_until or member.state in {"coming", "over"}:
        return None
    return (date.fromisoformat(member.valid_until) - today).days


async def _member(home: Home, member: str) -> Member:
    did = await directory.did_of_member(home, member)
    known = next((one for one in await members(home) if one.did == did), None)
    if known is None:
        raise NotFound(f"{did}: expected a member of this network, found none")
    return known


async def _noted(home: Home, member: Member, by: str, what: str, reason: str) -> None:
    await note_deed(home, by, what, member.did)
    remark = Remark(by=by, at=home.stamp(), reason=reason)
    await home.desk.put_page(_FAMILY, member.did, msgspec.json.encode(remark))
