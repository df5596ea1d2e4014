"""Workbooks: what we write, what officers send, and what nobody should be able to do to us."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from node.core.sheets import SHEETS, Outcome, Row, Table, documents_of, rows_of
from node.core.sheets.matching import table_of
from node.core.sheets.pages import pages_of, returned, template_page
from node.core.sheets.table import FILE, ROWS
from node.core.sheets.wording import Unreadable
from node.core.sheets.xlsx_reading import read_xlsx
from node.core.sheets.xlsx_writing import LONGEST, Page, write_xlsx
from node.errors import Invalid
from tests.node.core.sheets.sheets import codes, examples, reader, table
from vocab.languages import LANGUAGES

Write = Callable[[Workbook, Any], None]


def workbook(write: Write) -> bytes:
    """A workbook of one sheet, as another program would write it."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        write(book, book.add_worksheet("Práctica"))
    return out.getvalue()


def changed(data: bytes, parts: dict[str, bytes | None]) -> bytes:
    """A workbook with some of its parts replaced, added or taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


def sheet_of(cells: str) -> bytes:
    """A workbook whose only sheet has this XML in it."""
    xml = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{cells}</sheetData></worksheet>'
    return changed(workbook(lambda _book, _sheet: None), {SHEET: xml.encode()})


SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def outcome_of(write: Write) -> Outcome:
    return documents_of(table_of(read_xlsx(workbook(write))[0]), reader())


def test_every_example_comes_back_whole_from_a_workbook() -> None:
    documents = list(examples().values())
    grids = read_xlsx(write_xlsx(pages_of(documents, "ar"), "ar"))
    read = [row.document for grid in grids for row in documents_of(table_of(grid), reader()).rows]
    assert sorted(read, key=str) == sorted(documents, key=str)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=30)


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_whatever_is_written_is_read(cells: list[str]) -> None:
    given_table = Table(("title", *("x" for _ in cells)), (Row(2, ("Práctica", *cells)),))
    (grid,) = read_xlsx(write_xlsx([Page(given_table, ())], "en"))
    while cells and not cells[-1]:
        cells.pop()
    assert grid.rows[1].cells == ("Práctica", *cells)


def test_the_same_table_gives_the_same_bytes() -> None:
    documents = [examples()["practice-es"]]
    assert write_xlsx(pages_of(documents, "es"), "es") == write_xlsx(
        pages_of(documents, "es"), "es"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", SHEETS)
def test_a_template_says_by_itself_what_it_is_for(kind: str, language: str) -> None:
    data = write_xlsx([template_page(kind, (language, "qu"), language)], language)
    (grid,) = read_xlsx(data)
    read = documents_of(table_of(grid), reader())
    assert (read.kind, read.unknown, read.close, read.findings) == (kind, (), {}, ())


def test_a_template_has_lists_a_frozen_row_and_a_sheet_of_help() -> None:
    data = write_xlsx([template_page("ActionStatus", ("es",), "es")], "es")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(SHEET).decode()
    assert 'state="frozen"' in xml
    assert 'type="list"' in xml
    assert "<formula1>lists!$" in xml
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        assert book.sheet_names == ["Estado de una acción", "Ayuda", "lists"]
        choices = {cell for row in book.get_sheet_by_name("lists").to_python() for cell in row}
        explained = book.get_sheet_by_name("Ayuda").to_python()
    assert {"En vigor", "S6 Órgano de control interno con mecanismo de reclamación"} & choices
    assert ["Estado", "Obligatorio", "Elija de la lista."] in explained


def test_an_arabic_template_runs_from_right_to_left() -> None:
    data = write_xlsx([template_page("Need", ("ar",), "ar")], "ar")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert 'rightToLeft="1"' in archive.read(SHEET).decode()


def test_dates_numbers_and_formulas_are_read_as_they_are_shown() -> None:
    def write(book: Workbook, sheet: Any) -> None:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["name", "country", "population", "population year", "lat", "long"])
        sheet.write_row(1, 0, ["Villa Aurora", "Colombia", 248300, 2022])
        sheet.write_formula(1, 4, "=9/2", None, 4.5)
        sheet.write_formula(1, 5, '="-"&"75"', None, "-75")
        sheet.write(0, 6, "modified")
        sheet.write_datetime(1, 6, date(2025, 3, 5), day)

    data = workbook(write)
    read = documents_of(table_of(read_xlsx(data)[0]), reader(kind="City"))
    (row,) = read.rows
    assert row.findings == ()
    wanted = {
        "name": {"es": "Villa Aurora"},
        "country": "CO",
        "population": 248300,
        "populationYear": "2022",
        "latitude": "4.5",
        "longitude": "-75",
        "modified": "2025-03-05",
    }
    assert {key: row.document[key] for key in wanted} == wanted


def test_titles_above_the_headings_are_passed_over() -> None:
    def write(_book: Workbook, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 2, "Oficina de derechos humanos")
        sheet.write(1, 0, "Borrador de marzo")
        sheet.write_row(3, 0, ["título", "acción", "inicio"])
        sheet.write_row(4, 0, ["Defensoría", "S3", "2021"])

    (row,) = outcome_of(write).rows
    assert (row.number, row.findings) == (5, ())


def test_merged_cells_are_found_with_their_name() -> None:
    def write(_book: Workbook, sheet: Any) -> None:
        sheet.write_row(0, 0, ["acción", "título", "inicio"])
        sheet.merge_range(1, 0, 3, 0, "S3")
        for line in range(1, 5):
            sheet.write_row(line, 1, [f"Práctica {line}", "2021"])
        sheet.write(4, 0, "S3")

    outcome = outcome_of(write)
    assert [row.good for row in outcome.rows] == [False, False, False, True]
    assert (3, "acción", "merged") in codes(outcome)
    assert "(A2:A4)" in outcome.rows[1].findings[0].finding.message


def test_errors_and_formulas_without_a_value_are_found() -> None:
    def write(_book: Workbook, sheet: Any) -> None:
        sheet.write_row(0, 0, ["título", "acción", "inicio"])
        sheet.write_row(1, 0, ["Defensoría", "S3"])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_row(2, 0, ["Defensoría", "S3"])
        sheet.write_formula(2, 2, "=YEAR(NOW())", None, "unset")

    data = workbook(write)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(SHEET).replace(b"<v>unset</v>", b"")
    outcome = documents_of(table_of(read_xlsx(changed(data, {SHEET: xml}))[0]), reader())
    assert codes(outcome) == [(2, "inicio", "cell-error"), (3, "inicio", "formula")]
    assert "=YEAR(NOW())" in outcome.rows[1].findings[0].finding.message


def test_hidden_sheets_are_not_read() -> None:
    def write(book: Workbook, sheet: Any) -> None:
        sheet.write(0, 0, "title")
        hidden = book.add_worksheet("Viejo")
        hidden.write(0, 0, "title")
        hidden.hide()

    assert [grid.name for grid in read_xlsx(workbook(write))] == ["Práctica"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "50,000 rows"),
        ("<row r='9'><c r='XFD9'><v>1</v></c></row>", "at most 500"),
        ('<row r="1"><c r="&#88;FD1"><v>1</v></c></row>', "at most 500"),
        (f"<row>{'<c><v>1</v></c>' * 501}</row>", "at most 500"),
        ('<row r="49000"><c r="CZ49000"><v>1</v></c></row>', "at most 500"),
    ],
    ids=["last cell", "last column", "entity", "no places", "large area"],
)
def test_a_lone_cell_far_out_cannot_fill_the_memory(cells: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_xlsx(sheet_of(cells))


def test_one_text_shared_by_many_cells_is_counted_wherever_it_stands() -> None:
    shared = f'<sst xmlns="{NAMESPACE}"><si><t>{"x" * 1_000_000}</t></si></sst>'
    cells = "".join('<row><c t="s"><v>0</v></c></row>' for _ in range(100))
    data = changed(sheet_of(cells), {"xl/sharedStrings.xml": shared.encode()})
    with pytest.raises(Unreadable, match="more than 64 MB"):
        read_xlsx(data)


def test_an_archive_that_unpacks_without_end_is_refused() -> None:
    bomb = b"<worksheet>" + b" " * 150_000_000 + b"</worksheet>"
    data = changed(workbook(lambda _book, _sheet: None), {SHEET: bomb})
    assert len(data) < 1_000_000
    tracemalloc.start()
    with pytest.raises(Unreadable, match="more than 100 MB"):
        read_xlsx(data)
    assert tracemalloc.get_traced_memory()[1] < 400 * 1024 * 1024
    tracemalloc.stop()


def test_document_types_and_their_entities_are_refused() -> None:
    xml = f'<!DOCTYPE x [<!ENTITY a "b">]><worksheet xmlns="{NAMESPACE}">&a;</worksheet>'
    with pytest.raises(Unreadable, match="DOCTYPE"):
        read_xlsx(changed(workbook(lambda _book, _sheet: None), {SHEET: xml.encode()}))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ZIP"),
        (b"PK\x03\x04 and no more", "ZIP"),
        (b"\xd0\xcf\x11\xe0 an old workbook, or one with a password", "XLS"),
        (changed(workbook(lambda _book, _sheet: None), {"xl/workbook.xml": None}), "XLSX"),
        (changed(workbook(lambda _book, _sheet: None), {SHEET: b"<worksheet>"}), "XML"),
        (changed(workbook(lambda _book, _sheet: None), {SHEET: None}), "XLSX"),
        (b"x" * (FILE + 1), "at most 20 MB"),
    ],
    ids=["empty", "cut off", "old", "no workbook", "broken", "no sheet", "large"],
)
def test_what_is_no_workbook_is_refused_in_words(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_xlsx(data)


@given(st.binary(max_size=200), st.integers(0, 5000))
def test_a_damaged_workbook_is_read_or_refused(noise: bytes, place: int) -> None:
    whole = workbook(lambda _book, sheet: sheet.write_row(0, 0, ["title", "x", 5]))
    damaged = whole[:place] + noise + whole[place + len(noise) :]
    with suppress(Unreadable):
        assert len(read_xlsx(damaged)) <= 1


def test_a_text_that_no_workbook_can_hold_is_refused_and_not_cut() -> None:
    for text in ("x" * (LONGEST + 1), "a\ufffe"):
        with pytest.raises(Invalid, match="Write CSV"):
            write_xlsx([Page(Table(("title",), (Row(2, (text,)),)), ())], "en")


def test_fifty_thousand_rows_are_read_in_bounded_time() -> None:
    given_table = Table(
        ("título", "acción", "inicio"),
        tuple(Row(n, (f"Práctica {n}", "S3", "2021")) for n in range(2, ROWS + 2)),
    )
    data = write_xlsx([Page(given_table, ())], "es")
    start = time.monotonic()
    outcome = documents_of(table_of(read_xlsx(data)[0]), reader())
    assert time.monotonic() - start < 60
    assert len(outcome.rows) == ROWS
    assert all(row.good for row in outcome.rows)


def test_a_sheet_is_given_back_with_its_errors_and_read_again() -> None:
    first = documents_of(given_back := table(TWO_ROWS), reader())
    page = returned(given_back, first, "es")
    assert page.table.headings[0] == "Errores"
    assert page.table.rows[0].cells[0] == ""
    assert page.table.rows[1].cells[0].startswith("C acción: ")
    assert page.marked == {(3, 2)}
    (grid,) = read_xlsx(write_xlsx([page], "es"))
    second = documents_of(table_of(grid), reader())
    assert [row.document for row in second.rows] == [row.document for row in first.rows]
    assert (second.unknown, second.rows[1].notes) == ((), {})
    assert returned(table_of(grid), second, "es").table.headings == page.table.headings


TWO_ROWS = """
título     | acción     | inicio
Defensoría | S3         | 2021
Consejo    | Asamblea   | 2022
"""


def test_an_export_names_its_types_so_that_it_imports_by_itself() -> None:
    documents = [examples()["need-fr"], examples()["offer-fr"]]
    assert rows_of(documents, "fr").headings[0] == "Type"
    assert [row.cells[0] for row in rows_of(documents, "fr").rows] == ["Besoin", "Offre"]
