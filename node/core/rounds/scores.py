"""The scores of every pair of a round: those of ``node.core.score``, a hundred times as fast.

A score is a whole number of millionths. In floating point it is off by far less than a thousandth
of one, so it is rounded right unless it stands close to the middle between two; those few are
computed in decimals. What comes out is therefore the decimals' answer for every pair, on every
machine, whatever its ``exp`` does in the last place.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from node.core.past import Past
from node.core.profile import Profile
from node.core.score import (
    BEST,
    INCOME_GROUPS,
    MICRO,
    NOVELTY,
    STEEPNESS,
    TAUGHT,
    WEIGHTS,
    can_talk,
    has_room,
    offered,
    score,
)

__all__ = ["scored"]

_DOUBTFUL: Final = 1e-3
"""Of a millionth: how close to the middle a score is computed in decimals."""

_SIZE, _LANGUAGE, _INCOME, _LEVEL = (
    float(WEIGHTS[name]) for name in ("size", "language", "income", "level")
)
_TAUGHT, _NOVELTY, _STEEPNESS = float(TAUGHT), float(NOVELTY), float(STEEPNESS)


@dataclass(frozen=True, slots=True)
class _Given:
    """A helper with what does not depend on the learner: its size, and its offers' worth."""

    profile: Profile
    magnitude: float | None
    worth: dict[str, float]


def scored(
    learners: Sequence[Profile],
    helpers: Sequence[Profile],
    today: date,
    past: Past,
    *,
    best: int = 0,
) -> Iterator[tuple[str, str, int]]:
    """Every pair that scores more than nothing: (learner, helper, millionths).

    Args:
        best: Where it is not 0, pairs may be left out for which the learner has this many that
            score more.
    """
    given = [
        _Given(
            one,
            math.log10(one.population) if one.population else None,
            {
                action: worth
                for action, help_ in one.helps.items()
                if has_room(one, action, past) and (worth := float(offered(help_, today)))
            },
        )
        for one in helpers
    ]
    by_action: dict[str, list[tuple[int, float]]] = {}
    for at, one in enumerate(given):
        for action, worth in one.worth.items():
            by_action.setdefault(action, []).append((at, worth))
    for learner in learners:
        size = math.log10(learner.population) if learner.population else None
        top: list[int] = []
        for bound, helper in _promising(learner, given, by_action):
            if best and len(top) == best and bound < top[0]:
                break
            whole = _whole(learner, size, helper, today, past)
            if whole:
                yield learner.agent, helper.profile.agent, whole
                (heapq.heappush if len(top) < best else heapq.heappushpop)(top, whole)


def _promising(
    learner: Profile, given: Sequence[_Given], by_action: Mapping[str, Sequence[tuple[int, float]]]
) -> Iterator[tuple[float, _Given]]:
    """Who could help a learner, with millionths that no score exceeds; the greatest first.

    A gain is at most the sum of its parts, and neither context nor novelty adds to it.
    """
    parts: dict[int, float] = {}
    for action, wish in learner.wishes.items():
        share = -float(wish.strength) * _TAUGHT * MICRO
        for at, worth in by_action.get(action, ()):
            parts[at] = parts.get(at, -1.0) + share * worth
    ordered = [(bound, at) for at, bound in parts.items()]
    heapq.heapify(ordered)  # Most are never looked at, so they are not sorted.
    while ordered:
        bound, at = heapq.heappop(ordered)
        if given[at].profile.agent != learner.agent:
            yield -bound, given[at]


def _whole(learner: Profile, size: float | None, helper: _Given, today: date, past: Past) -> int:
    """A score in whole millionths, in decimals where the rounding could be in doubt."""
    points = _points(learner, size, helper, past)
    if abs(points - math.floor(points) - 0.5) < _DOUBTFUL:
        exact = score(learner, helper.profile, today, past)
        return exact.score if exact else 0
    return round(points)


def _points(learner: Profile, size: float | None, helper: _Given, past: Past) -> float:
    """``score`` in floating point, in millionths."""
    other = helper.profile
    pair = (learner.agent, other.agent)
    if pair in past.blocked:
        return 0.0
    products = []
    spoken = bool(learner.languages and other.languages)
    shared = not learner.languages.isdisjoint(other.languages)
    for action, wish in learner.wishes.items():
        # An offer that is worth nothing still says in which languages its city works.
        help_ = other.helps.get(action)
        if help_ is None or not can_talk(wish, help_) or not has_room(other, action, past):
            continue
        spoken = spoken or bool(wish.languages and help_.languages)
        shared = shared or not wish.languages.isdisjoint(help_.languages)
        worth = helper.worth.get(action)
        if worth:
            products.append(float(wish.strength) * worth)
    if not products:
        return 0.0
    missed = 1.0
    for product in sorted(products, reverse=True)[:BEST]:
        missed *= 1 - _TAUGHT * product
    total, weight = 0.0, 0.0
    if size is not None and helper.magnitude is not None:
        total += _SIZE * math.exp(-abs(size - helper.magnitude) / _STEEPNESS)
        weight += _SIZE
    if spoken:
        total += _LANGUAGE * shared
        weight += _LANGUAGE
    one, two = learner.country.income, other.country.income
    if one is not None and two is not None:
        total += _INCOME * (1 - abs(one - two) / (INCOME_GROUPS - 1))
        weight += _INCOME
    if learner.level and other.level:
        total += _LEVEL * (learner.level == other.level)
        weight += _LEVEL
    context = total / weight if weight else 0.5
    value = (1 - missed) * (0.5 + 0.5 * context)
    return value * (_NOVELTY if pair in past.recent else 1.0) * MICRO
