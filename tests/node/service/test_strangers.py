"""Whoever writes to us cannot make us dial often, far or long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from node.core.identity import identity_of
from node.service.strangers import Strangers
from peers.did import Did, DidDocument
from peers.errors import Malformed, PeerError, Unreachable
from tests.simulator import key_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIRA = Did("lira.example")
KEYID = "did:web:lira.example#http-1"


class Asker:
    """Dials for a test, and remembers whom."""

    def __init__(self, error: PeerError | None = None) -> None:
        self.error = error
        self.dialled: list[str] = []

    async def __call__(self, did: Did) -> DidDocument:
        self.dialled.append(did.text)
        if self.error is not None:
            raise self.error
        return identity_of(did.origin, key_of("a").public, key_of("b").public, key_of("c").public)


async def asked(
    strangers: Strangers,
    ask: Callable[[Did], Awaitable[DidDocument]],
    after: timedelta = timedelta(),
    *,
    did: Did = LIRA,
    keyid: str = KEYID,
) -> DidDocument:
    return await strangers.document(did, keyid, NOW + after, ask)


async def test_a_node_that_answered_is_not_asked_again_for_a_while() -> None:
    strangers, ask = Strangers(), Asker()
    first = await asked(strangers, ask)
    assert await asked(strangers, ask, timedelta(minutes=4)) is first
    assert len(ask.dialled) == 1
    await asked(strangers, ask, timedelta(minutes=5))
    assert len(ask.dialled) == 2


@pytest.mark.parametrize("error", [Unreachable("x", "down"), Malformed("x", "no document")])
async def test_a_node_that_did_not_answer_is_left_alone_for_a_minute(error: PeerError) -> None:
    strangers, ask = Strangers(), Asker(error)
    with pytest.raises(type(error)):
        await asked(strangers, ask)
    for seconds in range(59):
        with pytest.raises(Unreachable, match="not asked again so soon"):
            await asked(strangers, ask, timedelta(seconds=seconds))
    assert len(ask.dialled) == 1
    ask.error = None
    await asked(strangers, ask, timedelta(minutes=1))


async def test_a_key_that_is_not_there_is_looked_for_once_a_minute() -> None:
    strangers, ask = Strangers(), Asker()
    for seconds in range(120):
        for number in range(5):
            await asked(strangers, ask, timedelta(seconds=seconds), keyid=f"{KEYID}{number}0")
    assert len(ask.dialled) == 2


async def test_only_so_many_nodes_are_asked_in_a_minute() -> None:
    strangers, ask = Strangers(a_minute=10), Asker()
    refused = 0
    for number in range(30):
        try:
            await asked(strangers, ask, did=Did(f"n{number}.example"))
        except Unreachable:
            refused += 1
    assert (len(ask.dialled), refused) == (10, 20)
    await asked(strangers, ask, timedelta(minutes=1), did=Did("later.example"))


async def test_only_so_many_are_asked_at_once_and_nobody_waits() -> None:
    strangers, gate = Strangers(at_once=2), asyncio.Event()

    async def slow(did: Did) -> DidDocument:
        await gate.wait()
        return await Asker()(did)

    async with asyncio.TaskGroup() as tasks:
        for number in range(2):
            tasks.create_task(asked(strangers, slow, did=Did(f"n{number}.example")))
        await asyncio.sleep(0)
        with pytest.raises(Unreachable, match="too many"):
            await asked(strangers, slow, did=Did("third.example"))
        with pytest.raises(Unreachable, match="being asked just now"):
            await asked(strangers, slow, did=Did("n0.example"))
        gate.set()
    await asked(strangers, slow, did=Did("third.example"))


async def test_what_is_remembered_is_bounded() -> None:
    strangers, ask = Strangers(most=50, a_minute=10_000), Asker()
    for number in range(200):
        await asked(strangers, ask, did=Did(f"n{number}.example"))
    assert len(strangers._asked) == 50
