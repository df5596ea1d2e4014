"""The vocabulary's source: what is compiled is in step with it, and nothing points at nothing."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, URIRef
from rdflib.term import Node

from vocab.framework.source import SCHEMA, graph
from vocab.terms import FW, IC

POINTERS = (SKOS.broader, SKOS.related, SKOS.inScheme, SKOS.topConceptOf, DCTERMS.source)


@cache
def source() -> Graph:
    return graph()


@pytest.mark.parametrize("script", ["terms.py", "reference.py"])
def test_what_is_generated_is_what_the_source_says(root: Path, script: str) -> None:
    done = subprocess.run(
        [sys.executable, root / "scripts" / script, "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_iri_of_ours_is_described() -> None:
    described = set(source().subjects(RDF.type, None))
    dangling = {
        (subject, value)
        for subject, said, value in source()
        if isinstance(value, URIRef)
        and (said in POINTERS or str(value).startswith((FW, f"{IC}scheme/")))
        and said != DCTERMS.hasVersion
        and value not in described
    }
    assert dangling == set()


def test_every_concept_stands_in_one_scheme_and_its_iri_says_which() -> None:
    for concept in source().subjects(RDF.type, SKOS.Concept):
        schemes = [str(scheme) for scheme in source().objects(concept, SKOS.inScheme)]
        assert len(schemes) == 1
        assert str(concept).rpartition("/")[0] == schemes[0].replace("#scheme/", "#")


def test_positions_count_from_one_in_each_scheme() -> None:
    found: dict[Node, list[int]] = {}
    for concept, position in source().subject_objects(SCHEMA.position):
        for scheme in source().objects(concept, SKOS.inScheme):
            found.setdefault(scheme, []).append(int(str(position)))
    for scheme, positions in found.items():
        assert sorted(positions) == list(range(1, len(positions) + 1)), scheme


def test_nothing_is_both_related_and_broader() -> None:
    """SKOS integrity condition S27."""
    broader = set(source().subject_objects(SKOS.broader))
    for pair in source().subject_objects(SKOS.related):
        assert pair not in broader
        assert pair[::-1] not in broader


def test_links_between_concepts_are_said_from_both_sides() -> None:
    for said in (SKOS.related, SKOS.closeMatch, SKOS.exactMatch):
        for one, other in source().subject_objects(said):
            if str(other).startswith("https://w3id.org/intercity/"):  # others' terms are theirs
                assert (other, said, one) in source(), (one, other)


def test_the_version_is_the_newest_of_the_list_of_changes(root: Path) -> None:
    changes = (root / "vocab" / "data" / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = next(line for line in changes.splitlines() if line.startswith("## "))
    version = str(source().value(URIRef(FW), OWL.versionInfo))
    assert newest.split()[1] == version


def test_a_deprecated_concept_says_what_to_use_and_why() -> None:
    for concept in source().subjects(OWL.deprecated, None):
        assert (concept, DCTERMS.isReplacedBy, None) in source(), concept
        assert (concept, SKOS.changeNote, None) in source(), concept
