"""``/sign-in`` and ``/sign-out``: a link, good once, opens a session.

Mail programs look at links before people do: opening one only shows a button, and the button, which
is pressed by a person, spends it.
"""

from __future__ import annotations

from aiohttp import web

from node.errors import NodeError, Refused
from node.service.accounts import end_session, spend_link
from node.service.first_admin import is_first, open_first
from node.service.oidc import is_offered
from node.service.passkeys import options_to_enter
from node.web.context import home_of
from node.web.middleware import WITH_SCRIPT
from node.web.pages import render, shell_of
from node.web.staff import check_form, check_origin, open_session, secret_of

__all__ = ["leave", "opened", "show", "spend", "way_in"]


async def show(request: web.Request) -> web.Response:
    """``/sign-in``, with ``?link=`` where somebody follows one."""
    saved = request.query.get("saved", "") == "1"
    return await way_in(request, request.query.get("link", "")[:200], saved=saved)


async def spend(request: web.Request) -> web.Response:
    """``POST /sign-in``: a session for whoever holds a good link; always under a new secret."""
    check_origin(request)
    form = await request.post()
    link, name, contact = (str(form.get(one, ""))[:200] for one in ("link", "name", "contact"))
    home = home_of(request)
    try:
        if await is_first(home, link):
            secret = await open_first(home, link, name, contact)
        else:
            secret = await spend_link(home, link)
    except Refused as refused:
        return await way_in(request, "", problem=str(refused), status=403)
    except NodeError as fault:
        return await way_in(request, link, problem=str(fault), status=422)
    if before := secret_of(request):
        await end_session(home, before)
    return await opened(request, secret)


async def opened(request: web.Request, secret: str) -> web.Response:
    """The way to the desk, with the cookie of a session that was just opened."""
    shell = await shell_of(request)
    response = web.Response(status=303, headers={"Location": shell.href("/desk")})
    response.headers["Cache-Control"] = "no-store"
    open_session(request, response, secret)
    return response


async def leave(request: web.Request) -> web.Response:
    """``POST /sign-out``."""
    check_form(request, (await request.post()).get("token"))
    await end_session(home_of(request), secret_of(request))
    shell = await shell_of(request)
    response = web.Response(status=303, headers={"Location": shell.href("/sign-in")})
    open_session(request, response, "")
    return response


async def way_in(
    request: web.Request, link: str, *, problem: str = "", saved: bool = False, status: int = 200
) -> web.Response:
    """The sign-in page: a link to be used, else what one needs."""
    shell = await shell_of(request)
    return await render(
        request,
        "sign-in.html",
        shell,
        status=status,
        cache="no-store",
        headers=WITH_SCRIPT,
        options=await options_to_enter(home_of(request)),
        organization=is_offered(home_of(request)),
        link=link,
        first=await is_first(home_of(request), link),
        problem=problem,
        saved=saved,
    )
