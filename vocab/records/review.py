"""What a city tells the mechanisms of the United Nations, and what they ask of it."""

from __future__ import annotations

from msgspec import field

from vocab.languages import LangMap
from vocab.records.base import Evidence, Record

__all__ = ["Recommendation", "Submission"]


class Submission(Record, frozen=True, kw_only=True):
    """What a city sent to an international mechanism, and what came back.

    Attributes:
        title: Its name.
        kind: Concept of the kinds of submission: report, voluntary local review or statement.
        mechanism: Mechanisms of the framework that it went to.
        cycle: The round of review, as the mechanism counts it, such as ``4th cycle``.
        channel: Concept of the channels: direct, or through the national mechanism.
        date: Partial date on which it was sent.
        summary: Up to 600 characters a language.
        answer: What the mechanism said to it, in words.
        recommendations: Addresses of the recommendations that came of it.
        evidence: The document itself, and others.
    """

    title: LangMap
    kind: str
    mechanism: tuple[str, ...]
    cycle: str | None = None
    channel: str | None = None
    date: str | None = None
    summary: LangMap = field(default_factory=dict)
    answer: LangMap = field(default_factory=dict)
    recommendations: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    license: str | None = None
    evidence: tuple[Evidence, ...] = ()


class Recommendation(Record, frozen=True, kw_only=True):
    """A recommendation of a United Nations mechanism that a city follows, and how far it is.

    Attributes:
        title: What is recommended, in short.
        kind: The mechanism that made it: a concept of the framework.
        symbol: The document's symbol, such as ``A/HRC/46/10``.
        paragraph: Where in it, such as ``45(c)``.
        source: Address of the document.
        state: Concept of the action states: how far the city is.
        date: Partial date of the recommendation.
        reviewed: Day on which the city last looked at the state.
        action: Actions of the framework that carry it out.
        rights_holders: Groups whose rights it is about.
        text: Its words.
        reason: Why it was stopped or does not apply; required for these two states.
        note: What a reader should know.
        evidence: Documents that show the state.
    """

    title: LangMap
    kind: str
    symbol: str
    source: str
    state: str
    paragraph: str | None = None
    date: str | None = None
    reviewed: str | None = None
    action: tuple[str, ...] = ()
    rights_holders: tuple[str, ...] = ()
    text: LangMap = field(default_factory=dict)
    reason: LangMap = field(default_factory=dict)
    note: LangMap = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
