"""``/desk/people``: who works at this node, for its admins; ``/desk/audit``: who did what.

A link is shown once, on the page that answers the wish for it: nobody can look it up again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.core.accounts import LINK_LIFE, Duty
from node.errors import NodeError
from node.service import accounts
from node.service.home import Home
from node.web.addresses import Addresses
from node.web.context import addresses_of, home_of
from node.web.messages import VERBS
from node.web.pages import render, shell_of
from node.web.shell import Shell
from node.web.staff import PERSON, check_form, form_token
from node.web.texts import mark

__all__ = ["audit", "change", "duty_names", "invite", "listing"]

_LATEST: Final = 200
"""Entries of the audit log that the page shows; the command shows all."""

_DUTIES: Final = {
    Duty.AUTHOR: mark("writes drafts"),
    Duty.REVIEWER: mark("reviews drafts of others"),
    Duty.PUBLISHER: mark("publishes"),
    Duty.ADMIN: mark("does everything, and looks after people and settings"),
}
"""What somebody with a duty does, in words."""

_NAMES: Final = {
    Duty.AUTHOR: mark("Author"),
    Duty.REVIEWER: mark("Reviewer"),
    Duty.PUBLISHER: mark("Publisher"),
    Duty.ADMIN: mark("Admin"),
}

_DEEDS: Final = {
    "invite": mark("opened an account"),
    "role": mark("changed what somebody may do"),
    "remove": mark("closed an account"),
    "link": mark("made a sign-in link"),
    "sign-in": mark("signed in"),
    "write": mark("wrote in a draft"),
    "drop": mark("let go of a draft"),
    "submit": mark("handed a draft over for review"),
    "comment": mark("commented on a draft"),
    "return": mark("returned a draft"),
    "approve": mark("approved a draft"),
    "publish": mark("published a record"),
    "schedule": mark("said when a draft is to be published"),
    "unschedule": mark("let a draft wait again"),
    "withdraw": mark("withdrew a record"),
    "erase": mark("had the text of a record erased"),
    "follow": mark("began to follow a node"),
    "unfollow": mark("stopped following a node"),
    "forget": mark("stopped following a node, and had it forgotten"),
    "pause": mark("paused a node"),
    "resume": mark("took a node up again"),
    "block": mark("blocked a node"),
    "sync": mark("asked a node"),
    "grant": mark("let a node read what is for members"),
    "ungrant": mark("no longer let a node read what is for members"),
    "backup": mark("made a backup"),
    "ask": mark("asked a city for an exchange"),
    **{f"say-{verb}": mark("spoke for the city in an exchange") for verb in VERBS},
    "apply": mark("applied to a network"),
    "withdraw-application": mark("took an application back"),
    "accept-policy": mark("accepted a network’s data policy"),
    "check-application": mark("began to check an application"),
    "tick-evidence": mark("has checked a declaration’s evidence"),
    "tick-mandate": mark("has checked a mandate letter"),
    "tick-contact": mark("has checked a contact"),
    "untick-evidence": mark("took back a check of a declaration’s evidence"),
    "untick-mandate": mark("took back a check of a mandate letter"),
    "untick-contact": mark("took back a check of a contact"),
    "approve-application": mark("approved an application"),
    "refuse-application": mark("refused an application"),
    "renew-member": mark("renewed a membership"),
    "suspend-member": mark("suspended a membership"),
    "lift-member": mark("lifted a suspension"),
    "revoke-member": mark("ended a membership"),
    "decide-conflict": mark("said that two nodes of one city may both stand"),
    "oidc": mark("signed in with the organization’s account for the first time"),
    "passkey": mark("added a passkey"),
    "drop-passkey": mark("removed a passkey"),
    "rotate": mark("changed keys of the node"),
}


async def listing(request: web.Request) -> web.Response:
    """``/desk/people``."""
    return await _page(request)


async def invite(request: web.Request) -> web.Response:
    """``POST /desk/people``: a new account, with a link to sign in to it."""
    form = await request.post()
    check_form(request, form.get("token"))
    name, contact = (str(form.get(one, ""))[:200] for one in ("name", "contact"))
    duties = [str(one) for one in form.getall("duty", [])]
    home, by = home_of(request), request[PERSON].id
    try:
        await accounts.invite(home, by, name, contact, duties)
        secret = await accounts.sign_in_link(home, by, contact)
    except NodeError as fault:
        said = {"name": name, "contact": contact, "duties": duties}
        return await _page(request, problem=str(fault), said=said, status=fault.status)
    return await _page(request, link=_link(request, secret), whose=contact)


async def change(request: web.Request) -> web.Response:
    """``POST /desk/people/{id}``: a link, other duties, or the end of an account."""
    form = await request.post()
    check_form(request, form.get("token"))
    deed = _CHANGES.get(str(form.get("do", "")))
    if deed is None:
        return await _page(request, problem=f"expected one of {', '.join(_CHANGES)}", status=422)
    key = request.match_info["id"]
    try:
        link = await deed(request, key, [str(one) for one in form.getall("duty", [])])
    except NodeError as fault:
        return await _page(request, problem=str(fault), status=fault.status)
    person = next((one for one in await accounts.people(home_of(request)) if one.id == key), None)
    return await _page(request, link=link, whose=person.contact if person else "", done=not link)


async def _new_link(request: web.Request, key: str, _duties: list[str]) -> str:
    secret = await accounts.sign_in_link(home_of(request), request[PERSON].id, key)
    return _link(request, secret)


async def _duties(request: web.Request, key: str, duties: list[str]) -> str:
    await _keep_an_admin(home_of(request), key, duties)
    await accounts.change_duties(home_of(request), request[PERSON].id, key, duties)
    return ""


async def _remove(request: web.Request, key: str, _duties: list[str]) -> str:
    await _keep_an_admin(home_of(request), key, [])
    await accounts.remove(home_of(request), request[PERSON].id, key)
    return ""


_CHANGES: Final[dict[str, Callable[[web.Request, str, list[str]], Awaitable[str]]]] = {
    "link": _new_link,
    "duties": _duties,
    "remove": _remove,
}


async def _keep_an_admin(home: Home, key: str, duties: list[str]) -> None:
    """From these pages nobody can lock everybody out; whoever runs the node still can."""
    others = [one for one in await accounts.people(home) if one.id != key]
    if Duty.ADMIN not in duties and not any(Duty.ADMIN in one.duties for one in others):
        raise NodeError(
            "expected at least one admin to be left, found none: make somebody else an admin first"
        )


def _link(request: web.Request, secret: str) -> str:
    where: Addresses = addresses_of(request)
    return f"{where.whole('/sign-in')}?link={secret}"


async def _page(
    request: web.Request,
    *,
    problem: str = "",
    said: Mapping[str, object] | None = None,
    link: str = "",
    whose: str = "",
    done: bool = False,
    status: int = 200,
) -> web.Response:
    shell = await shell_of(request)
    return await render(
        request,
        "people.html",
        shell,
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        people=await accounts.people(home_of(request)),
        duties=duty_names(shell),
        said={"name": "", "contact": "", "duties": ["author"], **(said or {})},
        problem=problem,
        link=link,
        hours=LINK_LIFE // 3600,
        whose=whose,
        done=done,
    )


def duty_names(shell: Shell) -> dict[str, tuple[Markup, Markup]]:
    """Each duty's name, and what somebody with it does."""
    say = shell.words.say
    return {str(one): (say(_NAMES[one]), say(_DUTIES[one])) for one in Duty}


async def audit(request: web.Request) -> web.Response:
    """``/desk/audit``: the newest entries first."""
    home, shell = home_of(request), await shell_of(request)
    names = {one.id: one.name for one in await accounts.people(home)}
    entries = (await accounts.audit(home))[-_LATEST:][::-1]
    return await render(
        request,
        "audit.html",
        shell,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        entries=[
            (
                one.when,
                _who(shell, one.who, names),
                _deed(shell, one.what),
                names.get(one.on, one.on),
            )
            for one in entries
        ],
    )


def _who(shell: Shell, who: str, names: dict[str, str]) -> str | Markup:
    if who == accounts.OPERATOR:
        return shell.words.say(mark("whoever runs the node"))
    return names.get(who, who)


def _deed(shell: Shell, what: str) -> str | Markup:
    return shell.words.say(_DEEDS[what]) if what in _DEEDS else what
