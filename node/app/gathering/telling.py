"""What was verified of a network and what was not, for people and for programs; and its tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from node.core.tables import TABLES, Known, codebook, write
from node.service.dumps import Record
from node.service.export import written

__all__ = ["CityReport", "Gathered", "write_files"]


class CityReport(msgspec.Struct, frozen=True):
    """One log of the network.

    Attributes:
        log: Its origin; did: whose it is; name: as it calls itself, in one language.
        entries: Verified, from the first on; records: public ones that stand in it.
        behind: Entries that its newest checkpoint named and that could not be had.
        refused: Entries that are in the log and do not count: place, record, and why.
        cosigned: How many others vouch for the state that was read.
        source: ``city``, or ``mirror`` where the city itself did not answer: then what is verified
            goes as far as the mirror does.
        error: Why it could not be verified to its end; empty where it was.
    """

    log: str
    did: str
    name: str
    entries: int
    records: int
    behind: int
    refused: tuple[str, ...]
    cosigned: int
    source: str
    error: str

    @property
    def whole(self) -> bool:
        """Whether everything that the city has signed was verified."""
        return not self.error and not self.behind and not self.refused


class Gathered(msgspec.Struct, frozen=True):
    """A network as it was verified.

    Attributes:
        network: Address of the directory; fetched: when.
        changed: Files that are not what was fetched.
        contradictions: Logs that were shown differently to others.
    """

    network: str
    fetched: str
    cities: tuple[CityReport, ...]
    changed: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every log was verified to its end, and no file was changed."""
        every = all(one.whole for one in self.cities)
        return every and not self.changed and not self.contradictions

    def text(self) -> str:
        """The report for people."""
        lines = [f"Network {self.network}, fetched {self.fetched}", ""]
        lines += [f"CHANGED since it was fetched: {one}" for one in self.changed]
        lines += [f"CONTRADICTION: {one}" for one in self.contradictions]
        for one in self.cities:
            said = _said(one)
            lines.append(f"{one.name or one.did} ({one.log})")
            lines.append(
                f"  {said}; {one.entries} entries, {one.records} records, cosigned by "
                f"{one.cosigned}"
                + (", read from a mirror: the city did not answer" * (one.source == "mirror"))
            )
            if one.behind:
                lines.append(f"  {one.behind} entries could not be had")
            lines += [f"  not admitted: {reason}" for reason in one.refused]
        lines += [
            "",
            "Verified: who signed each record and log, and that each record stands in its log.",
            "Not verified: whether what a city says is so.",
        ]
        return "\n".join(lines) + "\n"


def _said(one: CityReport) -> str:
    if one.error:
        return f"NOT verified: {one.error}"
    if one.whole:
        return "verified to its end"
    return "verified, but for what follows"


_FORMS: Final = {"records.jsonl": "jsonld", "records.nq": "nquads"}


def write_files(
    folder: Path, report: Gathered, records: Sequence[Record], known: Sequence[Known]
) -> list[str]:
    """Report, records and tables; the names of the files.

    Parquet is written where pyarrow is installed.
    """
    parts = {name: written(form, records) for name, form in _FORMS.items()}
    parts |= {f"{name}.csv": write(table, known) for name, table in TABLES.items()}
    parts["codebook.csv"] = codebook()
    parts["report.json"] = msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
    parts["report.txt"] = report.text().encode()
    for name, data in parts.items():
        (folder / name).write_bytes(data)
    return [*parts, *_parquet(folder, parts)]


def _parquet(folder: Path, parts: dict[str, bytes]) -> list[str]:
    try:
        import pyarrow  # noqa: PLC0415 - optional
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        return []
    made = []
    for name in TABLES:
        rows: list[Any] = list(csv.DictReader(io.StringIO(parts[f"{name}.csv"].decode())))
        columns = [column.name for column in TABLES[name].columns]
        table = pyarrow.table({key: [row[key] for row in rows] for key in columns})
        pyarrow.parquet.write_table(table, folder / f"{name}.parquet")
        made.append(f"{name}.parquet")
    return made
