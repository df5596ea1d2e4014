"""Who can learn from whom, with reasons. Choices, not measurements: say so wherever it is shown.

The same records and the same day give the same result on every machine: arithmetic is in decimals
of fixed precision, scores are whole millionths, and ties fall by a hash. A score orders proposals
for one city; it is no mark of any city.

- Learning gain: 1 - product over the three best actions of (1 - 0.8 * need * offer), where
  offer = willingness * maturity * evidence * recency.
- Context: the weighted mean over what is known of size, language, income group and level.
- Score: gain * (0.5 + 0.5 * context) * novelty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

from node.core.profile import Help, Profile, Wish

__all__ = [
    "ActionTerm",
    "ContextTerm",
    "Past",
    "Proposal",
    "Reason",
    "Suggestions",
    "Unmatched",
    "score",
    "suggest",
]

MICRO: Final = 1_000_000
"""Scores are whole millionths."""

_PRECISION: Final = Context(prec=40, rounding=ROUND_HALF_EVEN)
_HALF_LIFE: Final = Decimal(1461)
"""Days in which experience loses half of its weight: four years."""
_EVIDENCE: Final = Decimal("0.5")
"""Of a document that can be checked, and of an assessment by somebody else, each."""
_BEST: Final = 3
"""Actions that count for one pair."""
_NOVELTY: Final = Decimal("0.6")

WEIGHTS: Final = {
    "size": Decimal("0.35"),
    "language": Decimal("0.30"),
    "income": Decimal("0.20"),
    "level": Decimal("0.15"),
}
"""Of the context's features. Region has none: it is a wish, not a predictor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What has been between cities.

    Attributes:
        recent: Pairs (learner, helper) of the last two rounds, not asked for again.
        active: Helper → exchanges under way, which use up its capacity.
        blocked: Pairs that either side does not want.
    """

    recent: frozenset[tuple[str, str]] = frozenset()
    active: Mapping[str, int] = field(default_factory=dict)
    blocked: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTerm:
    """One action's part in a proposal: need, offer and what each is made of, in [0, 1]."""

    action: str
    need: Decimal
    willingness: Decimal
    maturity: Decimal
    evidence: Decimal
    recency: Decimal
    product: Decimal
    help: Help
    need_source: str


@dataclass(frozen=True, slots=True)
class ContextTerm:
    """One feature: how close two cities are, in [0, 1]; ``None`` where one does not say."""

    feature: str
    closeness: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A city that another could learn from.

    Attributes:
        score: Millionths; orders the proposals of one learner.
        rank: From 1, among this learner's proposals.
        terms: Strongest action first.
    """

    learner: str
    helper: str
    helper_did: str
    score: int
    terms: tuple[ActionTerm, ...]
    context: tuple[ContextTerm, ...]
    recent: bool = False
    rank: int = 0


class Reason:
    """Why a need has no proposal."""

    NO_OFFER: Final = "no-offer"
    NO_EXPERIENCE: Final = "no-experience"
    NO_EVIDENCE: Final = "no-evidence"
    NO_LANGUAGE: Final = "no-language"
    FULL: Final = "full"
    BLOCKED: Final = "blocked"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A need without a proposal, why, and the nearest action on which somebody could help."""

    action: str
    reason: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Everything that can be said to one learner."""

    proposals: tuple[Proposal, ...]
    unmatched: tuple[Unmatched, ...]


def suggest(
    learner: Profile,
    helpers: Sequence[Profile],
    today: date,
    *,
    past: Past | None = None,
    near: Sequence[str] = (),
    salt: str = "",
) -> Suggestions:
    """Rank the cities that could help a learner, and say of each unmet need why.

    Args:
        helpers: Any order; the learner itself is passed over.
        today: The day of the snapshot that the profiles were made from.
        past: What has been between cities.
        near: Action IRIs in the framework's order: neighbours are near each other.
        salt: Name of the round, or empty: breaks ties in another way each time.
    """
    known = past or Past()
    others = [helper for helper in helpers if helper.agent != learner.agent]
    scored = [proposal for helper in others if (proposal := score(learner, helper, today, known))]
    scored.sort(key=lambda one: (-one.score, _tie(salt, one.learner, one.helper)))
    ranked = tuple(replace(one, rank=rank) for rank, one in enumerate(scored, 1))
    met = {term.action for one in ranked for term in one.terms}
    unmatched = tuple(
        Unmatched(
            action, _why(learner, wish, action, others, known), _nearest(action, others, near)
        )
        for action, wish in sorted(learner.wishes.items())
        if action not in met
    )
    return Suggestions(ranked, unmatched)


def score(learner: Profile, helper: Profile, today: date, past: Past) -> Proposal | None:
    """One pair, with everything that its score is made of; ``None`` where nothing can be taught."""
    pair = (learner.agent, helper.agent)
    if pair in past.blocked:
        return None
    with localcontext(_PRECISION):
        terms = sorted(
            (
                _term(action, wish, helper.helps[action], today)
                for action, wish in learner.wishes.items()
                if action in helper.helps
                and _can_talk(wish, helper.helps[action])
                and _has_room(helper, action, past)
            ),
            key=lambda term: (-term.product, term.action),
        )
        best = [term for term in terms if term.product > 0][:_BEST]
        if not best:
            return None
        missed = Decimal(1)
        for term in best:
            missed *= 1 - Decimal("0.8") * term.product
        context = _context(learner, helper, best)
        recent = pair in past.recent
        value = (1 - missed) * (Decimal("0.5") + Decimal("0.5") * _mean(context))
        value *= _NOVELTY if recent else 1
        return Proposal(
            learner=learner.agent,
            helper=helper.agent,
            helper_did=helper.did,
            score=int((value * MICRO).to_integral_value()),
            terms=tuple(best),
            context=context,
            recent=recent,
        )


def _term(action: str, wish: Wish, help_: Help, today: date) -> ActionTerm:
    undocumented = (1 - _EVIDENCE) if help_.documented else Decimal(1)
    unassessed = (1 - _EVIDENCE) if help_.assessed else Decimal(1)
    evidence = 1 - undocumented * unassessed
    recency = _recency(help_.day, today)
    offer = help_.willingness * help_.maturity * evidence * recency
    return ActionTerm(
        action=action,
        need=wish.strength,
        willingness=help_.willingness,
        maturity=help_.maturity,
        evidence=evidence,
        recency=recency,
        product=wish.strength * offer,
        help=help_,
        need_source=wish.source,
    )


def _recency(day: date | None, today: date) -> Decimal:
    """Half after each four years; nothing is newer than today, and no date is no experience."""
    if day is None:
        return Decimal(0)
    age = Decimal(max(0, (today - day).days))
    return (age / _HALF_LIFE * Decimal("0.5").ln()).exp()


def _can_talk(wish: Wish, help_: Help) -> bool:
    return bool(wish.languages & help_.languages) or (wish.interpretation and help_.interpretation)


def _has_room(helper: Profile, action: str, past: Past) -> bool:
    return past.active.get(helper.agent, 0) < helper.helps[action].capacity


def _context(
    learner: Profile, helper: Profile, terms: Sequence[ActionTerm]
) -> tuple[ContextTerm, ...]:
    shared = bool(learner.languages & helper.languages) or any(
        learner.wishes[term.action].languages & term.help.languages for term in terms
    )
    spoken = bool(learner.languages and helper.languages)
    incomes = learner.country.income, helper.country.income
    levels = learner.level and helper.level
    return (
        ContextTerm("size", _size(learner.population, helper.population)),
        ContextTerm("language", Decimal(int(shared)) if spoken else None),
        ContextTerm("income", _income(*incomes)),
        ContextTerm("level", Decimal(int(learner.level == helper.level)) if levels else None),
    )


def _size(one: int | None, other: int | None) -> Decimal | None:
    """exp(-|log10 of the ratio| / 0.7)."""
    if not one or not other:
        return None
    distance = abs((Decimal(one) / Decimal(other)).log10())
    return (-distance / Decimal("0.7")).exp()


def _income(one: int | None, other: int | None) -> Decimal | None:
    if one is None or other is None:
        return None
    return 1 - Decimal(abs(one - other)) / 3


def _mean(context: Sequence[ContextTerm]) -> Decimal:
    """Weighted, over what is known; the middle where nothing is."""
    known = [(WEIGHTS[term.feature], term.closeness) for term in context]
    weight = sum((weight for weight, value in known if value is not None), Decimal(0))
    if not weight:
        return Decimal("0.5")
    return sum((w * value for w, value in known if value is not None), Decimal(0)) / weight


def _why(learner: Profile, wish: Wish, action: str, others: Sequence[Profile], past: Past) -> str:
    """The last gate at which the nearest helper failed."""
    offering = [one for one in others if action in one.helps]
    if not offering:
        return Reason.NO_OFFER
    gates = (
        (Reason.BLOCKED, lambda one: (learner.agent, one.agent) not in past.blocked),
        (
            Reason.NO_EXPERIENCE,
            lambda one: one.helps[action].maturity > 0 and one.helps[action].day,
        ),
        (
            Reason.NO_EVIDENCE,
            lambda one: one.helps[action].documented or one.helps[action].assessed,
        ),
        (Reason.NO_LANGUAGE, lambda one: _can_talk(wish, one.helps[action])),
        (Reason.FULL, lambda one: _has_room(one, action, past)),
    )
    for reason, passes in gates:
        offering = [one for one in offering if passes(one)]
        if not offering:
            return reason
    return Reason.NO_OFFER


def _nearest(action: str, others: Sequence[Profile], near: Sequence[str]) -> str | None:
    """The action next to this one, in the framework's order, on which somebody offers help."""
    offered = {one for helper in others for one in helper.helps}
    if action not in near:
        return None
    place = near.index(action)
    by_distance = sorted(
        (abs(at - place), at) for at, one in enumerate(near) if one in offered and one != action
    )
    return near[by_distance[0][1]] if by_distance else None


def _tie(salt: str, learner: str, helper: str) -> bytes:
    return hashlib.sha256(f"{salt}\n{learner}\n{helper}".encode()).digest()
