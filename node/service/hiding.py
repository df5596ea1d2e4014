"""Moderation: a peer's record is hidden here, with a notice in its place, and never edited.

What is hidden leaves this node's pages, lists, search, tables and linked data. Its city's log stays
whole, so the mirror of it, its proof and every dump that was made stay what they are; and the
record stays at its own address, where whoever reads the notice is sent. Our own records are not
hidden but withdrawn, with their publisher's own word.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from node.core.hidden import REASONS, Hidden
from node.errors import HiddenHere, NotFound, Refused
from node.service.accounts import note_deed
from node.service.home import Home
from node.service.index import catch_up
from node.store.ports import HIDDEN, Audience, Held, audience_of

__all__ = ["check_shown", "hidden", "hide", "notice_of", "unhide"]


async def hide(home: Home, iri: str, reason: str, by: str) -> Hidden:
    """Hide a peer's record from now on, whatever versions of it come.

    Args:
        by: Id of the person who does it, or ``operator``.

    Raises:
        NotFound: Nothing public is held under this address.
        Refused: It is our own, or a profile, or the reason is none of ours.
    """
    if reason not in REASONS:
        raise Refused(f"expected a reason, one of {', '.join(REASONS)}; found {reason!r}")
    if iri.startswith(f"{home.base_url}/"):
        raise Refused(f"{iri}: this is our own record. Withdraw it, with a reason, instead.")
    if iri.rpartition("/")[2] in {"city", "organization"}:
        raise Refused(
            f"{iri}: expected a record, found a profile. To show nothing of a node, stop following "
            "it and forget it."
        )
    held = await _known(home, iri)
    done = Hidden(iri=iri, reason=reason, by=by, at=home.stamp())
    await note_deed(home, by, "hide", iri)
    await home.desk.put_page(HIDDEN, iri, msgspec.json.encode(done))
    await _show_anew(home, held)
    return done


async def unhide(home: Home, iri: str, by: str) -> None:
    """Show a record again.

    Raises:
        NotFound: It is not hidden.
    """
    if await notice_of(home, iri) is None:
        raise NotFound(f"{iri}: expected a record that is hidden here, found none")
    await note_deed(home, by, "unhide", iri)
    await home.desk.drop_page(HIDDEN, iri)
    for held in (await home.ledger.versions(iri))[-1:]:
        await _show_anew(home, held)


async def hidden(home: Home) -> list[Hidden]:
    """Everything that is hidden, newest first."""
    pages: Mapping[str, bytes] = await home.desk.pages(HIDDEN)
    found = [msgspec.json.decode(page, type=Hidden) for page in pages.values()]
    return sorted(found, key=lambda one: (one.at, one.iri), reverse=True)


async def notice_of(home: Home, iri: str) -> Hidden | None:
    """Why a record is not shown here; ``None`` where it is."""
    page = await home.desk.page(HIDDEN, iri)
    return msgspec.json.decode(page, type=Hidden) if page else None


async def check_shown(home: Home, iri: str) -> None:
    """Let pass what is not hidden.

    Raises:
        HiddenHere: It is: by whom, since when, why, and where it stands.
    """
    notice = await notice_of(home, iri)
    if notice is not None:
        raise HiddenHere(
            f"{iri} is hidden at this node since {notice.at[:10]} (reason: {notice.reason}). Its "
            "publisher's log is unchanged: the record stands at its own address."
        )


async def _known(home: Home, iri: str) -> Held:
    versions = await home.ledger.versions(iri)
    public = [one for one in versions if audience_of(one.log) is Audience.PUBLIC]
    if not public:
        raise NotFound(f"{iri}: expected the address of a public record held here, found none")
    return public[-1]


async def _show_anew(home: Home, held: Held) -> None:
    """Let every projection look at the record again, each from its own place."""
    await home.ledger.judge(held.log, held.index, held.verdict, recorded=held.recorded)
    await catch_up(home)
