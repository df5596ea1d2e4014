"""``/vocab``: a page for every word, the same as RDF, and the whole to take away."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.errors import NotFound
from node.store.ports import SearchWish
from node.web.addresses import Addresses
from node.web.answers import HTML, IMMUTABLE, Document, Link, send
from node.web.context import addresses_of, home_of
from node.web.formats import (
    CSV,
    JSONLD,
    NTRIPLES,
    SUFFIXES,
    TURTLE,
    chosen,
    convert,
    turtle_of,
    write,
)
from node.web.linkset import LINKSET, linked, send_links
from node.web.ontology import FILES, Term, file_bytes, file_triples, terms
from node.web.pages import VARY, render, shell_of
from node.web.prose import prose
from node.web.words import (
    everything,
    framework_triples,
    in_scheme,
    iri_of,
    term_triples,
    thing_of,
    triples_of,
)
from vocab.framework import Action, Concept, Scheme, load
from vocab.framework.sheet import as_csv
from vocab.framework.versions import changes, policy, published, version_bytes
from vocab.jsonld import CONTEXTS, context_bytes, context_digest
from vocab.terms import FW, IC

__all__ = [
    "OFFERS",
    "context",
    "framework",
    "index",
    "links_of",
    "namespace",
    "rdf",
    "schema",
    "source",
    "table",
    "version",
    "word",
]

_RDF: Final = (TURTLE, JSONLD, NTRIPLES)
OFFERS: Final = (HTML, *_RDF, LINKSET)
_HELD: Final = "public, max-age=3600"
_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_LICENCE: Final = Link("https://creativecommons.org/licenses/by/4.0/", "license")


async def index(request: web.Request) -> web.Response:
    """``/vocab``: what there is; asked for RDF, all of it."""
    media = chosen(request, (*OFFERS, CSV))
    if media == CSV:
        return await table(request)
    here = addresses_of(request)
    csv = Link(here.whole("/vocab.csv"), "alternate", {"type": CSV})
    links = [*_links(here, "/vocab", here.whole("/vocab")), csv]
    if media != HTML:
        return await rdf(request, "".join(everything()), media, links)
    shell = await shell_of(request)
    return await render(
        request,
        "vocab.html",
        shell,
        section="data",
        links=links,
        schemes=load().schemes,
        counts={scheme.iri: len(in_scheme(scheme)) for scheme in load().schemes},
        terms=list(terms().values()),
        contexts=[(url, file, context_digest(url)) for url, file in CONTEXTS.items()],
        version=load().version,
        published=published(),
        files=FILES,
        policy=_told(policy()),
        changes=[(name, _told(text)) for name, text in changes()],
        framework_iri=FW,
        namespace=IC,
    )


async def framework(request: web.Request) -> web.Response:
    """``/vocab/framework``: the framework and its schemes."""
    media = chosen(request, OFFERS)
    if media == HTML:
        raise web.HTTPSeeOther((await shell_of(request)).href("/vocab"))
    links = _links(addresses_of(request), "/vocab/framework", FW)
    return await rdf(request, framework_triples(), media, links)


async def namespace(request: web.Request) -> web.Response:
    """``/vocab/ns``: the classes and properties of ``ic:``."""
    media = chosen(request, OFFERS)
    if media == HTML:
        raise web.HTTPSeeOther((await shell_of(request)).href("/vocab") + "#terms")
    links = _links(addresses_of(request), "/vocab/ns", IC)
    return await rdf(request, term_triples(), media, links)


async def word(request: web.Request) -> web.Response:
    """``/vocab/framework/…`` and ``/vocab/ns/…``: one scheme, concept or term."""
    path = f"{request.match_info['space']}/{request.match_info['rest']}"
    thing = thing_of(iri_of(path) or "")
    if thing is None:
        raise NotFound("The vocabulary has no such word.")
    media = chosen(request, OFFERS)
    triples, links = triples_of(thing), links_of(addresses_of(request), thing)
    if media != HTML:
        return await rdf(request, triples, media, links)
    shell = await shell_of(request)
    return await render(
        request,
        "word.html",
        shell,
        section="data",
        links=links,
        thing=thing,
        kind=_kind(thing),
        members=in_scheme(thing) if isinstance(thing, Scheme) else [],
        narrower=load().narrower(thing.iri) if isinstance(thing, Concept) else (),
        scheme=_scheme(thing) if isinstance(thing, Concept) else None,
        used=await _used(request, thing),
        turtle=await turtle_of(triples) if isinstance(thing, Term) else "",
        standing=load().translations,
        path=path,
        facet=_FACETS.get(thing.scheme, "") if isinstance(thing, Concept) else "",
    )


async def context(request: web.Request) -> web.Response:
    """``/vocab/context/{file}``: a pinned context, byte for byte; it never changes."""
    name = request.match_info["name"]
    url = next((url for url, file in CONTEXTS.items() if file == name), None)
    if url is None:
        raise NotFound(f"Expected one of {', '.join(CONTEXTS.values())}.")
    return await send(
        request,
        Document(
            body=context_bytes(url),
            media_type=JSONLD,
            cache=IMMUTABLE,
            links=[Link(url, "canonical")],
        ),
    )


async def table(request: web.Request) -> web.Response:
    """``/vocab.csv``: every scheme and concept, one a line, with its labels in every language."""
    body = as_csv(load()).encode()
    return await send(
        request,
        Document(body=body, media_type=CSV, cache=_HELD, links=[_LICENCE], vary=VARY),
    )


async def source(request: web.Request) -> web.Response:
    """``/vocab/shapes`` and the like: a file of the vocabulary, as it was written or converted."""
    name = request.match_info["name"]
    media = chosen(request, OFFERS)
    if media == HTML:
        raise web.HTTPSeeOther((await shell_of(request)).href("/vocab") + "#files")
    here = addresses_of(request)
    links = _links(here, f"/vocab/{name}", here.whole(f"/vocab/{name}"))
    if media != TURTLE:
        return await rdf(request, file_triples(name), media, links)
    return await send(
        request,
        Document(body=file_bytes(name), media_type=TURTLE, cache=_HELD, links=links, vary=VARY),
    )


async def schema(request: web.Request) -> web.Response:
    """``/vocab/schema.json``, and at its own identifier: the shapes as a JSON Schema."""
    body = files("vocab").joinpath("data", "schema.json").read_bytes()
    return await send(
        request,
        Document(body=body, media_type="application/schema+json", cache=_HELD, links=[_LICENCE]),
    )


async def version(request: web.Request) -> web.Response:
    """``/vocab/framework/1.0/``: the framework as it was published; it never changes."""
    name = request.match_info["version"]
    if name not in published():
        raise NotFound(f"Expected a version that was published: {', '.join(published())}.")
    media = chosen(request, OFFERS)
    if media == HTML:
        raise web.HTTPSeeOther((await shell_of(request)).href("/vocab") + "#versions")
    here = addresses_of(request)
    path = f"/vocab/framework/{name}"
    links = [*_links(here, path, here.whole(path)), Link(FW, "latest-version")]
    if media == LINKSET:
        return await send_links(request, links[0].target, links)
    body = version_bytes(name)
    if media != TURTLE:
        body = await convert(body, media)
    return await send(
        request, Document(body=body, media_type=media, cache=IMMUTABLE, links=links, vary=VARY)
    )


async def rdf(
    request: web.Request, triples: str, media: str, links: Sequence[Link]
) -> web.Response:
    """Triples in a format; the links alone where these are asked for."""
    if media == LINKSET:
        return await send_links(request, links[0].target, links)
    return await send(
        request,
        Document(
            body=await write(triples, media),
            media_type=media,
            cache=_HELD,
            links=links,
            vary=VARY,
        ),
    )


def links_of(here: Addresses, thing: Scheme | Concept | Term) -> list[Link]:
    """The links of a word: what it is, what it belongs to, and where else it is."""
    path = here.word_path(thing.iri)
    assert path is not None, "every word has its place"
    links = _links(here, path, thing.iri)
    match thing:
        case Scheme():
            links.append(Link(f"{_SKOS}ConceptScheme", "type"))
        case Concept():
            links += [Link(f"{_SKOS}Concept", "type"), Link(thing.scheme_iri, "collection")]
        case Term():
            links.append(Link(IC, "collection"))
    return links


def _told(text: str) -> Markup:
    """A part of the changelog; addresses in it are text, not code."""
    return prose(text.replace("`", ""))


def _links(here: Addresses, path: str, iri: str) -> list[Link]:
    """Links that everything in the vocabulary has.

    Args:
        path: Of its page here; iri: its name, which the first link leads to.
    """
    address = here.whole(path)
    formats = [
        (f"{address}.{suffix}", {"type": media})
        for suffix, media in SUFFIXES.items()
        if media != HTML
    ]
    return linked(
        [
            Link(iri, "canonical"),
            *(Link(target, "alternate", kind) for target, kind in formats),
            *(Link(target, "describedby", kind) for target, kind in formats),
            _LICENCE,
        ],
        address,
    )


def _kind(thing: Scheme | Concept | Term) -> str:
    match thing:
        case Scheme():
            return "scheme"
        case Action():
            return "action"
        case Concept():
            return "concept"
        case Term():
            return thing.kind


def _scheme(concept: Concept) -> Scheme | None:
    return next(
        (one for one in load().schemes if concept in in_scheme(one)),
        None,
    )


async def _used(request: web.Request, thing: Scheme | Concept | Term) -> int:
    """How many practices name a concept in the field that its scheme belongs to."""
    facet = _FACETS.get(thing.scheme) if isinstance(thing, Concept) else None
    if facet is None:
        return 0
    wish = SearchWish(filters={"kind": ("Practice",), facet: (thing.iri,)}, limit=1)
    return (await home_of(request).text.search(wish)).total


_FACETS: Final = {
    "action": "action",
    "action-element": "element",
    "group": "rightsHolders",
    "audience": "audience",
    "service-area": "serviceArea",
    "policy-area": "policyArea",
    "partner": "partner",
    "organization": "partner",
    "reference": "references",
    "mechanism": "mechanism",
    "principle-or-right": "principle",
    "challenge": "challenge",
    "instrument-type": "instrument",
}
"""Scheme → the facet of the text index that its concepts are values of."""
