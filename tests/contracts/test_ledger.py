"""What every ledger must do. A new backend passes these, or is not a ledger."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.core.admission import Verdict
from node.store.memory import MemoryLedger
from node.store.ports import Audience, Conflict, Ledger, Position
from peers.log import Batch, Body, EntryKind, extend
from peers.merkle import Frontier, leaf_hash, root_of
from tests.contracts.conftest import OpenStore
from tests.simulator import Town

GOOD = Verdict(admitted=True)
BAD = Verdict(admitted=False, reason="expected a title, found none")
NOW = "2026-01-02T00:00:00Z"


def step(town: Town, start: int, stop: int) -> tuple[Batch, list[Body | None]]:
    """What a follower takes of a town's log between two sizes."""
    base = Frontier().extend(town.leaves[:start])
    return extend(base, town.leaves[start:stop], town.signer), town.bodies[start:stop]


async def commit(ledger: Ledger, town: Town, start: int = 0, stop: int | None = None) -> None:
    batch, bodies = step(town, start, len(town.leaves) if stop is None else stop)
    await ledger.commit(batch, bodies, [GOOD] * len(bodies), recorded=NOW)


@pytest.fixture
def lyon() -> Town:
    town = Town("lyon.example/log/public")
    town.publish_many(5)
    return town


async def test_an_unknown_log_is_empty(open_store: OpenStore, lyon: Town) -> None:
    async with open_store() as (ledger, _):
        assert await ledger.head(lyon.log) == Frontier()
        assert await ledger.note(lyon.log) is None
        assert await ledger.entries(lyon.log, 0, 10) == []
        assert await ledger.logs() == []
        assert await ledger.latest("https://lyon.example/practice/0") is None


async def test_a_committed_batch_is_read_back(open_store: OpenStore, lyon: Town) -> None:
    async with open_store() as (ledger, _):
        batch, bodies = step(lyon, 0, 5)
        await ledger.commit(batch, bodies, [GOOD] * 5, recorded=NOW)
        assert await ledger.head(lyon.log) == batch.head
        assert await ledger.note(lyon.log) == batch.note
        assert await ledger.leaves(lyon.log, 1, 9) == lyon.leaves[1:]
        held = await ledger.entries(lyon.log, 3, 5)
        assert [one.entry for one in held] == lyon.entries[3:]
        assert [one.body for one in held] == lyon.bodies[3:]
        assert {one.verdict for one in held} == {GOOD}
        assert await ledger.body(lyon.entries[0].digest) == lyon.bodies[0]


async def test_what_was_committed_is_there_after_closing(open_store: OpenStore, lyon: Town) -> None:
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        uuid = await ledger.uuid()
    async with open_store() as (ledger, _):
        assert await ledger.uuid() == uuid
        assert await ledger.leaves(lyon.log, 0, 9) == lyon.leaves


async def test_a_second_writer_conflicts_and_writes_nothing(
    open_store: OpenStore, lyon: Town
) -> None:
    async with open_store() as (ledger, _):
        await commit(ledger, lyon, 0, 3)
        with pytest.raises(Conflict):
            await commit(ledger, lyon, 0, 5)
        with pytest.raises(Conflict):
            await commit(ledger, lyon, 4, 5)
        assert await ledger.leaves(lyon.log, 0, 9) == lyon.leaves[:3]
        assert await ledger.body(lyon.entries[4].digest) is None
        assert (await ledger.end(Audience.PUBLIC)).sequence == 3


async def test_a_batch_without_entries_replaces_the_note(open_store: OpenStore, lyon: Town) -> None:
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        fresh = Batch(
            lyon.log, await ledger.head(lyon.log), (), await ledger.head(lyon.log), b"new"
        )
        await ledger.commit(fresh, [], [], recorded=NOW)
        assert await ledger.note(lyon.log) == b"new"


async def test_logs_do_not_touch_each_other(open_store: OpenStore, lyon: Town) -> None:
    utrecht = Town("utrecht.example/log/public")
    utrecht.publish_many(2)
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        await commit(ledger, utrecht)
        assert await ledger.leaves(utrecht.log, 0, 9) == utrecht.leaves
        assert await ledger.logs() == [lyon.log, utrecht.log]


async def test_changes_come_in_one_order_for_each_audience(
    open_store: OpenStore, lyon: Town
) -> None:
    members = Town("lyon.example/log/members")
    members.publish_many(1)
    async with open_store() as (ledger, _):
        await commit(ledger, lyon, 0, 2)
        await commit(ledger, members)
        await commit(ledger, lyon, 2, 5)
        start = Position(await ledger.uuid())
        first = await ledger.changes(Audience.PUBLIC, start, 2)
        rest = await ledger.changes(Audience.PUBLIC, Position(start.ledger, 2), 100)
        assert [change.sequence for change in first + rest] == [1, 2, 3, 4, 5]
        assert [change.held.index for change in first + rest] == [0, 1, 2, 3, 4]
        assert len(await ledger.changes(Audience.MEMBERS, start, 100)) == 1


@pytest.mark.parametrize("position", [Position("another ledger", 3), Position("", 0)])
async def test_a_position_of_another_ledger_starts_again(
    open_store: OpenStore, lyon: Town, position: Position
) -> None:
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        assert len(await ledger.changes(Audience.PUBLIC, position, 100)) == 5
        ahead = Position(await ledger.uuid(), 99)
        assert len(await ledger.changes(Audience.PUBLIC, ahead, 100)) == 5


async def test_an_erased_record_is_gone_and_its_entry_stays(
    open_store: OpenStore, lyon: Town
) -> None:
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        digest = lyon.entries[2].digest
        await ledger.erase(digest)
        await ledger.erase(digest)
        assert await ledger.body(digest) is None
        assert await ledger.leaves(lyon.log, 0, 9) == lyon.leaves
        news = await ledger.changes(Audience.PUBLIC, Position(await ledger.uuid(), 5), 100)
        assert [(change.held.index, change.held.body) for change in news] == [(2, None)]


async def test_what_was_quarantined_can_be_judged_again(open_store: OpenStore, lyon: Town) -> None:
    async with open_store() as (ledger, _):
        batch, bodies = step(lyon, 0, 2)
        await ledger.commit(batch, bodies, [GOOD, BAD], recorded=NOW)
        iri = lyon.entries[1].object
        assert [held.verdict for held in await ledger.quarantined()] == [BAD]
        assert await ledger.latest(iri) is None
        assert len(await ledger.versions(iri)) == 1
        await ledger.judge(lyon.log, 1, GOOD, recorded=NOW)
        assert await ledger.quarantined() == []
        latest = await ledger.latest(iri)
        assert latest is not None
        assert latest.index == 1
        assert (await ledger.end(Audience.PUBLIC)).sequence == 3


async def test_an_entry_is_found_by_record_and_version(open_store: OpenStore, lyon: Town) -> None:
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        iri = lyon.entries[4].object
        found = await ledger.find(lyon.log, iri, 1)
        assert found is not None
        assert found.index == 4
        assert await ledger.find(lyon.log, iri, 2) is None


async def test_a_forgotten_log_leaves_nothing_and_projections_learn_of_it(
    open_store: OpenStore, lyon: Town
) -> None:
    utrecht = Town("utrecht.example/log/public")
    utrecht.publish_many(1)
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        await commit(ledger, utrecht)
        before = await ledger.end(Audience.PUBLIC)
        await ledger.forget(lyon.log)
        assert await ledger.logs() == [utrecht.log]
        assert await ledger.body(lyon.entries[0].digest) is None
        news = await ledger.changes(Audience.PUBLIC, before, 100)
        assert [change.held.entry for change in news] == lyon.entries
        assert {change.held.verdict.admitted for change in news} == {False}
        assert {(change.held.body, change.newest) for change in news} == {(None, None)}


async def test_who_has_followed_everything_learns_that_the_newest_log_was_forgotten(
    open_store: OpenStore, lyon: Town
) -> None:
    utrecht = Town("utrecht.example/log/public")
    utrecht.publish_many(2)
    async with open_store() as (ledger, _):
        await commit(ledger, utrecht)
        await commit(ledger, lyon)
        before = await ledger.end(Audience.PUBLIC)
        await ledger.forget(lyon.log)
        news = await ledger.changes(Audience.PUBLIC, before, 100)
        assert [change.held.entry for change in news] == lyon.entries
        assert all(change.sequence > before.sequence for change in news)
        await ledger.forget(lyon.log)
        assert await ledger.end(Audience.PUBLIC) == Position(
            before.ledger, before.sequence + len(news)
        )


async def test_a_body_that_two_logs_commit_to_is_kept_for_the_other_and_erased_for_both(
    open_store: OpenStore, lyon: Town
) -> None:
    members = Town("lyon.example/log/members")
    shared = replace(lyon.entries[0], id=f"https://{members.log}/e/0")
    batch = extend(Frontier(), [shared.leaf], members.signer)
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        await ledger.commit(batch, lyon.bodies[:1], [GOOD], recorded=NOW)
        await ledger.forget(members.log)
        assert await ledger.body(shared.digest) == lyon.bodies[0]
        await ledger.commit(batch, lyon.bodies[:1], [GOOD], recorded=NOW)
        ends = [await ledger.end(audience) for audience in Audience]
        await ledger.erase(shared.digest)
        news = [
            await ledger.changes(audience, end, 9)
            for audience, end in zip(Audience, ends, strict=True)
        ]
        assert [[change.held.index for change in one] for one in news] == [[0], [0]]


async def test_a_batch_whose_entries_do_not_lead_to_its_head_is_a_broken_promise(
    open_store: OpenStore, lyon: Town
) -> None:
    batch, bodies = step(lyon, 0, 5)
    forged = replace(batch, entries=(*batch.entries[:4], lyon.leaves[0]))
    async with open_store() as (ledger, _):
        with pytest.raises(AssertionError):
            await ledger.commit(forged, bodies, [GOOD] * 5, recorded=NOW)
        assert await ledger.head(lyon.log) == Frontier()


async def test_many_writers_at_once_each_get_their_own_answer(open_store: OpenStore) -> None:
    towns = [Town(f"city{number:02}.example/log/public") for number in range(30)]
    for town in towns:
        town.publish_many(3)
    async with open_store() as (ledger, desk):

        async def follow(town: Town, number: int) -> str:
            try:
                await commit(ledger, town, number % 3)
            except Conflict:
                return "conflict"
            await desk.put_page("done", town.log, b"")
            return "done"

        answers = await asyncio.gather(*(follow(town, n) for n, town in enumerate(towns)))
        assert answers == ["conflict" if number % 3 else "done" for number in range(30)]
        assert await ledger.logs() == [town.log for town in towns[::3]]
        assert len(await desk.pages("done")) == 10
        changes = await ledger.changes(Audience.PUBLIC, Position(await ledger.uuid()), 999)
        assert [change.sequence for change in changes] == [*range(1, 31)]


async def test_judging_what_is_not_there_changes_nothing(open_store: OpenStore, lyon: Town) -> None:
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        await ledger.judge(lyon.log, 99, BAD, recorded=NOW)
        assert (await ledger.end(Audience.PUBLIC)).sequence == 5


async def test_a_forgotten_log_can_be_followed_again(open_store: OpenStore, lyon: Town) -> None:
    async with open_store() as (ledger, _):
        await commit(ledger, lyon)
        await ledger.forget(lyon.log)
        await commit(ledger, lyon)
        last = (await ledger.changes(Audience.PUBLIC, Position(await ledger.uuid()), 100))[-5:]
        assert [change.held.body for change in last] == lyon.bodies
        assert all(change.newest == change.held for change in last)


async def test_a_change_says_what_is_newest_about_its_record(
    open_store: OpenStore, lyon: Town
) -> None:
    iri = lyon.entries[0].object
    second = replace(lyon.entries[1], object=iri, kind=EntryKind.UPDATE, version=2, prev=0)
    leaves = [lyon.entries[0].leaf, second.leaf]
    batch = extend(Frontier(), leaves, lyon.signer)
    async with open_store() as (ledger, _):
        await ledger.commit(batch, lyon.bodies[:2], [GOOD, BAD], recorded=NOW)
        start = Position(await ledger.uuid())
        changes = await ledger.changes(Audience.PUBLIC, start, 9)
        assert [change.newest and change.newest.index for change in changes] == [0, 0]
        await ledger.judge(lyon.log, 1, GOOD, recorded=NOW)
        changes = await ledger.changes(Audience.PUBLIC, start, 9)
        assert [change.newest and change.newest.index for change in changes] == [1, 1, 1]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
async def test_tiles_hold_the_hashes_of_their_subtrees(open_store: OpenStore, size: int) -> None:
    town = Town("nantes.example/log/public")
    town.publish_many(size)
    hashes = [leaf_hash(leaf) for leaf in town.leaves]
    async with open_store() as (ledger, _):
        await commit(ledger, town, 0, size // 2)
        await commit(ledger, town, size // 2)
        last = (size - 1) // 256
        width = size - last * 256
        assert await ledger.tile(town.log, 0, last, width) == b"".join(hashes[last * 256 :])
        full = size // 256
        above = b"".join(root_of(hashes[at * 256 : at * 256 + 256]) for at in range(full))
        assert await ledger.tile(town.log, 1, 0, full) == above


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(cuts=st.lists(st.integers(0, 40), max_size=5))
async def test_steps_of_any_size_give_what_one_gives(
    open_store: OpenStore, cuts: list[int]
) -> None:
    town = Town("any.example/log/public")
    town.publish_many(40)
    reference = MemoryLedger()
    await commit(reference, town)
    marks = [0, *sorted(cuts), 40]
    async with open_store() as (ledger, _):
        await ledger.forget(town.log)
        for start, stop in pairwise(marks):
            await commit(ledger, town, start, stop)
        assert await ledger.head(town.log) == await reference.head(town.log)
        assert await ledger.leaves(town.log, 0, 99) == town.leaves
