"""``/vocab``: a page for every word, the same as RDF, and the whole to take away."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.errors import NotFound
from node.store.ports import SearchWish
from node.web.answers import HTML, IMMUTABLE, Document, Link, send
from node.web.context import home_of
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
    "context",
    "framework",
    "index",
    "namespace",
    "schema",
    "source",
    "table",
    "version",
    "word",
]

_RDF: Final = (TURTLE, JSONLD, NTRIPLES)
_OFFERS: Final = (HTML, *_RDF)
_HELD: Final = "public, max-age=3600"
_LICENCE: Final = Link("https://creativecommons.org/licenses/by/4.0/", "license")


async def index(request: web.Request) -> web.Response:
    """``/vocab``: what there is; asked for RDF, all of it."""
    media = chosen(request, (*_OFFERS, CSV))
    if media == CSV:
        return await table(request)
    if media != HTML:
        return await _rdf(request, "".join(everything()), media)
    shell = await shell_of(request)
    return await render(
        request,
        "vocab.html",
        shell,
        section="data",
        links=[*_alternates(shell.addresses.whole("/vocab")), _LICENCE],
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
    media = chosen(request, _OFFERS)
    if media == HTML:
        raise web.HTTPSeeOther((await shell_of(request)).href("/vocab"))
    return await _rdf(request, framework_triples(), media)


async def namespace(request: web.Request) -> web.Response:
    """``/vocab/ns``: the classes and properties of ``ic:``."""
    media = chosen(request, _OFFERS)
    if media == HTML:
        raise web.HTTPSeeOther((await shell_of(request)).href("/vocab") + "#terms")
    return await _rdf(request, term_triples(), media)


async def word(request: web.Request) -> web.Response:
    """``/vocab/framework/…`` and ``/vocab/ns/…``: one scheme, concept or term."""
    path = f"{request.match_info['space']}/{request.match_info['rest']}"
    thing = thing_of(iri_of(path) or "")
    if thing is None:
        raise NotFound("The vocabulary has no such word.")
    media = chosen(request, _OFFERS)
    triples = triples_of(thing)
    if media != HTML:
        return await _rdf(request, triples, media)
    shell = await shell_of(request)
    return await render(
        request,
        "word.html",
        shell,
        section="data",
        links=[
            Link(thing.iri, "canonical"),
            *_alternates(shell.addresses.whole(f"/vocab/{path}")),
            _LICENCE,
        ],
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
    media = chosen(request, _OFFERS)
    if media == HTML:
        raise web.HTTPSeeOther((await shell_of(request)).href("/vocab") + "#files")
    if media != TURTLE:
        return await _rdf(request, file_triples(name), media)
    return await send(
        request,
        Document(
            body=file_bytes(name), media_type=TURTLE, cache=_HELD, links=[_LICENCE], vary=VARY
        ),
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
    media = chosen(request, _OFFERS)
    if media == HTML:
        raise web.HTTPSeeOther((await shell_of(request)).href("/vocab") + "#versions")
    body = version_bytes(name)
    if media != TURTLE:
        body = await convert(body, media)
    return await send(
        request,
        Document(body=body, media_type=media, cache=IMMUTABLE, links=[_LICENCE], vary=VARY),
    )


async def _rdf(request: web.Request, triples: str, media: str) -> web.Response:
    return await send(
        request,
        Document(
            body=await write(triples, media),
            media_type=media,
            cache=_HELD,
            links=[_LICENCE],
            vary=VARY,
        ),
    )


def _told(text: str) -> Markup:
    """A part of the changelog; addresses in it are text, not code."""
    return prose(text.replace("`", ""))


def _alternates(address: str) -> list[Link]:
    return [
        Link(f"{address}.{suffix}", "alternate", {"type": media})
        for suffix, media in SUFFIXES.items()
        if media != HTML
    ]


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
