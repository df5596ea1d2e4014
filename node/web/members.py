"""``/desk/members``: the members of this network with their terms, and what becomes of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.core.accounts import Duty
from node.core.joining import term_end
from node.errors import NodeError
from node.service import memberships
from node.service.directory import Member, members
from node.service.home import Home
from node.service.memberships import REASONS, days_left, remarks
from node.service.outbox import announce, deliver
from node.store.ports import Contact
from node.web import shelf
from node.web.admitting import only_networks
from node.web.city_cards import freshness_of
from node.web.context import home_of
from node.web.joining import STATES
from node.web.pages import render, shell_of
from node.web.reviewing import names_of
from node.web.staff import PERSON, check_form, form_token, may
from peers.errors import PeerError
from vocab.languages import LangMap
from vocab.records import City
from vocab.terms import WithdrawalReason

__all__ = ["change", "listing"]

_LONGEST: Final = 2000


async def listing(request: web.Request) -> web.Response:
    """``/desk/members``: whose term ends next first."""
    return await _page(request, done=request.query.get("done", "") == "1")


async def change(request: web.Request) -> web.Response:
    """``POST /desk/members``: a new term, a suspension, its end, or the end of a membership."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, by = home_of(request), request[PERSON].id
    only_networks(home)
    said = {one: str(form.get(one, "")).strip()[:_LONGEST] for one in ("member", "until", "note")}
    member, note, reason = said["member"], said["note"], str(form.get("reason", ""))[:100]
    deeds: dict[str, Callable[[], Awaitable[Member]]] = {
        "renew": lambda: memberships.renew(home, member, by, said["until"]),
        "suspend": lambda: memberships.suspend(home, member, by, note),
        "lift": lambda: memberships.lift(home, member, by),
        "revoke": lambda: memberships.revoke(home, member, by, reason, note),
    }
    deed = deeds.get(str(form.get("do", "")))
    if deed is None:
        return await _page(request, problem=f"expected one of {', '.join(deeds)}", status=422)
    try:
        await deed()
    except (NodeError, PeerError) as fault:
        return await _page(request, problem=str(fault), status=422)
    await deliver(home)
    await announce(home)
    to = (await shell_of(request)).href("/desk/members", done="1")
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


async def _page(
    request: web.Request, *, problem: str = "", done: bool = False, status: int = 200
) -> web.Response:
    home, shell = home_of(request), await shell_of(request)
    only_networks(home)
    listed = await members(home)
    listed.sort(key=lambda one: (one.state == "over", one.valid_until or "9999"))
    rows = [await _row(request, one) for one in listed]
    return await render(
        request,
        "members.html",
        shell,
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        rows=rows,
        away=[row for row in rows if row.is_away],
        remarks=await remarks(home),
        names=await names_of(home),
        reasons=[(name, shell.word(str(WithdrawalReason(_IRI + name)))) for name in REASONS],
        may_decide=may(request[PERSON], Duty.PUBLISHER),
        problem=problem,
        done=done,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A member as its secretariat sees it.

    Attributes:
        stands: Its state in words; left: days until its term ends; next: last day of another term.
        contact: What we know of its node; fresh: as ``node.web.city_cards.freshness_of`` has it.
        office, mail: Whom to call, as the city's profile says.
    """

    one: Member
    stands: Markup
    left: int | None
    next: str
    contact: Contact | None
    fresh: str
    office: LangMap
    mail: str

    @property
    def is_away(self) -> bool:
        """Whether somebody should call: its node was not reached, or is not what it was."""
        return self.one.state != "over" and self.fresh != "fresh"


async def _row(request: web.Request, one: Member) -> _Row:
    home, words = home_of(request), (await shell_of(request)).words
    contact = await home.desk.contact(one.did)
    entries = {entry.agent: entry.profile.record for entry in await shelf.cities(request)}
    city = entries.get(one.agent)
    said = city if isinstance(city, City) else None
    return _Row(
        one=one,
        stands=words.say(STATES[one.state]),
        left=days_left(one, home.now().date()),
        next=_next(home, one),
        contact=contact,
        fresh=freshness_of(contact, home.now()) if contact else "left",
        office=said.contact_office if said else {},
        mail=(said.contact_email or "") if said else "",
    )


_IRI: Final = str(WithdrawalReason.OTHER).removesuffix("other")


def _next(home: Home, member: Member) -> str:
    """The last day of the usual term after this one."""
    today = home.now().date()
    last = max(today, today.fromisoformat(member.valid_until or today.isoformat()))
    return term_end(last, home.config.network.term_years).isoformat()
