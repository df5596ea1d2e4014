"""Tokens of programs: whose they are, how far they reach, and what ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node.core.accounts import digest_of
from node.core.tokens import DAYS, Scope, may
from node.errors import NodeError, NotFound
from node.service import accounts
from node.service.accounts import OPERATOR
from node.service.home import Home
from node.service.tokens import PREFIX, holder_of, issue, revoke, tokens
from tests.homes import Clock, home_of

ANA = "ana@hansol.example"


async def staffed(clock: Clock | None = None, *duties: str) -> Home:
    home = await home_of("https://hansol.example", clock=clock)
    await accounts.invite(home, OPERATOR, "Ana", ANA, duties or ["author"])
    return home


async def made(home: Home, *scopes: str, days: int = DAYS) -> str:
    secret, _ = await issue(home, OPERATOR, ANA, "Nightly import", scopes or ["drafts"], days=days)
    return secret


async def test_a_token_is_its_persons() -> None:
    home = await staffed()
    secret = await made(home)
    assert secret.startswith(PREFIX)
    held = await holder_of(home, secret)
    assert held is not None
    token, person = held
    assert person.contact == ANA
    assert may(token, person, Scope.DRAFTS)
    assert not may(token, person, Scope.PUBLISH)
    assert await holder_of(home, secret[:-1]) is None


async def test_nothing_that_is_kept_says_the_secret() -> None:
    home = await staffed()
    secret = await made(home)
    kept = [
        part
        for family in ("api-token", "audit", "account")
        for key, data in (await home.desk.pages(family)).items()
        for part in (key, data.decode())
    ]
    assert digest_of(secret) in kept
    assert not [part for part in kept if secret.removeprefix(PREFIX) in part]


@pytest.mark.parametrize(
    ("scopes", "days", "purpose", "words"),
    [
        (["publish"], 9, "Import", "found publish"),
        (["drafts", "all"], 9, "Import", "found all"),
        ([], 9, "Import", "found none"),
        (["drafts"], 0, "Import", "expected 1 to 366 days, found 0"),
        (["drafts"], 367, "Import", "expected 1 to 366 days, found 367"),
        (["drafts"], 9, "  ", "found 0"),
        (["drafts"], 9, "x" * 81, "found 81"),
    ],
)
async def test_a_token_beyond_its_bounds_is_not_made(
    scopes: list[str], days: int, purpose: str, words: str
) -> None:
    home = await staffed()
    with pytest.raises(NodeError, match=words):
        await issue(home, OPERATOR, ANA, purpose, scopes, days=days)
    assert await tokens(home) == []


async def test_a_token_ends_on_its_day() -> None:
    clock = Clock()
    home = await staffed(clock)
    secret = await made(home, days=2)
    clock.time += timedelta(days=2, seconds=-60)
    assert await holder_of(home, secret) is not None
    clock.time += timedelta(seconds=60)
    assert await holder_of(home, secret) is None
    assert await tokens(home) == []


async def test_a_token_ends_when_what_its_person_may_do_changes() -> None:
    home = await staffed()
    secret = await made(home)
    await accounts.change_duties(home, OPERATOR, ANA, ["author", "publisher"])
    assert await holder_of(home, secret) is None
    secret = await made(home, "publish")
    await accounts.remove(home, OPERATOR, ANA)
    assert await holder_of(home, secret) is None
    assert await tokens(home) == []


async def test_a_token_that_is_revoked_ends_at_once_and_both_are_in_the_audit_log() -> None:
    home = await staffed()
    secret = await made(home)
    ((token, person),) = await tokens(home)
    assert person.contact == ANA
    await revoke(home, person.id, token.id)
    assert await holder_of(home, secret) is None
    with pytest.raises(NotFound):
        await revoke(home, OPERATOR, token.id)
    deeds = [(one.who, one.what, one.on) for one in await accounts.audit(home)]
    assert (OPERATOR, "token", token.id) in deeds
    assert (person.id, "token-revoked", token.id) in deeds


async def test_a_list_says_when_a_token_was_last_used() -> None:
    clock = Clock()
    home = await staffed(clock)
    secret = await made(home)
    assert [token.seen for token, _ in await tokens(home)] == [0]
    await holder_of(home, secret)
    assert [token.seen for token, _ in await tokens(home)] != [0]
