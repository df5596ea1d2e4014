"""Files of records that officers send and take away: CSV, XLSX, JSON-LD; bytes in and bytes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from node.core.sheets import SHEETS, Outcome, Reader, RowRead, Table, documents_of, rows_of
from node.core.sheets.csv_file import read_csv, write_csv
from node.core.sheets.matching import table_of
from node.core.sheets.pages import pages_of, returned, template_page
from node.core.sheets.reader import whole_of
from node.core.sheets.table import FILE, ROWS
from node.core.sheets.wording import CellFinding, Unreadable
from node.core.sheets.xlsx_reading import read_xlsx
from node.core.sheets.xlsx_writing import write_xlsx
from node.errors import Invalid
from peers.encoding import JsonObject
from vocab.errors import NotJsonLd
from vocab.jsonld import CONTEXT
from vocab.shapes import Finding, check
from vocab.shapes.schema import list_keys

__all__ = ["read_documents", "read_rows", "read_tables", "sheet_of", "template", "written_back"]

_ZIPPED: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def template(kind: str, tags: Sequence[str], language: str, form: str = "xlsx") -> bytes:
    """An empty sheet for records of one type, in the officer's language.

    Args:
        tags: Languages that text has a column in.
        form: ``xlsx``, with lists to choose from and a sheet of help, or ``csv``.

    Raises:
        Invalid: There is no template for this type, or no such form.
    """
    if kind not in SHEETS:
        raise Invalid(f"expected a type of record, one of {', '.join(SHEETS)}; found {kind!r}")
    page = template_page(kind, tags, language)
    return _written(form, lambda: page.table, lambda: write_xlsx([page], language))


def sheet_of(documents: Sequence[Mapping[str, Any]], form: str, language: str = "en") -> bytes:
    """Records as a file that imports again without loss: one table, or one sheet a type.

    Raises:
        Invalid: There is no such form, or a text does not fit into a workbook.
    """
    return _written(
        form,
        lambda: rows_of(documents, language),
        lambda: write_xlsx(pages_of(documents, language), language),
    )


def read_tables(data: bytes, given: Mapping[str, str], language: str) -> list[Table]:
    """The sheets of a file, each with its headings.

    Raises:
        Invalid: It cannot be read; says why in the officer's language.
    """
    try:
        grids = read_xlsx(data) if data.startswith(_ZIPPED) else (read_csv(data),)
    except Unreadable as refused:
        told = refused.told(language).finding
        raise Invalid(f"{told.message} {told.mend}", (told,)) from None
    return [table_of(grid, given) for grid in grids if grid.rows]


def read_rows(tables: Sequence[Table], reader: Reader) -> list[Outcome]:
    """What every sheet holds. A sheet that says nothing we know is passed over beside others."""
    outcomes = [documents_of(table, reader) for table in tables]
    strange = {"no-type", "no-headings"}
    if any(outcome.rows for outcome in outcomes):
        return [
            Outcome(unknown=table.headings)
            if any(one.finding.code in strange for one in outcome.findings)
            else outcome
            for table, outcome in zip(tables, outcomes, strict=True)
        ]
    return outcomes


def read_documents(data: bytes, reader: Reader) -> Outcome:
    """JSON-LD documents, one, a list of them, or one a line: each as a row of its own number.

    Raises:
        Invalid: It is too large, or no JSON.
    """
    if len(data) > FILE:
        raise Invalid(f"expected at most {FILE >> 20} MB, found {len(data) / 1e6:,.1f} MB")
    values = _json(data)
    if len(values) > ROWS:
        raise Invalid(f"expected at most {ROWS:,} documents, found {len(values):,}")
    return Outcome(rows=tuple(_row(number, one, reader) for number, one in enumerate(values, 1)))


def _json(data: bytes) -> list[Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as mistake:
        lines = [line for line in data.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines if len(lines) > 1] or _no_json(mistake)
        except (ValueError, RecursionError):
            return _no_json(mistake)
    return value if isinstance(value, list) else [value]


def _no_json(mistake: Exception) -> list[Any]:
    raise Invalid(f"expected JSON-LD: a document, a list of them, or one a line; {mistake}")


def _row(number: int, value: object, reader: Reader) -> RowRead:
    """A document with what is wrong with it."""
    document: JsonObject = {}
    findings: list[Finding] = []
    try:
        document = _ours(value)
    except NotJsonLd as mistake:
        findings.append(Finding("", "json-ld", str(mistake), ""))
    else:
        whole = whole_of(document, reader)
        findings += check({"version": 1, **whole}, reader.language)
        document = whole if "id" in document else document
    told = tuple(CellFinding(number, None, finding.path, finding) for finding in findings)
    return RowRead(number=number, document=document, findings=told, notes={})


def _ours(value: object) -> JsonObject:
    """A document with our keys; one that brings other contexts is read with PyLD.

    Raises:
        NotJsonLd: It is none, or names contexts that are not pinned.
    """
    if not isinstance(value, dict):
        raise NotJsonLd("expected an object")
    said = {key: one for key, one in value.items() if key != "proof"}
    if said.get("@context", list(CONTEXT)) == list(CONTEXT):
        return said
    from vocab.jsonld.foreign import adopt  # noqa: PLC0415 - PyLD and rdflib are slow to import

    return adopt(said, list_keys())


def written_back(
    tables: Sequence[Table], outcomes: Sequence[Outcome], form: str, language: str
) -> bytes:
    """The sheets as they were read, with what is wrong with each row in front.

    Raises:
        Invalid: There is no such form.
    """
    pages = [
        returned(table, outcome, language) for table, outcome in zip(tables, outcomes, strict=True)
    ]
    return _written(form, lambda: pages[0].table, lambda: write_xlsx(pages, language))


def _written(form: str, table: Callable[[], Table], workbook: Callable[[], bytes]) -> bytes:
    """One table as CSV, or whatever a workbook holds."""
    match form:
        case "csv":
            return write_csv(table())
        case "xlsx":
            return workbook()
        case _:
            raise Invalid(f"expected a form, csv or xlsx; found {form!r}")
