"""The life of an exchange between two cities: a table of verbs, folded over what both have said.

Each side keeps every word, its own and the other's. A word carries a step, one more than any that
its sender knew (a Lamport clock), and the state is what the words say when they are read in the
order of steps, then times, then ids. So it does not matter in which order they arrive, nor how
often, nor whose clock is right: both sides come to the same state once both have the same words. A
word that does not fit the state at its place is passed over.

One thing does not hang on the order. An exchange is ``closed`` when each side has said how it ends
in the same words, and nothing that is said beside it or learned of later undoes that: what two
cities have agreed on is published, and neither may take the other's word back. So nothing is ever
told in a city's name that it has not said itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from peers.encoding import JsonObject, jcs, multibase
from vocab.languages import LangMap

__all__ = [
    "OUTCOMES",
    "TABLE",
    "Conclusion",
    "Role",
    "State",
    "Word",
    "advance",
    "fold",
    "is_live",
    "is_stalled",
    "may_say",
    "note_digest",
    "verbs",
]

Role: TypeAlias = Literal["learner", "helper"]

_BOTH: Final = ("learner", "helper")
OUTCOMES: Final = ("adopt", "not-adopt")
"""Verbs that propose how the exchange ends; the same word of both closes it."""


TABLE: Final[Mapping[tuple[str, str], tuple[tuple[str, ...], str]]] = {
    # (state, verb) → who may say it, and the state after
    ("", "ask"): (("learner",), "asked"),
    ("asked", "accept"): (("helper",), "accepted"),
    ("asked", "decline"): (("helper",), "declined"),
    ("asked", "withdraw"): (("learner",), "withdrawn"),
    ("accepted", "withdraw"): (("learner",), "withdrawn"),
    ("accepted", "schedule"): (_BOTH, "scheduled"),
    ("scheduled", "schedule"): (_BOTH, "scheduled"),
    ("accepted", "meet"): (_BOTH, "met"),
    ("scheduled", "meet"): (_BOTH, "met"),
    ("met", "meet"): (_BOTH, "met"),
    ("met", "adopt"): (_BOTH, "met"),
    ("met", "not-adopt"): (_BOTH, "met"),
    ("accepted", "pause"): (_BOTH, "paused"),
    ("scheduled", "pause"): (_BOTH, "paused"),
    ("met", "pause"): (_BOTH, "paused"),
    ("paused", "schedule"): (_BOTH, "scheduled"),
    ("paused", "meet"): (_BOTH, "met"),
    ("accepted", "end"): (_BOTH, "ended"),
    ("scheduled", "end"): (_BOTH, "ended"),
    ("met", "end"): (_BOTH, "ended"),
    ("paused", "end"): (_BOTH, "ended"),
}
"""The whole life, but for ``closed``: that is reached when both propose the same conclusion."""

_LIVE: Final = frozenset({"asked", "accepted", "scheduled", "met", "paused"})
_QUIET: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one side said.

    Attributes:
        id: The message's own.
        role: Who said it, as shown by the signature.
        verb: One of the table's.
        at: Its own time, ``YYYY-MM-DDTHH:MM:SSZ``.
        step: One more than the largest that its sender knew, from 1.
        content: What came with it.
    """

    id: str
    role: Role
    verb: str
    at: str
    step: int
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """How one side would have the exchange told.

    Attributes:
        outcome: One of ``OUTCOMES``.
        note: What was learned, for everyone, a text in each language.
    """

    role: Role
    outcome: str
    note: LangMap

    def agrees_with(self, other: Conclusion) -> bool:
        """Whether the other side has said the very same."""
        same = (self.outcome, self.note) == (other.outcome, other.note)
        return same and self.role != other.role


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where an exchange stands.

    Attributes:
        name: A state of the table, ``closed``, or empty before it was asked for.
        since: Time of the word that led here.
        asked: When it began; accepted: when the other side agreed to it, where that is known.
        proposed: Every conclusion that was proposed, in order; each stands until it is answered.
        agreed: The conclusion of both, once closed.
    """

    name: str = ""
    since: str = ""
    asked: str = ""
    accepted: str = ""
    proposed: tuple[Conclusion, ...] = ()
    agreed: Conclusion | None = None

    def last_of(self, role: Role) -> Conclusion | None:
        """What one side has proposed last."""
        return next((one for one in reversed(self.proposed) if one.role == role), None)


def fold(words: Iterable[Word]) -> State:
    """The state that a set of words leads to, whatever their order and however often they came."""
    state, heard = State(), set[tuple[str, str]]()
    for word in sorted(words, key=_order):
        if (word.role, word.id) not in heard:
            heard.add((word.role, word.id))
            state = advance(state, word)
    return state


def advance(state: State, word: Word) -> State:
    """The state after one more word; the same state where the word does not fit."""
    if state.name == "closed":
        return state
    if word.verb in OUTCOMES:
        return _close(_propose(state, word), word)
    if not may_say(state, word.role, word.verb):
        return state
    _, name = TABLE[state.name, word.verb]
    after = replace(state, name=name, since=word.at, asked=state.asked or word.at)
    if word.verb == "accept":
        return replace(after, accepted=word.at)
    return _close(after, word)


def may_say(state: State, role: Role, verb: str) -> bool:
    """Whether a side may say a verb now."""
    who, _ = TABLE.get((state.name, verb), ((), ""))
    return role in who


def verbs(state: State, role: Role) -> tuple[str, ...]:
    """What a side may say now, in the table's order."""
    return tuple(
        verb for (name, verb), (who, _) in TABLE.items() if name == state.name and role in who
    )


def is_live(state: str) -> bool:
    """Whether an exchange in this state is under way: it takes up the helper's room."""
    return state in _LIVE


def is_stalled(state: str, heard: str, now: datetime) -> bool:
    """Whether nothing was heard for 90 days. That is shown and reminded of, never decided.

    Args:
        heard: When the last word came, ``YYYY-MM-DDTHH:MM:SSZ``.
    """
    return is_live(state) and now - datetime.fromisoformat(heard) > _QUIET


def note_digest(exchange: str, outcome: str, note: LangMap) -> str:
    """What both sides' records name: a SHA-256 multihash over exchange, outcome and note."""
    agreed: JsonObject = {"exchange": exchange, "outcome": outcome, "note": dict(note)}
    return multibase(b"\x12\x20" + hashlib.sha256(jcs(agreed)).digest())


def _propose(state: State, word: Word) -> State:
    match word.content.get("note"):
        case dict() as note if note and all(isinstance(text, str) for text in note.values()):
            said = Conclusion(role=word.role, outcome=word.verb, note=note)
            return replace(state, proposed=(*state.proposed, said))
        case _:
            return state


def _close(state: State, word: Word) -> State:
    """Closed, where both have said the same of what was asked; the first that both said counts.

    That the request was accepted and the two have met is not asked again: each side had to know so
    before it could say how the exchange ends, and a word that is dated back cannot change it.
    """
    if not state.asked:
        return state
    for place, one in enumerate(state.proposed):
        if any(one.agrees_with(earlier) for earlier in state.proposed[:place]):
            return replace(state, name="closed", since=word.at, agreed=one)
    return state


def _order(word: Word) -> tuple[int, str, str, str, str, bytes]:
    """What was known comes before what was said of it; the rest is the same on both sides."""
    return word.step, word.at, word.role, word.id, word.verb, jcs(dict(word.content))
