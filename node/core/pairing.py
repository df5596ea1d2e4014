"""Who can learn from whom, with reasons. Choices, not measurements: say so wherever it is shown.

What a pair scores is ``node.core.score``'s to say; here proposals are put in order, for a city that
wants to learn and for one that could teach, and every need that nobody meets is told why. The same
records and the same day give the same answer on every machine: ties fall by a hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from node.core.past import Past
from node.core.profile import Profile, Wish
from node.core.score import (
    MICRO,
    ActionTerm,
    ContextTerm,
    Proposal,
    can_talk,
    has_room,
    mutual,
    score,
)

__all__ = [
    "MICRO",
    "ActionTerm",
    "Change",
    "ContextTerm",
    "Past",
    "Proposal",
    "Reason",
    "Suggestions",
    "Unmatched",
    "changes",
    "mutual",
    "score",
    "suggest",
    "suggest_learners",
    "unmet",
]


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
    """A need without a proposal.

    Attributes:
        reason: The last condition that somebody failed, of ``Reason``.
        nearest: The nearest action on which somebody could help, if there is one.
        cities: Who came that far: IRIs of the cities that fail this condition alone or first.
    """

    action: str
    reason: str
    nearest: str | None
    cities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Everything that can be said to one learner."""

    proposals: tuple[Proposal, ...]
    unmatched: tuple[Unmatched, ...]


class Change:
    """What would raise a score; see ``changes``."""

    DOCUMENT: Final = "document"
    ASSESSMENT: Final = "assessment"
    REVIEW: Final = "review"
    LANGUAGE: Final = "language"
    ASK_AGAIN: Final = "ask-again"


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
    scored = [score(learner, helper, today, known) for helper in others]
    ranked = _ranked(scored, salt)
    by_agent = {helper.agent: helper for helper in others}
    told = tuple(
        replace(one, back=_actions(score(by_agent[one.helper], learner, today, known)))
        for one in ranked
    )
    met = {action for one in told for action in _actions(one)}
    return Suggestions(told, unmet(learner, others, met, past=known, near=near))


def unmet(
    learner: Profile,
    others: Sequence[Profile],
    met: Collection[str],
    *,
    past: Past,
    near: Sequence[str] = (),
) -> tuple[Unmatched, ...]:
    """Why nobody helps a learner with the needs that are not ``met``, by action IRI."""
    return tuple(
        _why(learner, action, others, past, near)
        for action in sorted(learner.wishes)
        if action not in met
    )


def suggest_learners(
    helper: Profile,
    learners: Sequence[Profile],
    today: date,
    *,
    past: Past | None = None,
    salt: str = "",
) -> tuple[Proposal, ...]:
    """Rank the cities that a helper could teach; ``rank`` counts among these."""
    known = past or Past()
    return _ranked(
        [
            score(learner, helper, today, known)
            for learner in learners
            if learner.agent != helper.agent
        ],
        salt,
    )


def changes(
    learner: Profile, helper: Profile, today: date, *, past: Past | None = None
) -> tuple[tuple[str, str, int], ...]:
    """What would raise a pair's score, each by itself: (a ``Change``, action IRI or empty, score).

    Every score is computed anew with that one thing changed; the greatest gain comes first. Empty
    where the pair has no proposal.
    """
    known = past or Past()
    now = score(learner, helper, today, known)
    if now is None:
        return ()
    tried: list[tuple[str, str, Proposal | None]] = []
    for action in _actions(now):
        help_ = helper.helps[action]
        for kind, better in (
            (Change.DOCUMENT, replace(help_, documented=True)),
            (Change.ASSESSMENT, replace(help_, assessed=True)),
            (Change.REVIEW, replace(help_, day=today)),
        ):
            changed = replace(helper, helps={**helper.helps, action: better})
            tried.append((kind, action, score(learner, changed, today, known)))
    speaking = replace(helper, languages=helper.languages | learner.languages)
    tried.append((Change.LANGUAGE, "", score(learner, speaking, today, known)))
    asked = replace(known, recent=known.recent - {(learner.agent, helper.agent)})
    tried.append((Change.ASK_AGAIN, "", score(learner, helper, today, asked)))
    gains = [(kind, action, one.score) for kind, action, one in tried if one]
    return tuple(
        sorted(
            (one for one in gains if one[2] > now.score),
            key=lambda one: (-one[2], one[0], one[1]),
        )
    )


def _ranked(scored: Iterable[Proposal | None], salt: str) -> tuple[Proposal, ...]:
    found = [one for one in scored if one is not None]
    found.sort(key=lambda one: (-one.score, _tie(salt, one.learner, one.helper)))
    return tuple(replace(one, rank=rank, options=len(found)) for rank, one in enumerate(found, 1))


def _actions(proposal: Proposal | None) -> tuple[str, ...]:
    if proposal is None:
        return ()
    return tuple(term.action for term in (*proposal.terms, *proposal.also))


_Gate = tuple[str, Callable[[Profile], object]]


def _gates(learner: Profile, wish: Wish, action: str, past: Past) -> tuple[_Gate, ...]:
    """What a helper has to fulfil, in the order in which it is easier and easier to mend."""
    return (
        (Reason.BLOCKED, lambda one: (learner.agent, one.agent) not in past.blocked),
        (Reason.NO_EXPERIENCE, lambda one: one.helps[action].maturity and one.helps[action].day),
        (
            Reason.NO_EVIDENCE,
            lambda one: one.helps[action].documented or one.helps[action].assessed,
        ),
        (Reason.NO_LANGUAGE, lambda one: can_talk(wish, one.helps[action])),
        (Reason.FULL, lambda one: has_room(one, action, past)),
    )


def _why(
    learner: Profile, action: str, others: Sequence[Profile], past: Past, near: Sequence[str]
) -> Unmatched:
    """The last gate that somebody reached, and who did."""
    wish = learner.wishes[action]
    nearest = _nearest(learner, action, others, past, near)
    reached = [one for one in others if action in one.helps]
    reason = Reason.NO_OFFER
    for gate, passes in _gates(learner, wish, action, past):
        if not reached:
            break
        passed = [one for one in reached if passes(one)]
        if not passed:
            reason = gate
            break
        reached = passed
    return Unmatched(action, reason, nearest, tuple(sorted(one.agent for one in reached)))


def _nearest(
    learner: Profile, action: str, others: Sequence[Profile], past: Past, near: Sequence[str]
) -> str | None:
    """The action next to this one, in the framework's order, on which somebody could help."""
    if action not in near:
        return None
    place, wish = near.index(action), learner.wishes[action]
    by_distance = sorted((abs(at - place), at) for at, one in enumerate(near) if one != action)
    for _, at in by_distance:
        other = near[at]
        gates = _gates(learner, wish, other, past)
        if any(other in one.helps and all(passes(one) for _, passes in gates) for one in others):
            return other
    return None


def _tie(salt: str, learner: str, helper: str) -> bytes:
    return hashlib.sha256(f"{salt}\n{learner}\n{helper}".encode()).digest()
