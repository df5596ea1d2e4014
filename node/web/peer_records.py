"""``/{plural}/{host}/{ulid}``, ``…/v/{n}``: a peer's record as this node holds it, and where from.

It is a page about a copy, and its ``canonical`` link is the record's own address. What is answered
for JSON-LD is the signed bytes, so that the copy can be checked like the original.
"""

from __future__ import annotations

from aiohttp import web

from node.errors import NotFound
from node.service.hiding import notice_of
from node.service.records import find_iri
from node.web.addresses import PLURALS
from node.web.context import addresses_of, home_of
from node.web.hiding import hidden_here
from node.web.records import answer, newest, version_of

__all__ = ["iri_here", "record"]

_SINGULAR = {plural: singular for singular, plural in PLURALS.items()}


async def record(request: web.Request) -> web.StreamResponse:
    """A record by its host and ULID, or a version of it; of our own, the way to its address."""
    here = addresses_of(request)
    number = int(request.match_info.get("version", 0))
    if _host(request) == here.host:
        raise web.HTTPMovedPermanently(here(_path(request) + (f"/v/{number}" if number else "")))
    iri = await iri_here(request)
    if (notice := await notice_of(home_of(request), iri)) is not None:
        return await hidden_here(request, notice)
    held = await (version_of(request, iri, number) if number else newest(request, iri))
    return await answer(request, held, fixed=bool(number))


async def iri_here(request: web.Request) -> str:
    """The IRI of the record that a page's address names.

    Raises:
        NotFound: Nothing is held of it.
    """
    iri = await find_iri(home_of(request), _host(request), _path(request))
    if iri is None:
        raise NotFound("Expected a record of a node that this one follows, found none.")
    return iri


def _host(request: web.Request) -> str:
    return request.match_info["host"].lower().replace(":", "%3A")


def _path(request: web.Request) -> str:
    return f"/{_SINGULAR[request.match_info['plural']]}/{request.match_info['ulid']}"
