"""What was published stays: files by their digests, concepts by their IRIs and meanings."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDF, SKOS, VOID, Graph, Literal, URIRef

from vocab.framework import Concept, Scheme, about, load
from vocab.framework.source import compiled_from, graph
from vocab.framework.versions import changes, policy, published, version_bytes
from vocab.jsonld import CONTEXTS, context_digest
from vocab.terms import FRAMEWORK_VERSION, FW

DOCS = Path(__file__).parents[2] / "docs" / "vocabulary.md"
FIRST = "db575853003594be2c32e78e310057cc637e8d78f341716bd8885f49ef875437"


def released(version: str) -> Graph:
    return Graph().parse(data=version_bytes(version), format="turtle")


def test_the_first_version_is_the_one_that_was_published() -> None:
    assert published()["1.0"] == FIRST


def test_the_version_that_reports_conform_to_was_published() -> None:
    minor = load().version.rpartition(".")[0]
    assert f"{FW}{minor}/" == FRAMEWORK_VERSION
    assert minor in published(), "run python scripts/freeze.py when its changes are done"


@pytest.mark.parametrize("version", sorted(published()))
def test_no_published_concept_is_gone_or_means_something_else(version: str) -> None:
    old = released(version)
    concepts = list(old.subjects(RDF.type, SKOS.Concept))
    assert len(concepts) >= 232
    for subject in concepts:
        now = load().concept(str(subject))
        assert now is not None, f"{subject} was deleted: deprecate it instead"
        assert str(old.value(subject, SKOS.inScheme)) == now.scheme_iri
        for said, found in ((SKOS.definition, now.definition), (SKOS.notation, now.notation)):
            before = old.value(subject, said)
            assert found == (None if before is None else str(before)), (subject, said)


@pytest.mark.parametrize("version", sorted(published()))
def test_a_published_version_describes_itself(version: str) -> None:
    itself = URIRef(f"{FW}{version}/")
    old = released(version)
    assert (itself, DCTERMS.isVersionOf, URIRef(FW)) in old
    assert str(old.value(itself, OWL.versionInfo)).startswith(f"{version}.")


def test_words_changed_since_a_version_was_published_have_a_number_of_their_own() -> None:
    """The current vocabulary is the published one, or has a higher patch number."""
    version = load().version
    old = released(version.rpartition(".")[0])
    if str(old.value(URIRef(FRAMEWORK_VERSION), OWL.versionInfo)) != version:
        return
    now = Graph()
    things: list[Concept | Scheme] = [*load().schemes, *load().concepts]
    for thing in things:
        if thing.iri.startswith(FW):
            now.parse(data=about(thing), format="nt")
    documents = set(old.subjects(RDF.type, VOID.Dataset))
    before = {triple for triple in old if triple[0] not in documents}
    assert set(now) == before, "raise owl:versionInfo and say in CHANGELOG.md what changed"


def test_the_changelog_begins_with_the_current_version() -> None:
    numbers = [name for name, _ in changes()]
    assert numbers[0] == load().version
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", name) for name in numbers)
    assert all(text for _, text in changes())


def test_the_policy_says_that_nothing_is_deleted_and_what_happens_instead() -> None:
    for said in ("ever deleted", "owl:deprecated", "dct:isReplacedBy", "skos:changeNote"):
        assert said in policy()


def test_the_reference_tells_digests_policy_and_changes() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert policy() in text
    for said in (*published().values(), *map(context_digest, CONTEXTS)):
        assert said in text
    assert f"### {load().version}" in text


def deprecated() -> Concept:
    """A concept as it reads after its source was marked as the policy says."""
    source = graph()
    old, new = sorted(source.subjects(SKOS.inScheme, URIRef(f"{FW}challenge")), key=str)[:2]
    source.add((old, OWL.deprecated, Literal(True)))
    source.add((old, DCTERMS.isReplacedBy, new))
    source.add((old, SKOS.changeNote, Literal("1.1.0: said twice.", "en")))
    return next(one for one in compiled_from(source).concepts if one.iri == str(old))


def test_a_deprecated_concept_keeps_its_words_and_says_what_to_use() -> None:
    concept = deprecated()
    before = load().concept(concept.iri)
    assert before is not None
    assert concept.deprecated
    assert concept.change_notes == ("1.1.0: said twice.",)
    assert len(concept.replaced_by) == 1
    assert replace(concept, deprecated=False, change_notes=(), replaced_by=()) == before
    said = Graph().parse(data=about(concept), format="nt")
    subject = URIRef(concept.iri)
    assert (subject, OWL.deprecated, Literal(True)) in said
    assert (subject, SKOS.changeNote, Literal("1.1.0: said twice.", "en")) in said
    assert (subject, DCTERMS.isReplacedBy, URIRef(concept.replaced_by[0])) in said


def test_every_deprecated_concept_says_why_and_what_to_use_instead() -> None:
    for concept in load().concepts:
        assert concept.deprecated == bool(concept.replaced_by), concept.iri
        assert not concept.deprecated or concept.change_notes, concept.iri
