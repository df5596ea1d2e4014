"""Which queries are of one shape."""

from __future__ import annotations

import pytest

from node.store.workers.shapes import shape_of

QUERY = 'PREFIX a: <urn:a> SELECT ?s { ?s a:b "x"@en ; a:c 12 FILTER(?o < 3) } # why'


@pytest.mark.parametrize(
    "same",
    [
        QUERY.replace("12", "9.5e3"),
        QUERY.replace("urn:a", "urn:else"),
        QUERY.replace('"x"', "'''one \" two'''"),
        QUERY.replace("?s", "$other"),
        QUERY.replace(" ", "\n  "),
        QUERY.replace("# why", "# SELECT"),
    ],
)
def test_names_numbers_texts_addresses_and_blanks_make_no_difference(same: str) -> None:
    assert same != QUERY
    assert shape_of(same.replace("#\n", "# ")) == shape_of(QUERY)


@pytest.mark.parametrize(
    "other",
    [
        QUERY.replace("?o", "?s"),
        QUERY.replace("a:b", "a:d"),
        QUERY.replace("<", ">"),
        QUERY.replace("SELECT", "SELECT DISTINCT"),
        QUERY.replace("@en", "@fr"),
        QUERY + "\nLIMIT 1",
        "",
    ],
)
def test_words_and_signs_do(other: str) -> None:
    assert shape_of(other) != shape_of(QUERY)


def test_a_long_query_is_a_shape_of_its_own() -> None:
    first, second = (f"ASK {{ {'?s ?p ?o . ' * 500} FILTER({n} > 2) }}" for n in (1, 3))
    assert shape_of(first) != shape_of(second)
    assert shape_of(first) == shape_of(first)


@pytest.mark.parametrize("broken", ['"', "'''", "<", "{" * 4000, "\x00", "\ud800", '"""' * 1000])
def test_anything_has_a_shape(broken: str) -> None:
    assert len(shape_of(broken)) == 32
