"""A log is vouched for by those who follow it, and shows every hour that it is alive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from node.config import WitnessSettings
from node.service.cosigning import collect_cosignatures
from node.service.home import Home
from node.service.identities import own_signer
from node.service.publish import publish
from node.service.replicate import contact_of, follow, sync_all
from node.service.witness import witnessed
from peers.checkpoint import cosigned_at, open_note, unverified
from peers.log import LogId
from tests.homes import Clock, Web, home_of, practice, profile

AURORA, HANSOL, LYON = "https://aurora.example", "https://hansol.example", "https://lyon.example"
LOG = LogId("aurora.example/log/public")


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def aurora(web: Web, clock: Clock) -> Home:
    home = await home_of(AURORA, web=web, clock=clock)
    await publish(home, profile())
    return home


@pytest.fixture
async def followers(web: Web, clock: Clock, aurora: Home) -> list[Home]:
    """Two nodes that follow aurora, and that aurora follows."""
    homes = [await home_of(url, web=web, clock=clock) for url in (HANSOL, LYON)]
    for home in homes:
        await publish(home, profile())
        await follow(home, AURORA)
        await follow(aurora, home.base_url)
    return homes


async def note_of(home: Home) -> bytes:
    note = await home.ledger.note(LOG)
    assert note is not None
    return note


async def times(home: Home, witnesses: list[Home]) -> list[int | None]:
    note = await note_of(home)
    return [cosigned_at(note, own_signer(one).verifier) for one in witnesses]


async def test_followers_vouch_for_the_checkpoint_that_is_served(
    aurora: Home, followers: list[Home]
) -> None:
    before = open_note(await note_of(aurora), own_signer(aurora).verifier)
    assert await collect_cosignatures(aurora) == 2
    assert None not in await times(aurora, followers)
    assert open_note(await note_of(aurora), own_signer(aurora).verifier) == before


async def test_after_each_growth_they_are_asked_again_from_what_they_hold(
    web: Web, aurora: Home, followers: list[Home]
) -> None:
    await collect_cosignatures(aurora)
    assert await collect_cosignatures(aurora) == 0
    await publish(aurora, practice())
    assert await collect_cosignatures(aurora) == 2
    for one in followers:
        held = await witnessed(one, LOG)
        assert held is not None
        assert unverified(held, LOG)[0].size == 3


async def test_a_witness_that_knows_more_than_we_thought_says_its_size(
    aurora: Home, followers: list[Home]
) -> None:
    for one in followers:
        await sync_all(one, [AURORA])
    await publish(aurora, practice())
    assert await collect_cosignatures(aurora) == 2


async def test_every_hour_the_log_shows_that_it_is_alive(
    clock: Clock, aurora: Home, followers: list[Home]
) -> None:
    await collect_cosignatures(aurora)
    [before] = await times(aurora, [aurora])
    clock.time += timedelta(hours=1)
    assert await collect_cosignatures(aurora) == 2
    [after] = await times(aurora, [aurora])
    assert before is not None
    assert after is not None
    assert after - before >= 3600
    size = len(await note_of(aurora))
    clock.time += timedelta(hours=1)
    await collect_cosignatures(aurora)
    assert len(await note_of(aurora)) == size


async def test_a_clock_that_was_set_back_does_not_set_back_the_log(
    clock: Clock, aurora: Home
) -> None:
    [before] = await times(aurora, [aurora])
    clock.time -= timedelta(days=30)
    await publish(aurora, practice())
    assert await times(aurora, [aurora]) == [before]


async def test_who_is_away_or_does_not_follow_us_is_done_without(
    web: Web, clock: Clock, aurora: Home, followers: list[Home]
) -> None:
    stranger = await home_of("https://boreal.example", web=web, clock=clock)
    await publish(stranger, profile())
    await follow(aurora, "https://boreal.example")
    web.down.add(HANSOL)
    assert await collect_cosignatures(aurora) == 1
    hansol, lyon, other = await times(aurora, [*followers, stranger])
    assert (hansol, other) == (None, None)
    assert lyon is not None


async def test_the_witnesses_of_a_policy_are_asked_and_nobody_else(
    aurora: Home, followers: list[Home]
) -> None:
    key = own_signer(followers[1]).verifier.witness_text
    policy = f"witness lyon {key} {LYON}/witness\nquorum lyon\n"
    config = aurora.config.model_copy(update={"witness": WitnessSettings(policy=policy)})
    assert await collect_cosignatures(replace(aurora, config=config)) == 1
    hansol, lyon = await times(aurora, followers)
    assert hansol is None
    assert lyon is not None


async def test_followers_keep_the_cosignatures(aurora: Home, followers: list[Home]) -> None:
    await collect_cosignatures(aurora)
    await sync_all(followers[0], [AURORA])
    assert await followers[0].ledger.note(LOG) == await note_of(aurora)
    assert (await contact_of(followers[0], AURORA)).error == ""
