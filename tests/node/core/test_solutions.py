"""What the columns of an answer allow: bars, a map, a workbook."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from node.core.solutions import Solutions, bars, read_solutions, spots, write_workbook
from node.errors import Invalid

XSD = "http://www.w3.org/2001/XMLSchema#"


def number(value: str, kind: str = "integer") -> dict[str, str]:
    return {"type": "literal", "value": value, "datatype": XSD + kind}


def iri(value: str) -> dict[str, str]:
    return {"type": "uri", "value": value}


def text(value: str, language: str = "") -> dict[str, str]:
    return {"type": "literal", "value": value, **({"xml:lang": language} if language else {})}


def solutions(names: str, *rows: tuple[dict[str, str] | None, ...]) -> Solutions:
    return Solutions(tuple(names.split()), rows)


def test_a_document_is_read_in_the_order_of_its_columns() -> None:
    document: dict[str, Any] = {
        "head": {"vars": ["b", "a"]},
        "results": {"bindings": [{"a": text("x", "es")}, {"a": text("y"), "b": number("1")}]},
    }
    found = read_solutions(json.dumps(document).encode())
    assert found.names == ("b", "a")
    assert found.rows == [[None, text("x", "es")], [number("1"), text("y")]]
    assert read_solutions(b'{"head":{},"boolean":false}').truth is False


def test_numbers_beside_names_are_bars() -> None:
    series, drawn = bars(
        solutions("what n", (iri("urn:a"), number("4")), (iri("urn:b"), number("1.5", "decimal")))
    )
    assert series == ("n",)
    assert [(one.of, one.figures) for one in drawn] == [
        ([iri("urn:a")], [("4", 1.0)]),
        ([iri("urn:b")], [("1.5", 0.375)]),
    ]


def test_bars_of_several_series_share_one_scale() -> None:
    series, drawn = bars(
        solutions(
            "what all some",
            (iri("urn:a"), number("8"), number("2")),
            (text("b"), number("4"), None),
        )
    )
    assert series == ("all", "some")
    assert [one.figures for one in drawn] == [[("8", 1.0), ("2", 0.25)], [("4", 0.5), ("0", 0.0)]]


@pytest.mark.parametrize(
    "found",
    [
        solutions("a b", (iri("urn:a"), number("1"))),
        solutions("a b", *[(iri("urn:a"), number("1"))] * 61),
        solutions("a", (number("1"),), (number("2"),)),
        solutions("a b", (iri("urn:a"), text("1")), (iri("urn:b"), text("2"))),
        solutions("a b", (iri("urn:a"), number("-1")), (iri("urn:b"), number("2"))),
        solutions("a b", (iri("urn:a"), number("0")), (iri("urn:b"), number("0"))),
        solutions("a b", (iri("urn:a"), number("INF", "double")), (iri("urn:b"), number("2"))),
        solutions("a b", (iri("urn:a"), number("1")), (iri("urn:b"), text("two"))),
        solutions("a", (iri("urn:a"),), (iri("urn:b"),)),
        solutions("a b c d e", *[(iri("urn:a"), *[number("1")] * 4)] * 2),
    ],
    ids=[
        "one row",
        "many rows",
        "no names",
        "texts",
        "negative",
        "nothing",
        "INF",
        "mixed",
        "-",
        "4",
    ],
)
def test_other_columns_are_no_bars(found: Solutions) -> None:
    assert bars(found) == ((), [])


def test_latitude_and_longitude_are_places() -> None:
    found = solutions(
        "city name LAT long",
        (iri("urn:a"), text("Aurora", "es"), number("-34.5", "decimal"), number("12", "integer")),
        (iri("urn:b"), None, text("60.1"), text("24.9")),
        (iri("urn:c"), None, number("91"), number("0")),
        (iri("urn:d"), None, None, number("0")),
    )
    assert [(one.name, one.iri, one.latitude, one.longitude) for one in spots(found)] == [
        ("Aurora", "urn:a", -34.5, 12.0),
        ("urn:b", "urn:b", 60.1, 24.9),
    ]
    assert spots(solutions("lat", (number("1"),))) == []


def test_a_workbook_keeps_numbers_and_never_holds_a_formula() -> None:
    found = solutions(
        "what n",
        (text("=HYPERLINK(1)"), number("12")),
        (text("a\x01b\nc"), number("12345678901234567890")),
        (iri("urn:a"), None),
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(write_workbook(found)))
    assert book.get_sheet_by_index(0).to_python() == [
        ["what", "n"],
        ["=HYPERLINK(1)", 12.0],
        ["ab\nc", "12345678901234567890"],
        ["urn:a", ""],
    ]
    assert write_workbook(found) == write_workbook(found)


def test_a_text_that_no_cell_holds_is_refused() -> None:
    with pytest.raises(Invalid, match="32,767 characters"):
        write_workbook(solutions("a", (text("x" * 32_768),)))
