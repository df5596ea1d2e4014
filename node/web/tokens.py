"""``/desk/tokens``: what programs may do for whoever is signed in; an admin may end anybody's.

A secret is on the page that answers the form, and nowhere after.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from node.core.accounts import Duty
from node.core.tokens import DAYS, MOST_DAYS, Scope, Token, day_of, reach_of
from node.errors import NodeError, Refused
from node.service.tokens import issue, revoke, tokens
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.staff import PERSON, check_form, form_token
from node.web.texts import mark

__all__ = ["end", "make", "page"]

_MEANINGS: Final = {
    Scope.DRAFTS: mark("write drafts"),
    Scope.REVIEW: mark("approve what others have written"),
    Scope.PUBLISH: mark("publish and withdraw"),
}


async def page(request: web.Request) -> web.Response:
    """``/desk/tokens``."""
    return await _page(request)


async def make(request: web.Request) -> web.Response:
    """``POST /desk/tokens``: a token of whoever is signed in, shown this once."""
    form = await request.post()
    check_form(request, form.get("token"))
    days = str(form.get("days", ""))
    try:
        secret, token = await issue(
            home_of(request),
            request[PERSON].id,
            request[PERSON].id,
            str(form.get("purpose", "")),
            [str(one) for one in form.getall("scope", [])],
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
        )
    except NodeError as exc:
        return await _page(request, problem=str(exc), status=exc.status)
    return await _page(request, made=token, secret=secret)


async def end(request: web.Request) -> web.Response:
    """``POST /desk/tokens/revoke``: one of one's own; an admin's, anybody's."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, person, key = home_of(request), request[PERSON], str(form.get("key", ""))[:40]
    try:
        if Duty.ADMIN not in person.duties:
            own = {one.id for one, holder in await tokens(home) if holder.id == person.id}
            if key not in own:
                raise Refused("expected a token of your own; those of others are an admin's to end")
        await revoke(home, person.id, key)
    except NodeError as exc:
        return await _page(request, problem=str(exc), status=exc.status)
    raise web.HTTPSeeOther((await shell_of(request)).href("/desk/tokens"))


async def _page(
    request: web.Request,
    *,
    problem: str = "",
    made: Token | None = None,
    secret: str = "",
    status: int = 200,
) -> web.Response:
    person = request[PERSON]
    all_ = await tokens(home_of(request))
    is_admin = Duty.ADMIN in person.duties
    return await render(
        request,
        "tokens.html",
        await shell_of(request),
        status=status,
        cache="no-store",
        person=person,
        token=form_token(request),
        rows=[one for one in all_ if is_admin or one[1].id == person.id],
        is_admin=is_admin,
        reach=reach_of(person),
        meanings=_MEANINGS,
        usual=DAYS,
        most=MOST_DAYS,
        day_of=day_of,
        problem=problem,
        made=made,
        secret=secret,
    )
