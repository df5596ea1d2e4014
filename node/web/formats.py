"""The formats that records and words of the vocabulary are had in, and how one is chosen.

By suffix (``.jsonld``, ``.ttl``, ``.nt``, ``.html``, and ``.linkset`` for the links alone) or by
``Accept``; a suffix wins. JSON-LD of a record is the signed bytes themselves. Turtle and N-Triples
are made from its triples; they carry no proof, and say where the signed bytes are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from aiohttp import web

from node.core.negotiate import media_type
from node.web.answers import HTML
from node.web.linkset import LINKSET

__all__ = [
    "CSV",
    "JSONLD",
    "NQUADS",
    "NTRIPLES",
    "SUFFIXES",
    "TRIG",
    "TURTLE",
    "chosen",
    "convert",
    "turtle_of",
    "write",
    "write_quads",
]

JSONLD: Final = "application/ld+json"
TURTLE: Final = "text/turtle"
NTRIPLES: Final = "application/n-triples"
NQUADS: Final = "application/n-quads"
CSV: Final = "text/csv"
TRIG: Final = "application/trig"

SUFFIXES: Final = {"jsonld": JSONLD, "ttl": TURTLE, "nt": NTRIPLES, "html": HTML}
_OTHER_NAMES: Final = {"application/json": JSONLD, "text/plain": NTRIPLES}
_PREFIXES: Final = {
    "as": "https://www.w3.org/ns/activitystreams#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "fw": "https://w3id.org/intercity/framework/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "ic": "https://w3id.org/intercity/ns#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "sec": "https://w3id.org/security#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def chosen(request: web.Request, offers: Sequence[str]) -> str:
    """The format to answer in.

    Args:
        offers: Media types, dearest first.

    Raises:
        aiohttp.web.HTTPNotAcceptable: ``Accept`` admits none of them.
    """
    suffix = request.match_info.get("suffix", "").removeprefix(".")
    if suffix:
        return LINKSET if suffix == "linkset" else SUFFIXES[suffix]
    other = [name for name, meant in _OTHER_NAMES.items() if meant in offers]
    found = media_type(request.headers.get("Accept", ""), [*offers, *other])
    if found is None:
        raise web.HTTPNotAcceptable(text=f"Here are {', '.join(offers)}.")
    return _OTHER_NAMES.get(found, found)


async def write(triples: str, media: str) -> bytes:
    """Triples, given as N-Triples, in another format."""
    if media == NTRIPLES:
        return triples.encode()
    return await asyncio.to_thread(_written, triples, media)


async def convert(turtle: bytes, media: str) -> bytes:
    """A Turtle file in another format; made once and kept."""
    return await write(_read(turtle), media)


async def write_quads(quads: str, media: str) -> bytes:
    """Quads with their graphs, given as N-Quads, in another format."""
    if media == NQUADS:
        return quads.encode()
    return await asyncio.to_thread(_written_quads, quads, media)


async def turtle_of(triples: str) -> str:
    """The same as text, for a page that shows it."""
    return (await write(triples, TURTLE)).decode()


@lru_cache(maxsize=256)
def _written(triples: str, media: str) -> bytes:
    from rdflib import Graph  # noqa: PLC0415 - slow to import, and few ask for Turtle

    graph = Graph(bind_namespaces="none")
    for prefix, iri in _PREFIXES.items():
        graph.bind(prefix, iri)
    graph.parse(data=triples, format="nt")
    form = {TURTLE: "turtle", JSONLD: "json-ld"}[media]
    return graph.serialize(format=form, encoding="utf-8")


@lru_cache(maxsize=4)
def _read(turtle: bytes) -> str:
    from pyoxigraph import RdfFormat, parse  # noqa: PLC0415 - likewise

    return "".join(f"{quad.triple} .\n" for quad in parse(turtle, format=RdfFormat.TURTLE))


def _written_quads(quads: str, media: str) -> bytes:
    from pyoxigraph import RdfFormat, parse, serialize  # noqa: PLC0415 - likewise

    form = {TRIG: RdfFormat.TRIG, JSONLD: RdfFormat.JSON_LD}[media]
    read = parse(quads, format=RdfFormat.N_QUADS)
    written = serialize(read, format=form, prefixes=_PREFIXES if media == TRIG else None)
    assert written is not None, "without an output it is returned"
    return written
