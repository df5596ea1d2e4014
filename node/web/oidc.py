"""``/sign-in/oidc``: to the organization's page, and ``…/back`` from there, with a session."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from node.errors import Refused
from node.service.accounts import end_session
from node.service.home import Home
from node.service.oidc import LIFE, enter_by_code, way_out
from node.web.context import home_of
from node.web.signin import opened, way_in
from node.web.staff import cookie_of, secret_of

__all__ = ["back", "out"]


async def out(request: web.Request) -> web.Response:
    """``/sign-in/oidc``: to the organization's page; the browser keeps what the answer must fit."""
    home = home_of(request)
    try:
        way = await way_out(home)
    except Refused as refused:
        return await way_in(request, "", problem=str(refused), status=502)
    response = web.Response(status=303, headers={"Location": way.address})
    response.headers["Cache-Control"] = "no-store"
    _keep(home, response, way.secret)
    return response


async def back(request: web.Request) -> web.Response:
    """``/sign-in/oidc/back?code=…&state=…``."""
    home, asked = home_of(request), request.query
    secret = request.cookies.get(_cookie(home), "")[:200]
    state, code, issuer = (asked.get(name, "")[:4096] for name in ("state", "code", "iss"))
    try:
        if not code:
            told = asked.get("error_description") or asked.get("error") or "nothing"
            raise Refused(f"expected a code of the organization, found {told[:300]}")  # noqa: TRY301
        session = await enter_by_code(home, secret, state, code, issuer)
    except Refused as refused:
        response = await way_in(request, "", problem=str(refused), status=403)
    else:
        if before := secret_of(request):
            await end_session(home, before)
        response = await opened(request, session)
    _keep(home, response, "")
    return response


def _cookie(home: Home) -> str:
    """Beside the session's, and as strict."""
    return f"{cookie_of(home)}-out"


def _keep(home: Home, response: web.Response, secret: str) -> None:
    """``Lax``: another site's page leads the browser back here, and the cookie must come along."""
    base = urlsplit(home.base_url)
    response.set_cookie(
        _cookie(home),
        secret,
        max_age=LIFE if secret else 0,
        httponly=True,
        samesite="Lax",
        secure=base.scheme == "https",
        path=f"{base.path}/" if base.path else "/",
    )
