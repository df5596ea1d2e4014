"""The fast check and a SHACL validator are of one opinion, whatever is done to a record."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.vocab.examples import bad, good
from tests.vocab.mutations import Mutator
from tests.vocab.second_opinion import conform
from vocab.shapes import check

THOROUGH = os.environ.get("INTERCITY_THOROUGH") == "1"
"""Every mutation of every field of every example: some 26,000, for two or three minutes."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """rdflib logs every ill-typed literal, and here most are."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def mutator() -> Mutator:
    return Mutator(thorough=THOROUGH)


def test_every_good_example_conforms_for_pyshacl_too() -> None:
    verdicts = conform(list(good().values()), wholly=True)
    assert [name for name, is_good in zip(good(), verdicts, strict=True) if not is_good] == []


def test_no_bad_example_conforms_for_anyone() -> None:
    said_good = [name for name, document in bad().items() if conform([document], wholly=True)[0]]
    assert said_good == []


@pytest.mark.parametrize("name", good())
def test_every_mutation_is_judged_alike(name: str, mutator: Mutator) -> None:
    document = good()[name]
    mutants = list(mutator.mutants(document))
    host = str(document["publisher"]).split("/")[2]
    documents = [_moved(mutant, host, number) for number, (_, mutant) in enumerate(mutants)]
    named = [document for document in documents if isinstance(document.get("id"), str)]
    others = iter(conform(named))
    for (label, _), mutant in zip(mutants, documents, strict=True):
        is_good = next(others) if isinstance(mutant.get("id"), str) else False
        assert (check(mutant) == []) == is_good, f"{label}: {check(mutant)}"


def _moved(document: dict[str, Any], host: str, number: int) -> dict[str, Any]:
    """The same record at an origin of its own, so that many can be judged in one graph."""
    moved: dict[str, Any] = json.loads(json.dumps(document).replace(host, f"m{number}-{host}"))
    return moved
