"""Tokens: what a program of somebody's may do at the desk, and until when. Pure.

A token is a person's: it can never do more than they may, it ends when what they may do changes,
and what it does is theirs in the audit log. Times are seconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from node.core.accounts import Duty, Person

__all__ = [
    "DAYS",
    "MOST_DAYS",
    "Scope",
    "Token",
    "day_of",
    "may",
    "reach_of",
    "scopes_of",
    "stands",
    "token_fault",
]

DAYS: Final = 90
"""Days that a token is good for where nobody says otherwise."""

MOST_DAYS: Final = 366

_LONGEST: Final = 80
"""Characters of what a token is for."""


class Scope(StrEnum):
    """What a token lets a program do."""

    DRAFTS = "drafts"
    REVIEW = "review"
    PUBLISH = "publish"


_DUTIES: Final[Mapping[Scope, frozenset[Duty]]] = {
    Scope.DRAFTS: frozenset({Duty.AUTHOR, Duty.PUBLISHER, Duty.ADMIN}),
    Scope.REVIEW: frozenset({Duty.REVIEWER, Duty.ADMIN}),
    Scope.PUBLISH: frozenset({Duty.PUBLISHER, Duty.ADMIN}),
}
"""Scope → the duties that it takes, any of them: the same as on the desk's pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, kept under the digest of its secret.

    Attributes:
        id: ULID; what lists and the audit log name.
        purpose: What it is for, in its person's words.
        turn: The person's, when it was made; with another one it is void.
        seen: When it was last used, to a few minutes; 0 before.
    """

    id: str
    person: str
    turn: int
    purpose: str
    scopes: tuple[Scope, ...]
    made: int
    expires: int
    seen: int = 0


def scopes_of(names: Iterable[str]) -> tuple[Scope, ...]:
    """Scopes by name, each once, in the table's order.

    Raises:
        ValueError: There is none, or one that we do not know.
    """
    asked = set(names)
    unknown = sorted(asked - {str(scope) for scope in Scope})
    if unknown or not asked:
        found = ", ".join(unknown) or "none"
        raise ValueError(f"expected one or more of {', '.join(Scope)}; found {found}")
    return tuple(scope for scope in Scope if scope in asked)


def reach_of(person: Person) -> tuple[Scope, ...]:
    """The scopes that a token of somebody can have."""
    return tuple(scope for scope in Scope if _DUTIES[scope] & set(person.duties))


def token_fault(person: Person, purpose: str, scopes: Iterable[Scope], days: int) -> str:
    """Why a token cannot be made, in words; empty where it can."""
    if not 0 < len(purpose) <= _LONGEST:
        return f"expected what it is for, in 1 to {_LONGEST} characters; found {len(purpose)}"
    if not 1 <= days <= MOST_DAYS:
        return f"expected 1 to {MOST_DAYS} days, found {days}"
    beyond = [scope for scope in scopes if scope not in reach_of(person)]
    if beyond:
        return (
            f"expected what its person may do ({', '.join(reach_of(person)) or 'nothing'}), "
            f"found {', '.join(beyond)}"
        )
    return ""


def stands(token: Token, person: Person | None, now: int) -> bool:
    """Whether a token is still good: not expired, its person as when it was made."""
    return (
        person is not None and not person.gone and person.turn == token.turn and now < token.expires
    )


def may(token: Token, person: Person, scope: Scope) -> bool:
    """Whether a token that stands lets its program do this."""
    return scope in token.scopes and scope in reach_of(person)


def day_of(seconds: int) -> str:
    """The day of a time, UTC, for people."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
