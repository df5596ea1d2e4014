"""``/{plural}/{host}/{ulid}``: a peer's record as this node holds it, with its provenance.

It is a page about a copy, and its ``canonical`` link is the record's own address. What is answered
for JSON-LD is the signed bytes, so that the copy can be checked like the original.
"""

from __future__ import annotations

from aiohttp import web

from node.errors import NotFound
from node.web.addresses import PLURALS, host_of
from node.web.context import addresses_of, home_of
from node.web.records import answer, newest

__all__ = ["record"]

_SINGULAR = {plural: singular for singular, plural in PLURALS.items()}


async def record(request: web.Request) -> web.Response:
    """The newest version of a record by its host and ULID; of our own, the way to its address."""
    here = addresses_of(request)
    host = request.match_info["host"].lower().replace(":", "%3A")
    path = f"/{_SINGULAR[request.match_info['plural']]}/{request.match_info['ulid']}"
    if host == here.host:
        raise web.HTTPMovedPermanently(here(path))
    for log in await home_of(request).ledger.logs():
        base = log.rpartition("/log/")[0]
        for iri in (f"https://{base}{path}", f"http://{base}{path}"):
            if host_of(iri) == host and await home_of(request).ledger.latest(iri) is not None:
                return await answer(request, await newest(request, iri), fixed=False)
    raise NotFound("Expected a record of a node that this one follows, found none.")
