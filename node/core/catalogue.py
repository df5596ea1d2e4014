"""What portals harvest: a catalogue of the node's data (DCAT-AP 3.0.1), and its size (VoID).

Pure: what is held, and the same triples. Everything that is named is also said to be of its class,
for harvesters that look no further than the catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from vocab.languages import LangMap

__all__ = ["Counted", "File", "Offered", "catalogue", "void"]

_RESOURCE: Final = "http://www.w3.org/2000/01/rdf-schema#Resource"
_RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_DCAT: Final = "http://www.w3.org/ns/dcat#"
_DCAP: Final = "http://data.europa.eu/r5r/"
_DCT: Final = "http://purl.org/dc/terms/"
_FOAF: Final = "http://xmlns.com/foaf/0.1/"
_SPDX: Final = "http://spdx.org/rdf/terms#"
_VOID: Final = "http://rdfs.org/ns/void#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_EU: Final = "http://publications.europa.eu/resource/authority/"
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
_SPARQL: Final = "http://www.w3.org/TR/sparql11-protocol/"
_VOCABULARIES: Final = (
    "https://w3id.org/intercity/ns#",
    "https://w3id.org/intercity/framework/",
    _DCT,
    "http://www.w3.org/ns/prov#",
    "https://schema.org/",
    _SKOS,
)
_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "records": ("All public records", "Every public record that this node holds, as RDF."),
    "cities-actions": (
        "Cities by actions and dates",
        "What each city says of each of the 28 actions, by version; an empty state is not a no.",
    ),
    "practices": ("Practices", "Practices of cities, as they stand now."),
    "exchanges": ("Exchanges", "What cities have learned from each other, as both agreed on it."),
    "statuses": ("Statuses of actions", "Where each city stands with each action, in its words."),
    "commitments": ("Commitments", "Declarations, charters, ordinances and reaffirmations."),
    "strategies": ("Strategies and plans", "Strategies of cities, with measures and milestones."),
    "bodies": ("Human rights bodies", "Offices, councils and complaint bodies of cities."),
    "memberships": ("Memberships", "Which city belongs to which network, and for which term."),
    "vocabulary": ("Vocabulary", "The framework's actions and all other terms, with labels."),
    "feed": ("Log as a feed", "Every entry of this node's log, to be followed (LDES)."),
}


@dataclass(frozen=True, slots=True)
class File:
    """A distribution: where it is, of which media type; size and SHA-256 where it never changes."""

    url: str
    media: str
    form: str
    size: int = 0
    sha256: str = ""
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """A dataset: its name in ``_TITLES``, where people read of it, and its files."""

    name: str
    page: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How much is held.

    Attributes:
        classes: Class IRI → instances; properties: distinct predicates.
    """

    triples: int
    subjects: int
    properties: int
    classes: Mapping[str, int] = field(default_factory=dict)


def catalogue(
    base: str, publisher: str, name: LangMap, modified: str, offered: Sequence[Offered]
) -> str:
    """The catalogue, as sorted N-Triples.

    Args:
        publisher: IRI of the city or organization; name: its, by language.
        modified: When the newest of it was made, ``YYYY-MM-DDTHH:MM:SSZ``.
    """
    triples = _Triples()
    this, home = f"{base}/catalog", f"{base}/data"
    triples.typed(this, f"{_DCAT}Catalog")
    for tag, text in (name or {"en": base}).items():
        triples.text(this, f"{_DCT}title", f"Intercity: {text}", tag)
        triples.text(publisher, f"{_FOAF}name", text, tag)
    about = "Signed records of human rights cities: practices, strategies and progress."
    triples.text(this, f"{_DCT}description", about, "en")
    triples.typed(publisher, f"{_FOAF}Agent")
    triples.link(this, f"{_DCT}publisher", publisher)
    triples.link(this, f"{_FOAF}homepage", home, f"{_FOAF}Document")
    triples.link(this, f"{_DCT}license", _LICENCE, f"{_DCT}LicenseDocument")
    triples.link(this, f"{_DCT}language", f"{_EU}language/MUL", f"{_DCT}LinguisticSystem")
    triples.value(this, f"{_DCT}modified", modified, "dateTime")
    service = f"{base}/catalog#sparql"
    triples.link(this, f"{_DCAT}service", service, f"{_DCAT}DataService")
    triples.text(service, f"{_DCT}title", "SPARQL 1.1 endpoint", "en")
    triples.link(service, f"{_DCAT}endpointURL", f"{base}/sparql", _RESOURCE)
    triples.link(service, f"{_DCAT}endpointDescription", f"{base}/sparql", _RESOURCE)
    triples.link(service, f"{_DCT}conformsTo", _SPARQL, f"{_DCT}Standard")
    triples.link(service, f"{_DCT}publisher", publisher)
    triples.link(service, f"{_DCT}license", _LICENCE)
    themes = f"{_EU}data-theme"
    triples.link(this, f"{_DCAT}themeTaxonomy", themes, f"{_SKOS}ConceptScheme")
    triples.text(themes, f"{_DCT}title", "Data theme", "en")
    for one in offered:
        dataset = f"{this}#{one.name}"
        triples.link(this, f"{_DCAT}dataset", dataset, f"{_DCAT}Dataset")
        triples.link(service, f"{_DCAT}servesDataset", dataset)
        _dataset(triples, dataset, one, publisher, modified)
    return triples.sorted()


def _dataset(triples: _Triples, dataset: str, one: Offered, publisher: str, modified: str) -> None:
    title, about = _TITLES[one.name]
    triples.text(dataset, f"{_DCT}title", title, "en")
    triples.text(dataset, f"{_DCT}description", about, "en")
    triples.text(dataset, f"{_DCAT}keyword", "human rights", "en")
    triples.text(dataset, f"{_DCAT}keyword", "cities", "en")
    triples.link(dataset, f"{_DCT}publisher", publisher)
    triples.link(dataset, f"{_DCAT}theme", f"{_EU}data-theme/JUST", f"{_SKOS}Concept")
    triples.text(f"{_EU}data-theme/JUST", f"{_SKOS}prefLabel", "Justice, legal system", "en")
    rights = f"{_EU}access-right/PUBLIC"
    triples.link(dataset, f"{_DCT}accessRights", rights, f"{_DCT}RightsStatement")
    daily = f"{_EU}frequency/DAILY"
    triples.link(dataset, f"{_DCT}accrualPeriodicity", daily, f"{_DCT}Frequency")
    triples.link(dataset, f"{_DCAT}landingPage", one.page, f"{_FOAF}Document")
    triples.value(dataset, f"{_DCT}modified", modified, "dateTime")
    for number, file in enumerate(one.files, 1):
        made = f"{dataset}-{number}"
        triples.link(dataset, f"{_DCAT}distribution", made, f"{_DCAT}Distribution")
        triples.text(made, f"{_DCT}description", about, "en")
        _distribution(triples, made, file)


def _distribution(triples: _Triples, made: str, file: File) -> None:
    triples.link(made, f"{_DCAT}accessURL", file.url, _RESOURCE)
    triples.link(made, f"{_DCAT}downloadURL", file.url, _RESOURCE)
    triples.link(made, f"{_DCAT}mediaType", f"{_IANA}{file.media}", f"{_DCT}MediaType")
    form = f"{_EU}file-type/{file.form}"
    triples.link(made, f"{_DCT}format", form, f"{_DCT}MediaTypeOrExtent")
    triples.link(made, f"{_DCT}license", _LICENCE, f"{_DCT}LicenseDocument")
    available = "http://data.europa.eu/r5r/availability/stable"
    triples.link(made, f"{_DCAP}availability", available, f"{_SKOS}Concept")
    triples.text(available, f"{_SKOS}prefLabel", "stable", "en")
    if file.packed:
        packed = f"{_IANA}application/gzip"
        triples.link(made, f"{_DCAT}compressFormat", packed, f"{_DCT}MediaType")
    if file.size:
        triples.value(made, f"{_DCAT}byteSize", str(file.size), "nonNegativeInteger")
    if file.sha256:
        checksum = f"{made}-sha256"
        triples.link(made, f"{_SPDX}checksum", checksum, f"{_SPDX}Checksum")
        algorithm = f"{_SPDX}checksumAlgorithm_sha256"
        triples.link(checksum, f"{_SPDX}algorithm", algorithm, f"{_SPDX}ChecksumAlgorithm")
        triples.value(checksum, f"{_SPDX}checksumValue", file.sha256, "hexBinary")


def void(base: str, counted: Counted, modified: str, dumps: Sequence[str]) -> str:
    """What is in the SPARQL endpoint's default graph, counted, as sorted N-Triples.

    Args:
        dumps: Addresses of files that hold all of it.
    """
    triples = _Triples()
    this = f"{base}/data#void"
    triples.typed(this, f"{_VOID}Dataset")
    triples.text(this, f"{_DCT}title", "Public records of human rights cities", "en")
    triples.link(this, f"{_DCT}license", _LICENCE)
    triples.value(this, f"{_DCT}modified", modified, "dateTime")
    triples.link(this, f"{_FOAF}homepage", f"{base}/data")
    triples.link(this, f"{_VOID}sparqlEndpoint", f"{base}/sparql")
    triples.value(this, f"{_VOID}triples", str(counted.triples), "integer")
    triples.value(this, f"{_VOID}distinctSubjects", str(counted.subjects), "integer")
    triples.value(this, f"{_VOID}properties", str(counted.properties), "integer")
    triples.value(this, f"{_VOID}classes", str(len(counted.classes)), "integer")
    for url in dumps:
        triples.link(this, f"{_VOID}dataDump", url)
    for vocabulary in _VOCABULARIES:
        triples.link(this, f"{_VOID}vocabulary", vocabulary)
    for number, (kind, count) in enumerate(sorted(counted.classes.items()), 1):
        part = f"{this}-class-{number}"
        triples.link(this, f"{_VOID}classPartition", part)
        triples.link(part, f"{_VOID}class", kind)
        triples.value(part, f"{_VOID}entities", str(count), "integer")
    return triples.sorted()


class _Triples:
    """Triples in the making, each once."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def link(self, subject: str, predicate: str, target: str, kind: str = "") -> None:
        """A triple between two things; ``kind``: the class of the second."""
        self._held.add(f"<{subject}> <{predicate}> <{target}> .")
        if kind:
            self.typed(target, kind)

    def typed(self, subject: str, kind: str) -> None:
        self._held.add(f"<{subject}> <{_RDF_TYPE}> <{kind}> .")

    def text(self, subject: str, predicate: str, text: str, tag: str) -> None:
        self._held.add(f"<{subject}> <{predicate}> {json.dumps(text)}@{tag} .")

    def value(self, subject: str, predicate: str, value: str, kind: str) -> None:
        self._held.add(f'<{subject}> <{predicate}> "{value}"^^<{_XSD}{kind}> .')

    def sorted(self) -> str:
        return "".join(f"{line}\n" for line in sorted(self._held))
