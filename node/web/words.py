"""The vocabulary as things to show: schemes and concepts, terms, shapes and what describes them."""

from __future__ import annotations

from collections.abc import Iterator

from node.web.ontology import Term, terms
from vocab.framework import Concept, Scheme, load
from vocab.framework.triples import about
from vocab.terms import FW, IC

__all__ = [
    "Thing",
    "everything",
    "framework_triples",
    "in_scheme",
    "iri_of",
    "term_triples",
    "thing_of",
    "triples_of",
]


Thing = Scheme | Concept | Term


def thing_of(iri: str) -> Thing | None:
    """The scheme, concept or term of an IRI."""
    scheme = next((one for one in load().schemes if one.iri == iri), None)
    return scheme or load().concept(iri) or terms().get(iri)


def triples_of(thing: Thing) -> str:
    """Everything that is said of it; of a scheme, what is said of its concepts as well."""
    if isinstance(thing, Term):
        return thing.triples
    if isinstance(thing, Concept):
        return about(thing)
    return "".join([about(thing), *(about(concept) for concept in in_scheme(thing))])


def in_scheme(scheme: Scheme) -> list[Concept]:
    """A scheme's own concepts: ``group`` is the slug of two schemes."""
    start = f"{scheme.iri.replace('#scheme/', '#')}/"
    return [one for one in load().scheme(scheme.slug) if one.iri.startswith(start)]


def everything() -> Iterator[str]:
    """The whole vocabulary as N-Triples: the framework, our schemes and the terms of ``ic:``."""
    yield framework_triples()
    for scheme in load().schemes:
        if not scheme.iri.startswith(FW):
            yield triples_of(scheme)
    yield term_triples()


def framework_triples() -> str:
    """The framework: what it is, its tables of labels, its schemes with their concepts."""
    documents = [term.triples for iri, term in terms().items() if iri.startswith(FW)]
    schemes = [triples_of(scheme) for scheme in load().schemes if scheme.iri.startswith(FW)]
    return "".join([*documents, *schemes])


def term_triples() -> str:
    """The classes and properties of ``ic:`` alone, and what describes them."""
    kinds = {"class", "property", "structure"}
    described = terms()[IC.removesuffix("#")].triples
    return described + "".join(term.triples for term in terms().values() if term.kind in kinds)


def iri_of(path: str) -> str | None:
    """The IRI that a page below ``/vocab`` is about.

    >>> iri_of("ns/state/planned"), iri_of("framework/area"), iri_of("other")
    ('https://w3id.org/intercity/ns#state/planned', 'https://w3id.org/intercity/framework/area', None)
    """  # noqa: E501 - the example is one line
    space, _, rest = path.partition("/")
    return {"framework": f"{FW}{rest}", "ns": f"{IC}{rest}"}.get(space) if rest else None
