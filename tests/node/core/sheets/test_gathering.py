"""A record whose parts have a row each: written, read back, and told where it is wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from node.core.sheets import Outcome, Row, Table, documents_of, rows_of
from node.core.sheets.pages import returned
from tests.node.core.sheets.sheets import again, examples, reader

SPANISH = "observation-set-es"


def table(*rows: tuple[str, ...]) -> Table:
    head, *body = rows
    return Table(head, tuple(Row(number, row) for number, row in enumerate(body, 2)))


def read(*rows: tuple[str, ...]) -> Outcome:
    return documents_of(table(*rows), reader(base_url=CITY, agent=f"{CITY}/#city"))


def large() -> dict[str, Any]:
    """A set of more observations than any sheet has numbered columns for."""
    document = copy.deepcopy(examples()[SPANISH])
    document["observations"] = [
        {
            **document["observations"][0],
            "id": f"{document['id']}#observation-{n}",
            "period": str(1900 + n),
            "value": str(n),
        }
        for n in range(1, 121)
    ]
    return document


def test_each_observation_has_a_row_and_they_come_back_as_one_record() -> None:
    document = large()
    assert len(rows_of([document]).rows) == 120
    (row,) = again([document], "es", language="es").rows
    assert (row.document, row.findings) == (document, ())


def test_sets_beside_each_other_stay_apart() -> None:
    sets = [one for name, one in examples().items() if name.startswith("observation-set")]
    outcome = documents_of(rows_of([*sets, *sets[:1]], "en"), reader())
    assert [row.document for row in outcome.rows] == [*sets, *sets[:1]]
    assert "id-twice" in {one.finding.code for one in outcome.rows[-1].findings}


HEAD = ("Title [en]", "Indicator", "Unit", "Area", "Period", "Sex", "Age", "Group", "Value")
CITY = "https://puerto-llano.example"
INDICATOR = f"{CITY}/indicator/01K9JNHDEB9XDCN6XMCACTB6FB"
FIRST = ("Water", INDICATOR, "per cent", f"{CITY}/#city", "2022", "total", "_T", "total", "94.5")


@pytest.mark.parametrize("whole", [FIRST[:4], ("", "", "", "")], ids=["repeated", "left empty"])
def test_the_columns_of_a_statistician_are_enough(whole: tuple[str, ...]) -> None:
    second = (*whole, "2024", "total", "_T", "total", "96")
    (row,) = read(("Type", *HEAD), ("ObservationSet", *FIRST), ("ObservationSet", *second)).rows
    assert row.findings == ()
    values = [(one["period"], one["value"]) for one in row.document["observations"]]
    assert values == [("2022", "94.5"), ("2024", "96")]
    assert row.document["unit"].endswith("#unit/per-cent")


def test_what_is_wrong_with_an_observation_is_told_at_its_row_and_column() -> None:
    second = ("", "", "", "", "2024", "total", "_T", "total", "many")
    sheet = table(("Type", *HEAD), ("ObservationSet", *FIRST), ("ObservationSet", *second))
    outcome = documents_of(sheet, reader(base_url=CITY, agent=f"{CITY}/#city"))
    (row,) = outcome.rows
    (found,) = row.findings
    assert (found.row, found.heading) == (3, "Value")
    assert found.finding.path == "/observations/1/value"
    page = returned(sheet, outcome, "en")
    assert [bool(one.cells[0]) for one in page.table.rows] == [False, True]
    assert page.marked == {(3, 10)}


def test_notes_of_several_rows_are_kept_once_each() -> None:
    rows = [("ObservationSet", *FIRST, text) for text in ("by post", "by post", "by phone")]
    rows = [(*row[:5], str(2020 + n), *row[6:]) for n, row in enumerate(rows)]
    (row,) = read(("Type", *HEAD, "How we asked"), *rows).rows
    assert row.notes == {"How we asked": "by post\nby phone"}
