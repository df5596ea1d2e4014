"""``/{plural}/{host}/{ulid}``, ``…/v/{n}``: a peer's record as this node holds it, and where from.

It is a page about a copy, and its ``canonical`` link is the record's own address. What is answered
for JSON-LD is the signed bytes, so that the copy can be checked like the original.
"""

from __future__ import annotations

from aiohttp import web

from node.errors import NotFound
from node.web.addresses import PLURALS, host_of
from node.web.context import addresses_of, home_of
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
    held = await (version_of(request, iri, number) if number else newest(request, iri))
    return await answer(request, held, fixed=bool(number))


async def iri_here(request: web.Request) -> str:
    """The IRI of the record that a page's address names.

    Raises:
        NotFound: Nothing is held of it.
    """
    for log in await home_of(request).ledger.logs():
        base = log.rpartition("/log/")[0]
        for iri in (f"https://{base}{_path(request)}", f"http://{base}{_path(request)}"):
            if host_of(iri) == _host(request) and await home_of(request).ledger.latest(iri):
                return iri
    raise NotFound("Expected a record of a node that this one follows, found none.")


def _host(request: web.Request) -> str:
    return request.match_info["host"].lower().replace(":", "%3A")


def _path(request: web.Request) -> str:
    return f"/{_SINGULAR[request.match_info['plural']]}/{request.match_info['ulid']}"
