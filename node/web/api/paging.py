"""Cursors: where a list goes on, in a text that only this node reads.

A cursor names the place of the last item that was given, not a number of items to pass over: what
is published or withdrawn meanwhile moves nobody's place. It belongs to the question that it was
given for; with another one it is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from node.web.api.parameters import BadParameter, Parameter, Value

__all__ = ["CURSOR", "LIMIT", "cursor_of", "foreign", "number_of", "place_of"]

_LONGEST: Final = 8000
"""Characters; a cursor names items that share the last one's place."""

CURSOR: Final = Parameter(
    name="cursor",
    about="Where to go on: the `next` of the answer before, with the same other parameters.",
    pattern="[A-Za-z0-9_-]+",
    words="the cursor of an answer's next",
    longest=_LONGEST,
)
LIMIT: Final = Parameter(
    name="limit",
    about="Items in one answer, at most. There may be fewer: the list ends where `next` is "
    "missing, and nowhere else.",
    least=1,
    most=100,
    default=20,
)
_ASIDE: Final = frozenset({"cursor", "limit"})


def cursor_of(asked: Mapping[str, Value], place: Any) -> str:
    """The cursor of a place, for the question that was asked.

    Args:
        place: Any JSON value.
    """
    content = json.dumps([_question(asked), place], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def place_of(asked: Mapping[str, Value]) -> Any:
    """The place that was asked for; ``None`` for a list's beginning.

    Raises:
        BadParameter: It is no cursor of ours, or one for another question.
    """
    text = str(asked.get("cursor", ""))
    if not text:
        return None
    try:
        question, place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, RecursionError):
        raise foreign() from None
    if question != _question(asked):
        raise BadParameter(
            "cursor: expected the parameters of the answer that it came from, found other ones"
        )
    return place


def number_of(asked: Mapping[str, Value], most: int) -> int:
    """The place that was asked for, where places are numbers; 0 for a list's beginning.

    Raises:
        BadParameter: As ``place_of``, or it is no number from 0 to ``most``.
    """
    place = place_of(asked)
    if place is None:
        return 0
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place <= most:
        raise foreign()
    return place


def foreign() -> BadParameter:
    """What refuses a text that is no cursor of ours."""
    return BadParameter(f"cursor: expected {CURSOR.words}, found another text")


def _question(asked: Mapping[str, Value]) -> str:
    kept = sorted((name, value) for name, value in asked.items() if name not in _ASIDE)
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:16]
