"""What is exported imports again without loss: every example, and records that nobody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from node.core.sheets import documents_of, rows_of
from tests.node.core.sheets.sheets import again, examples, reader
from tests.vocab.making import records
from vocab.languages import LANGUAGES
from vocab.shapes import check

SPOKEN = st.sampled_from(list(LANGUAGES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_comes_back_whole(language: str) -> None:
    """Whatever language the sheet is in, and whatever language it is read in."""
    for name, document in examples().items():
        outcome = again([document], language, language="ko" if language != "ko" else "es")
        (row,) = outcome.rows
        assert row.document == document, name
        assert (row.findings, row.notes, outcome.unknown) == ((), {}, ()), name


def test_examples_of_all_types_fit_into_one_table() -> None:
    documents = list(examples().values())
    outcome = documents_of(rows_of(documents, "fr"), reader())
    assert [row.document for row in outcome.rows] == documents
    assert outcome.unknown == ()
    found = {one.finding.code for row in outcome.rows for one in row.findings}
    assert found == {"not-ours"}, "they are of many cities"


@given(records(), SPOKEN, SPOKEN)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
def test_whatever_is_well_made_comes_back_whole(
    document: dict[str, Any], written: str, read: str
) -> None:
    document.pop("proof", None)
    assume(document["type"] != "Withdrawal" and not check(document))
    (row,) = again([document], written, language=read).rows
    assert row.document == document
    assert row.findings == ()


def test_a_sheet_without_addresses_gives_the_same_words_without_names() -> None:
    document = examples()["practice-es"]
    table = rows_of([document], "es")
    kept = [n for n, text in enumerate(table.headings) if text not in {"Identificador", "Versión"}]
    headings = tuple(table.headings[n] for n in kept)
    (row,) = table.rows
    bare = type(table)(headings, (type(row)(2, tuple(row.cells[n] for n in kept)),))
    outcome = documents_of(bare, reader(base_url="https://puerto-almendro.example"))
    (read,) = outcome.rows
    assert "id" not in read.document
    assert _without_names(read.document) == _without_names(document)


def _without_names(document: Mapping[str, Any]) -> dict[str, Any]:
    names = {"@context", "id", "version", "type"}
    return {
        key: [_without_names(part) for part in value]
        if isinstance(value, list) and isinstance(value[0], dict)
        else value
        for key, value in document.items()
        if key not in names
    }
