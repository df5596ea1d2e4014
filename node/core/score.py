"""How well one city could learn from another, with everything that the number is made of.

- Learning gain: 1 - product over the three best actions of (1 - 0.8 * need * offer), where
  offer = willingness * maturity * evidence * recency.
- Context: the weighted mean over what is known of size, language, income group and level.
- Score: gain * (0.5 + 0.5 * context) * novelty.

The same records and the same day give the same score on every machine: arithmetic is in decimals
of fixed precision, whose exp, ln and log10 are rounded correctly by definition, and a score is a
whole number of millionths. It orders proposals; it is no mark of any city.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import lru_cache
from typing import Final

from node.core.past import Past
from node.core.profile import Help, Profile, Wish

__all__ = [
    "BEST",
    "HALF_LIFE",
    "INCOME_GROUPS",
    "MICRO",
    "NOVELTY",
    "STEEPNESS",
    "TAUGHT",
    "WEIGHTS",
    "ActionTerm",
    "ContextTerm",
    "Proposal",
    "can_talk",
    "fit",
    "has_room",
    "mutual",
    "offered",
    "score",
]

MICRO: Final = 1_000_000
"""Scores are whole millionths."""

WEIGHTS: Final = {
    "size": Decimal("0.35"),
    "language": Decimal("0.30"),
    "income": Decimal("0.20"),
    "level": Decimal("0.15"),
}
"""Of the context's features. Region has none: it is a wish, not a predictor."""

_PRECISION: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)
HALF_LIFE: Final = Decimal(1461)
"""Days in which experience loses half of its weight: four years."""
_EVIDENCE: Final = Decimal("0.5")
"""Of a document that can be checked, and of an assessment by somebody else, each."""
BEST: Final = 3
"""Actions that count for one pair."""
TAUGHT: Final = Decimal("0.8")
"""What is left to learn is never nothing, however well need and offer meet."""
NOVELTY: Final = Decimal("0.6")
_HALF: Final = Decimal("0.5")
STEEPNESS: Final = Decimal("0.7")
INCOME_GROUPS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTerm:
    """One action's part in a proposal: need, offer and what each is made of, in [0, 1].

    Attributes:
        offer: willingness * maturity * evidence * recency; product: need * offer.
        help: What stands behind the offer, with its sources.
        need_source: IRI of the Need.
    """

    action: str
    need: Decimal
    willingness: Decimal
    maturity: Decimal
    evidence: Decimal
    recency: Decimal
    offer: Decimal
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
        rank: From 1, among this learner's ``options`` proposals.
        terms: The actions that count, strongest first.
        also: Further actions on which the helper could help, beyond those that count.
        context: Every feature, known or not.
        recent: Whether the pair has worked together lately, which lowers the score.
        in_region: Whether both sides' wishes for a part of the world are met; ``None`` where
            neither has one. It has no weight.
        back: Actions on which the learner could help the helper in return.
    """

    learner: str
    helper: str
    helper_did: str
    score: int
    terms: tuple[ActionTerm, ...]
    context: tuple[ContextTerm, ...]
    also: tuple[ActionTerm, ...] = ()
    recent: bool = False
    in_region: bool | None = None
    back: tuple[str, ...] = ()
    rank: int = 0
    options: int = 0


def score(learner: Profile, helper: Profile, today: date, past: Past) -> Proposal | None:
    """One pair, with everything that its score is made of; ``None`` where nothing can be taught.

    Hard constraints: an offer for the need (both consent), nobody blocked, room left, a common
    language unless both accept interpretation.
    """
    pair = (learner.agent, helper.agent)
    shared = sorted(learner.wishes.keys() & helper.helps.keys())
    if not shared or pair in past.blocked:
        return None
    with localcontext(_PRECISION):
        could = [
            _term(action, learner.wishes[action], helper.helps[action], today)
            for action in shared
            if can_talk(learner.wishes[action], helper.helps[action])
            and has_room(helper, action, past)
        ]
        useful = sorted(
            (term for term in could if term.product > 0),
            key=lambda term: (-term.product, term.action),
        )
        if not useful:
            return None
        context = _context(learner, helper, could)
        recent = pair in past.recent
        value = _gain(useful[:BEST]) * (_HALF + _HALF * _mean(context))
        if recent:
            value *= NOVELTY
        return Proposal(
            learner=learner.agent,
            helper=helper.agent,
            helper_did=helper.did,
            score=int((value * MICRO).to_integral_value()),
            terms=tuple(useful[:BEST]),
            also=tuple(useful[BEST:]),
            context=context,
            recent=recent,
            in_region=_in_region(learner, helper, useful[:BEST]),
        )


def fit(learner: Profile, helper: Profile) -> Decimal:
    """The context alone, in [0, 1]: how alike two cities are, whatever they know or look for."""
    with localcontext(_PRECISION):
        return _mean(_context(learner, helper, ()))


def mutual(one: int, other: int) -> int:
    """The score of a reciprocal wish: the harmonic mean of both directions' scores.

    >>> mutual(400_000, 200_000), mutual(400_000, 0)
    (266667, 0)
    """
    if not one or not other:
        return 0
    with localcontext(_PRECISION):
        return int((Decimal(2 * one * other) / (one + other)).to_integral_value())


def can_talk(wish: Wish, help_: Help) -> bool:
    """Whether there is a common language, or both accept an interpreter.

    Where one does not say in which languages it works, that is not held against it.
    """
    if not wish.languages or not help_.languages:
        return True
    return bool(wish.languages & help_.languages) or (wish.interpretation and help_.interpretation)


def has_room(helper: Profile, action: str, past: Past) -> bool:
    """Whether the helper takes one more city this year."""
    return past.active.get(helper.agent, 0) < helper.helps[action].capacity


def offered(help_: Help, today: date) -> Decimal:
    """What an offer is worth today, in [0, 1]: it is the same for every learner."""
    with localcontext(_PRECISION):
        return help_.willingness * help_.maturity * _evidence(help_) * _recency(help_.day, today)


def _evidence(help_: Help) -> Decimal:
    undocumented = (1 - _EVIDENCE) if help_.documented else Decimal(1)
    unassessed = (1 - _EVIDENCE) if help_.assessed else Decimal(1)
    return 1 - undocumented * unassessed


def _term(action: str, wish: Wish, help_: Help, today: date) -> ActionTerm:
    evidence = _evidence(help_)
    recency = _recency(help_.day, today)
    offer = offered(help_, today)
    return ActionTerm(
        action=action,
        need=wish.strength,
        willingness=help_.willingness,
        maturity=help_.maturity,
        evidence=evidence,
        recency=recency,
        offer=offer,
        product=wish.strength * offer,
        help=help_,
        need_source=wish.source,
    )


def _gain(best: Sequence[ActionTerm]) -> Decimal:
    missed = Decimal(1)
    for term in best:
        missed *= 1 - TAUGHT * term.product
    return 1 - missed


@lru_cache(maxsize=65_536)
def _recency(day: date | None, today: date) -> Decimal:
    """Half after each four years; nothing is newer than today, and no date is no experience."""
    if day is None:
        return Decimal(0)
    with localcontext(_PRECISION):
        age = Decimal(max(0, (today - day).days))
        return (age / HALF_LIFE * _HALF.ln()).exp()


def _context(
    learner: Profile, helper: Profile, could: Iterable[ActionTerm]
) -> tuple[ContextTerm, ...]:
    pairs = [(learner.languages, helper.languages)]
    pairs += [(learner.wishes[term.action].languages, term.help.languages) for term in could]
    spoken = any(one and other for one, other in pairs)
    shared = any(one & other for one, other in pairs)
    levels = learner.level and helper.level
    return (
        ContextTerm("size", _size(learner.population, helper.population)),
        ContextTerm("language", Decimal(int(shared)) if spoken else None),
        ContextTerm("income", _income(learner.country.income, helper.country.income)),
        ContextTerm("level", Decimal(int(learner.level == helper.level)) if levels else None),
    )


def _size(one: int | None, other: int | None) -> Decimal | None:
    """exp(-|log10 of the ratio| / 0.7)."""
    if not one or not other:
        return None
    return (-abs(_magnitude(one) - _magnitude(other)) / STEEPNESS).exp()


@lru_cache(maxsize=65_536)
def _magnitude(people: int) -> Decimal:
    return _PRECISION.log10(Decimal(people))


def _income(one: int | None, other: int | None) -> Decimal | None:
    if one is None or other is None:
        return None
    return 1 - Decimal(abs(one - other)) / (INCOME_GROUPS - 1)


def _mean(context: Sequence[ContextTerm]) -> Decimal:
    """Weighted, over what is known; the middle where nothing is."""
    known = [
        (WEIGHTS[term.feature], term.closeness) for term in context if term.closeness is not None
    ]
    weight = sum((weight for weight, _ in known), Decimal(0))
    if not weight:
        return _HALF
    return sum((weight * value for weight, value in known), Decimal(0)) / weight


def _in_region(learner: Profile, helper: Profile, best: Sequence[ActionTerm]) -> bool | None:
    wishes = [
        (regions, country)
        for term in best
        for regions, country in (
            (learner.wishes[term.action].regions, helper.country),
            (term.help.regions, learner.country),
        )
        if regions
    ]
    if not wishes:
        return None
    return all(regions & country.regions for regions, country in wishes)
