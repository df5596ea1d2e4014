"""Who works at this node's desk: people, one-use links, sessions; decided without clock or chance.

Times are seconds since 1970, UTC. A person's ``turn`` rises with every change of what they may do:
links and sessions name the turn that they were made in and end with it, so that nobody has to find
and delete them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

__all__ = [
    "ABSOLUTE",
    "IDLE",
    "LATE",
    "LINK_LIFE",
    "TOUCH",
    "Duty",
    "Link",
    "Person",
    "Session",
    "digest_of",
    "duties_of",
    "link_fault",
    "lives",
    "new_secret",
    "only_late",
    "removed",
    "with_duties",
]

LINK_LIFE: Final = 72 * 3600
"""Seconds in which a sign-in link can be used: over a weekend."""

IDLE: Final = 2 * 3600
"""Seconds without a request after which a session ends."""

ABSOLUTE: Final = 12 * 3600
"""Seconds after sign-in after which a session ends, used or not: a long working day."""

LATE: Final = 24 * 3600
"""Seconds after ``ABSOLUTE`` in which a draft that was being written can still be saved."""

TOUCH: Final = 300
"""Seconds between two notes that a session is in use: not a durable write at every request."""


class Duty(StrEnum):
    """What somebody may do at the desk."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    PUBLISHER = "publisher"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account; of one who was removed only the id is left.

    Attributes:
        id: ULID; what drafts and the audit log name.
        name: As shown to colleagues.
        contact: E-mail address or handle; compared without regard to case.
        duties: What they may do; empty for one who was removed.
        turn: Rises with every change.
    """

    id: str
    name: str
    contact: str
    duties: tuple[Duty, ...]
    turn: int = 0

    @property
    def gone(self) -> bool:
        """Whether they were removed."""
        return not self.duties


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-use link, kept under the digest of its secret."""

    person: str
    turn: int
    expires: int
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in, kept under the digest of the cookie's secret."""

    person: str
    turn: int
    started: int
    seen: int


def duties_of(names: Iterable[str]) -> tuple[Duty, ...]:
    """Duties by name, each once, in the table's order.

    >>> duties_of(["publisher", "author", "author"])
    (<Duty.AUTHOR: 'author'>, <Duty.PUBLISHER: 'publisher'>)

    Raises:
        ValueError: There is none, or one that we do not know.
    """
    asked = set(names)
    unknown = sorted(asked - {str(duty) for duty in Duty})
    if unknown or not asked:
        found = ", ".join(unknown) or "none"
        raise ValueError(f"expected one or more of {', '.join(Duty)}; found {found}")
    return tuple(duty for duty in Duty if duty in asked)


def new_secret(entropy: Callable[[int], bytes]) -> str:
    """A new secret of 256 random bits, fit for an address and a cookie."""
    return base64.urlsafe_b64encode(entropy(32)).rstrip(b"=").decode()


def digest_of(secret: str) -> str:
    """What is kept of a secret: its SHA-256 in hexadecimal digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def with_duties(person: Person, duties: tuple[Duty, ...]) -> Person:
    """The person with other duties; sessions and links made before are void."""
    return replace(person, duties=duties, turn=person.turn + 1)


def removed(person: Person) -> Person:
    """What is kept of a person who was removed: no name, no contact."""
    return Person(id=person.id, name="", contact="", duties=(), turn=person.turn + 1)


def link_fault(link: Link | None, person: Person | None, now: int) -> str:
    """Why a link cannot be used, in words; empty where it can."""
    if link is None:
        return "this link is not known here"
    if link.used:
        return "this link was used already"
    if now >= link.expires:
        return "this link has expired"
    if person is None or person.gone or person.turn != link.turn:
        return "this link was withdrawn, since what its person may do has changed"
    return ""


def lives(session: Session, person: Person | None, now: int) -> bool:
    """Whether a session still stands: not too old, not idle, its person as at sign-in.

    A clock that went backwards by more than ``TOUCH`` ends it: its age is unknown then.
    """
    return (
        person is not None
        and not person.gone
        and person.turn == session.turn
        and -TOUCH <= now - session.started < ABSOLUTE
        and -TOUCH <= now - session.seen < IDLE
    )


def only_late(session: Session, person: Person | None, now: int) -> bool:
    """Whether a session has ended by its age alone, and not long ago.

    Whoever was writing then can still save what they wrote: nothing else, and nothing is shown.
    """
    return (
        person is not None
        and not person.gone
        and person.turn == session.turn
        and session.started <= session.seen <= now < session.started + ABSOLUTE + LATE
        and not lives(session, person, now)
    )
