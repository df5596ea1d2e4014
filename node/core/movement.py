"""The state of the movement in a year: how many cities, in which parts of the world, do what.

Everything is counted of public records, as they stood at the end of the year's last day (or today),
by when they were put into their logs. Every figure has its denominator: a city that says nothing of
an action is counted among the cities and in no state, because missing is not no. What was withdrawn
since is counted in no year.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from node.core.countries import country
from node.core.tables import Known
from peers.encoding import JsonObject
from vocab.framework import load
from vocab.records import ActionStatus, City, Exchange, Membership, Practice

__all__ = ["Coverage", "Movement", "Part", "as_json", "movement", "write_csv", "years"]

_NONE: Final = Counter[str]()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one action in one part of the world.

    Attributes:
        reported: Cities that say anything of it for the whole city; states: how many say what.
    """

    reported: int
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the world.

    Attributes:
        region: Code of UN M49; empty where it is not known; ``001`` for all of it.
        cities, new: Cities at the end, and those that began to publish in the year.
        reporting: Cities that report on at least one action.
        practices, exchanges, adopted: Put into a log in the year, the exchanges by their learner;
            an exchange that both cities tell of counts once.
        actions: Action code → how far it is covered.
    """

    region: str
    cities: int
    new: int
    reporting: int
    practices: int
    exchanges: int
    adopted: int
    actions: Mapping[str, Coverage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A year.

    Attributes:
        day: The last day that is counted.
        network: Whose members are counted; empty: every city that is held.
        whole: The world; parts: each part of it with at least one city, by code.
    """

    year: int
    day: str
    network: str
    whole: Part
    parts: tuple[Part, ...]


def years(known: Iterable[Known], today: date) -> list[int]:
    """Years that can be asked for, newest first."""
    first = min((one.logged[:4] for one in known), default=str(today.year))
    return list(range(today.year, int(first) - 1, -1))


def movement(known: Sequence[Known], year: int, today: date, network: str = "") -> Movement:
    """Count a year.

    Args:
        known: Every version of every public record that stands.
        network: IRI of the organization whose members are counted; empty for all cities.
    """
    day = min(f"{year}-12-31", today.isoformat())
    then = [one for one in known if one.logged[:10] <= day]
    cities = _newest(one for one in then if isinstance(one.record, City))
    if network:
        members = _members(then, network, day)
        cities = {agent: one for agent, one in cities.items() if agent in members}
    regions = {
        agent: country(one.record.country).region
        for agent, one in cities.items()
        if isinstance(one.record, City)
    }
    counting = _Counting(then, year, regions)
    return Movement(
        year=year,
        day=day,
        network=network,
        whole=counting.part("001", frozenset(regions)),
        parts=tuple(
            counting.part(region, frozenset(agent for agent in regions if regions[agent] == region))
            for region in sorted(set(regions.values()))
        ),
    )


class _Counting:
    """What happened, by city, ready to be added up for any set of cities."""

    def __init__(self, then: Sequence[Known], year: int, cities: Mapping[str, str]) -> None:
        self._begun = Counter(
            agent for agent, first in _firsts(then, City).items() if first == str(year)
        )
        self._practices = Counter(
            one.record.publisher
            for one in then
            if isinstance(one.record, Practice) and one.version == 1 and _in(one, year)
        )
        self._exchanges, self._adopted = _told(then, year)
        self._states: dict[str, dict[str, str]] = {agent: {} for agent in cities}
        for one in sorted(then, key=lambda one: (one.logged, one.index)):
            status = one.record
            if isinstance(status, ActionStatus) and not status.district:
                said = self._states.get(status.publisher)
                if said is not None:
                    said[status.action] = status.state.rpartition("/")[2]

    def part(self, region: str, cities: frozenset[str]) -> Part:
        """One part of the world, or all of it."""
        states: dict[str, Counter[str]] = {}
        for agent in cities:
            for action, state in self._states[agent].items():
                states.setdefault(action, Counter())[state] += 1
        covered = {
            action.code: Coverage(
                states.get(action.iri, _NONE).total(),
                dict(sorted(states.get(action.iri, _NONE).items())),
            )
            for action in load().actions
        }
        return Part(
            region=region,
            cities=len(cities),
            new=_sum(self._begun, cities),
            reporting=sum(1 for agent in cities if self._states[agent]),
            practices=_sum(self._practices, cities),
            exchanges=_sum(self._exchanges, cities),
            adopted=_sum(self._adopted, cities),
            actions=covered,
        )


def _told(then: Iterable[Known], year: int) -> tuple[Counter[str], Counter[str]]:
    """Learner → exchanges first told of in the year, and those of them that led to an adoption."""
    told: dict[str, list[tuple[str, Known, Exchange]]] = {}
    for one in then:
        if isinstance(one.record, Exchange):
            told.setdefault(one.iri.rpartition("/")[2], []).append((one.logged, one, one.record))
    all_of_it, adopted = Counter[str](), Counter[str]()
    for versions in told.values():
        _, first, exchange = min(versions, key=lambda it: (it[0], it[1].iri))
        if _in(first, year):
            all_of_it[exchange.learner] += 1
            outcomes = {(it[2].outcome or "").rpartition("/")[2] for it in versions}
            adopted[exchange.learner] += "adopted" in outcomes
    return all_of_it, adopted


def _newest(of: Iterable[Known]) -> dict[str, Known]:
    newest: dict[str, Known] = {}
    for one in of:
        before = newest.get(one.record.publisher)
        if before is None or one.version >= before.version:
            newest[one.record.publisher] = one
    return newest


def _firsts(then: Iterable[Known], kind: type) -> dict[str, str]:
    """Publisher → the year in which its first record of a kind was put into its log."""
    first: dict[str, str] = {}
    for one in then:
        if isinstance(one.record, kind):
            agent = one.record.publisher
            first[agent] = min(first.get(agent, "9999"), one.logged[:4])
    return first


def _members(then: Iterable[Known], network: str, day: str) -> set[str]:
    newest: dict[str, tuple[int, Membership]] = {}
    for one in then:
        record = one.record
        if isinstance(record, Membership) and record.organization == network:
            before = newest.get(one.iri)
            if before is None or one.version >= before[0]:
                newest[one.iri] = (one.version, record)
    return {
        record.member
        for _, record in newest.values()
        if not record.suspended and record.valid_from <= day <= (record.valid_until or "9999")
    }


def _in(one: Known, year: int) -> bool:
    return one.logged[:4] == str(year)


def _sum(counted: Counter[str], cities: Iterable[str]) -> int:
    return sum(counted[agent] for agent in cities)


def write_csv(counted: Movement) -> bytes:
    """A row for each part of the world and action, each with its denominator."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    states = [concept.slug for concept in load().scheme("state")]
    writer.writerow(["year", "as_of", "region_m49", "cities", "action", "reported", *states])
    for part in (counted.whole, *counted.parts):
        for code, coverage in part.actions.items():
            figures = [coverage.states.get(state, 0) for state in states]
            writer.writerow(
                [
                    *(counted.year, counted.day, part.region, part.cities, code),
                    *(coverage.reported, *figures),
                ]
            )
    return out.getvalue().encode()


def as_json(counted: Movement) -> JsonObject:
    """The same as plain values."""
    return {
        "year": counted.year,
        "asOf": counted.day,
        "membersOf": counted.network or None,
        "regions": [_part_json(part) for part in (counted.whole, *counted.parts)],
    }


def _part_json(part: Part) -> JsonObject:
    return {
        "region": part.region,
        "cities": part.cities,
        "newCities": part.new,
        "citiesReporting": part.reporting,
        "practices": part.practices,
        "exchanges": part.exchanges,
        "adopted": part.adopted,
        "actions": {
            code: {"reported": it.reported, "states": dict(it.states)}
            for code, it in part.actions.items()
        },
    }
