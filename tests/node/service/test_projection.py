"""From every example record to search and graph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from node.core.admission import Verdict
from node.service.projection import (
    Publisher,
    graphs_of,
    profile_of_publisher,
    text_of,
)
from node.service.provenance import provenance_graph
from node.store.ports import Held
from peers.encoding import jcs
from peers.log import Body, Entry, EntryKind, LogId
from vocab.framework import load
from vocab.terms import FW, StudyKind

FOLDER = Path(__file__).parents[3] / "vocab" / "data" / "examples"
# A withdrawal is shown nowhere: it takes a record away.
EXAMPLES = [path for path in sorted(FOLDER.glob("*.jsonld")) if "withdrawal" not in path.stem]
PROOF: dict[str, Any] = {
    "created": "2026-01-01T00:00:00Z",
    "verificationMethod": "did:web:city.example#record-1",
    "proofPurpose": "assertionMethod",
    "cryptosuite": "eddsa-jcs-2022",
    "proofValue": "z2xsV",
}
FACETS = {
    "action": "action",
    "action-element": "element",
    "audience": "audience",
    "challenge": "challenge",
    "group": "rightsHolders",
    "instrument-type": "instrument",
    "mechanism": "mechanism",
    "organization": "partner",
    "partner": "partner",
    "policy-area": "policyArea",
    "principle-or-right": "principle",
    "reference": "references",
    "service-area": "serviceArea",
}
"""Scheme → the facet that its concepts are values of."""
LOG = LogId("city.example/log/public")


def held_of(document: dict[str, Any]) -> Held:
    body = Body(bytes(16), jcs({**document, "proof": PROOF}))
    entry = Entry(
        id=f"https://{LOG}/e/7",
        kind=EntryKind.CREATE,
        object=str(document["id"]),
        published="2026-01-01T00:00:00Z",
        version=1,
        prev=None,
        digest=body.digest,
    )
    return Held(
        log=LOG,
        index=7,
        entry=entry,
        body=body,
        verdict=Verdict(admitted=True),
        recorded="2026-01-01T00:00:01Z",
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_can_be_searched_and_queried(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    record = {**document, "proof": PROOF}
    held = held_of(document)
    put = text_of(held, record, Publisher(country="AR", name={"es": "Villa Aurora"}))
    assert put.kind == document["type"]
    assert put.facets["kind"] == (document["type"],)
    assert put.facets["city"] == (document["publisher"],)
    assert put.facets["country"]
    words = {*put.title, *put.texts, *put.concepts}
    assert words, "there is nothing to find it by"
    for texts in (put.title, put.texts, put.concepts):
        assert all(text.strip() for text in texts.values())
    said, known = graphs_of(held, record)
    assert (said.union, known.union) == (True, False)
    for put_graph in (said, known):
        triples = list(parse(put_graph.triples, RdfFormat.N_TRIPLES))
        assert len(triples) == len(put_graph.triples.split("\n")) - 1
    assert known.graph == provenance_graph(document["id"])


def test_a_record_carries_its_concepts_in_every_language() -> None:
    path = next(path for path in EXAMPLES if path.stem == "practice-es")
    document = json.loads(path.read_text("utf-8"))
    record = {**document, "proof": PROOF}
    put = text_of(held_of(document), record, Publisher())
    assert set(put.concepts) >= {"en", "es", "fr", "ar", "ko", "ru", "zh"}
    assert "S3" in put.concepts["en"]


def facets_of(name: str) -> Mapping[str, tuple[str, ...]]:
    document = json.loads((FOLDER / f"{name}.jsonld").read_text("utf-8"))
    return text_of(held_of(document), {**document, "proof": PROOF}, Publisher()).facets


def test_a_body_is_found_by_what_it_carries_out_and_by_who_is_represented_in_it() -> None:
    facets = facets_of("body-council-ar")
    assert f"{FW}action/consultative-participatory-body" in facets["action"]
    assert "structures" in facets["area"]
    assert f"{FW}action-element/participation-in-planning" in facets["element"]
    assert f"{FW}group/migrants" in facets["rightsHolders"]
    assert f"{FW}partner/civil-society-organizations" in facets["partner"]
    assert set(facets["partner"]).isdisjoint(facets["rightsHolders"])


def test_a_study_is_found_by_its_kind_and_by_the_groups_that_it_asked() -> None:
    facets = facets_of("study-baseline-de")
    assert facets["study"] == (StudyKind.BASELINE,)
    assert f"{FW}group/older-persons" in facets["rightsHolders"]


def test_what_an_agreement_rests_on_is_a_reference_where_the_framework_lists_it() -> None:
    assert facets_of("agreement-es")["references"] == (f"{FW}reference/agenda-2030",)
    assert all(iri.startswith(FW) for iri in facets_of("commitment-es")["references"])


def test_every_concept_of_the_framework_is_found_by_its_facet() -> None:
    structural = {"area", "tier", "level", "city-named"}
    found: dict[str, set[str]] = {}
    for path in EXAMPLES:
        for facet, values in facets_of(path.stem).items():
            found.setdefault(facet, set()).update(values)
    unfound = [
        concept.iri
        for concept in (*load().actions, *load().concepts)
        if concept.iri.startswith(FW)
        and concept.scheme not in structural
        and concept.iri not in found[FACETS[concept.scheme]]
    ]
    assert unfound == []
    assert found["study"] == set(StudyKind)


def test_an_assessment_belongs_to_the_country_of_its_subject() -> None:
    path = next(path for path in EXAMPLES if path.stem == "assessment-place-en")
    document = json.loads(path.read_text("utf-8"))
    record = {**document, "proof": PROOF}
    put = text_of(held_of(document), record, Publisher(country="AR"))
    assert put.facets["country"] == (document["subjectCountry"],)
    assert put.facets["subject"] == (document["subject"],)


@pytest.mark.parametrize(
    ("agent", "profile"),
    [
        ("https://city.example/#city", "https://city.example/city"),
        ("https://x.example/a/#organization", "https://x.example/a/organization"),
    ],
)
def test_an_agents_profile_is_known_from_its_name(agent: str, profile: str) -> None:
    assert profile_of_publisher(agent) == profile
