"""A city's year, gathered from what it has published: the yearly report, and the chapter for a
Voluntary Local Review. Pure: the same records and the same year, the same report.

Nothing is scored or ranked. An action of which nothing was said by the year's end is *not
reported*, and that is not *no*. What was said later does not change the report of a past year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final, TypeVar

from vocab.framework import Action, load
from vocab.records import (
    ActionStatus,
    AnyRecord,
    City,
    Commitment,
    Indicator,
    Practice,
    ProgressReport,
)

__all__ = [
    "REMINDERS",
    "REVIEW_DAY",
    "Line",
    "Said",
    "Target",
    "YearlyReport",
    "due",
    "next_reaffirmation",
    "prefilled",
    "vlr_chapter",
    "yearly_report",
]

REVIEW_DAY: Final = "12-10"
"""Human Rights Day: when a city reaffirms that has not said another day."""

REMINDERS: Final = (90, 30, 7, 0)
"""Days before the reaffirmation on which somebody is reminded."""

_TARGET: Final = re.compile(r"http://metadata\.un\.org/sdg/(\d{1,2})(?:\.(\d{1,2}|[a-d]))?")

R = TypeVar("R", bound=AnyRecord)


@dataclass(frozen=True, slots=True)
class Said:
    """A version of a record of the city's.

    Attributes:
        iri: The record's address.
        published: When it was put into the log, RFC 3339.
        record: Its text; None where it was taken back.
        signed: Its bytes, as they were signed.
    """

    iri: str
    version: int
    published: str
    record: AnyRecord | None
    signed: bytes = b""


@dataclass(frozen=True, slots=True)
class Line:
    """Where the city stood with one action at the end of the year.

    Attributes:
        now: What it had said of the action by then, the whole city before its districts.
        before: The state of the whole city when the year began; empty where nothing was said.
        confirmed: Whether somebody reviewed it within the year.
    """

    action: Action
    now: tuple[Said, ...]
    before: str
    confirmed: bool

    @property
    def state(self) -> str:
        """The state of the whole city at the end of the year; empty for *not reported*."""
        status = self.now[0].record if self.now else None
        return status.state if isinstance(status, ActionStatus) and _whole(status) else ""

    @property
    def changed(self) -> bool:
        """Whether the year has changed the state."""
        return self.state != self.before


@dataclass(frozen=True, slots=True)
class YearlyReport:
    """A year of a city.

    Attributes:
        report: What the city itself says of the year; None where it has said nothing yet.
        previous: What it said of the year before.
        reaffirmation: The commitment that was made or reaffirmed in the year.
        lines: One for each of the 28 actions, in their order.
        records: Everything else that was published or corrected in the year, by type.
    """

    year: int
    city: City | None
    report: Said | None
    previous: Said | None
    reaffirmation: Said | None
    lines: tuple[Line, ...]
    records: Mapping[str, tuple[Said, ...]]

    @property
    def unconfirmed(self) -> tuple[Line, ...]:
        """What was said before and nobody has looked at within the year."""
        return tuple(line for line in self.lines if line.now and not line.confirmed)


@dataclass(frozen=True, slots=True)
class Target:
    """A target of the Sustainable Development Goals, and what the city has done towards it.

    Attributes:
        goal: 1 to 17; target: ``16.7``, or ``16`` for the goal as a whole.
    """

    goal: int
    target: str
    records: tuple[Said, ...]


def yearly_report(year: int, versions: Iterable[Said]) -> YearlyReport:
    """The report of a year.

    Args:
        versions: Every version of every public record of the city, in any order.
    """
    at_end = _newest(versions := tuple(versions), f"{year + 1}")
    at_start = _newest(versions, f"{year}")
    reports = _of(at_end, ProgressReport)
    kinds = groupby(
        sorted(
            (one for one in at_end if one.published[:4] == str(year) and _is_other(one)),
            key=lambda one: (type(one.record).__name__, one.published, one.iri),
        ),
        key=lambda one: type(one.record).__name__,
    )
    return YearlyReport(
        year=year,
        city=next((one.record for one in at_end if isinstance(one.record, City)), None),
        report=_about(reports, year) or _about(_of(_newest(versions, "9"), ProgressReport), year),
        previous=_about(reports, year - 1),
        reaffirmation=_committed(at_end, year),
        lines=tuple(_line(action, year, at_end, at_start) for action in load().actions),
        records={kind: tuple(some) for kind, some in kinds},
    )


def vlr_chapter(year: int, versions: Iterable[Said]) -> tuple[Target, ...]:
    """The chapter for a Voluntary Local Review: what the city does towards each target, in the
    order of the targets. It names what the city itself has linked to a target, and nothing else.
    """
    found: dict[tuple[int, str], list[Said]] = {}
    for one in _newest(tuple(versions), f"{year + 1}"):
        for iri in one.record.sdg_targets if isinstance(one.record, Practice | Indicator) else ():
            if match := _TARGET.fullmatch(iri):
                target = f"{match[1]}.{match[2]}" if match[2] else match[1]
                found.setdefault((int(match[1]), target), []).append(one)
    return tuple(
        Target(goal, target, tuple(sorted(some, key=lambda one: one.iri)))
        for (goal, target), some in sorted(found.items(), key=lambda item: _order(item[0][1]))
    )


def prefilled(report: YearlyReport, framework: str) -> dict[str, object]:
    """What a year's own report begins with: last year's, and what has been published since.

    Args:
        framework: IRI of the version of the framework that is reported on.
    """
    year, last = report.year, report.previous.record if report.previous else None
    made: dict[str, object] = {
        "periodStart": f"{year}-01-01",
        "periodEnd": f"{year}-12-31",
        "statuses": [said.iri for line in report.lines for said in line.now],
        "conformsTo": framework,
    }
    if isinstance(last, ProgressReport):
        made |= {
            "title": {
                tag: text.replace(f"{year - 1}", f"{year}") for tag, text in last.title.items()
            },
            "periodStart": _a_year_on(last.period_start),
            "periodEnd": _a_year_on(last.period_end),
            "setbacks": dict(last.setbacks),
            "whoWasConsulted": dict(last.who_was_consulted),
        }
        if last.languages:
            made["languages"] = list(last.languages)
        if last.license:
            made["license"] = last.license
    if report.reaffirmation:
        made["reaffirmation"] = report.reaffirmation.iri
    return {key: value for key, value in made.items() if value}


def next_reaffirmation(city: City | None, today: date) -> date:
    """When the city reaffirms next: today at the earliest."""
    month, _, day = ((city.reaffirmation_day if city else None) or REVIEW_DAY).partition("-")
    for year in (today.year, today.year + 1):
        try:
            found = date(year, int(month), int(day))
        except ValueError:  # 29 February, in a year without.
            found = date(year, int(month), 1) + timedelta(days=int(day) - 1)
        if found >= today:
            return found
    raise AssertionError("one of two years has a day to come")


def due(on: date, today: date) -> int | None:
    """Which of the reminders has been reached last: 90, 30, 7 or 0; None before the first.

    >>> due(date(2026, 12, 10), date(2026, 11, 23)), due(date(2026, 12, 10), date(2026, 3, 1))
    (30, None)
    """
    left = (on - today).days
    return min((one for one in REMINDERS if left <= one), default=None)


def _a_year_on(partial: str) -> str:
    """A partial date, a year later; 29 February becomes the 28th."""
    moved = f"{int(partial[:4]) + 1}{partial[4:]}"
    return f"{moved[:8]}28" if moved[4:] == "-02-29" else moved


def _newest(versions: Sequence[Said], before: str) -> tuple[Said, ...]:
    """What stood at a time: the newest version of each record; nothing of what was taken back."""
    found: dict[str, Said] = {}
    for one in sorted(versions, key=lambda one: (one.version, one.published)):
        if one.published < before:
            found[one.iri] = one
    return tuple(one for one in found.values() if one.record is not None)


def _of(said: Iterable[Said], kind: type[R]) -> tuple[Said, ...]:
    return tuple(one for one in said if isinstance(one.record, kind))


def _about(reports: Iterable[Said], year: int) -> Said | None:
    """The report whose period ends in the year."""
    found = [
        one
        for one in reports
        if isinstance(one.record, ProgressReport) and one.record.period_end[:4] == str(year)
    ]
    return max(found, key=lambda one: one.published, default=None)


def _committed(said: Iterable[Said], year: int) -> Said | None:
    dated = [
        one
        for one in said
        if isinstance(one.record, Commitment) and (one.record.adopted or "")[:4] == str(year)
    ]
    return max(dated, key=lambda one: (one.published, one.iri), default=None)


def _line(action: Action, year: int, at_end: Sequence[Said], at_start: Sequence[Said]) -> Line:
    now, before = _statuses(at_end, action), _statuses(at_start, action)
    reviewed = [
        one.record.reviewed or one.published[:10]
        for one in now
        if isinstance(one.record, ActionStatus)
    ]
    past = before[0].record if before else None
    return Line(
        action=action,
        now=now,
        before=past.state if isinstance(past, ActionStatus) and _whole(past) else "",
        confirmed=bool(now) and all(one[:4] >= str(year) for one in reviewed),
    )


def _statuses(said: Sequence[Said], action: Action) -> tuple[Said, ...]:
    mine = [
        (not _whole(one.record), one.iri, one)
        for one in said
        if isinstance(one.record, ActionStatus) and one.record.action == action.iri
    ]
    return tuple(one for _, _, one in sorted(mine, key=lambda key: key[:2]))


def _whole(status: ActionStatus) -> bool:
    """Whether it is about the whole city."""
    return not (status.district or status.place)


def _is_other(said: Said) -> bool:
    return not isinstance(said.record, City | ActionStatus | ProgressReport)


def _order(target: str) -> tuple[int, int, str]:
    """16.7 before 16.10, and those with letters after those with numbers."""
    goal, _, part = target.partition(".")
    return int(goal), int(part) if part.isdigit() else 99 if part else 0, part
