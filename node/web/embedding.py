"""``/cities/{host}/card``: a city on one small card, for other sites to show in a frame.

It is the only page that may be framed: it has no form, sets no cookie and runs no script, so there
is nothing on it that a site around it could make a visitor do.
"""

from __future__ import annotations

from collections import Counter

from aiohttp import web

from node.web import shelf
from node.web.answers import Link
from node.web.city_cards import STATES
from node.web.middleware import FRAMED
from node.web.pages import render, shell_of
from vocab.framework import load
from vocab.records import City

__all__ = ["card"]


async def card(request: web.Request) -> web.Response:
    """The card, in the language that ``?lang=`` names or the visitor's browser asks for."""
    host = request.match_info["host"].lower().replace(":", "%3A")
    picture = await shelf.picture(request, host)
    entry = picture.entry
    city = entry.profile.record
    assert isinstance(city, City)
    shell = await shell_of(request, demonstration=shelf.is_demonstration(entry))
    blocks = shelf.blocks_of(picture)
    return await render(
        request,
        "embedded.html",
        shell,
        links=[Link(shell.addresses.whole(f"/cities/{entry.host}"), "canonical")],
        headers=FRAMED,
        city=city,
        entry=entry,
        blocks=blocks,
        states=STATES,
        counts=Counter(blocks[a.code].state if a.code in blocks else "" for a in load().actions),
        practices=len(picture.practices),
        page=shell.addresses.whole(f"/cities/{entry.host}", lang=shell.chosen),
    )
