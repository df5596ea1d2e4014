"""CSV files, ours and everybody's: encodings, what parts the cells, formulas, sizes."""

from __future__ import annotations

import csv
import io
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.sheets import Row, Table
from node.core.sheets.csv_file import read_csv, write_csv
from node.core.sheets.matching import table_of
from node.core.sheets.reading import documents_of
from node.core.sheets.table import CELL, COLUMNS, FILE, ROWS
from node.core.sheets.wording import Unreadable
from tests.node.core.sheets.sheets import codes, reader

CELLS = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    [
        "=1+1",
        "'=1+1",
        "''=",
        "-1.28",
        "'-1.28",
        "+49 30 1",
        "@office",
        "\tx",
        "\r\n",
        '"',
        "＝x",
        "'",
    ]
)


def cells_of(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read_csv(data).rows]


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=4))
def test_whatever_is_written_is_read(rows: list[list[str]]) -> None:
    table = Table(("a", "b"), tuple(Row(n, tuple(cells)) for n, cells in enumerate(rows, 2)))
    wanted = [("a", "b"), *(tuple(cells) for cells in rows if any(cell.strip() for cell in cells))]
    read = read_csv(write_csv(table))
    assert [row.cells for row in read.rows] == wanted
    assert read.troubles == {}


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_nothing_that_is_written_is_taken_for_a_formula(text: str) -> None:
    data = write_csv(Table(("a", "b"), (Row(2, ("x", text)),))).decode("utf-8-sig")
    cell = list(csv.reader(io.StringIO(data, newline="")))[1][1]
    number = cell[1:].replace(".", "").replace(",", "").isdecimal()
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) or number


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_unicode_encoding_is_recognised(encoding: str) -> None:
    data = "título,ciudad\nSeñal,Málaga\n".encode(encoding)
    assert cells_of(data) == [("título", "ciudad"), ("Señal", "Málaga")]


def test_text_of_western_windows_is_recognised() -> None:
    data = "título;año\nUna señal “así”;2021\n".encode("windows-1252")
    assert cells_of(data)[1] == ("Una señal “así”", "2021")


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "euc-kr", "gbk", "windows-1256"])
def test_other_old_encodings_are_refused_instead_of_garbled(encoding: str) -> None:
    text = {"euc-kr": "인권 도시 선언", "gbk": "人权城市宣言", "windows-1256": "مدينة حقوق الإنسان"}
    data = f"title,x\n{text.get(encoding, 'Город прав человека')},1\n".encode(encoding)
    with pytest.raises(Unreadable, match="CSV UTF-8"):
        read_csv(data)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_what_parts_the_cells_is_found_out(mark: str) -> None:
    data = mark.join(["title", "summary", "since"]) + "\n" + mark.join(["a", '"x, y; z"', "2021"])
    assert cells_of(data.encode())[1] == ("a", "x, y; z", "2021")


def test_a_first_line_that_names_the_mark_is_believed() -> None:
    assert cells_of(b"sep=;\r\na;b,c\r\n") == [("a", "b,c")]


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    data = b'title,x\n\n"two\nlines",1\n,\nlast,2\n'
    assert [row.number for row in read_csv(data).rows] == [1, 3, 5]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", '=HYPERLINK("http://x.example")', "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3|x!A1"],
)
def test_a_bare_formula_is_found_and_never_a_value(cell: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["título", "acción"], [cell, "S3"], ["Defensoría", "S3"]])
    outcome = documents_of(table_of(read_csv(out.getvalue().encode())), reader(kind="Practice"))
    assert (2, "título", "formula") in codes(outcome)
    assert [row.good for row in outcome.rows] == [False, True]


@pytest.mark.parametrize(
    "cell", ["-1.28", "+57 4 385 5555", "@derechos_humanos", "- primero\n- dos"]
)
def test_text_that_only_looks_like_a_formula_is_text(cell: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["title", "x"], [cell, "S3"]])
    read = read_csv(out.getvalue().encode())
    assert read.troubles == {}
    assert read.rows[1].cells[0] == cell


def test_an_open_quotation_mark_is_refused_instead_of_swallowing_rows() -> None:
    with pytest.raises(Unreadable, match="quotation mark"):
        read_csv(b'title,x\n"never closed,1\nnext,2\n')


def test_a_megabyte_in_a_cell_is_found_with_its_place() -> None:
    data = f"título,acción\n{'x' * 1024 * 1024},S3\nDefensoría,S3\n".encode()
    outcome = documents_of(table_of(read_csv(data)), reader())
    assert codes(outcome)[0] == (2, "título", "cell-too-large")
    assert f"{CELL:,}" in outcome.rows[0].findings[0].finding.message
    assert [row.good for row in outcome.rows] == [False, True]


def test_too_much_is_refused_in_words() -> None:
    with pytest.raises(Unreadable, match="at most 20 MB"):
        read_csv(b"x" * (FILE + 1))
    with pytest.raises(Unreadable, match="50,000 rows"):
        read_csv(b"title\n" + b"x\n" * (ROWS + 1))
    with pytest.raises(Unreadable, match=f"at most {COLUMNS}"):
        read_csv(b"," * (COLUMNS + 1) + b"x")
    with pytest.raises(Unreadable):
        read_csv((b"," * (COLUMNS - 1) + b"x\n") * 5_000)


def test_a_file_of_blank_lines_costs_little() -> None:
    tracemalloc.start()
    assert read_csv(b"\n" * 500_000).rows == ()
    assert tracemalloc.get_traced_memory()[1] < 300 * 1024 * 1024
    tracemalloc.stop()


def test_a_refusal_is_told_in_the_officers_language() -> None:
    with pytest.raises(Unreadable) as refused:
        read_csv(b'"')
    assert "comilla" in refused.value.told("es-AR").finding.message


def test_fifty_thousand_rows_are_read_in_bounded_time_and_memory() -> None:
    lines = "".join(
        f"Práctica {n},S3,{2000 + n % 25},En vigor desde hace años\n" for n in range(ROWS)
    )
    tracemalloc.start()
    start = time.monotonic()
    outcome = documents_of(
        table_of(read_csv(f"título,acción,inicio,resumen\n{lines}".encode())), reader()
    )
    seconds, peak = time.monotonic() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (outcome.kind, len(outcome.rows)) == ("Practice", ROWS)
    assert all(row.good for row in outcome.rows)
    assert seconds < 60
    assert peak < 400 * 1024 * 1024
