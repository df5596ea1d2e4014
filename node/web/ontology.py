"""The Turtle files of the vocabulary beside the framework: terms, shapes, structure, documents.

Each subject is one thing to show with everything that is said of it, blank nodes included. The
files are read once, by the store's own parser, which takes milliseconds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from vocab.terms import FW, IC

if TYPE_CHECKING:
    from pyoxigraph import Triple

__all__ = ["FILES", "Term", "file_bytes", "file_triples", "terms"]

FILES: Final = ("ic", "structure", "shapes", "shapes-concepts", "shapes-sparql")
"""The names of the files that are served whole, without ``.ttl``."""

_BASE: Final = FW.removesuffix("framework/")
_SH: Final = "http://www.w3.org/ns/shacl#"
_DCT: Final = "http://purl.org/dc/terms/"
_RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_KINDS: Final = {
    f"{_RDFS}Class": "class",
    "http://www.w3.org/2002/07/owl#Class": "class",
    "http://www.w3.org/2002/07/owl#Ontology": "document",
    "http://rdfs.org/ns/void#Dataset": "document",
    "http://purl.org/linked-data/cube#DataStructureDefinition": "structure",
    f"{_SH}NodeShape": "shape",
    f"{_SH}PropertyShape": "shape",
    f"{_SH}SPARQLConstraint": "shape",
}
_NAMES: Final = (f"{_RDFS}label", f"{_SH}name", f"{_DCT}title")
_WORDS: Final = (f"{_RDFS}comment", f"{_SH}description", f"{_SH}message", f"{_DCT}description")


@dataclass(frozen=True, slots=True)
class Term:
    """A class, property or shape of ``ic:``, or a document that describes some of them.

    Attributes:
        name: What follows ``ic:``; of a document, its whole IRI.
        kind: ``class``, ``property``, ``shape``, ``structure`` or ``document``.
        label, comment: In English; of a shape, what it tells whom it refuses.
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


def file_bytes(name: str) -> bytes:
    """One of ``FILES`` or ``framework``, as it was written."""
    return files("vocab").joinpath("data", f"{name}.ttl").read_bytes()


@cache
def file_triples(name: str) -> str:
    """The same as N-Triples."""
    return "".join(f"{triple} .\n" for triple in _read(name))


@cache
def terms() -> Mapping[str, Term]:
    """By IRI: classes first, then documents, properties, shapes; each in alphabetical order."""
    from pyoxigraph import NamedNode  # noqa: PLC0415 - a node without visitors needs it not

    said: dict[object, list[Triple]] = defaultdict(list)
    for name in FILES:
        for triple in _read(name):
            said[triple.subject].append(triple)
    described = NamedNode(FW)
    said[described] = [one for one in _read("framework") if one.subject == described]
    found = [
        _term(subject.value, dict.fromkeys(_closure(subject, said)), said[subject])
        for subject in list(said)
        if isinstance(subject, NamedNode) and subject.value.startswith(_BASE)
    ]
    found += _label_tables()
    return {term.iri: term for term in sorted(found, key=lambda term: (term.kind, term.name))}


def _read(name: str) -> Iterator[Triple]:
    from pyoxigraph import RdfFormat, parse  # noqa: PLC0415 - likewise

    for quad in parse(file_bytes(name), format=RdfFormat.TURTLE):
        yield quad.triple


def _closure(subject: object, said: Mapping[object, list[Triple]]) -> Iterator[str]:
    """What is said of a thing and of the blank nodes that it leads to, numbered in that order.

    Names of our own, each from its thing's: the parser's differ with every start, and the same
    bytes are to be sent; nor may two things share a blank node where they are sent together.
    """
    from pyoxigraph import BlankNode  # noqa: PLC0415 - likewise

    names: dict[object, str] = {subject: str(subject)}
    stem = "".join(char for char in str(subject).rpartition("/")[2] if char.isalnum())
    waiting = [subject]
    while waiting:
        one = waiting.pop(0)
        for triple in said.get(one, ()):
            value = triple.object
            if isinstance(value, BlankNode) and value not in names:
                names[value] = f"_:{stem}{len(names)}"
                waiting.append(value)
            yield f"{names[one]} {triple.predicate} {names.get(value, str(value))} .\n"


def _term(iri: str, lines: Iterable[str], own: list[Triple]) -> Term:
    said: dict[str, list[str]] = defaultdict(list)
    for triple in own:
        said[triple.predicate.value].append(getattr(triple.object, "value", ""))
    kind = next((_KINDS[one] for one in said[_TYPE] if one in _KINDS), "property")
    name = iri.removeprefix(IC)
    above = said[f"{_RDFS}{'subClassOf' if kind == 'class' else 'domain'}"]
    return Term(
        iri=iri,
        name=name,
        kind=kind,
        label=next((said[one][0] for one in _NAMES if said[one]), name),
        comment=next((said[one][0] for one in _WORDS if said[one]), ""),
        of=tuple(sorted([*above, *said[f"{_SH}targetClass"], *said[f"{_SH}path"]])),
        takes=tuple(sorted(said[f"{_RDFS}range"])),
        triples="".join(lines),
    )


def _label_tables() -> Iterator[Term]:
    """The tables of labels, each with its language and who stands behind it."""
    text = files("vocab").joinpath("data", "labels", "csv-metadata.json").read_bytes()
    for table in json.loads(text)["tables"]:
        language, title = table["lang"], table["dc:title"]
        iri = f"{FW}labels/{language}"
        status = table[f"{IC}translationStatus"]["@id"]
        lines = [
            f"<{iri}> <{_TYPE}> <http://rdfs.org/ns/void#Dataset> .\n",
            f'<{iri}> <{_DCT}title> "{title}"@en .\n',
            f'<{iri}> <{_DCT}language> "{language}" .\n',
            f"<{iri}> <{IC}translationStatus> <{status}> .\n",
        ]
        yield Term(iri, iri, "document", title, "", (), (), "".join(lines))
