"""Who gains from a round, and who does not: by size, income group, region and language.

Counts only, so that every share can be computed again. A score says how well two cities fit; it is
no mark of any city, and nobody measured what was learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from node.core.pairing import Reason, unmet
from node.core.past import Past
from node.core.profile import Profile

__all__ = ["BANDS", "SMALL", "Fairness", "Group", "Left", "Why", "band", "fairness", "left_out"]

BANDS: Final = (50_000, 200_000, 500_000, 1_500_000)
"""Where size bands end, in residents: those by which the OECD tells towns and cities apart."""

SMALL: Final = 200_000
"""A city with fewer residents is small here."""

_INCOME: Final = ("low", "lower-middle", "upper-middle", "high")


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Cities of one kind.

    Attributes:
        by: ``size``, ``income``, ``region`` or ``language``; name: which, empty for unknown.
        learners: Who looks for help; served: of them, with a pair; pairs: theirs; score: of these,
            millionths in all.
        helpers: Who offers help; helping: of them, with a pair; load: pairs in which they help.
    """

    by: str
    name: str
    learners: int
    served: int
    pairs: int
    score: int
    helpers: int
    helping: int
    load: int


class Fairness(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The report of a round.

    Attributes:
        everyone: All cities as one group.
        small_cities: Those with fewer than 200,000 residents; groups: every other kind.
        alarm: Whether the share of small cities served is below 95 % of everyone's.
    """

    everyone: Group
    small_cities: Group
    groups: tuple[Group, ...]
    alarm: bool


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why nobody helps with one action: a ``Reason``, and the nearest action with help, or ''."""

    action: str
    reason: str
    nearest: str


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """A city that looks for help and has no pair in the round."""

    city: str
    why: tuple[Why, ...]


def band(population: int | None) -> str:
    """The size band of a city, by its lower end: ``0``, ``50000``, …; empty where unknown."""
    if not population:
        return ""
    return str(max((end for end in BANDS if end <= population), default=0))


def fairness(profiles: Iterable[Profile], pairs: Sequence[tuple[str, str, int]]) -> Fairness:
    """The report.

    Args:
        profiles: Every city of the round, once.
        pairs: (learner, helper, millionths).
    """
    cities = {one.agent: one for one in profiles}
    sorts: dict[str, Callable[[Profile], Sequence[str]]] = {
        "size": lambda one: (band(one.population),),
        "income": lambda one: ("" if one.country.income is None else _INCOME[one.country.income],),
        "region": lambda one: (one.country.region,),
        "language": lambda one: sorted(one.languages) or ("",),
    }
    groups = []
    for by, names_of in sorts.items():
        members: dict[str, list[str]] = {}
        for agent, one in sorted(cities.items()):
            for name in names_of(one):
                members.setdefault(name, []).append(agent)
        ordered = sorted(members, key=lambda name: (int(name) if name.isdigit() else -1, name))
        groups += [_group(by, name, cities, members[name], pairs) for name in ordered]
    everyone = _group("everyone", "", cities, cities, pairs)
    few = [agent for agent, one in cities.items() if one.population and one.population < SMALL]
    small = _group("size", f"<{SMALL}", cities, few, pairs)
    return Fairness(
        everyone=everyone,
        small_cities=small,
        groups=tuple(groups),
        alarm=small.served * everyone.learners * 100 < 95 * everyone.served * small.learners,
    )


def left_out(
    learners: Sequence[Profile],
    helpers: Sequence[Profile],
    served: Iterable[str],
    past: Past,
    near: Sequence[str],
) -> tuple[Left, ...]:
    """Why cities have no pair: of each action the condition that nobody fulfilled.

    Where somebody fulfils all of them, others needed that help more: its helpers are full.
    """
    have = set(served)
    return tuple(
        Left(city=learner.agent, why=_why(learner, helpers, past, near))
        for learner in learners
        if learner.agent not in have
    )


def _why(
    learner: Profile, helpers: Sequence[Profile], past: Past, near: Sequence[str]
) -> tuple[Why, ...]:
    others = [one for one in helpers if one.agent != learner.agent]
    told = []
    for one in unmet(learner, others, (), past=past, near=near):
        # Whoever passed every gate stands there with the first reason, and by name.
        could = one.reason == Reason.NO_OFFER and one.cities
        reason = Reason.FULL if could else one.reason
        told.append(Why(action=one.action, reason=reason, nearest=one.nearest or ""))
    return tuple(told)


def _group(
    by: str,
    name: str,
    cities: Mapping[str, Profile],
    agents: Iterable[str],
    pairs: Sequence[tuple[str, str, int]],
) -> Group:
    members = set(agents)
    taught = [pair for pair in pairs if pair[0] in members]
    given = [pair for pair in pairs if pair[1] in members]
    return Group(
        by=by,
        name=name,
        learners=sum(bool(cities[one].wishes) for one in members),
        served=len({learner for learner, _, _ in taught}),
        pairs=len(taught),
        score=sum(score for _, _, score in taught),
        helpers=sum(bool(cities[one].helps) for one in members),
        helping=len({helper for _, helper, _ in given}),
        load=len(given),
    )
