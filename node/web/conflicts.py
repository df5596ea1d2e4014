"""``/desk/conflicts``: nodes that claim to be one city, the facts of each, and what to do."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from node.core.accounts import Duty
from node.errors import NodeError
from node.service import conflicts as deciding
from node.web import shelf
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.reviewing import names_of
from node.web.staff import PERSON, check_form, form_token, may
from node.web.texts import mark

__all__ = ["decide", "listing"]

_GROUNDS: Final = {
    "wikidata": mark("the same number at Wikidata"),
    "place": mark("the same place at GeoNames"),
    "name": mark("the same name in the same country"),
    "points": mark("one says that the other’s node is its own"),
}


async def listing(request: web.Request) -> web.Response:
    """``/desk/conflicts``: those that nobody has decided first."""
    return await _page(request, done=request.query.get("done", "") == "1")


async def decide(request: web.Request) -> web.Response:
    """``POST /desk/conflicts/{id}``: both may stand, with a reason."""
    form = await request.post()
    check_form(request, form.get("token"))
    home, by = home_of(request), request[PERSON].id
    try:
        await deciding.decide(home, request.match_info["id"], by, str(form.get("reason", "")))
    except NodeError as fault:
        return await _page(request, problem=str(fault), status=422)
    to = (await shell_of(request)).href("/desk/conflicts", done="1")
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


async def _page(
    request: web.Request, *, problem: str = "", done: bool = False, status: int = 200
) -> web.Response:
    home, shell = home_of(request), await shell_of(request)
    return await render(
        request,
        "conflicts.html",
        shell,
        status=status,
        cache="no-store",
        person=request[PERSON],
        token=form_token(request),
        rows=[
            (one, [shell.words.say(_GROUNDS[ground]) for ground in one.grounds])
            for one in await deciding.conflicts(home)
        ],
        names=await shelf.names(request),
        people=await names_of(home),
        may_decide=may(request[PERSON], Duty.PUBLISHER),
        problem=problem,
        done=done,
    )
