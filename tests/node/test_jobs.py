"""What happens by itself: peers are asked in their turn, and one that fails harms nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.jobs import scheduled, turn_of
from node.service.contacts import contact_of, follow, hint, pause_after, unfollow
from node.service.home import Home
from node.service.publish import publish
from node.store.ports import Broken
from tests.homes import Web, home_of, practice, profile

AURORA, HANSOL, LYON = "https://aurora.example", "https://hansol.example", "https://lyon.example"
EVERY = timedelta(minutes=15)


async def until(holds: Callable[[], Awaitable[object]], seconds: float = 10) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - a store tells nobody when it changes
            await asyncio.sleep(0.05)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
async def aurora(web: Web) -> Home:
    home = await home_of(AURORA, web=web)
    await publish(home, profile())
    return home


@pytest.fixture
async def hansol(web: Web) -> AsyncIterator[Home]:
    home = await home_of(HANSOL, web=web)
    async with scheduled(home):
        yield home


async def test_a_new_peer_is_asked_at_once_and_indexed(aurora: Home, hansol: Home) -> None:
    await follow(hansol, AURORA)
    await until(lambda: hansol.text.get(aurora.profile_iri))


async def test_a_hint_brings_news_before_the_turn(aurora: Home, hansol: Home) -> None:
    await follow(hansol, AURORA)
    await until(lambda: hansol.text.get(aurora.profile_iri))
    receipt = await publish(aurora, practice())
    await hint(hansol, aurora.document.did.text)
    await until(lambda: hansol.text.get(receipt.iri))


async def test_what_is_published_is_indexed(hansol: Home) -> None:
    receipt = await publish(hansol, practice())
    await until(lambda: hansol.text.get(receipt.iri))


async def test_a_peer_that_is_left_is_asked_no_more(web: Web, aurora: Home, hansol: Home) -> None:
    await follow(hansol, AURORA)
    await until(lambda: hansol.text.get(aurora.profile_iri))
    await unfollow(hansol, AURORA)
    await asyncio.sleep(2.5)
    web.asked.clear()
    await asyncio.sleep(2.5)
    assert web.asked == []


async def test_a_silent_peer_delays_nobody(web: Web, aurora: Home, hansol: Home) -> None:
    await home_of(LYON, web=web)
    await follow(hansol, LYON)
    web.down.add(LYON)
    await follow(hansol, AURORA)
    await until(lambda: hansol.text.get(aurora.profile_iri))

    async def failed() -> bool:
        return (await contact_of(hansol, LYON)).failures == 1

    await until(failed)


async def test_a_broken_disk_ends_the_node(web: Web) -> None:
    home = await home_of(HANSOL, web=web)

    async def broken(*args: object, **named: object) -> None:
        raise Broken("a test says so")

    home.ledger.changes = broken  # type: ignore[method-assign, assignment]
    async with scheduled(home):
        await asyncio.wait_for(home.broken.wait(), 10)


@given(st.sets(st.integers(0, 10**9), min_size=50, max_size=200))
def test_turns_are_spread_over_the_whole_time(numbers: set[int]) -> None:
    turns = sorted(turn_of(f"did:web:city-{n}.example", EVERY) for n in numbers)
    assert all(timedelta(0) <= turn < EVERY for turn in turns)
    gaps = [later - sooner for sooner, later in pairwise(turns)]
    assert max(gaps) < EVERY / 4


@given(st.integers(0, 100), st.integers(1, 10**6))
def test_a_failing_peer_is_left_alone_longer_but_not_for_ever(failures: int, seconds: int) -> None:
    every = timedelta(seconds=seconds)
    assert every <= pause_after(failures, every) <= max(every, timedelta(hours=1))
    assert pause_after(failures, every) <= pause_after(failures + 1, every)
