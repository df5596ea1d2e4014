"""Imports and drafts for the command line: JSON in, JSON out; files as base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from node.core.sheets.table import column_letters
from node.core.sheets.wording import CellFinding
from node.errors import Invalid
from node.service.drafts import draft, drafts, drop_draft, publish_drafts
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import Receipt, audience_named
from node.service.sheet_files import written_back
from node.service.sheets import Imported, ImportWish, RowTaken, import_sheet
from node.store.ports import audience_of
from peers.encoding import JsonObject
from vocab.languages import best

__all__ = ["drop_draft_call", "import_call", "list_drafts_call", "publish_drafts_call"]


async def import_call(
    home: Home,
    *,
    data: str,
    filename: str = "",
    kind: str = "",
    language: str = "en",
    tag: str = "",
    given: Mapping[str, str] | None = None,
    dry_run: bool = False,
    publish: bool = False,
    audience: str = "public",
    back: str = "",
) -> JsonObject:
    """Import a file.

    Args:
        data: The file, base64; filename: what it is called, for its ending.
        publish: Whether the drafts that it brings are published at once, all or none.
        back: ``csv`` or ``xlsx`` to have the sheets back with their errors, as ``file`` (base64).

    Raises:
        Invalid: The file cannot be read, or, on publishing, a draft breaks the shapes.
        Refused: On publishing, one is not for this audience; the drafts stay on the desk.
    """
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error:
        raise Invalid("expected the file in base64") from None
    wish = ImportWish(
        name=filename, kind=kind, language=language, tag=tag, given=given or {}, dry_run=dry_run
    )
    done = await import_sheet(home, content, wish)
    receipts: list[Receipt] = []
    if publish and not dry_run:
        # A row that is unchanged may be a draft of an earlier import, waiting to be published.
        waiting = await drafts(home)
        keys = [row.key for row in done.rows if row.key in waiting]
        if keys:
            receipts = await publish_drafts(
                home, keys, audience=audience_named(audience), language=language
            )
            await catch_up(home)
    answer = _told(done) | {"dry_run": dry_run, "receipts": [_receipt(one) for one in receipts]}
    if back and done.tables:
        file = written_back(done.tables, done.outcomes, back, language)
        answer["file"] = base64.b64encode(file).decode()
    return answer


def _told(done: Imported) -> JsonObject:
    """Counts, rows with something to say, and what became of the columns."""
    return {
        "new": done.count("new"),
        "changed": done.count("changed"),
        "unchanged": done.count("unchanged"),
        "wrong": done.count("wrong"),
        "refused": bool(done.findings),
        "findings": [
            *(_finding(sheet, one) for sheet, one in done.findings),
            *(_finding(row.sheet, one) for row in done.rows for one in row.findings),
        ],
        "drafts": [_row(row) for row in done.rows if row.state in {"new", "changed"}],
        "sheets": [
            {
                "name": table.name,
                "type": outcome.kind,
                "unknown": list(outcome.unknown),
                "guessed": dict(outcome.close),
                "assumed": dict(outcome.assumed),
            }
            for table, outcome in zip(done.tables, done.outcomes, strict=False)
        ],
    }


def _finding(sheet: str, found: CellFinding) -> JsonObject:
    return {
        "sheet": sheet,
        "row": found.row,
        "column": "" if found.column is None else column_letters(found.column),
        "heading": found.heading,
        "code": found.finding.code,
        "message": found.finding.message,
        "mend": found.finding.mend,
        "severity": str(found.finding.severity),
    }


def _row(row: RowTaken) -> JsonObject:
    return {"sheet": row.sheet, "row": row.number, "state": row.state, "key": row.key}


def _receipt(receipt: Receipt) -> JsonObject:
    return {
        "iri": receipt.iri,
        "version": receipt.version,
        "audience": str(audience_of(receipt.log)),
        "index": receipt.index,
        "published": receipt.published,
    }


async def list_drafts_call(home: Home, *, language: str = "en") -> JsonObject:
    """Every draft: its key, type and title."""
    rows: list[dict[str, Any]] = []
    for key, document in (await drafts(home)).items():
        texts: Any = document.get("title") or document.get("name")
        title = best(texts, [language]) if isinstance(texts, dict) else None
        rows.append(
            {"key": key, "kind": document.get("type", ""), "title": title[1] if title else ""}
        )
    return {"drafts": rows}


async def publish_drafts_call(
    home: Home, *, keys: Sequence[str], audience: str = "public", language: str = "en"
) -> JsonObject:
    """Publish drafts, all or none; findings are told in the language.

    Raises:
        NotFound: There is no draft of one of the keys.
    """
    receipts = await publish_drafts(
        home, keys, audience=audience_named(audience), language=language
    )
    await catch_up(home)
    return {"receipts": [_receipt(one) for one in receipts]}


async def drop_draft_call(home: Home, *, key: str) -> JsonObject:
    """Forget a draft; answers with what it said.

    Raises:
        NotFound: There is none of that key.
    """
    document = await draft(home, key)
    await drop_draft(home, key)
    return {"key": key, "draft": document}
