"""pyshacl and rdf-validate-shacl find the same in every example, good and bad."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib import Graph
from rdflib.namespace import SH

from tests.interop.conftest import Node
from tests.vocab.examples import DATA, bad, good
from tests.vocab.second_opinion import shapes
from vocab.errors import VocabError
from vocab.jsonld.foreign import quads

Finding = tuple[str, str | None, str]
"""Focus node, path, constraint component: what two engines can be compared by."""

CORE = "\n".join(
    (DATA / f"{file}.ttl").read_text("utf-8") for file in ("shapes", "shapes-concepts")
)
"""Without the shapes in SPARQL, which rdf-validate-shacl does not speak."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """rdflib logs every ill-typed literal."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def test_both_find_nothing_in_a_good_example(node: Node) -> None:
    documents = {name: _rdf(one) for name, one in good().items()}
    found = node("shacl", {"shapes": CORE, "documents": documents})
    assert found == {name: [] for name in documents}


def test_both_find_the_same_in_a_bad_example(node: Node) -> None:
    documents = {name: text for name, one in bad().items() if (text := _rdf(one)) is not None}
    found = node("shacl", {"shapes": CORE, "documents": documents})
    theirs = {name: {_finding(*one) for one in results} for name, results in found.items()}
    assert theirs == {name: _pyshacl(text) for name, text in documents.items()}
    assert sum(map(bool, theirs.values())) > 40, "both found hardly anything"


def _rdf(document: dict[str, Any]) -> str | None:
    """The document's triples; none where JSON-LD, a pinned context or RDF itself refuses it."""
    try:
        text = quads({key: value for key, value in document.items() if key != "proof"})
        list(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    except (VocabError, SyntaxError):
        return None
    return text


def _pyshacl(text: str) -> set[Finding]:
    # As in tests.vocab.second_opinion: pyshacl turns this on again whenever it has run.
    rdflib.NORMALIZE_LITERALS = False
    graph = Graph().parse(data=text, format="nt")
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes(with_sparql=False), inference="none")
    return {
        _finding(
            str(report.value(one, SH.focusNode)),
            None if (path := report.value(one, SH.resultPath)) is None else str(path),
            str(report.value(one, SH.sourceConstraintComponent)),
        )
        for one in report.objects(None, SH.result)
    }


def _finding(focus: str, path: str | None, component: str) -> Finding:
    """Blank nodes have no name that two engines share."""
    return focus if ":" in focus else "_:", path, component.rpartition("#")[2]
