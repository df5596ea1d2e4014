"""``…/provenance``: how this node knows of a record, as RDF.

The same triples as in the query endpoint: those of the record's provenance graph, and those of the
graph of the log that it stands in.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from node.errors import NotFound
from node.service.discover import found, host_of
from node.service.provenance import provenance_graph
from node.web.answers import Document, Link, send
from node.web.context import addresses_of, home_of
from node.web.formats import JSONLD, NTRIPLES, TURTLE, chosen, write
from node.web.peer_records import iri_here

__all__ = ["own", "peers", "profile"]

_PART_OF: Final = "http://purl.org/dc/terms/isPartOf"
_OFFERS: Final = (TURTLE, JSONLD, NTRIPLES)


async def own(request: web.Request) -> web.Response:
    """``/{kind}/{ulid}/provenance``, ``/city/provenance``."""
    said = request.match_info
    path = f"/{said['kind']}/{said['ulid']}" if "ulid" in said else f"/{said['kind']}"
    return await _answer(request, addresses_of(request).base + path)


async def peers(request: web.Request) -> web.Response:
    """``/{plural}/{host}/{ulid}/provenance``: of a record of a node that we follow."""
    return await _answer(request, await iri_here(request))


async def profile(request: web.Request) -> web.Response:
    """``/cities/{host}/provenance`` and an organization's: of its profile."""
    host = request.match_info["host"].lower().replace(":", "%3A")
    for one in await found(home_of(request), kinds=["City", "Organization"]):
        if host_of(one.put.agent).lower() == host.lower():
            return await _answer(request, one.put.iri)
    raise NotFound(f"{host}: expected a city or an organization that this node holds, found none.")


async def _answer(request: web.Request, iri: str) -> web.Response:
    media = chosen(request, _OFFERS)
    home = home_of(request)
    known = await home.graph.describe(provenance_graph(iri))
    if known is None:
        raise NotFound("Expected a record that this node holds, found none under this address.")
    of_log = await home.graph.describe(provenance_graph(_log_of(known)))
    triples = "".join(f"{line}\n" for line in (known + (of_log or "")).splitlines() if line)
    return await send(
        request,
        Document(
            body=await write(triples, media),
            media_type=media,
            vary=["Accept"],
            links=[Link(iri, "http://www.w3.org/ns/prov#has_anchor"), Link(iri, "describes")],
        ),
    )


def _log_of(known: str) -> str:
    """The log that a record's provenance names."""
    mark = f" <{_PART_OF}> <"
    return next(
        line.partition(mark)[2].rpartition(">")[0] for line in known.splitlines() if mark in line
    )
