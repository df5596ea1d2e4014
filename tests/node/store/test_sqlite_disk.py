"""What was acknowledged is on the disk, whatever the disk does; and what failed is said to have."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from node.core.admission import Verdict
from node.store.ports import Audience, Broken, Full, Ledger, Position, StoreError
from node.store.sqlite import open_sqlite
from peers.log import extend
from peers.merkle import Frontier
from tests.node.store.disk import disk
from tests.simulator import Town

SIZE = 60


@pytest.fixture
def town() -> Town:
    made = Town("lyon.example/log/public")
    made.publish_many(SIZE)
    return made


async def follow(ledger: Ledger, town: Town, stop: int) -> None:
    """Take a town's log one entry at a time."""
    head = await ledger.head(town.log)
    while head.size < stop:
        step = slice(head.size, head.size + 1)
        batch = extend(head, town.leaves[step], town.signer)
        verdicts = [Verdict(admitted=True)]
        await ledger.commit(batch, town.bodies[step], verdicts, recorded="2026-01-01T00:00:00Z")
        head = batch.head


async def is_whole(path: Path, town: Town, least: int) -> int:
    """Entries in the file, once they are found to be a whole beginning of the town's log."""
    async with open_sqlite(path) as (ledger, _):
        head = await ledger.head(town.log)
        assert head.size >= least
        assert head == Frontier().extend(town.leaves[: head.size])
        assert await ledger.leaves(town.log, 0, SIZE) == town.leaves[: head.size]
        held = await ledger.entries(town.log, 0, SIZE)
        assert [one.body for one in held] == town.bodies[: head.size]
        told = await ledger.changes(Audience.PUBLIC, Position(await ledger.uuid()), 999)
        assert [one.held.index for one in told] == [*range(head.size)]
        assert await ledger.faults() == []
        return head.size


@pytest.mark.parametrize("seed", range(25))
async def test_a_power_cut_loses_nothing_that_was_acknowledged(
    tmp_path: Path, town: Town, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - replayable, not secret
    acknowledged: list[int] = []  # At which event each size was.
    with disk() as made:
        async with open_sqlite(tmp_path / "node.db") as (ledger, _):
            made.events.clear()
            begun = (tmp_path / "node.db").read_bytes()
            for size in range(1, 31):
                await follow(ledger, town, size)
                acknowledged.append(len(made.events))
            last = len(made.events)
    at = chance.randrange(1, last + 1)
    after = tmp_path / "after"
    after.mkdir()
    # What was there when recording began was on the disk already.
    first = [type(made.events[0])(tmp_path / "node.db", "write", 0, begun)]
    made.events[:0] = [*first, type(made.events[0])(tmp_path / "node.db", "sync")]
    made.after_cut(at + 2, after, chance)
    await is_whole(after / "node.db", town, sum(event <= at for event in acknowledged))


@pytest.mark.parametrize("writes", [0, 1, 2, 3, 5, 8, 13, 40])
async def test_a_full_disk_is_said_to_be_full_and_works_again_with_room(
    tmp_path: Path, town: Town, writes: int
) -> None:
    with disk() as made:
        async with open_sqlite(tmp_path / "node.db") as (ledger, desk):
            await follow(ledger, town, 5)
            made.full_after = writes
            with pytest.raises(Full, match=r"no room"):
                await follow(ledger, town, SIZE)
            before = await ledger.head(town.log)
            assert before.size >= 5
            with pytest.raises(Full, match=r"no room"):
                await desk.put_page("family", "key", bytes(100_000))
            made.full_after = None
            await follow(ledger, town, before.size + 3)
            await desk.put_page("family", "key", b"there")
    assert await is_whole(tmp_path / "node.db", town, 8) == before.size + 3


@pytest.mark.parametrize("syncs", [0, 1, 2, 5])
async def test_after_a_failed_sync_nothing_is_written_any_more(
    tmp_path: Path, town: Town, syncs: int
) -> None:
    with disk() as made:
        async with open_sqlite(tmp_path / "node.db") as (ledger, desk):
            await follow(ledger, town, 5)
            made.broken_after = syncs
            with pytest.raises(Broken, match=r"the process must end"):
                await follow(ledger, town, SIZE)
            made.broken_after = None
            with pytest.raises(Broken, match=r"the process must end"):
                await desk.put_page("family", "key", b"value")
            with pytest.raises(Broken, match=r"the process must end"):
                await ledger.erase(town.entries[0].digest)
    await is_whole(tmp_path / "node.db", town, 5)


async def test_a_damaged_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "node.db").write_bytes(b"no database at all, but long enough to be read as one")
    with pytest.raises(StoreError, match=r"damaged.*restore a backup"):
        async with open_sqlite(tmp_path / "node.db"):
            pass
