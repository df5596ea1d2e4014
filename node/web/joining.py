"""``/desk/networks``: the networks that this city belongs to or has asked, and asking one.

Whoever works at the desk may read it; a publisher speaks for the city.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.core.accounts import Duty
from node.core.joining import OPEN
from node.errors import NodeError, NotFound
from node.service import applying
from node.service.accounts import note_deed
from node.service.applying import Form
from node.service.belonging import Belonging, belongings
from node.service.discover import found
from node.service.files import files
from node.service.home import Home
from node.service.outbox import deliver
from node.web.context import home_of
from node.web.pages import own_profile, render, shell_of
from node.web.shell import Shell
from node.web.staff import PERSON, check_form, form_token, may
from node.web.texts import mark
from peers.errors import PeerError
from vocab.languages import LANGUAGES
from vocab.records import City

__all__ = ["STATES", "ask", "change", "listing"]

_LONGEST: Final = 4000
_FIELDS: Final = ("url", "tag", "office", "email", "evidence", "mandate", "sha256", "statement")

STATES: Final = {
    "asked": mark("asked; the network has not said yet that it has it"),
    "received": mark("received by the network"),
    "checking": mark("being checked"),
    "withdrawn": mark("taken back"),
    "refused": mark("refused"),
    "member": mark("member"),
    "coming": mark("member from a later day on"),
    "suspended": mark("suspended"),
    "over": mark("ended"),
}
"""Where an application or a membership stands, in words."""


async def listing(request: web.Request) -> web.Response:
    """``/desk/networks``."""
    return await _page(request, done=request.query.get("done", "") == "1")


async def ask(request: web.Request) -> web.Response:
    """``POST /desk/networks``: apply to a network."""
    form = await request.post()
    check_form(request, form.get("token"))
    home = home_of(request)
    said = {name: str(form.get(name, "")).strip()[:_LONGEST] for name in _FIELDS}
    url, tag = said["url"], said["tag"]
    url = url if "://" in url or not url else f"https://{url}"
    accepted = str(form.get("policy", "")).strip()[:50]
    if tag not in LANGUAGES:
        problem = "expected the language of what you write, found none: choose it"
        return await _page(request, problem=problem, said=said, status=422)
    letter = Form(
        office={tag: said["office"]} if said["office"] else {},
        email=said["email"],
        evidence=said["evidence"],
        mandate_url=said["mandate"],
        mandate_sha256=said["sha256"],
        statement={tag: said["statement"]} if said["statement"] else {},
        policy=accepted,
    )
    try:
        view = await applying.apply(home, url, letter)
    except (NodeError, PeerError) as fault:
        return await _page(request, problem=str(fault), said=said, status=422)
    await note_deed(home, request[PERSON].id, "apply", view.id)
    return await _done(request)


async def change(request: web.Request) -> web.Response:
    """``POST /desk/networks/{ulid}``: accept the network's data policy, or take it back."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, identity = home_of(request), request.match_info["ulid"]
    deeds = {
        "withdraw": ("withdraw-application", applying.withdraw_application),
        "accept": ("accept-policy", applying.accept_policy),
    }
    named = deeds.get(str(form.get("do", "")))
    if named is None:
        return await _page(request, problem=f"expected one of {', '.join(deeds)}", status=422)
    what, deed = named
    try:
        await deed(home, identity)
    except (NodeError, PeerError) as fault:
        return await _page(request, problem=str(fault), status=422)
    await note_deed(home, request[PERSON].id, what, identity)
    return await _done(request)


async def _done(request: web.Request) -> web.Response:
    await deliver(home_of(request))
    to = (await shell_of(request)).href("/desk/networks", done="1")
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


async def _page(
    request: web.Request,
    *,
    problem: str = "",
    said: Mapping[str, str] | None = None,
    done: bool = False,
    status: int = 200,
) -> web.Response:
    home, shell = home_of(request), await shell_of(request)
    if home.config.node.role != "city":
        raise NotFound("Expected a city's node: a network has members, and belongs to none.")
    own = await own_profile(home)
    return await render(
        request,
        "networks.html",
        shell,
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        rows=[(one, _in_words(shell, one), _waits(one)) for one in await belongings(home)],
        known=isinstance(own, City),
        said=said or await _begun(home, shell, own if isinstance(own, City) else None),
        commitments=[one.put for one in await found(home, kinds=["Commitment"], agent=home.agent)],
        letters=await files(home),
        tags=list(LANGUAGES),
        may_speak=may(request[PERSON], Duty.PUBLISHER),
        problem=problem,
        done=done,
    )


async def _begun(home: Home, shell: Shell, own: City | None) -> dict[str, str]:
    """What the form begins with: as the profile has it."""
    begun = dict.fromkeys(_FIELDS, "")
    if own is None:
        return begun
    tag, office = shell.pick(own.contact_office)
    declared = await found(home, kinds=["Commitment"], agent=home.agent)
    return {
        **begun,
        "tag": tag or next(iter(own.working_languages), shell.language),
        "office": office,
        "email": own.contact_email or "",
        "evidence": declared[-1].put.iri if declared else "",
    }


def _in_words(shell: Shell, one: Belonging) -> Markup:
    return shell.words.say(STATES[one.state])


def _waits(one: Belonging) -> bool:
    """Whether the network asks for another version of its data policy than was accepted."""
    if one.application is None or one.state not in OPEN:
        return False
    stand = one.application.stand
    return bool(stand.policy) and stand.form.get("dataPolicy", "") != stand.policy
