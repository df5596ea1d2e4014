"""From a record in a log to what search and graph keep of it. Pure: the same bytes, the same steps.

Both projections show the newest admitted version of a record, and say where it stands. The record's
own graph holds what its publisher says; the provenance graph beside it, named
``<record>#provenance``, says how we know: the log's entry, the proof, the log's size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from node.core.countries import country as country_of
from node.core.sizes import size_of
from node.service.provenance import record_provenance
from node.store.ports import GraphPut, Held, TextPut
from peers.encoding import JsonObject
from vocab.framework import Action, load
from vocab.jsonld import to_quads
from vocab.languages import LangMap
from vocab.terms import FW

__all__ = ["Publisher", "graphs_of", "profile_of_publisher", "text_of"]

_TITLES: Final = ("title", "name", "subjectName", "memberName")
_CONCEPTS: Final = (
    "action",
    "element",
    "audience",
    "rightsHolders",
    "serviceArea",
    "policyArea",
    "principle",
    "challenge",
    "instrument",
    "partner",
    "mechanism",
    "references",
)
_ALSO: Final = {
    "action": ("classification",),
    "element": ("participationStage",),
    "rightsHolders": ("represents", "groupsConsulted"),
    "partner": ("represents",),
    "references": ("basedOn",),
}
"""Further fields that hold concepts of the same schemes."""
_SCHEMES: Final = {
    "rightsHolders": frozenset({"group"}),
    "partner": frozenset({"partner", "organization"}),
    "references": frozenset({"reference"}),
}
"""The schemes of facets whose further fields hold other things as well."""
_USES: Final = ("adaptedFrom", "usedPractice", "practices")
"""Fields that hold practices that a record builds on, shows or offers."""
_DATES: Final = (
    "reviewed",
    "ended",
    "started",
    "adopted",
    "periodEnd",
    "date",
    "since",
    "modified",
    "issued",
)
"""What lists are sorted by: the first of these that a record has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """What a record's publisher says of itself, as far as searching for its records goes.

    Attributes:
        country: Two capital letters, or empty.
        population: Residents; 0 where it does not say.
        name: Its names, one a language.
    """

    country: str = ""
    population: int = 0
    name: LangMap = field(default_factory=dict)

    @classmethod
    def of(cls, profile: Mapping[str, Any]) -> Publisher:
        """From a City's or Organization's document."""
        return cls(
            country=profile.get("country", ""),
            population=profile.get("population", 0),
            name=profile.get("name", {}),
        )


def profile_of_publisher(agent: str) -> str:
    """IRI of the record that says who an agent is.

    >>> profile_of_publisher("https://city.example/rights/#city")
    'https://city.example/rights/city'
    """
    base, _, kind = agent.rpartition("/#")
    return f"{base}/{kind}"


def text_of(held: Held, record: JsonObject, publisher: Publisher) -> TextPut:
    """What the text index keeps of a record.

    Args:
        held: Its newest admitted entry, with the body.
        record: That body, parsed.
    """
    assert held.body is not None
    kind = str(record["type"])
    title: LangMap = next((record[key] for key in _TITLES if key in record), {})
    texts: dict[str, list[str]] = {}
    for language, text in _texts(record, without=_TITLES):
        texts.setdefault(language, []).append(text)
    concepts = {facet: values for facet in _CONCEPTS if (values := _values(record, facet))}
    return TextPut(
        iri=held.entry.object,
        kind=kind,
        agent=str(record["publisher"]),
        title=title,
        texts={language: "\n".join(parts) for language, parts in texts.items()},
        concepts=_concept_words(record, concepts, publisher),
        facets=_facets(record, kind, concepts, {*title, *texts}, publisher),
        log=held.log,
        index=held.index,
        version=held.entry.version,
        published=held.entry.published,
        recorded=held.recorded,
        sort=next((str(record[key]) for key in _DATES if key in record), ""),
        stored=held.body.record,
    )


def _texts(value: object, without: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every text in a language, in the document's order, nested parts included."""
    if isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict) and "id" not in value:  # only a language map has no id
        yield from value.items()
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in without and key not in {"proof", "@context"}:
                yield from _texts(part)


def _values(record: JsonObject, facet: str) -> tuple[str, ...]:
    """What a record has of a facet of concepts, from each field that holds such concepts."""
    found = dict.fromkeys(_many(record.get(facet)))
    for key in _ALSO.get(facet, ()):
        if key not in record:
            continue
        found.update(dict.fromkeys(iri for iri in _many(record.get(key)) if _fits(iri, facet)))
    return tuple(found)


def _fits(iri: str, facet: str) -> bool:
    """Whether a concept is of one of the facet's schemes, where these are named."""
    if facet not in _SCHEMES:
        return True
    concept = load().concept(iri)
    return concept is not None and concept.scheme in _SCHEMES[facet]


def _concept_words(
    record: JsonObject, concepts: Mapping[str, tuple[str, ...]], publisher: Publisher
) -> dict[str, str]:
    """Every name of its concepts, and of its publisher, in every language."""
    words: dict[str, list[str]] = {}
    for iri in chain(*concepts.values(), _many(record.get("kind"))):
        for language, names in _names_of(iri):
            words.setdefault(language, []).extend(names)
    if record["type"] not in {"City", "Organization"}:
        for language, name in publisher.name.items():
            words.setdefault(language, []).append(name)
    return {language: "\n".join(dict.fromkeys(names)) for language, names in words.items()}


@lru_cache(maxsize=2048)
def _names_of(iri: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A framework concept's names by language; ours (states, kinds) are filters, not words."""
    concept = load().concept(iri) if iri.startswith(FW) else None
    if concept is None:
        return ()
    codes = (concept.notation,) if concept.notation else ()
    return tuple(
        (language, (label, *concept.alt.get(language, ()), *codes))
        for language, label in concept.label.items()
    )


def _facets(
    record: JsonObject,
    kind: str,
    concepts: Mapping[str, tuple[str, ...]],
    languages: set[str],
    publisher: Publisher,
) -> dict[str, tuple[str, ...]]:
    actions = [
        action
        for iri in concepts.get("action", ())
        if isinstance(action := load().concept(iri), Action)
    ]
    country = record.get("subjectCountry") or record.get("country") or publisher.country
    found: dict[str, tuple[str, ...]] = {
        "kind": (kind,),
        "city": (str(record["publisher"]),),
        "country": (country,) if country else (),
        "region": (region,) if (region := country_of(country).region) else (),
        "size": (size_of(publisher.population),) if publisher.population else (),
        "language": tuple(sorted(languages)),
        "state": _many(record.get("state")),
        "area": tuple(dict.fromkeys(action.area for action in actions)),
        "tier": tuple(dict.fromkeys(action.tier for action in actions)),
        "subject": _many(record.get("subject")),
        "member": _many(record.get("memberDid")),
        "offer": _many(record.get("kind")) if kind == "Offer" else (),
        "study": _many(record.get("kind")) if kind == "Study" else (),
        "sdg": _many(record.get("sdgTargets")),
        "uses": tuple(one for field in _USES for one in _many(record.get(field))),
        "evidence": ("yes",) if record.get("evidence") else (),
        **concepts,
    }
    return {facet: values for facet, values in found.items() if values}


def _many(value: object) -> tuple[str, ...]:
    """A list of texts as it is, one text as a list, nothing as none."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else ()


def graphs_of(held: Held, record: JsonObject) -> tuple[GraphPut, GraphPut]:
    """A record's graph and its provenance graph.

    Args:
        held: Its newest admitted entry.
        record: Its body, parsed.

    Raises:
        vocab.errors.NotJsonLd: It is no record of ours; admission lets no such thing in.
    """
    said = GraphPut(graph=held.entry.object, triples=to_quads(record))
    return said, record_provenance(held, record)
