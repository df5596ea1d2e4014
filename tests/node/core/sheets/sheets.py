"""What the tests of sheets share: tables from text, and a reader of Villa Aurora."""

from __future__ import annotations

from typing import Any

from node.core.sheets import Outcome, Reader, Row, Table, documents_of, rows_of
from tests.vocab.examples import good

BASE = "https://aurora.example"


def examples() -> dict[str, dict[str, Any]]:
    """Every example that is published, and not a withdrawal, without its proof."""
    return {
        name: {key: value for key, value in document.items() if key != "proof"}
        for name, document in good().items()
        if document["type"] != "Withdrawal"
    }


def table(text: str, name: str = "") -> Table:
    """A table from lines whose cells are parted by bars."""
    lines = [
        tuple(cell.strip() for cell in line.split("|"))
        for line in text.strip("\n").splitlines()
        if line.strip()
    ]
    rows = tuple(Row(number, cells) for number, cells in enumerate(lines[1:], 2))
    return Table(lines[0], rows, name=name)


def reader(**more: Any) -> Reader:
    """The human rights office of Villa Aurora reads; its text is Spanish unless it says not."""
    return Reader(**{"base_url": BASE, "agent": f"{BASE}/#city", "tag": "es", **more})


def read(text: str, **more: Any) -> Outcome:
    """What it finds in a table written as lines."""
    return documents_of(table(text), reader(**more))


def again(documents: list[dict[str, Any]], written: str, **more: Any) -> Outcome:
    """Documents written as a table in one language, and read by their own publisher."""
    publisher = str(documents[0]["publisher"])
    owner = {"base_url": publisher.rpartition("/#")[0], "agent": publisher}
    return documents_of(rows_of(documents, written), reader(**{**owner, **more}))


def codes(outcome: Outcome) -> list[tuple[int, str, str]]:
    """Row, heading and code of everything that was found."""
    found = [*outcome.findings, *(one for row in outcome.rows for one in row.findings)]
    return [(one.row, one.heading, one.finding.code) for one in found]
