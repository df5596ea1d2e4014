"""Accounts: who gets in, once, for how long, and what ends it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from node.core.accounts import ABSOLUTE, IDLE, LINK_LIFE, digest_of
from node.errors import NodeError, NotFound, Refused
from node.service import accounts
from node.service.accounts import OPERATOR
from node.service.home import Home
from node.store.sqlite import open_sqlite
from tests.homes import Clock, home_of

ANA = "ana@hansol.example"


async def staffed(clock: Clock | None = None) -> Home:
    home = await home_of("https://hansol.example", clock=clock)
    await accounts.invite(home, OPERATOR, "Ana", ANA, ["author"])
    return home


async def entered(home: Home) -> str:
    return await accounts.spend_link(home, await accounts.sign_in_link(home, OPERATOR, ANA))


async def test_a_link_opens_one_session() -> None:
    home = await staffed()
    link = await accounts.sign_in_link(home, OPERATOR, ANA)
    session = await accounts.spend_link(home, link)
    person = await accounts.signed_in(home, session)
    assert person is not None
    assert person.contact == ANA
    assert session != link
    with pytest.raises(Refused, match="used already"):
        await accounts.spend_link(home, link)


async def test_of_two_who_spend_a_link_at_once_one_gets_in() -> None:
    home = await staffed()
    link = await accounts.sign_in_link(home, OPERATOR, ANA)
    done = await asyncio.gather(
        *(accounts.spend_link(home, link) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, str) for one in done) == 1


async def test_a_link_expires() -> None:
    clock = Clock()
    home = await staffed(clock)
    link = await accounts.sign_in_link(home, OPERATOR, ANA)
    clock.time += timedelta(seconds=LINK_LIFE)
    with pytest.raises(Refused, match="expired"):
        await accounts.spend_link(home, link)


async def test_an_invented_link_or_session_is_not_honoured() -> None:
    home = await staffed()
    with pytest.raises(Refused, match="not known"):
        await accounts.spend_link(home, "made-up")
    assert await accounts.signed_in(home, "made-up") is None


async def test_whoever_is_removed_is_out_at_the_next_request() -> None:
    home = await staffed()
    session, link = await entered(home), await accounts.sign_in_link(home, OPERATOR, ANA)
    await accounts.remove(home, OPERATOR, ANA)
    assert await accounts.signed_in(home, session) is None
    with pytest.raises(Refused, match="withdrawn"):
        await accounts.spend_link(home, link)
    with pytest.raises(NotFound):
        await accounts.sign_in_link(home, OPERATOR, ANA)
    kept = await home.desk.pages("account")
    assert not any(b"ana" in page.lower() for page in kept.values())


async def test_another_role_ends_the_session() -> None:
    home = await staffed()
    session = await entered(home)
    await accounts.change_duties(home, OPERATOR, ANA, ["author", "publisher"])
    assert await accounts.signed_in(home, session) is None
    person = await accounts.signed_in(home, await entered(home))
    assert person is not None
    assert person.duties == ("author", "publisher")


async def test_a_session_ends_idle_and_at_the_end_of_the_day() -> None:
    clock = Clock()
    home = await staffed(clock)
    idle = await entered(home)
    clock.time += timedelta(seconds=IDLE)
    assert await accounts.signed_in(home, idle) is None
    busy = await entered(home)
    for _ in range(ABSOLUTE // (IDLE // 2) - 1):
        clock.time += timedelta(seconds=IDLE // 2)
        assert await accounts.signed_in(home, busy) is not None
    clock.time += timedelta(seconds=IDLE // 2)
    assert await accounts.signed_in(home, busy) is None


async def test_signing_out_ends_the_session() -> None:
    home = await staffed()
    session = await entered(home)
    await accounts.end_session(home, session)
    assert await accounts.signed_in(home, session) is None


async def test_secrets_are_kept_as_digests_and_the_audit_log_names_nobody() -> None:
    home = await staffed()
    link = await accounts.sign_in_link(home, OPERATOR, ANA)
    session = await accounts.spend_link(home, link)
    for family in ("account", "sign-in-link", "session", "audit"):
        kept = await home.desk.pages(family)
        assert kept
        everything = repr(kept)
        assert link not in everything
        assert session not in everything
        assert family == "account" or "hansol" not in everything
    assert digest_of(session) in await home.desk.pages("session")
    assert sorted(one.what for one in await accounts.audit(home)) == ["invite", "link", "sign-in"]


@pytest.mark.parametrize("duties", [[], ["mayor"]])
async def test_a_role_must_be_one_that_we_know(duties: list[str]) -> None:
    home = await staffed()
    with pytest.raises(NodeError, match="expected one or more of author"):
        await accounts.change_duties(home, OPERATOR, ANA, duties)


async def test_a_contact_belongs_to_one_person() -> None:
    home = await staffed()
    with pytest.raises(Refused, match="nobody has yet"):
        await accounts.invite(home, OPERATOR, "Another", ANA.upper(), ["author"])


async def test_a_session_and_a_spent_link_outlive_the_process(tmp_path: Path) -> None:
    made = await home_of("https://hansol.example")
    async with open_sqlite(tmp_path / "node.db") as (_, desk):
        home = replace(made, desk=desk)
        await accounts.invite(home, OPERATOR, "Ana", ANA, ["author"])
        link = await accounts.sign_in_link(home, OPERATOR, ANA)
        session = await accounts.spend_link(home, link)
    async with open_sqlite(tmp_path / "node.db") as (_, desk):
        home = replace(made, desk=desk)
        assert await accounts.signed_in(home, session) is not None
        with pytest.raises(Refused, match="used already"):
            await accounts.spend_link(home, link)
        await accounts.remove(home, OPERATOR, ANA)
        assert await accounts.signed_in(home, session) is None
