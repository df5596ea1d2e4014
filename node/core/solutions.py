"""The rows of a SELECT as people use them: a table, a workbook, bars, places on a map.

What the columns allow is read from the columns alone: a chart wants one of numbers beside one of
anything else, a map wants ``lat`` and ``long``. Nothing is guessed from what a query is about.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson
from xlsxwriter import Workbook

from node.errors import Invalid

__all__ = ["Bar", "Solutions", "Spot", "bars", "read_solutions", "spots", "write_workbook"]

MOST_BARS: Final = 60
MOST_SERIES: Final = 3
_LONGEST: Final = 32_767
"""Characters that a cell of a workbook holds."""
_MOST_ROWS: Final = 1_048_576
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""What every workbook says of when it was made: the same rows give the same bytes."""
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS: Final = frozenset(
    _XSD + name
    for name in (
        *("integer", "decimal", "double", "float", "int", "long", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "unsignedInt", "unsignedLong"),
    )
)
_LATITUDE: Final = frozenset({"lat", "latitude"})
_LONGITUDE: Final = frozenset({"long", "lon", "lng", "longitude"})

Cell = dict[str, str]
"""One RDF term, as the results document has it: ``type``, ``value``, ``xml:lang``, ``datatype``."""


@dataclass(frozen=True, slots=True)
class Solutions:
    """What a SELECT or an ASK found (SPARQL 1.1 Query Results JSON Format).

    Attributes:
        names: Of the columns, in their order; empty for an ASK.
        rows: A cell for each name; ``None`` where it is unbound.
        truth: What an ASK said; ``None`` for a SELECT.
    """

    names: tuple[str, ...]
    rows: Sequence[Sequence[Cell | None]]
    truth: bool | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: what it is of, and for each series its figure and its share of the most.

    Attributes:
        figures: As they were written, with the share of the greatest of all, 0 to 1.
    """

    of: Sequence[Cell]
    figures: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Spot:
    """One row of a map, in degrees."""

    latitude: float
    longitude: float
    name: str
    iri: str


def read_solutions(body: bytes) -> Solutions:
    """Read a results document that the engine wrote."""
    said: dict[str, Any] = orjson.loads(body)
    if "boolean" in said:
        return Solutions((), (), bool(said["boolean"]))
    names = tuple(said["head"]["vars"])
    return Solutions(
        names, [[row.get(name) for name in names] for row in said["results"]["bindings"]]
    )


def bars(found: Solutions) -> tuple[tuple[str, ...], list[Bar]]:
    """Names of the series, and the bars; both empty where the columns allow no chart.

    There is a chart where two to 60 rows have one to three columns of numbers, none below zero,
    and at least one other column.
    """
    numbers = [at for at in range(len(found.names)) if _is_numeric(found, at)]
    others = [at for at in range(len(found.names)) if at not in numbers]
    if not 2 <= len(found.rows) <= MOST_BARS or not 1 <= len(numbers) <= MOST_SERIES or not others:
        return (), []
    values = [[float(_figure(row[at])) for at in numbers] for row in found.rows]
    most = max(map(max, values))
    if min(map(min, values)) < 0 or most <= 0:
        return (), []
    drawn = [
        Bar(
            of=[cell for at in others if (cell := row[at]) is not None],
            figures=[
                (_figure(row[at]), value / most) for at, value in zip(numbers, figures, strict=True)
            ],
        )
        for row, figures in zip(found.rows, values, strict=True)
    ]
    return tuple(found.names[at] for at in numbers), drawn


def spots(found: Solutions) -> list[Spot]:
    """The places that rows name by ``lat`` and ``long``; none where there are no such columns."""
    at = {name.lower(): number for number, name in enumerate(found.names)}
    north = next((at[name] for name in at if name in _LATITUDE), None)
    east = next((at[name] for name in at if name in _LONGITUDE), None)
    if north is None or east is None:
        return []
    drawn = []
    for row in found.rows:
        latitude, longitude = _degrees(row[north], 90), _degrees(row[east], 180)
        if latitude is not None and longitude is not None:
            rest = [cell for at, cell in enumerate(row) if cell and at not in {north, east}]
            iri = next((cell["value"] for cell in rest if cell["type"] == "uri"), "")
            name = next((cell["value"] for cell in rest if cell["type"] == "literal"), iri)
            drawn.append(Spot(latitude, longitude, name, iri))
    return drawn


def write_workbook(found: Solutions) -> bytes:
    """The rows as a workbook: numbers as numbers, everything else as text, no cell a formula.

    Raises:
        Invalid: There are more rows, or longer texts, than a workbook holds.
    """
    if len(found.rows) >= _MOST_ROWS:
        raise Invalid(
            f"expected fewer than {_MOST_ROWS:,} rows, which a workbook can hold, found "
            f"{len(found.rows):,}. Ask for CSV instead."
        )
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _MADE})
        head = workbook.add_format({"bold": True, "bottom": 1})
        sheet = workbook.add_worksheet("answer")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(found.names) - 1, 0), 28)
        for position, name in enumerate(found.names):
            sheet.write_string(0, position, name, head)
        for line, row in enumerate(found.rows, 1):
            for position, cell in enumerate(row):
                if cell is None:
                    continue
                if _is_number(cell) and _exact(cell["value"]):
                    sheet.write_number(line, position, float(cell["value"]))
                else:
                    sheet.write_string(line, position, _fitting(cell["value"]))
    return out.getvalue()


def _fitting(text: str) -> str:
    if len(text.encode("utf-16-le")) // 2 > _LONGEST:
        raise Invalid(
            f"{text[:40]!r}…: expected at most {_LONGEST:,} characters that a cell can hold, found "
            f"{len(text):,}. Ask for CSV instead."
        )
    return "".join(mark for mark in text if mark >= " " or mark in "\t\n").replace("\ufffe", "")


def _is_number(cell: Cell) -> bool:
    return cell.get("datatype") in _NUMBERS


def _exact(value: str) -> bool:
    """Whether a sheet's numbers, which have 15 digits, can say it."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return number.is_finite() and len(number.as_tuple().digits) <= 15 and abs(number) < 1e300


def _is_numeric(found: Solutions, at: int) -> bool:
    cells = [row[at] for row in found.rows]
    return any(cells) and all(
        cell is None or (_is_number(cell) and _exact(cell["value"])) for cell in cells
    )


def _figure(cell: Cell | None) -> str:
    return cell["value"] if cell else "0"


def _degrees(cell: Cell | None, most: float) -> float | None:
    if cell is None or not _exact(cell["value"]):
        return None
    degrees = float(cell["value"])
    return degrees if abs(degrees) <= most else None
