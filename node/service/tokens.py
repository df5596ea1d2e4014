"""Tokens of programs: made once, kept as a digest, listed, revoked, and asked at every request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, Final

from node.core.accounts import TOUCH, Person, digest_of, new_secret
from node.core.tokens import DAYS, Scope, Token, scopes_of, stands, token_fault
from node.core.ulid import ulid
from node.errors import NodeError, NotFound
from node.service.accounts import by_contact, by_id, note_deed
from node.service.home import Home
from peers.encoding import jcs, parse_json

__all__ = ["PREFIX", "holder_of", "issue", "revoke", "tokens"]

PREFIX: Final = "intercity_"
"""What every secret begins with: scanners of published code can tell that it is one."""

_TOKEN: Final = "api-token"  # noqa: S105 - the family of the desk's pages


async def issue(
    home: Home, by: str, contact: str, purpose: str, scopes: Iterable[str], *, days: int = DAYS
) -> tuple[str, Token]:
    """A new token of somebody: its secret, shown once and never kept, and what is kept of it.

    Args:
        by: Id of who makes it, or ``operator``.
        contact: Whose it is: their contact or id.

    Raises:
        NotFound: Nobody has this contact or id.
        NodeError: A scope is unknown or beyond what they may do, or days or purpose do not fit.
    """
    person, purpose = await by_contact(home, contact), purpose.strip()
    try:
        wanted = scopes_of(scopes)
    except ValueError as fault:
        raise NodeError(str(fault)) from None
    if fault_ := token_fault(person, purpose, wanted, days):
        raise NodeError(fault_)
    now, secret = _now(home), PREFIX + new_secret(home.entropy)
    token = Token(
        id=ulid(now * 1000, home.entropy),
        person=person.id,
        turn=person.turn,
        purpose=purpose,
        scopes=wanted,
        made=now,
        expires=now + days * 86_400,
    )
    await note_deed(home, by, "token", token.id)
    await _sweep(home)
    await home.desk.put_page(_TOKEN, digest_of(secret), _page(token))
    return secret, token


async def tokens(home: Home) -> list[tuple[Token, Person]]:
    """Every token that still stands with whose it is, oldest first."""
    found = []
    for _, token in await _kept(home):
        person = await by_id(home, token.person)
        if person is not None and stands(token, person, _now(home)):
            found.append((token, person))
    return sorted(found, key=lambda one: one[0].id)


async def revoke(home: Home, by: str, key: str) -> None:
    """End a token at once.

    Args:
        key: Its id.

    Raises:
        NotFound: There is none of that id.
    """
    digest = next((name for name, token in await _kept(home) if token.id == key), None)
    if digest is None:
        raise NotFound(f"{key}: expected the id of a token, found none")
    await note_deed(home, by, "token-revoked", key)
    await home.desk.drop_page(_TOKEN, digest)


async def holder_of(home: Home, secret: str) -> tuple[Token, Person] | None:
    """The token of a secret and whose it is, where it stands; asked at every request."""
    key, now = digest_of(secret), _now(home)
    data = await home.desk.page(_TOKEN, key)
    if data is None:
        return None
    token = _read(data)
    person = await by_id(home, token.person)
    if person is None or not stands(token, person, now):
        return None
    if now - token.seen >= TOUCH:
        # Where it was revoked or used at the same moment, that stands.
        await home.desk.swap_page(_TOKEN, key, data, _page(replace(token, seen=now)))
    return token, person


async def _sweep(home: Home) -> None:
    """Forget tokens that are no longer good."""
    over: dict[tuple[str, str], bytes | None] = {}
    for key, token in await _kept(home):
        if not stands(token, await by_id(home, token.person), _now(home)):
            over[_TOKEN, key] = None
    await home.desk.put_pages(over)


async def _kept(home: Home) -> list[tuple[str, Token]]:
    return [(key, _read(data)) for key, data in (await home.desk.pages(_TOKEN)).items()]


def _page(token: Token) -> bytes:
    return jcs({**asdict(token), "scopes": [str(scope) for scope in token.scopes]})


def _read(data: bytes) -> Token:
    found: Any = parse_json(data)
    return Token(**{**found, "scopes": tuple(Scope(name) for name in found["scopes"])})


def _now(home: Home) -> int:
    return int(home.now().timestamp())
