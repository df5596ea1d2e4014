"""Tables as CSV (RFC 4180): bytes to cells, and back.

Spreadsheet programs take text that begins with ``=``, ``+``, ``-`` or ``@`` for a formula. What we
write begins with an apostrophe there, and what we read loses it again, so nothing is changed on
the way. A formula that stands bare in somebody's file is not a value, and is found as such.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from node.core.sheets.table import COLUMNS, FILE, ROWS, Grid, Row, Table, Trouble
from node.core.sheets.wording import Unreadable

__all__ = ["read_csv", "safe_cell", "write_csv"]

csv.field_size_limit(FILE)  # The bound on a cell is ours, and told by row and column.

_RISKY: Final = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
_PREFIXED: Final = re.compile(r"'+[=+\-@＝＋－＠\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)*")
_FORMULA: Final = re.compile(r"[=＝]|[+\-@＋－＠](?:[A-Za-z.]+\(|[^\n]*\|[^\n]*!)")
_FOREIGN: Final = re.compile("[\u0080-\u00ff]{4}")
"""Four letters beyond ASCII in a row: no Western language, but any other one read as if it were."""

_DELIMITERS: Final = ",;\t|"
_CELLS: Final = 2_000_000


def read_csv(data: bytes) -> Grid:
    """The cells of a CSV file in UTF-8, UTF-16 or Windows-1252, parted by comma, semicolon or tab.

    Raises:
        Unreadable: It is too large, in another encoding, or a quotation mark is never closed.
    """
    if len(data) > FILE:
        raise Unreadable("file-too-large", found=f"{len(data) / 1e6:,.1f}", limit=FILE >> 20)
    text = _decoded(data)
    named = re.match(r"sep=(.)\r?\n", text)
    delimiter = named[1] if named else _delimiter(text)
    rows: list[Row] = []
    troubles: dict[tuple[int, int], Trouble] = {}
    cells = 0
    for number, record in _records(text[named.end() :] if named else text, delimiter):
        texts = tuple(_bare(cell) for cell in record)
        if not any(text.strip() for text in texts):
            continue
        cells += len(record)
        if len(rows) > ROWS:
            raise Unreadable("too-many-rows", limit=f"{ROWS:,}")
        if len(record) > COLUMNS or cells > _CELLS:
            raise Unreadable("too-many-columns", found=len(record), limit=COLUMNS)
        for position, cell in enumerate(record):
            if _FORMULA.match(cell):
                troubles[number, position] = Trouble("formula", cell)
        rows.append(Row(number, texts))
    return Grid("", tuple(rows), troubles)


def write_csv(table: Table) -> bytes:
    """A table in UTF-8 with the mark that spreadsheet programs look for."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for cells in (table.headings, *(row.cells for row in table.rows)):
        writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def safe_cell(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if _RISKY.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if _PREFIXED.match(cell) else cell


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with their numbers, as a spreadsheet counts rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from enumerate(reader, 1)
    except csv.Error:
        raise Unreadable("quotes", found=reader.line_num) from None


def _decoded(data: bytes) -> str:
    """The file's text. An encoding is guessed only where a wrong guess would be seen."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return _tried(data, encoding)
    head = data[:2000]
    if head.count(0) > len(head) // 3:
        return _tried(
            data, "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = _tried(data, "windows-1252")
    if _FOREIGN.search(text):
        raise Unreadable("encoding")
    return text


def _tried(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None


def _delimiter(text: str) -> str:
    """What parts the cells: whatever parts the first lines most often and most evenly."""
    head = text[:20_000]
    lines = [line for line in _unquoted(head).splitlines() if line.strip()][:20]
    counts = {mark: [line.count(mark) for line in lines] for mark in _DELIMITERS}

    def rank(mark: str) -> tuple[int, int]:
        first = counts[mark][0] if lines else 0
        return (sum(count == first for count in counts[mark]) if first else 0, first)

    best = max(_DELIMITERS, key=rank)
    return best if rank(best)[0] else ","


def _unquoted(text: str) -> str:
    """Text without what stands in quotation marks."""
    return re.sub(r'"(?:[^"]|"")*(?:"|$)', '""', text)
