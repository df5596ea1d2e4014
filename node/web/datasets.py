"""Data as files: tables, dumps, the catalogue for portals, VoID, and the map of the site.

``/data/{table}.csv`` is made of what is held now; ``/data/dumps/{day}/…`` never changes, unless a
text was erased from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from xml.sax.saxutils import escape

import orjson
from aiohttp import web

from node.core.catalogue import Counted, File, Offered, catalogue, void
from node.core.tables import TABLES, codebook, write
from node.service.dumps import Dump, dumps, file_of, known_versions
from node.service.home import Home
from node.store.ports import Audience, Budget, SearchWish
from node.web.addresses import Addresses
from node.web.answers import HTML, Document, Link, send
from node.web.context import addresses_of, home_of
from node.web.formats import JSONLD, NTRIPLES, TURTLE, chosen
from node.web.formats import write as in_format
from node.web.pages import VARY, own_profile
from node.web.state import stated

__all__ = ["book", "catalog", "dump_file", "sitemap", "table", "void_of"]

_HELD: Final = "public, max-age=300, must-revalidate"
_OFFERS: Final = (TURTLE, JSONLD, NTRIPLES)
_MEDIA: Final = {
    "csv": "text/csv",
    "gz": "application/gzip",
    "json": "application/json",
}
_COUNT: Final = """SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) (COUNT(DISTINCT ?p) AS ?k)
WHERE { ?s ?p ?o }"""
_CLASSES: Final = "SELECT ?c (COUNT(?s) AS ?n) WHERE { ?s a ?c } GROUP BY ?c"
_PAGE: Final = 1000
_MOST: Final = 50_000
"""Addresses of one sitemap (sitemaps.org)."""
_LISTS: Final = ("", "/cities", "/practices", "/actions", "/partners", "/data", "/about", "/vocab")


async def table(request: web.Request) -> web.Response:
    """``/data/{table}.csv``."""
    home = home_of(request)
    position = await home.ledger.end(Audience.PUBLIC)
    known = await known_versions(home)
    body = await asyncio.to_thread(write, TABLES[request.match_info["table"]], known)
    return await send(
        request,
        Document(
            body=body,
            media_type="text/csv",
            links=[Link(addresses_of(request).whole("/data/codebook.csv"), "describedby")],
            headers=await stated(home, position),
        ),
    )


async def book(request: web.Request) -> web.Response:
    """``/data/codebook.csv``."""
    return await send(request, Document(body=codebook(), media_type="text/csv", cache=_HELD))


async def dump_file(request: web.Request) -> web.Response:
    """``/data/dumps/{day}/{name}``."""
    path = file_of(home_of(request), request.match_info["day"], request.match_info["name"])
    body = await asyncio.to_thread(path.read_bytes)
    ending = path.name.rpartition(".")[2]
    return await send(
        request,
        Document(body=body, media_type=_MEDIA[ending], cache=_HELD, compress=ending != "gz"),
    )


async def catalog(request: web.Request) -> web.StreamResponse:
    """``/catalog``: DCAT-AP 3; people are led to the data page."""
    media = chosen(request, (*_OFFERS, HTML))
    here, home = addresses_of(request), home_of(request)
    if media == HTML:
        raise web.HTTPSeeOther(here("/data"))
    kept, profile = await dumps(home), await own_profile(home)
    triples = catalogue(
        here.base,
        home.agent,
        profile.name if profile else {},
        kept[0].made if kept else home.stamp(),
        _offered(here, kept[0] if kept else None),
    )
    return await _rdf(request, triples, media)


async def void_of(request: web.Request) -> web.StreamResponse:
    """``/.well-known/void``: counted in the endpoint itself."""
    media = chosen(request, _OFFERS)
    here, home = addresses_of(request), home_of(request)
    [counts] = await _asked(home, _COUNT)
    classes = {one["c"]["value"]: int(one["n"]["value"]) for one in await _asked(home, _CLASSES)}
    counted = Counted(
        triples=int(counts["n"]["value"]),
        subjects=int(counts["m"]["value"]),
        properties=int(counts["k"]["value"]),
        classes=classes,
    )
    kept = await dumps(home)
    files = [here.whole(f"/data/dumps/{kept[0].day}/records.nq.gz")] if kept else []
    modified = kept[0].made if kept else home.stamp()
    return await _rdf(request, void(here.base, counted, modified, files), media)


async def sitemap(request: web.Request) -> web.Response:
    """``/sitemap.xml``: pages of lists, and of every record that is held."""
    here = addresses_of(request)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(f"<url><loc>{escape(here.whole(path or '/'))}</loc></url>" for path in _LISTS),
    ]
    async for path, day in _pages(home_of(request), here):
        if len(lines) >= _MOST:
            break
        lines.append(
            f"<url><loc>{escape(here.whole(path))}</loc><lastmod>{escape(day)}</lastmod></url>"
        )
    body = "\n".join([*lines, "</urlset>", ""]).encode()
    return await send(request, Document(body=body, media_type="application/xml", cache=_HELD))


async def _pages(home: Home, here: Addresses) -> AsyncIterator[tuple[str, str]]:
    offset = 0
    while True:
        page = await home.text.search(SearchWish(order="newest", offset=offset, limit=_PAGE))
        for hit in page.hits:
            path = here.path_of(hit.put.iri)
            if path is not None:
                yield path, hit.put.published[:10]
        offset += len(page.hits)
        if not page.hits or offset >= min(page.total, _MOST):
            return


async def _asked(home: Home, query: str) -> list[dict[str, dict[str, str]]]:
    settings = home.config.query
    rows = await home.graph.select(query, Budget(seconds=settings.timeout.total_seconds()))
    found: list[dict[str, dict[str, str]]] = orjson.loads(rows.body)["results"]["bindings"]
    return found


def _offered(here: Addresses, newest: Dump | None) -> list[Offered]:
    """Datasets: those of the newest dump, and those that are always there."""
    page = here.whole("/data")
    known = {one.name: one for one in newest.files} if newest else {}

    def dumped(name: str, media: str, form: str) -> tuple[File, ...]:
        one = known.get(name)
        if one is None or newest is None:
            return ()
        url = here.whole(f"/data/dumps/{newest.day}/{name}")
        packed = name.endswith(".gz")
        return (File(url, media, form, one.size, one.sha256, packed=packed),)

    records = (
        *dumped("records.nq.gz", "application/n-quads", "RDF_N_QUADS"),
        *dumped("records.jsonl.gz", "application/ld+json", "JSON_LD"),
    )
    queries = File(here.whole("/sparql"), "application/sparql-results+json", "SPARQLQRES")
    tables = [
        Offered(
            name,
            page,
            (
                File(here.whole(f"/data/{name}.csv"), "text/csv", "CSV"),
                *dumped(f"{name}.csv", "text/csv", "CSV"),
            ),
        )
        for name in TABLES
    ]
    lists = [
        Offered(name, here.whole(f"/{plural}"), (queries,))
        for name, plural in (
            ("statuses", "action-statuses"),
            ("commitments", "commitments"),
            ("strategies", "strategies"),
            ("bodies", "bodies"),
            ("memberships", "memberships"),
        )
    ]
    return [
        Offered("records", page, (queries, *records)),
        *tables,
        *lists,
        Offered(
            "vocabulary",
            here.whole("/vocab"),
            (
                File(here.whole("/vocab.ttl"), "text/turtle", "RDF_TURTLE"),
                File(here.whole("/vocab.jsonld"), "application/ld+json", "JSON_LD"),
                File(here.whole("/vocab.csv"), "text/csv", "CSV"),
            ),
        ),
        Offered("feed", page, (File(here.whole("/feed"), "application/n-quads", "RDF_N_QUADS"),)),
    ]


async def _rdf(request: web.Request, triples: str, media: str) -> web.StreamResponse:
    return await send(
        request,
        Document(body=await in_format(triples, media), media_type=media, cache=_HELD, vary=VARY),
    )
