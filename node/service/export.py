"""Taking everything along: the public records as one file, with its count and its hash.

The same records give the same bytes, whatever order they came in.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from node.errors import NodeError
from node.service.discover import Found, found
from node.service.home import Home
from peers.encoding import parse_json
from vocab.jsonld import to_quads

__all__ = ["COLUMNS", "Exported", "export"]

COLUMNS = (
    "iri",
    "type",
    "publisher",
    "version",
    "log",
    "index",
    "published",
    "recorded",
    "language",
    "title",
    "action",
    "state",
    "date",
)
"""Of the CSV: one row a record and language of its title."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: where, how many records, and the SHA-256 of the file in hexadecimal."""

    path: Path
    count: int
    sha256: str


async def export(home: Home, form: str, out: Path, *, own: bool = False) -> Exported:
    """Write the public records into a file, replacing it whole.

    Args:
        form: ``jsonld`` (a record a line, as signed), ``nquads`` (a graph a record) or ``csv``.
        own: Only what this node published.

    Raises:
        NodeError: The file cannot be written; what was there before stays.
    """
    records = await found(home, agent=home.agent if own else "")
    records.sort(key=lambda one: one.put.iri)
    data = await asyncio.to_thread(lambda: b"".join(_FORMS[form](records)))
    try:
        await asyncio.to_thread(_replace, out, data)
    except OSError as exc:
        raise NodeError(f"{out} cannot be written: {exc.strerror or exc}") from exc
    return Exported(out, len(records), hashlib.sha256(data).hexdigest())


def _replace(out: Path, data: bytes) -> None:
    made = out.with_name(f".{out.name}.part")
    made.write_bytes(data)
    made.replace(out)


def _jsonld(records: Sequence[Found]) -> Iterator[bytes]:
    for one in records:
        yield one.put.stored + b"\n"


def _nquads(records: Sequence[Found]) -> Iterator[bytes]:
    for one in records:
        value = parse_json(one.put.stored)
        assert isinstance(value, dict)
        for line in sorted(to_quads(value).splitlines()):
            yield f"{line.removesuffix(' .')} <{one.put.iri}> .\n".encode()


def _csv(records: Sequence[Found]) -> Iterator[bytes]:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for one in records:
        put = one.put
        for language, title in sorted(put.title.items()) or [("", "")]:
            rows.writerow(
                [
                    put.iri,
                    put.kind,
                    put.agent,
                    put.version,
                    put.log,
                    put.index,
                    put.published,
                    put.recorded,
                    language,
                    _inert(title),
                    " ".join(put.facets.get("action", ())),
                    " ".join(put.facets.get("state", ())),
                    put.sort,
                ]
            )
    yield text.getvalue().encode()


def _inert(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


_FORMS = {"jsonld": _jsonld, "nquads": _nquads, "csv": _csv}
