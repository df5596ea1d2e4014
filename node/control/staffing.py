"""Operations on accounts: who may work at the desk, by whoever runs the node."""

from __future__ import annotations

from collections.abc import Sequence

from node.core.accounts import LINK_LIFE, Person
from node.core.tokens import Token, day_of
from node.service import accounts, tokens
from node.service.accounts import OPERATOR
from node.service.home import Home
from peers.encoding import JsonObject

__all__ = [
    "add_token",
    "add_user",
    "change_user",
    "link_user",
    "list_tokens",
    "list_users",
    "remove_user",
    "revoke_token",
    "show_audit",
]


async def list_users(home: Home) -> JsonObject:
    """``users``: everybody with an account."""
    return {"users": [_told(one) for one in await accounts.people(home)]}


async def add_user(
    home: Home, *, name: str, contact: str, duties: Sequence[str], link: bool = False
) -> JsonObject:
    """The new account, with ``link`` where one is asked for: it is told this once."""
    person = await accounts.invite(home, OPERATOR, name, contact, duties)
    return {**_told(person), **(await _link(home, contact) if link else {})}


async def link_user(home: Home, *, contact: str) -> JsonObject:
    """``link``: a new one-use link for somebody."""
    return await _link(home, contact)


async def change_user(home: Home, *, contact: str, duties: Sequence[str]) -> JsonObject:
    """The account as it is now; its sessions have ended."""
    return _told(await accounts.change_duties(home, OPERATOR, contact, duties))


async def remove_user(home: Home, *, contact: str) -> JsonObject:
    """Whom the account belonged to; its sessions have ended."""
    await accounts.remove(home, OPERATOR, contact)
    return {"contact": contact}


async def add_token(
    home: Home, *, contact: str, purpose: str, scopes: Sequence[str], days: int
) -> JsonObject:
    """The new token with its ``secret``, which is told this once."""
    secret, token = await tokens.issue(home, OPERATOR, contact, purpose, scopes, days=days)
    person = await accounts.by_id(home, token.person)
    assert person is not None, "its token was made a moment ago"
    return {**_token_told(token, person), "secret": secret}


async def list_tokens(home: Home) -> JsonObject:
    """``tokens``: every token that is good now, with whose it is."""
    return {"tokens": [_token_told(*one) for one in await tokens.tokens(home)]}


async def revoke_token(home: Home, *, key: str) -> JsonObject:
    """``id``: the token that has ended."""
    await tokens.revoke(home, OPERATOR, key)
    return {"id": key}


async def show_audit(home: Home) -> JsonObject:
    """``entries``: who did what, oldest first; people by the ids of their accounts."""
    return {
        "entries": [
            {"when": one.when, "who": one.who, "what": one.what, "on": one.on}
            for one in await accounts.audit(home)
        ]
    }


async def _link(home: Home, contact: str) -> JsonObject:
    secret = await accounts.sign_in_link(home, OPERATOR, contact)
    return {"link": f"{home.base_url}/sign-in?link={secret}", "hours": LINK_LIFE // 3600}


def _told(person: Person) -> JsonObject:
    return {
        "id": person.id,
        "name": person.name,
        "contact": person.contact,
        "duties": [str(one) for one in person.duties],
    }


def _token_told(token: Token, person: Person) -> JsonObject:
    return {
        "id": token.id,
        "name": person.name,
        "contact": person.contact,
        "purpose": token.purpose,
        "scopes": [str(scope) for scope in token.scopes],
        "expires": day_of(token.expires),
        "seen": day_of(token.seen) if token.seen else "",
    }
