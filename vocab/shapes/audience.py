"""How far a record may go at most, by what it is about.

Protecting human rights defenders, the framework's action T11, can put people in danger. That a
programme exists may be known; how it relocates, obtains visas or pays for livelihoods may not.
The limit is a ceiling: a city may always keep a record to fewer readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from vocab.terms import FW

__all__ = ["AudienceLimit", "Widest", "audience_limit"]


class Widest(StrEnum):
    """Who may read a record at most. Internal records never enter a log."""

    PUBLIC = "public"
    MEMBERS = "members"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class AudienceLimit:
    """The widest audience that a record may have.

    Attributes:
        widest: Who may read it at most.
        reason: Why, in a sentence; empty where anyone may read it.
    """

    widest: Widest
    reason: str = ""


_DEFENDERS: Final = f"{FW}action/protection-of-human-rights-defenders"
_ELEMENTS: Final = frozenset(
    f"{FW}action-element/{slug}"
    for slug in (
        "temporary-relocation",
        "humanitarian-visas",
        "livelihood-assistance",
        "psychosocial-support",
        "other-protection-services",
    )
)
_HIDDEN: Final = _ELEMENTS - {
    f"{FW}action-element/psychosocial-support",
    f"{FW}action-element/other-protection-services",
}
_LEARNING: Final = frozenset({"Need", "Offer", "Exchange"})
_TELLING: Final = frozenset({"note", "reason", "district", "place", "evidence"})


def audience_limit(document: Mapping[str, Any]) -> AudienceLimit:
    """How far this record may go at most; ``public`` for nearly all. Does not check shapes."""
    kind = str(document.get("type"))  # Whatever stands there: a list has no hash.
    measures = [part for part in _many(document.get("measures")) if isinstance(part, dict)]
    elements = {part for part in _many(document.get("element")) if isinstance(part, str)}
    actions = [
        *_many(document.get("action")),
        *(a for m in measures for a in _many(m.get("action"))),
    ]
    if elements & _HIDDEN:
        return AudienceLimit(
            Widest.INTERNAL,
            "It tells how defenders are relocated, obtain visas or are supported: "
            "that could put people in danger, and is kept inside the city.",
        )
    if kind == "Assessment" or not (_DEFENDERS in actions or elements & _ELEMENTS):
        # An assessment quotes a source that is public already.
        return AudienceLimit(Widest.PUBLIC)
    if kind in _LEARNING:
        return AudienceLimit(
            Widest.MEMBERS,
            "What cities need and offer for the protection of human rights defenders "
            "is for the members of their networks.",
        )
    if kind == "ActionStatus" and not _TELLING & document.keys():
        return AudienceLimit(Widest.PUBLIC)
    return AudienceLimit(
        Widest.MEMBERS,
        "That a programme for human rights defenders exists may be public; "
        "more about it is for the members of the city's networks.",
    )


def _many(value: object) -> list[Any]:
    """A list as it is, one value as a list, nothing as none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
