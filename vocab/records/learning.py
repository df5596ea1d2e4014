"""How cities learn from one another: what one needs, what another offers, what came of it."""

from __future__ import annotations

from msgspec import field

from vocab.languages import LangMap
from vocab.records.base import Record

__all__ = ["Exchange", "Need", "Offer"]


class Need(Record, frozen=True, kw_only=True):
    """A city wants to learn about an action. No record is never a need.

    Attributes:
        action: The action.
        strength: Decimal above 0, up to 1: how much it matters.
        problem: What the city is struggling with.
        wanted_outcome: What should be different afterwards.
        already_tried: What it has tried, and what it brings to an exchange.
        languages: Tags of the languages that it can work in.
        by_when: Partial date.
        region_wish: Parts of the world that it would like: codes of UN M49, ``019``.
        interpretation_accepted: True where an interpreter will do.
    """

    action: str
    strength: str
    problem: LangMap = field(default_factory=dict)
    wanted_outcome: LangMap = field(default_factory=dict)
    already_tried: LangMap = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    by_when: str | None = None
    region_wish: tuple[str, ...] = ()
    interpretation_accepted: bool | None = None


class Offer(Record, frozen=True, kw_only=True):
    """A city is willing to help others with an action.

    Attributes:
        action: The action.
        kind: Concept of the kinds of offer: answer, call, visit, mentor.
        capacity: Cities a year that it can help.
        languages: Tags of the languages that it can work in.
        interpretation_accepted: True where an interpreter will do.
        practices: IRIs of the practices that it would show.
        region_wish: Parts of the world that it would like: codes of UN M49, ``019``.
        note: What a reader should know.
    """

    action: str
    kind: str
    capacity: int
    languages: tuple[str, ...] = ()
    interpretation_accepted: bool | None = None
    practices: tuple[str, ...] = ()
    region_wish: tuple[str, ...] = ()
    note: LangMap = field(default_factory=dict)


class Exchange(Record, frozen=True, kw_only=True):
    """A peer-learning exchange, told by one side; the other side publishes its own.

    Attributes:
        learner, helper: The two cities, ``{base}/#city``.
        learner_did, helper_did: Their identifiers.
        publisher_role: Concept of the roles: what the publisher was in it.
        counterpart: IRI of the other side's record of the same exchange.
        action: What was learnt about.
        state: Concept of the exchange states.
        started, ended: Partial dates.
        used_practice: IRIs of the practices that were shown.
        outcome: Concept of the exchange states: adopted or not adopted.
        note: The peer-learning note that both sides agreed on.
        note_digest: Multibase digest of that note, the same on both sides.
        learning_group: IRI that the exchanges of one group share.
    """

    learner: str
    helper: str
    publisher_role: str
    action: str
    state: str
    learner_did: str | None = None
    helper_did: str | None = None
    counterpart: str | None = None
    started: str | None = None
    ended: str | None = None
    used_practice: tuple[str, ...] = ()
    outcome: str | None = None
    note: LangMap = field(default_factory=dict)
    note_digest: str | None = None
    learning_group: str | None = None
