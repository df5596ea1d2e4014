"""What a workbook would cost, measured before anybody unpacks it.

An XLSX file is a ZIP archive of XML. Each part that a reader needs is unpacked here under a bound,
each sheet is read once as a stream, and what passed is packed anew: the reader sees only bytes that
were measured. That keeps out archives that unpack without end, sheets whose one cell stands in the
last row of the last column, entities, and parts that are hidden behind a false size.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from node.core.sheets.table import COLUMNS, FILE, ROWS, Trouble
from node.core.sheets.wording import Unreadable

__all__ = ["Vetted", "vetted"]

UNPACKED: Final = 100 * 1024 * 1024
"""Bytes of all parts together."""

_PARTS: Final = 1000
_AREA: Final = 4_000_000
"""Cells between the first corner and the last, empty ones included."""

_TEXT: Final = 64 * 1024 * 1024
"""Characters of all cells, a shared one counted wherever it stands."""

_ABOVE: Final = 10
_NEEDED: Final = re.compile(r"\.(xml|rels)\Z", re.IGNORECASE)
_NEEDLESS: Final = re.compile(
    r"(docprops|customxml|xl/(drawings|media|charts|theme|printersettings))/", re.IGNORECASE
)
_OLD: Final = b"\xd0\xcf\x11\xe0"
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")


@dataclass(frozen=True, slots=True)
class Vetted:
    """A workbook that may be read.

    Attributes:
        data: It, packed anew without compression and without what nobody reads.
        troubles: Name of a sheet → row number and position of the column → why a cell has no
            value.
    """

    data: bytes
    troubles: Mapping[str, Mapping[tuple[int, int], Trouble]]


def vetted(data: bytes) -> Vetted:
    """Measure a workbook.

    Raises:
        Unreadable: It is too large, packed or unpacked, or no workbook.
    """
    if len(data) > FILE:
        raise Unreadable("file-too-large", found=f"{len(data) / 1e6:,.1f}", limit=FILE >> 20)
    if data.startswith(_OLD):
        raise Unreadable("not-a-workbook", found="XLS")
    try:
        parts = _unpacked(data)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError):
        raise Unreadable("not-a-workbook", found="ZIP") from None
    if "xl/workbook.xml" not in parts:
        raise Unreadable("not-a-workbook", found="ODS" if "content.xml" in parts else "XLSX")
    shared = parts.get("xl/sharedstrings.xml", b"")
    lengths = _shared_lengths(shared) if shared else []
    troubles = {
        name: _sheet(part, lengths)
        for name, part in parts.items()
        if name != "xl/sharedstrings.xml"
    }
    return Vetted(
        _packed(parts),
        {sheet: troubles.get(path, {}) for sheet, path in _paths(parts).items()},
    )


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The parts that a reader needs, by their paths in small letters: readers ignore the case."""
    parts: dict[str, bytes] = {}
    left = UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if len(archive.infolist()) > _PARTS:
            raise Unreadable("not-a-workbook", found="ZIP")
        for info in archive.infolist():
            if not _NEEDED.search(info.filename) or _NEEDLESS.match(info.filename):
                continue
            name = info.filename.lower()
            if name in parts:
                raise Unreadable("not-a-workbook", found="ZIP")
            with archive.open(info) as part:
                parts[name] = part.read(left + 1)
            left -= len(parts[name])
            if left < 0:
                raise Unreadable("unpacks-too-large", limit=UNPACKED >> 20)
    return parts


def _packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return out.getvalue()


def _parse(part: bytes, parser: expat.XMLParserType) -> None:
    """Run a parser over a part that may declare nothing.

    Raises:
        Unreadable: It is not well-formed, or brings a document type.
    """

    def refuse(*_declared: object) -> None:
        raise Unreadable("not-a-workbook", found="DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        raise Unreadable("not-a-workbook", found="XML") from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _shared_lengths(part: bytes) -> list[int]:
    """Characters of each shared text."""
    lengths: list[int] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        if _local(name) == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    _parse(part, parser)
    return lengths


def _paths(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Name of each sheet → the path of its part."""
    targets = {
        attributes.get("Id", ""): attributes.get("Target", "").lower()
        for name, attributes in _elements(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
        if name == "Relationship"
    }
    sheets = {
        attributes.get("name", ""): targets.get(attributes.get("id", ""), "")
        for name, attributes in _elements(parts["xl/workbook.xml"])
        if name == "sheet"
    }
    return {
        name: path[1:] if path.startswith("/") else f"xl/{path}" for name, path in sheets.items()
    }


def _elements(part: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every element with its attributes, without prefixes."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((_local(name), {_local(key): value for key, value in attributes.items()}))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    _parse(part, parser)
    return found


def _sheet(part: bytes, shared: list[int]) -> Mapping[tuple[int, int], Trouble]:
    """Measure one sheet; cells that show an error, or a formula without a value."""
    cells = _Cells(shared)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = cells.start
    parser.EndElementHandler = cells.end
    parser.CharacterDataHandler = cells.characters
    _parse(part, parser)
    return cells.troubles


@dataclass(slots=True)
class _Cells:
    """Where a stream of a sheet's elements has come to."""

    shared: list[int]
    troubles: dict[tuple[int, int], Trouble] = field(default_factory=dict)
    row: int = 0
    column: int = -1
    kind: str = ""
    formula: str | None = None
    value: str | None = None
    reading: str = ""
    total: int = 0
    last: tuple[int, int] = (0, 0)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.reading = _local(name)
        match self.reading:
            case "row":
                number = attributes.get("r", "")
                self.row = int(number) if number.isdecimal() and len(number) < 8 else self.row + 1
                self.column = -1
            case "c":
                self._at(attributes.get("r", ""))
                self.kind, self.formula, self.value = attributes.get("t", "n"), None, None
            case "f":
                self.formula = ""
            case "v" | "t":
                self.value = self.value or ""
            case _:
                pass

    def characters(self, data: str) -> None:
        match self.reading:
            case "f" if self.formula is not None and len(self.formula) < 100:
                self.formula += data
            case "v" | "t" if self.value is not None:
                self.value += data
            case _:
                pass

    def end(self, name: str) -> None:
        self.reading = ""
        if _local(name) != "c":
            return
        if self.value is not None:
            self._counted(self.value)
        if self.kind == "e":
            self.troubles[self.row, self.column] = Trouble("cell-error", self.value or "")
        elif self.formula is not None and self.value is None:
            self.troubles[self.row, self.column] = Trouble("formula", f"={self.formula}")

    def _at(self, reference: str) -> None:
        """A cell names its place, or comes right after the one before it."""
        found = _REFERENCE.match(reference)
        if found is None:
            self.column += 1
            return
        self.row, self.column = int(found[2]), -1
        for letter in found[1]:
            self.column = (self.column + 1) * 26 + ord(letter) - 65

    def _counted(self, value: str) -> None:
        """Take the measure of a cell that is not empty."""
        self.last = (max(self.last[0], self.row), max(self.last[1], self.column + 1))
        if self.last[0] > ROWS + _ABOVE:
            raise Unreadable("too-many-rows", limit=f"{ROWS:,}")
        if self.last[1] > COLUMNS or self.last[0] * self.last[1] > _AREA:
            raise Unreadable("too-many-columns", found=self.last[1], limit=COLUMNS)
        size = len(value)
        if self.kind == "s" and value.isdecimal() and len(value) < 9:
            size = self.shared[int(value)] if int(value) < len(self.shared) else 0
        self.total += size
        if self.total > _TEXT:
            raise Unreadable("unpacks-too-large", limit=_TEXT >> 20)
