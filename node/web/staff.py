"""Who asks, on the staff's pages: the session's cookie, duties, and forms that are ours.

A session is shown by a cookie that no script reads and no other site sends along with a form. What
changes something is a POST whose ``Origin`` is our own and which carries the session's form token:
another site can know neither the one nor send the other.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from node.core.accounts import ABSOLUTE, LATE, Duty, Person
from node.service.accounts import late, signed_in
from node.service.home import Home
from node.web.context import addresses_of, chosen_language, home_of

__all__ = [
    "LATE_SAVE",
    "PERSON",
    "check_form",
    "check_origin",
    "cookie_of",
    "form_token",
    "may",
    "must_be",
    "open_session",
    "saving",
    "secret_of",
    "staff",
]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PERSON: Final = web.RequestKey("person", Person)
"""Who is signed in, on every page that ``staff`` guards."""

LATE_SAVE: Final = web.RequestKey("late", bool)
"""Set where a draft is saved after its writer's session has ended."""

TOKEN: Final = "token"  # noqa: S105 - the field's name
"""The form field that carries the session's token."""


def staff(handler: Handler, *duties: Duty) -> Handler:
    """A page for whoever is signed in, or for those of them who have one of these duties.

    Nobody signed in is led to the sign-in page (a GET) or refused (anything else). Whether the
    session still stands, and what the person may do, is asked anew each time. Nothing is kept by
    browsers or proxies.
    """

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        home = home_of(request)
        secret = secret_of(request)
        person = await signed_in(home, secret) if secret else None
        if person is None:
            if request.method == "GET":
                raise web.HTTPSeeOther(addresses_of(request)("/sign-in"))
            raise web.HTTPForbidden(text="Expected a session, found none: sign in, and try again.")
        if duties:
            must_be(person, *duties)
        if request.method != "GET":
            check_origin(request)
        request[PERSON] = person
        response = await handler(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def saving(handler: Handler, *duties: Duty) -> Handler:
    """A POST that keeps what somebody wrote, even where their session has ended by its age.

    It is then done for the person whose session it was, marked by ``LATE``; whatever it answers,
    they are led to the sign-in page, and nothing is shown to them.
    """
    guarded = staff(handler, *duties)

    @wraps(handler)
    async def saved(request: web.Request) -> web.StreamResponse:
        home, secret = home_of(request), secret_of(request)
        person = None
        if secret and await signed_in(home, secret) is None:
            person = await late(home, secret)
        if person is None:
            return await guarded(request)
        must_be(person, *duties)
        check_origin(request)
        request[PERSON], request[LATE_SAVE] = person, True
        await handler(request)
        to = addresses_of(request)("/sign-in", saved="1", lang=chosen_language(request))
        return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})

    return saved


def may(person: Person, *duties: Duty) -> bool:
    """Whether somebody has one of these duties; an admin has all."""
    return bool({*duties, Duty.ADMIN} & set(person.duties))


def must_be(person: Person, *duties: Duty) -> None:
    """That somebody has one of these duties.

    Raises:
        web.HTTPForbidden: They have none of them.
    """
    if not may(person, *duties):
        raise web.HTTPForbidden(
            text=f"Expected somebody who is {' or '.join(duties)}; you are "
            f"{', '.join(person.duties) or 'nothing of that'}. Ask an admin of this node."
        )


def check_origin(request: web.Request) -> None:
    """That a form was sent from a page of ours: browsers say where each POST comes from.

    Raises:
        web.HTTPForbidden: It was not, or it cannot be told.
    """
    base = urlsplit(home_of(request).base_url)
    expected = f"{base.scheme}://{base.netloc}"
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if origin != expected or site != "same-origin":
        raise web.HTTPForbidden(
            text=f"Expected a form of this site ({expected}), found one from "
            f"{origin[:200] or 'nowhere that is named'}."
        )


def check_form(request: web.Request, token: object) -> None:
    """That a form carries the token of the session that it is sent in.

    Raises:
        web.HTTPForbidden: It does not: it is another site's, or was opened in another session.
    """
    expected = form_token(request)
    if not isinstance(token, str) or not hmac.compare_digest(token.encode(), expected.encode()):
        raise web.HTTPForbidden(
            text="Expected a form that was opened in this session: load the page again, and send "
            "it once more."
        )


def form_token(request: web.Request) -> str:
    """What every form of a session carries; it follows from the session's secret alone."""
    return hashlib.sha256(b"form " + secret_of(request).encode()).hexdigest()[:32]


def secret_of(request: web.Request) -> str:
    """The session's secret, as the cookie has it; empty where there is none."""
    return request.cookies.get(cookie_of(home_of(request)), "")[:200]


def cookie_of(home: Home) -> str:
    """The cookie's name, which says how strictly browsers must treat it.

    Cookies ignore ports: on one machine, the name tells nodes apart.
    """
    base = urlsplit(home.base_url)
    if base.scheme != "https":
        return f"desk-{base.port or 80}"
    return "__Secure-desk" if base.path else "__Host-desk"


def open_session(request: web.Request, response: web.Response, secret: str) -> None:
    """Give the browser a session; an empty secret takes it away."""
    home = home_of(request)
    base = urlsplit(home.base_url)
    said: Mapping[str, object] = {
        "httponly": True,
        "samesite": "Lax",
        "secure": base.scheme == "https",
        "path": f"{base.path}/" if base.path else "/",
    }
    response.set_cookie(cookie_of(home), secret, max_age=ABSOLUTE + LATE if secret else 0, **said)  # type: ignore[arg-type]
