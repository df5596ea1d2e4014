"""``/desk/account``: one's own name, duties, passkeys and sessions; ``POST /sign-in/passkey``.

These two pages run a script, our own file, as a browser's dialogue for passkeys has no other door.
Without it everything works by links.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from node.errors import NodeError, Refused
from node.service.accounts import end_other_sessions, end_session, sessions_of
from node.service.passkeys import (
    add_passkey,
    drop_passkey,
    enter,
    options_to_add,
    passkeys_of,
)
from node.web.context import home_of
from node.web.middleware import WITH_SCRIPT
from node.web.pages import render, shell_of
from node.web.people import duty_names
from node.web.signin import opened, way_in
from node.web.staff import PERSON, check_form, check_origin, form_token, secret_of

__all__ = ["change", "page", "use"]

_LONGEST: Final = 20_000


async def use(request: web.Request) -> web.Response:
    """``POST /sign-in/passkey``: a session for whoever holds a passkey."""
    check_origin(request)
    form = await request.post()
    home = home_of(request)
    try:
        secret = await enter(home, str(form.get("credential", ""))[:_LONGEST])
    except Refused as refused:
        return await way_in(request, "", problem=str(refused), status=403)
    if before := secret_of(request):
        await end_session(home, before)
    return await opened(request, secret)


async def page(request: web.Request) -> web.Response:
    """``/desk/account``."""
    return await _page(request, done=request.query.get("done", "")[:20])


async def change(request: web.Request) -> web.Response:
    """``POST /desk/account``: add or remove a passkey, end other sessions."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, person = home_of(request), request[PERSON]
    try:
        match form.get("do"):
            case "add":
                sent = str(form.get("credential", ""))[:_LONGEST]
                await add_passkey(home, person, sent, str(form.get("name", "")))
            case "drop":
                await drop_passkey(home, person, str(form.get("passkey", ""))[:2000])
            case "end":
                await end_other_sessions(home, person, secret_of(request))
            case _:
                problem = "expected something to be done, found nothing"
                return await _page(request, problem=problem, status=422)
    except NodeError as fault:
        return await _page(request, problem=str(fault), status=fault.status)
    to = (await shell_of(request)).href("/desk/account", done="1")
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


async def _page(
    request: web.Request, *, problem: str = "", done: str = "", status: int = 200
) -> web.Response:
    home, shell, person = home_of(request), await shell_of(request), request[PERSON]
    return await render(
        request,
        "account.html",
        shell,
        status=status,
        cache="no-store",
        headers=WITH_SCRIPT,
        person=person,
        token=form_token(request),
        duties=duty_names(shell),
        passkeys=await passkeys_of(home, person),
        options=await options_to_add(home, person),
        sessions=len(await sessions_of(home, person)),
        problem=problem,
        done=done,
    )
