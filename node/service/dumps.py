"""Dumps: everything public that is held, day by day, as files that can be cited and made again.

A dump says how far it read each log. Whoever has the logs makes the same bytes from that, later as
well: ``at`` does so for a day of which the dump is kept, and reads each log up to the end of any
other day. A text that was erased is in no dump: those that had it are made anew, and say so.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import msgspec
import structlog

from node.core.tables import TABLES, Known, codebook, write
from node.errors import NodeError, NotFound
from node.service.export import written
from node.service.home import Home
from node.store.ports import HIDDEN, Audience, Held, audience_of
from peers.encoding import jcs, parse_json
from peers.log import EntryKind, LogId
from vocab.errors import NotARecord
from vocab.records import parse

__all__ = [
    "Dump",
    "DumpFile",
    "Record",
    "at",
    "dumps",
    "file_of",
    "known_versions",
    "make_due",
    "make_dump",
    "remake",
    "standing",
]

_FOLDER: Final = "dumps"
_MANIFEST: Final = "dump.json"
_DAY: Final = re.compile(r"20\d\d-\d\d-\d\d")
_FORMS: Final = {"records.jsonl.gz": "jsonld", "records.nq.gz": "nquads"}
_RECORDS: Final = frozenset({EntryKind.CREATE, EntryKind.UPDATE, EntryKind.DELETE})
_AT_ONCE: Final = 500
_DAILY: Final = 30
"""Days whose dumps are all kept; of older ones, the first of each month."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stood."""

    iri: str
    stored: bytes


class DumpFile(msgspec.Struct, frozen=True):
    """A file of a dump."""

    name: str
    size: int
    sha256: str


class LogState(msgspec.Struct, frozen=True):
    """How far a log was read: its origin, entries, root (hexadecimal) and signed checkpoint."""

    origin: str
    size: int
    root: str
    checkpoint: str


class Dump(msgspec.Struct, frozen=True):
    """What a dump says of itself.

    Attributes:
        day: Whose end it stands for; made: when; remade: when texts were erased from it, or empty.
        node: Address of the node that made it; records: how many it holds.
    """

    day: str
    made: str
    node: str
    records: int
    logs: tuple[LogState, ...]
    files: tuple[DumpFile, ...]
    license: str = "https://creativecommons.org/licenses/by/4.0/"
    remade: str = ""


async def make_due(home: Home) -> int:
    """Make yesterday's dump where it is not there yet, and thin out the old ones."""
    day = home.now().date() - timedelta(days=1)
    genesis = await home.ledger.entries(home.logs[Audience.PUBLIC], 0, 1)
    due = bool(genesis) and genesis[0].entry.published[:10] <= day.isoformat()
    if due and not (_place(home, day.isoformat()) / _MANIFEST).is_file():
        await make_dump(home, day)
    else:
        due = False
    for one in await dumps(home):
        old = date.fromisoformat(one.day) < day - timedelta(days=_DAILY)
        if old and not one.day.endswith("-01"):
            await asyncio.to_thread(shutil.rmtree, _place(home, one.day), ignore_errors=True)
    return int(due)


async def make_dump(home: Home, day: date) -> Dump:
    """The dump of a day: what the logs that are held now said by its end.

    Raises:
        NodeError: The day is not over, or the disk does not take it.
    """
    if day >= home.now().date():
        raise NodeError(f"{day}: expected a day that is over, found one that is not")
    sizes = await _sizes_by(home, (day + timedelta(days=1)).isoformat())
    return await _make(home, day.isoformat(), sizes)


async def remake(home: Home) -> int:
    """Make every dump anew from the logs as they are now, without the texts that were erased."""
    known = await dumps(home)
    for one in known:
        sizes = {LogId(log.origin): log.size for log in one.logs}
        await _make(home, one.day, sizes, remade=home.stamp(), made=one.made)
    return len(known)


async def dumps(home: Home) -> list[Dump]:
    """Those that are kept, the newest first."""
    return await asyncio.to_thread(_listed, _root(home))


def file_of(home: Home, day: str, name: str) -> Path:
    """A file of a dump.

    Raises:
        NotFound: There is none of this day and name.
    """
    path = _place(home, day) / name
    known = {_MANIFEST, *_FORMS, *(f"{one}.csv" for one in TABLES), "codebook.csv"}
    if not _DAY.fullmatch(day) or name not in known or not path.is_file():
        raise NotFound(f"expected a file of a dump, found none: {day[:20]}/{name[:40]}")
    return path


async def at(home: Home, day: date) -> list[Record]:
    """The public records as they stood at the end of a day."""
    kept = next((one for one in await dumps(home) if one.day == day.isoformat()), None)
    if kept is not None:
        sizes = {LogId(log.origin): log.size for log in kept.logs}
    else:
        sizes = await _sizes_by(home, (day + timedelta(days=1)).isoformat())
    return _standing(await _entries(home, sizes))


async def standing(home: Home) -> list[Record]:
    """The public records of every log that is held, as they stand now."""
    return _standing(await _entries(home, await _sizes(home)))


async def known_versions(home: Home, sizes: Mapping[LogId, int] | None = None) -> list[Known]:
    """Every version of every public record, as tables are made of it.

    Args:
        sizes: How far to read each log, for what a past day knew; without it, what is shown now:
            all of each log, but for what is hidden here.
    """
    held = await _entries(home, sizes if sizes is not None else await _sizes(home))
    if sizes is None:
        hidden = await home.desk.pages(HIDDEN)
        held = [one for one in held if one.entry.object not in hidden]
    return await asyncio.to_thread(_known, held)


async def _make(
    home: Home, day: str, sizes: Mapping[LogId, int], *, remade: str = "", made: str = ""
) -> Dump:
    held = await _entries(home, sizes)
    logs = [await _state(home, log, size) for log, size in sorted(sizes.items()) if size]
    try:
        return await asyncio.to_thread(
            _written, _place(home, day), held, logs, home.base_url, made or home.stamp(), remade
        )
    except OSError as exc:
        raise NodeError(f"the dump of {day} could not be written: {exc}") from exc


def _written(
    place: Path, held: Sequence[Held], logs: Sequence[LogState], node: str, made: str, remade: str
) -> Dump:
    """Write a dump beside its place, and move it there when it is whole."""
    records, known = _standing(held), _known(held)
    parts = {name: _packed(written(form, records)) for name, form in _FORMS.items()}
    parts |= {f"{name}.csv": write(table, known) for name, table in TABLES.items()}
    parts["codebook.csv"] = codebook()
    files = tuple(
        DumpFile(name, len(data), hashlib.sha256(data).hexdigest())
        for name, data in sorted(parts.items())
    )
    dump = Dump(place.name, made, node, len(records), tuple(logs), files, remade=remade)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(dir=place.parent, prefix=".making-"))
    try:
        for name, data in {**parts, _MANIFEST: _bytes_of(dump)}.items():
            with (room / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if place.exists():
            shutil.rmtree(place)
        room.rename(place)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    _log.info("a dump was made", day=place.name, records=len(records))
    return dump


async def _sizes(home: Home) -> dict[LogId, int]:
    """Each public log that is held, and its entries."""
    logs = [log for log in await home.ledger.logs() if audience_of(log) is Audience.PUBLIC]
    return {log: (await home.ledger.head(log)).size for log in logs}


async def _sizes_by(home: Home, end: str) -> dict[LogId, int]:
    """How far each log had come before a moment: logs say it in order of time."""
    found = {}
    for log, size in (await _sizes(home)).items():
        low, high = 0, size
        while low < high:
            middle = (low + high) // 2
            [held] = await home.ledger.entries(log, middle, middle + 1)
            low, high = (middle + 1, high) if held.entry.published < end else (low, middle)
        found[log] = low
    return found


async def _entries(home: Home, sizes: Mapping[LogId, int]) -> list[Held]:
    found: list[Held] = []
    for log, size in sorted(sizes.items()):
        for start in range(0, size, _AT_ONCE):
            some = await home.ledger.entries(log, start, min(start + _AT_ONCE, size))
            found += [one for one in some if one.entry.kind in _RECORDS and one.verdict.admitted]
            await asyncio.sleep(0)  # Requests are answered meanwhile.
    return found


async def _state(home: Home, log: LogId, size: int) -> LogState:
    head = await home.ledger.head(log)
    note = await home.ledger.note(log) if head.size == size else None
    root = head.root().hex() if head.size == size else ""
    return LogState(log, size, root, note.decode() if note else "")


def _standing(held: Sequence[Held]) -> list[Record]:
    """The newest version of each record; nothing of what was withdrawn or erased."""
    newest: dict[str, Held] = {}
    for one in held:
        before = newest.get(one.entry.object)
        if before is None or one.entry.version >= before.entry.version:
            newest[one.entry.object] = one
    return [
        Record(iri, one.body.record)
        for iri, one in sorted(newest.items())
        if one.body is not None and one.entry.kind is not EntryKind.DELETE
    ]


def _known(held: Sequence[Held]) -> list[Known]:
    last: dict[str, int] = {}
    for one in held:
        last[one.entry.object] = max(one.entry.version, last.get(one.entry.object, 0))
    found = []
    for one in held:
        if one.body is None or one.entry.kind is EntryKind.DELETE:
            continue
        document = parse_json(one.body.record)
        try:
            record = parse(document) if isinstance(document, dict) else None
        except NotARecord:
            continue
        if record is not None:
            entry = one.entry
            newest = entry.version == last[entry.object]
            found.append(
                Known(
                    entry.object, entry.version, entry.published, one.log, one.index, record, newest
                )
            )
    return found


def _packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _bytes_of(dump: Dump) -> bytes:
    return jcs(msgspec.to_builtins(dump))


def _root(home: Home) -> Path:
    return home.config.node.data_dir / _FOLDER


def _place(home: Home, day: str) -> Path:
    return _root(home) / day


def _listed(root: Path) -> list[Dump]:
    if not root.is_dir():
        return []
    days = sorted((one.name for one in root.iterdir() if _DAY.fullmatch(one.name)), reverse=True)
    manifests = [root / day / _MANIFEST for day in days]
    return [msgspec.json.decode(one.read_bytes(), type=Dump) for one in manifests if one.is_file()]
