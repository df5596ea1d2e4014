"""A concept or a scheme as RDF, from the compiled vocabulary: no file is read, no parser is needed.

N-Triples (W3C RDF 1.1 N-Triples), which every RDF library reads, in a fixed order. What it says of
a thing is everything that the source says of it, in all languages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vocab.framework.model import Action, Concept, Scheme
from vocab.terms import FW, IC

__all__ = ["about"]

DCT: Final = "http://purl.org/dc/terms/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
OWL: Final = "http://www.w3.org/2002/07/owl#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SCHEMA: Final = "https://schema.org/"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

_DATES: Final = {4: "gYear", 7: "gYearMonth", 10: "date"}
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def about(thing: Concept | Scheme) -> str:
    """All statements whose subject it is, one a line, each line ended."""
    said = _of_scheme(thing) if isinstance(thing, Scheme) else _of_concept(thing)
    return "".join(f"<{thing.iri}> <{predicate}> {value} .\n" for predicate, value in said)


def _of_scheme(scheme: Scheme) -> Iterator[tuple[str, str]]:
    yield f"{RDF}type", _iri(f"{SKOS}ConceptScheme")
    if scheme.position is not None:
        yield f"{SCHEMA}position", _typed(str(scheme.position), "integer")
    for language, label in scheme.label.items():
        yield f"{SKOS}prefLabel", _text(label, language)
    for language, words in scheme.alt.items():
        for word in words:
            yield f"{SKOS}altLabel", _text(word, language)
    yield f"{DCT}description", _text(scheme.description, "en")
    if scheme.iri.startswith(FW):
        yield f"{DCT}isPartOf", _iri(FW)


def _of_concept(concept: Concept) -> Iterator[tuple[str, str]]:
    yield f"{RDF}type", _iri(f"{SKOS}Concept")
    yield from _place(concept)
    for language, label in concept.label.items():
        yield f"{SKOS}prefLabel", _text(label, language)
    for language, words in concept.alt.items():
        for word in words:
            yield f"{SKOS}altLabel", _text(word, language)
    yield from _notes(concept)
    yield from _links(concept)


def _place(concept: Concept) -> Iterator[tuple[str, str]]:
    """Where it stands: scheme, order, code, above and beside."""
    scheme = concept.scheme_iri
    yield f"{SKOS}inScheme", _iri(scheme)
    if concept.broader is None or concept.broader.rpartition("/")[0] != scheme:
        yield f"{SKOS}topConceptOf", _iri(scheme)
    if concept.broader is not None:
        yield f"{SKOS}broader", _iri(concept.broader)
    yield f"{SCHEMA}position", _typed(str(concept.position), "integer")
    if concept.notation is not None:
        yield f"{SKOS}notation", _plain(concept.notation)
    if isinstance(concept, Action):
        yield f"{IC}tier", _iri(f"{FW}tier/{concept.tier}")
        if concept.level is not None:
            yield f"{IC}level", _iri(f"{FW}level/{concept.level}")


def _notes(concept: Concept) -> Iterator[tuple[str, str]]:
    if concept.definition is not None:
        yield f"{SKOS}definition", _text(concept.definition, "en")
    if concept.quoted:
        yield f"{DCT}source", _iri(f"{FW}reference/guidance-framework")
    if concept.scope_note is not None:
        yield f"{SKOS}scopeNote", _text(concept.scope_note, "en")
    for note in concept.editorial_notes:
        yield f"{SKOS}editorialNote", _text(note, "en")
    for note in concept.change_notes:
        yield f"{SKOS}changeNote", _text(note, "en")
    if concept.date is not None:
        yield f"{DCT}date", _typed(concept.date, _DATES[len(concept.date)])
    if concept.identifier is not None:
        yield f"{DCT}identifier", _plain(concept.identifier)


def _links(concept: Concept) -> Iterator[tuple[str, str]]:
    for iri in concept.related:
        yield f"{SKOS}related", _iri(iri)
    for match, iris in concept.matches.items():
        for iri in iris:
            yield f"{SKOS}{match}", _iri(iri)
    if concept.match_status is not None:
        yield f"{IC}matchStatus", _iri(concept.match_status)
    if concept.page is not None:
        yield f"{FOAF}page", _iri(concept.page)
    if concept.focus is not None:
        yield f"{FOAF}focus", _iri(concept.focus)
    if concept.deprecated:
        yield f"{OWL}deprecated", _typed("true", "boolean")
    for iri in concept.replaced_by:
        yield f"{DCT}isReplacedBy", _iri(iri)


def _iri(iri: str) -> str:
    return f"<{iri}>"


def _plain(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _text(text: str, language: str) -> str:
    return f"{_plain(text)}@{language}"


def _typed(text: str, kind: str) -> str:
    return f"{_plain(text)}^^<{XSD}{kind}>"
