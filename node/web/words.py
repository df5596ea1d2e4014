"""The vocabulary as things to show: schemes and concepts, and the terms of ``ic:`` beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from vocab.framework import Concept, Scheme, load
from vocab.framework.triples import about
from vocab.terms import FW, IC

if TYPE_CHECKING:
    from rdflib import Graph, URIRef

__all__ = ["Term", "Thing", "everything", "term_triples", "terms", "thing_of", "triples_of"]


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property of ``ic:``.

    Attributes:
        name: What follows ``ic:``.
        kind: ``class`` or ``property``.
        label, comment: In English.
        of: IRIs of the classes that it describes, or that it is a kind of.
        takes: IRIs of what its values are.
        triples: All that is said of it, as N-Triples.
    """

    iri: str
    name: str
    kind: str
    label: str
    comment: str
    of: tuple[str, ...]
    takes: tuple[str, ...]
    triples: str


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
    """The whole vocabulary as N-Triples: framework, schemes and terms."""
    for scheme in load().schemes:
        yield triples_of(scheme)
    for term in terms().values():
        yield term.triples


def term_triples() -> str:
    """The terms of ``ic:`` alone."""
    return "".join(term.triples for term in terms().values())


@cache
def terms() -> Mapping[str, Term]:
    """The classes and properties of ``ic:`` by IRI, classes first, in alphabetical order."""
    from rdflib import Graph  # noqa: PLC0415 - slow to import; a node without visitors needs it not

    graph = Graph()
    text = files("vocab").joinpath("data", "ic.ttl").read_text(encoding="utf-8")
    graph.parse(data=text, format="turtle")
    found = [
        _term(graph, subject)
        for subject in set(graph.subjects())
        if isinstance(subject, _iri_class()) and str(subject).startswith(IC)
    ]
    return {term.iri: term for term in sorted(found, key=lambda term: (term.kind, term.name))}


def _iri_class() -> type[URIRef]:
    from rdflib import URIRef  # noqa: PLC0415

    return URIRef


_RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"


def _term(graph: Graph, subject: URIRef) -> Term:
    said: dict[str, list[str]] = {}
    for name, value in graph.predicate_objects(subject):
        said.setdefault(str(name).rpartition("#")[2].rpartition("/")[2], []).append(str(value))
    own = type(graph)()
    for triple in graph.triples((subject, None, None)):
        own.add(triple)
    lines = own.serialize(format="nt").splitlines()
    is_class = any(kind.endswith("#Class") for kind in said.get("type", []))
    above = said.get("subClassOf" if is_class else "domain", [])
    return Term(
        iri=str(subject),
        name=str(subject).removeprefix(IC),
        kind="class" if is_class else "property",
        label=said.get("label", [""])[0],
        comment=said.get("comment", [""])[0],
        of=tuple(sorted(above)),
        takes=tuple(sorted(said.get("range", []))),
        triples="".join(f"{line}\n" for line in sorted(lines) if line),
    )


def iri_of(path: str) -> str | None:
    """The IRI that a page below ``/vocab`` is about.

    >>> iri_of("ns/state/planned"), iri_of("framework/area"), iri_of("other")
    ('https://w3id.org/intercity/ns#state/planned', 'https://w3id.org/intercity/framework/area', None)
    """  # noqa: E501 - the example is one line
    space, _, rest = path.partition("/")
    return {"framework": f"{FW}{rest}", "ns": f"{IC}{rest}"}.get(space) if rest else None
