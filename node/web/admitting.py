"""``/desk/applications``: who asks to become a member of this network, and who has checked what.

A publisher checks and approves. Two different people's approvals admit a city.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.core.accounts import Duty
from node.core.joining import OPEN
from node.errors import NodeError, NotFound
from node.service import admitting
from node.service.admitting import Check, Checklist
from node.service.applications import application, applications
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import deliver
from node.web import shelf
from node.web.context import home_of
from node.web.joining import STATES
from node.web.pages import render, shell_of
from node.web.reviewing import names_of
from node.web.shell import Shell
from node.web.staff import PERSON, check_form, form_token, may
from node.web.texts import mark
from peers.did import parse_did
from peers.errors import PeerError

__all__ = ["decide", "listing", "one", "only_networks"]

_LONGEST: Final = 4000

_ITEMS: Final = {
    "evidence": mark("The declaration’s evidence shows what it is said to show"),
    "mandate": mark("The mandate letter gives this office the mandate"),
    "contact": mark("The contact is the city’s"),
    "policy": mark("The data policy is accepted"),
    "conflict": mark("No other node claims to be this city, or somebody has decided"),
}

_MAIL: Final = {
    "same": mark("The mail’s domain is that of the city’s node."),
    "parent": mark(
        "The city’s node lies below the mail’s domain. That shows something only where nobody else "
        "has names below it: say how you have confirmed the contact."
    ),
    "other": mark(
        "The mail’s domain is another one than the node’s: say how you have confirmed the contact."
    ),
}

_SAID: Final = {
    "apply": mark("applied"),
    "amend": mark("said it anew"),
    "withdraw": mark("took it back"),
    "receive": mark("received it"),
    "check": mark("began to check it"),
    "admit": mark("admitted the city"),
    "refuse": mark("refused it"),
    "renew": mark("renewed the term"),
    "suspend": mark("suspended the membership"),
    "lift": mark("lifted the suspension"),
    "revoke": mark("ended the membership"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the checklist, ready for the page.

    Attributes:
        computed: Whether nobody ticks it.
        by: Name of who has ticked it.
    """

    name: str
    words: Markup
    done: bool
    computed: bool
    by: str = ""
    tick: Check | None = None


def only_networks(home: Home) -> None:
    """That this is a network's node.

    Raises:
        NotFound: It is not.
    """
    if home.config.node.role != "network":
        raise NotFound("Expected a network's node: only a network has members.")


async def listing(request: web.Request) -> web.Response:
    """``/desk/applications``: those that wait first, then the newest."""
    home, shell = home_of(request), await shell_of(request)
    only_networks(home)
    views = await applications(home)
    views.sort(key=lambda view: view.stand.state not in OPEN)
    rows, known = [], await shelf.clashes(request)
    for view in views:
        waits = view.stand.state in OPEN
        found = await admitting.checklist(home, view.id, known) if waits else None
        rows.append((view, shell.words.say(STATES[view.stand.state]), found))
    return await render(
        request,
        "applications.html",
        shell,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        rows=rows,
    )


async def one(request: web.Request) -> web.Response:
    """``/desk/applications/{ulid}``."""
    return await _page(request, done=request.query.get("done", "") == "1")


async def decide(request: web.Request) -> web.Response:
    """``POST /desk/applications/{ulid}``: begin, tick, approve or refuse."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, identity, by = home_of(request), request.match_info["ulid"], request[PERSON].id
    do, _, item = str(form.get("do", "")).partition(":")
    note, reason, until = (str(form.get(one, "")).strip() for one in ("note", "reason", "until"))

    async def untick() -> None:
        await admitting.tick(home, identity, item, by, done=False)

    deeds: dict[str, Callable[[], Awaitable[object]]] = {
        "begin": lambda: admitting.begin(home, identity, by),
        "tick": lambda: admitting.tick(home, identity, item, by, note=note[:500]),
        "untick": untick,
        "approve": lambda: admitting.approve(home, identity, by, until[:10]),
        "refuse": lambda: admitting.refuse(home, identity, by, reason[:_LONGEST]),
    }
    deed = deeds.get(do)
    if deed is None:
        return await _page(request, problem=f"expected one of {', '.join(deeds)}", status=422)
    try:
        await deed()
    except (NodeError, PeerError) as fault:
        return await _page(request, problem=str(fault), status=422)
    await catch_up(home)
    await deliver(home)
    to = (await shell_of(request)).href(f"/desk/applications/{identity}", done="1")
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


async def _page(
    request: web.Request, *, problem: str = "", done: bool = False, status: int = 200
) -> web.Response:
    home, shell = home_of(request), await shell_of(request)
    only_networks(home)
    view = await application(home, request.match_info["ulid"])
    if not view.stand.form:
        raise NotFound(f"{view.id}: the application itself has not come yet.")
    found, names = await admitting.checklist(home, view.id), await names_of(home)
    left = shell.words.say("somebody who has left")
    host = parse_did(view.peer).authority.replace(":", "%3A")
    held = {entry.host for entry in await shelf.cities(request)}
    return await render(
        request,
        "application.html",
        shell,
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        view=view,
        form=view.stand.form,
        host=host if host in held else "",
        stands=shell.words.say(STATES[view.stand.state]),
        open=view.stand.state in OPEN,
        found=found,
        items=_items(shell, found, names),
        mail=shell.words.say(_MAIL[found.mail]),
        approvals=[(names.get(one.by, left), one) for one in found.approvals],
        approved=any(one.by == request[PERSON].id for one in found.approvals),
        history=[
            (word.published, side, shell.words.say(_SAID[word.verb]), _reason_of(word.content))
            for side, word in view.words
        ],
        may_decide=may(request[PERSON], Duty.PUBLISHER),
        problem=problem,
        done=done,
    )


def _items(shell: Shell, found: Checklist, names: dict[str, str]) -> list[Item]:
    left = shell.words.say("somebody who has left")
    listed = []
    for name, words in _ITEMS.items():
        tick = found.ticks.get(name)
        by = names.get(tick.by, left) if tick else ""
        computed = name not in admitting.ITEMS
        listed.append(
            Item(name, shell.words.say(words), name not in found.missing, computed, by, tick)
        )
    return listed


def _reason_of(content: object) -> str:
    reason = content.get("reason") if isinstance(content, dict) else None
    return reason if isinstance(reason, str) else ""
