"""The life of an exchange between two cities: a table of verbs, folded over what both have said.

Each side keeps every word, its own and the other's. A word carries a step, one more than any that
its sender knew (a Lamport clock), and the state is what the words say when they are read in the
order of steps, then times, then ids. So it does not matter in which order they arrive, nor how
often, nor whose clock is right: both sides come to the same state once both have the same words. A
word that does not fit the state at its place is passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from peers.encoding import JsonObject, jcs, multibase
from vocab.languages import LangMap

__all__ = ["LABELS", "Role", "State", "Word", "advance", "fold", "may_say", "note_digest", "verbs"]

Role: TypeAlias = Literal["learner", "helper"]

_BOTH: Final = ("learner", "helper")


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
"""The whole life. ``met`` becomes ``closed`` when both propose the same outcome and note."""

LABELS: Final = {
    "asked": "asked",
    "accepted": "accepted",
    "declined": "declined",
    "withdrawn": "taken back",
    "scheduled": "a meeting is fixed",
    "met": "met",
    "paused": "paused",
    "ended": "ended",
    "closed": "concluded",
}


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
class State:
    """Where an exchange stands.

    Attributes:
        name: A state of the table, ``closed``, or empty before it was asked for.
        since: Time of the word that led here.
        asked: When it began.
        proposed: Role → (verb, digest of the note) that it would conclude with.
        outcome: ``adopt`` or ``not-adopt`` once closed.
        note: The note as proposed last; as agreed, once closed.
    """

    name: str = ""
    since: str = ""
    asked: str = ""
    proposed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    outcome: str = ""
    note: LangMap = field(default_factory=dict)


def fold(words: Iterable[Word]) -> State:
    """The state that a set of words leads to, whatever their order and however often they came."""
    state = State()
    for word in sorted({word.id: word for word in words}.values(), key=_order):
        state = advance(state, word)
    return state


def advance(state: State, word: Word) -> State:
    """The state after one more word; the same state where the word does not fit."""
    if not may_say(state, word.role, word.verb):
        return state
    _, name = TABLE[state.name, word.verb]
    after = replace(state, name=name, since=word.at, asked=state.asked or word.at)
    if word.verb in {"adopt", "not-adopt"}:
        return _conclude(after, word)
    return after


def may_say(state: State, role: Role, verb: str) -> bool:
    """Whether a side may say a verb now."""
    who, _ = TABLE.get((state.name, verb), ((), ""))
    return role in who


def verbs(state: State, role: Role) -> tuple[str, ...]:
    """What a side may say now, in the table's order."""
    return tuple(
        verb for (name, verb), (who, _) in TABLE.items() if name == state.name and role in who
    )


def note_digest(exchange: str, outcome: str, note: LangMap) -> str:
    """What both sides have to agree on: a SHA-256 multihash over exchange, outcome and note."""
    agreed: JsonObject = {"exchange": exchange, "outcome": outcome, "note": dict(note)}
    return multibase(b"\x12\x20" + hashlib.sha256(jcs(agreed)).digest())


def _conclude(state: State, word: Word) -> State:
    digest, note = word.content.get("noteDigest"), word.content.get("note")
    if not isinstance(digest, str) or not isinstance(note, dict):
        return state
    proposed = {**state.proposed, word.role: (word.verb, digest)}
    after = replace(state, proposed=proposed, note=note)
    if len(proposed) == 2 and len(set(proposed.values())) == 1:
        return replace(after, name="closed", outcome=word.verb)
    return after


def _order(word: Word) -> tuple[int, str, str]:
    """What was known comes before what was said of it; the rest is the same on both sides."""
    return word.step, word.at, word.id
