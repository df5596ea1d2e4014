"""Taking everything along: the public records as one file, with its count and its hash.

The same records give the same bytes, whatever order they came in. Nothing that is for members is
in any of the forms; the file appears whole or not at all.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from node.errors import NodeError
from node.service.home import Home
from node.service.index import catch_up
from node.service.sheet_files import sheet_of
from node.store.ports import Audience, Position, TextPut
from peers.encoding import JsonObject, parse_json
from vocab.jsonld import to_quads

__all__ = ["Exported", "Stored", "export", "write_whole", "written"]

_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: where, how many records, and the SHA-256 of the file in hexadecimal."""

    path: Path
    count: int
    sha256: str


class Stored(Protocol):
    """A record as it was signed, under its address."""

    @property
    def iri(self) -> str: ...
    @property
    def stored(self) -> bytes: ...


def written(form: str, records: Sequence[Stored]) -> bytes:
    """Records in one of the forms of ``export``; the same records, the same bytes.

    Raises:
        NodeError: There is no such form.
    """
    if form not in _FORMS:
        raise NodeError(f"expected a form, one of {', '.join(_FORMS)}; found {form!r}")
    return b"".join(_FORMS[form](records))


async def export(
    home: Home, form: str, out: Path, *, own: bool = False, records: Sequence[Stored] | None = None
) -> Exported:
    """Write the public records into a file, replacing it whole.

    Args:
        form: ``jsonld`` (a record a line, as signed), ``nquads`` (a graph a record), or ``csv``
            (one table) and ``xlsx`` (a sheet a type), which import again without loss.
        own: Only what this node published.
        records: These instead of those of now.

    Raises:
        NodeError: There is no such form, or the file cannot be written; what was there before
            stays.
    """
    if records is None:
        await catch_up(home)
        records = await _records(home, own=own)
    data = await asyncio.to_thread(written, form, records)
    return Exported(out, len(records), await write_whole(out, data))


async def write_whole(out: Path, data: bytes) -> str:
    """Write a file whole, or leave what was there; its SHA-256 in hexadecimal.

    Raises:
        NodeError: It cannot be written.
    """
    try:
        await asyncio.to_thread(_replace, out, data)
    except OSError as exc:
        raise NodeError(f"{out} cannot be written: {exc.strerror or exc}") from exc
    return hashlib.sha256(data).hexdigest()


async def _records(home: Home, *, own: bool) -> list[TextPut]:
    """Every record that the public catalog shows, by its address."""
    iris: set[str] = set()
    position = Position(await home.ledger.uuid())
    while changes := await home.ledger.changes(Audience.PUBLIC, position, _BATCH):
        position = Position(position.ledger, changes[-1].sequence)
        iris |= {change.held.entry.object for change in changes}
    held = [await home.text.get(iri) for iri in sorted(iris)]
    return [put for put in held if put is not None and (not own or put.agent == home.agent)]


def _replace(out: Path, data: bytes) -> None:
    """Write beside the file, see it to the disk, and move it into its place."""
    made = out.with_name(f".{out.name}.part")
    try:
        with made.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        made.replace(out)
    finally:
        made.unlink(missing_ok=True)


def _jsonld(records: Sequence[Stored]) -> Iterator[bytes]:
    for put in records:
        yield put.stored + b"\n"


def _nquads(records: Sequence[Stored]) -> Iterator[bytes]:
    quads: set[str] = set()
    for put, value in zip(records, _documents(records), strict=True):
        # Not splitlines(): a text may hold U+2028 and its like, which end no line of N-Quads.
        for line in to_quads(value).split("\n")[:-1]:
            quads.add(f"{line.removesuffix(' .')} <{put.iri}> .\n")
    yield from (quad.encode() for quad in sorted(quads))


def _csv(records: Sequence[Stored]) -> Iterator[bytes]:
    yield sheet_of(_documents(records), "csv")


def _xlsx(records: Sequence[Stored]) -> Iterator[bytes]:
    yield sheet_of(_documents(records), "xlsx")


def _documents(records: Sequence[Stored]) -> list[JsonObject]:
    documents: list[JsonObject] = []
    for put in records:
        value = parse_json(put.stored)
        assert isinstance(value, dict), "the index keeps documents"
        documents.append(value)
    return documents


_FORMS = {"jsonld": _jsonld, "nquads": _nquads, "csv": _csv, "xlsx": _xlsx}
