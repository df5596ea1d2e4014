"""The vocabulary read from its source: Turtle files and tables of labels. Slow, and thorough.

Only ``scripts/terms.py``, tests and exports need it; a node reads the compiled file.
The tables are described by ``labels/csv-metadata.json`` (W3C CSV on the Web), which says of each
its language and who stands behind the translation.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from rdflib import DCTERMS, FOAF, OWL, RDF, SKOS, VOID, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from vocab.errors import BadSource
from vocab.framework.model import Action, Compiled, Concept, Scheme

__all__ = [
    "SCHEMA",
    "LabelRow",
    "compiled",
    "compiled_from",
    "graph",
    "label_rows",
    "label_tables",
    "whole",
]

DATA: Final = files("vocab").joinpath("data")
FRAMEWORK: Final = URIRef("https://w3id.org/intercity/framework/")
IC: Final = Namespace("https://w3id.org/intercity/ns#")
SCHEMA: Final = Namespace("https://schema.org/")
SOURCE_TEXT: Final = URIRef(f"{FRAMEWORK}reference/guidance-framework")
MATCHES: Final = ("exactMatch", "closeMatch", "broadMatch", "relatedMatch")


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One row of a table.

    Attributes:
        language: The table's.
        subject: IRI of a concept or a scheme.
        label: Its preferred label.
        alt: Further words.
        remark: Why the label is the same as in English, where it is.
    """

    language: str
    subject: str
    label: str
    alt: tuple[str, ...]
    remark: str


def graph() -> Graph:
    """The Turtle files alone, without the tables."""
    found = Graph()
    for file in (DATA / "framework.ttl", *_sorted(DATA / "schemes")):
        found.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    return found


def whole() -> Graph:
    """Everything: the Turtle files, the tables' labels, and what is said of each table."""
    found = graph()
    for row in label_rows():
        subject = URIRef(row.subject)
        found.add((subject, SKOS.prefLabel, Literal(row.label, row.language)))
        for word in row.alt:
            found.add((subject, SKOS.altLabel, Literal(word, row.language)))
    for language, table in label_tables().items():
        labels = URIRef(f"{FRAMEWORK}labels/{language}")
        found.add((labels, RDF.type, VOID.Dataset))
        found.add((labels, DCTERMS.title, Literal(table["dc:title"], "en")))
        found.add((labels, DCTERMS.language, Literal(language)))
        status = URIRef(table[f"{IC}translationStatus"]["@id"])
        found.add((labels, IC.translationStatus, status))
    return found


def label_tables() -> Mapping[str, Mapping[str, Any]]:
    """The description of each table, by its language, in the order of the metadata."""
    described = json.loads((DATA / "labels" / "csv-metadata.json").read_text(encoding="utf-8"))
    return {table["lang"]: table for table in described["tables"]}


def label_rows() -> Iterator[LabelRow]:
    """Every row of every table.

    Raises:
        BadSource: A row has no label, or too many cells.
    """
    for language, table in label_tables().items():
        name, base = table["url"], table["tableSchema"]["aboutUrl"].removesuffix("{+concept}")
        text = (DATA / "labels" / name).read_text(encoding="utf-8")
        for number, row in enumerate(csv.DictReader(text.splitlines(), strict=True), 2):
            if None in row or not row["label"]:
                raise BadSource(
                    f"{name}, line {number}: expected 4 cells with a label, found {row}"
                )
            alt = tuple(word.strip() for word in row["alt"].split("|") if word.strip())
            yield LabelRow(language, base + row["concept"], row["label"], alt, row["remark"])


def compiled() -> Compiled:
    """The whole vocabulary: Turtle and tables, every list in its order.

    Raises:
        BadSource: Something has two labels in a language, or a row is about nothing.
    """
    return compiled_from(graph())


def compiled_from(turtle: Graph) -> Compiled:
    """The same from another state of the Turtle files, with the tables as they are."""
    reader = _Reader(turtle)
    for row in label_rows():
        reader.add(row)
    schemes = reader.schemes()
    rank = {scheme.iri: number for number, scheme in enumerate(schemes)}
    subjects = sorted(
        reader.all(SKOS.Concept),
        key=lambda it: (rank[reader.text(it, SKOS.inScheme)], reader.at(it)),
    )
    concepts = [reader.concept(subject) for subject in subjects]
    return Compiled(
        version=reader.text(FRAMEWORK, OWL.versionInfo),
        translations={
            language: table[f"{IC}translationStatus"]["@id"]
            for language, table in label_tables().items()
        },
        schemes=tuple(schemes),
        actions=tuple(concept for concept in concepts if isinstance(concept, Action)),
        concepts=tuple(concept for concept in concepts if not isinstance(concept, Action)),
    )


class _Reader:
    """Asks a graph for the fields of a concept."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.labels: dict[str, dict[str, str]] = {}
        self.alts: dict[str, dict[str, tuple[str, ...]]] = {}
        for subject in (*self.all(SKOS.ConceptScheme), *self.all(SKOS.Concept)):
            label = self.text(subject, SKOS.prefLabel)
            self.labels[str(subject)] = {"en": label}
            alt = tuple(sorted(self.texts(subject, SKOS.altLabel)))
            self.alts[str(subject)] = {"en": alt} if alt else {}

    def add(self, row: LabelRow) -> None:
        """Take a row of a table in."""
        known = self.labels.get(row.subject)
        if known is None:
            raise BadSource(
                f"{row.language}.csv: expected a concept or scheme, found {row.subject}"
            )
        if row.language in known:
            raise BadSource(f"{row.language}.csv: expected one row for {row.subject}, found two")
        known[row.language] = row.label
        if row.alt:
            self.alts[row.subject][row.language] = row.alt

    def schemes(self) -> list[Scheme]:
        """The framework's in its order, then ours by slug."""
        subjects = sorted(
            self.all(SKOS.ConceptScheme),
            key=lambda it: (not str(it).startswith(FRAMEWORK), self.at(it), str(it)),
        )
        return [
            Scheme(
                iri=str(subject),
                slug=_last(subject),
                label=self.labels[str(subject)],
                alt=self.alts[str(subject)],
                description=self.text(subject, DCTERMS.description),
                position=self.at(subject) or None,
            )
            for subject in subjects
        ]

    def concept(self, it: URIRef) -> Concept:
        """One concept, as an Action where it stands in that scheme."""
        scheme = _last(self.text(it, SKOS.inScheme))
        said: dict[str, Any] = {
            "iri": str(it),
            "scheme": scheme,
            "slug": _last(it),
            "position": self.at(it),
            "label": self.labels[str(it)],
            "alt": self.alts[str(it)],
            "notation": self.maybe(it, SKOS.notation),
            "definition": self.maybe(it, SKOS.definition),
            "quoted": (it, DCTERMS.source, SOURCE_TEXT) in self.graph,
            "scope_note": self.maybe(it, SKOS.scopeNote),
            "editorial_notes": tuple(sorted(self.texts(it, SKOS.editorialNote))),
            "change_notes": tuple(sorted(self.texts(it, SKOS.changeNote))),
            "broader": self.maybe(it, SKOS.broader),
            "related": tuple(sorted(self.texts(it, SKOS.related))),
            "matches": {
                name: found
                for name in MATCHES
                if (found := tuple(sorted(self.texts(it, SKOS[name]))))
            },
            "match_status": self.maybe(it, IC.matchStatus),
            "date": self.maybe(it, DCTERMS.date),
            "identifier": self.maybe(it, DCTERMS.identifier),
            "page": self.maybe(it, FOAF.page),
            "focus": self.maybe(it, FOAF.focus),
            "deprecated": (it, OWL.deprecated, Literal(True)) in self.graph,
            "replaced_by": tuple(sorted(self.texts(it, DCTERMS.isReplacedBy))),
        }
        if scheme != "action":
            return Concept(**said)
        level = self.maybe(it, IC.level)
        return Action(
            **said,
            code=self.text(it, SKOS.notation),
            area=_last(self.text(it, SKOS.broader)),
            tier=_last(self.text(it, IC.tier)),
            level=level and _last(level),
        )

    def all(self, kind: URIRef) -> list[URIRef]:
        return [it for it in self.graph.subjects(RDF.type, kind) if isinstance(it, URIRef)]

    def at(self, it: Node) -> int:
        return int(self.maybe(it, SCHEMA.position) or 0)

    def texts(self, it: Node, said: URIRef) -> list[str]:
        return [str(value) for value in self.graph.objects(it, said)]

    def maybe(self, it: Node, said: URIRef) -> str | None:
        values = self.texts(it, said)
        if len(values) > 1:
            raise BadSource(f"{it}: expected at most one {said}, found {values}")
        return values[0] if values else None

    def text(self, it: Node, said: URIRef) -> str:
        value = self.maybe(it, said)
        if value is None:
            raise BadSource(f"{it}: expected one {said}, found none")
        return value


def _last(iri: str) -> str:
    return iri.rpartition("/")[2]


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda file: file.name)
