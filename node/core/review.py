"""How a draft comes to be published: who wrote it, who has looked at it, and what they said.

An approval is of a text: whoever changes the text afterwards takes it away. Nobody approves what
they have written themselves. Decided here without clock and without stores; times are RFC 3339.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from node.errors import Refused
from peers.encoding import jcs

__all__ = [
    "MOST_COMMENTS",
    "Comment",
    "Review",
    "Stage",
    "approved",
    "commented",
    "due",
    "fault",
    "returned",
    "scheduled",
    "submitted",
    "text_digest",
    "unscheduled",
    "written",
]

MOST_COMMENTS: Final = 200
"""Comments that one draft keeps; a longer talk belongs elsewhere."""
_LONGEST: Final = 2000
"""Characters of a comment or reason."""
_BESIDE: Final = frozenset({"@context", "version", "publisher", "proof"})


class Stage(StrEnum):
    """Where a draft is on its way."""

    WRITING = "writing"
    WAITING = "waiting"
    RETURNED = "returned"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody said of a field of a draft; of the whole where ``field`` is empty."""

    field: str
    text: str
    who: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that is known of a draft beside its text. People are named by their ids.

    Attributes:
        writers: Who has written in it, in order.
        stage: Where it is.
        digest: Of the text that was submitted or approved; empty while it is written.
        by: Who submitted, returned or approved it last; ``at``: when.
        reason: Why it was returned.
        shown_to: Who it was handed over to be published for; empty for whoever may see such a
            record at most.
        audience: Who it is to be published for by itself.
        publish_at: When it is to be published by itself; empty where it is not.
        scheduled_by: Who said so.
        problem: Why that failed.
    """

    writers: tuple[str, ...] = ()
    stage: Stage = Stage.WRITING
    digest: str = ""
    by: str = ""
    at: str = ""
    reason: str = ""
    shown_to: str = ""
    comments: tuple[Comment, ...] = ()
    audience: str = ""
    publish_at: str = ""
    scheduled_by: str = ""
    problem: str = ""


def text_digest(document: Mapping[str, Any]) -> str:
    """What an approval binds to: the text, whoever will sign it, in whatever version."""
    said = {key: value for key, value in document.items() if key not in _BESIDE}
    return hashlib.sha256(jcs(said)).hexdigest()


def written(review: Review, who: str, digest: str) -> Review:
    """The review after somebody saved the draft; saving the same text changes nothing of it."""
    if review.digest == digest:
        return review
    writers = review.writers if who in review.writers else (*review.writers, who)
    kept = replace(review, writers=writers)
    stage = Stage.RETURNED if review.stage is Stage.RETURNED else Stage.WRITING
    return replace(unscheduled(kept), stage=stage, digest="")


def submitted(review: Review, who: str, digest: str, at: str, shown_to: str = "") -> Review:
    """Handed to somebody who reviews, to be published for this audience."""
    return replace(
        review,
        stage=Stage.WAITING,
        digest=digest,
        by=who,
        at=at,
        reason="",
        shown_to=shown_to,
    )


def commented(review: Review, comment: Comment) -> Review:
    """With one more comment.

    Raises:
        Refused: It is empty or too long, or there are too many.
    """
    _check_text("a comment", comment.text)
    if len(review.comments) >= MOST_COMMENTS:
        raise Refused(f"expected at most {MOST_COMMENTS} comments on a draft, found one more")
    return replace(review, comments=(*review.comments, comment))


def returned(review: Review, who: str, reason: str, at: str) -> Review:
    """Given back to whoever wrote it.

    Raises:
        Refused: It does not wait, or no reason is given.
    """
    _check_waiting(review)
    _check_text("a reason", reason)
    return replace(
        unscheduled(review), stage=Stage.RETURNED, digest="", by=who, at=at, reason=reason.strip()
    )


def approved(review: Review, who: str, digest: str, at: str) -> Review:
    """Found fit to be published, as it is.

    Raises:
        Refused: It does not wait, it has changed since it was looked at, or they wrote it.
    """
    _check_waiting(review)
    if who in review.writers:
        raise Refused(
            "expected somebody else to approve it: you have written in this text yourself"
        )
    if digest != review.digest:
        raise Refused("expected the text as you looked at it, found it changed: look at it again")
    return replace(review, stage=Stage.APPROVED, by=who, at=at, reason="")


def fault(review: Review, digest: str, *, two_people: bool, audience: str = "") -> str:
    """Why a draft may not be published yet, in words; empty where it may.

    Args:
        audience: Who it is to be published for, where that is known: the approval is for an
            audience, or a narrower one.
        two_people: Whether somebody else than its writers must have approved the text.
    """
    if not two_people:
        return ""
    if review.stage is not Stage.APPROVED:
        return "expected the approval of somebody who has not written it, found none"
    if review.digest != digest:
        return "expected the text that was approved, found it changed"
    if review.shown_to == "members" and audience == "public":
        return "expected the audience that it was approved for, members; found public"
    return ""


def scheduled(review: Review, who: str, digest: str, audience: str, publish_at: str) -> Review:
    """To be published at a time, as it is now."""
    return replace(
        review,
        digest=digest,
        audience=audience,
        publish_at=publish_at,
        scheduled_by=who,
        problem="",
    )


def unscheduled(review: Review, problem: str = "") -> Review:
    """Not to be published by itself; ``problem`` says why, where it failed."""
    return replace(review, publish_at="", scheduled_by="", problem=problem)


def due(review: Review, now: str) -> bool:
    """Whether its time has come (``YYYY-MM-DDTHH:MM:SSZ`` both, which compare as text)."""
    return bool(review.publish_at) and review.publish_at <= now


def _check_waiting(review: Review) -> None:
    if review.stage is not Stage.WAITING:
        raise Refused(f"expected a draft that waits for review, found one that is {review.stage}")


def _check_text(what: str, text: str) -> None:
    if not text.strip():
        raise Refused(f"expected {what}, found nothing: write what has to change")
    if len(text) > _LONGEST:
        raise Refused(f"expected {what} of up to {_LONGEST} characters, found {len(text)}")
