"""How things are measured: CPU time, medians, and ratios of one run.

Absolute figures belong to the machine that they were taken on; what can be compared between
machines is the ratio of two figures taken in the same run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

__all__ = ["Row", "cpu_each", "quantile", "table"]

T = TypeVar("T")

_MORE = {"/s", "% served"}
"""Units of which more is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was done.
        ours, theirs: Figures in ``unit``; ``theirs`` is ``None`` where nothing stands beside.
        beside: Whose figure ``theirs`` is.
        unit: ``µs``, ``ms``, ``s``, ``%`` (less is better); ``/s``, ``% served`` (more is better).
        goal: What we aim for, as words.
        note: What the reader should know, such as how much was measured.
    """

    what: str
    ours: float
    unit: str
    beside: str = ""
    theirs: float | None = None
    goal: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times better we are; ``None`` where nothing stands beside."""
        if self.theirs is None:
            return None
        return self.ours / self.theirs if self.unit in _MORE else self.theirs / self.ours

    def as_json(self) -> dict[str, Any]:
        """The row as plain values."""
        return {**asdict(self), "ratio": self.ratio}


def cpu_each(work: Callable[[T], object], items: Iterable[T], rounds: int = 3) -> float:
    """Microseconds of CPU that ``work`` takes for one item: the median of some rounds."""
    given = list(items)
    spent: list[float] = []
    for _ in range(rounds):
        start = time.process_time()
        for item in given:
            work(item)
        spent.append((time.process_time() - start) / len(given) * 1e6)
    return statistics.median(spent)


def quantile(values: list[float], share: float) -> float:
    """The value that ``share`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(rows: Iterable[Row]) -> str:
    """The rows as text in columns."""
    lines = [("what", "ours", "beside it", "ratio", "goal", "note")]
    for row in rows:
        beside = f"{_figure(row.theirs, row.unit)} {row.beside}" if row.theirs is not None else "–"
        ratio = f"{row.ratio:.{1 if row.ratio >= 1 else 2}f}×" if row.ratio is not None else "–"
        lines.append(
            (row.what, _figure(row.ours, row.unit), beside, ratio, row.goal or "–", row.note)
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _figure(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"
