"""SIGKILL in the middle of publishing and following: nothing acknowledged is lost, nothing needs
mending by hand."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from node.app import build
from node.service.publish import publish_many
from node.service.replicate import follow
from tests.homes import practice
from tests.scenarios.towns import check_everything, made, running


class Mortals:
    """Lives that end early, one after the other, on the same data."""

    def __init__(self, process: Process, folder: Path) -> None:
        self.process, self.folder = process, folder

    async def live(self, **order: Any) -> str:
        """One life; how it ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        line = json.dumps({"config": str(self.folder / "config.toml"), **order})
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()
        answer = await asyncio.wait_for(self.process.stdout.readline(), 60)
        return answer.decode().strip()

    async def check(self) -> None:
        """The next start finds everything in order."""
        assert await self.live(do="check") == "exit 0", "see the child's trace on stderr"


@asynccontextmanager
async def mortals(folder: Path) -> AsyncIterator[Mortals]:
    """Ready to be born, without importing everything each time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.scenarios.mortal", stdin=PIPE, stdout=PIPE
    )
    try:
        yield Mortals(process, folder)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 20)


async def test_publishing_survives_death_at_every_write(tmp_path: Path) -> None:
    await made(tmp_path, "aurora")
    async with mortals(tmp_path / "aurora") as lives:
        deaths = 0
        for at in range(1, 200):
            ended = await lives.live(do="publish", die_at=at)
            await lives.check()
            if ended == "exit 0":
                break
            assert ended == "killed"
            deaths += 1
        assert deaths >= 12, "three publications are staged, committed and struck off"


@pytest.mark.timeout(300)
async def test_a_change_of_keys_survives_death_at_every_write(tmp_path: Path) -> None:
    """Neither lost nor doubled: both logs have it, or neither."""
    await made(tmp_path, "aurora")
    async with mortals(tmp_path / "aurora") as lives:
        deaths = 0
        for at in range(1, 200):
            ended = await lives.live(do="rotate", die_at=at)
            await lives.check()
            if ended == "exit 0":
                break
            assert ended == "killed"
            deaths += 1
        assert deaths >= 12, "keys are made, changes staged, committed to two logs and struck off"


@pytest.mark.timeout(300)
async def test_following_survives_death_at_every_write(tmp_path: Path) -> None:
    one, two = await made(tmp_path, "aurora"), await made(tmp_path, "hansol")
    async with running(one) as (aurora,):
        async with build(two) as hansol:
            await follow(hansol, aurora.base_url)
        async with mortals(tmp_path / "hansol") as lives:
            deaths = 0
            for at in range(1, 200):
                await publish_many(aurora, [practice(f"Número {at} {n}") for n in range(5)])
                ended = await lives.live(do="sync", die_at=at)
                await lives.check()
                if ended == "exit 0":
                    break
                assert ended == "killed"
                deaths += 1
            assert deaths >= 4
        async with build(two) as hansol:
            log = aurora.document.public_log
            assert await hansol.ledger.head(log) == await aurora.ledger.head(log)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("work", ["publish", "sync"])
async def test_death_at_any_moment_is_survived(tmp_path: Path, work: str) -> None:
    """By the clock, so that it also comes in the middle of a write."""
    one, two = await made(tmp_path, "aurora"), await made(tmp_path, "hansol")
    async with running(one) as (aurora,):
        async with build(two) as hansol:
            await follow(hansol, aurora.base_url)
        async with mortals(tmp_path / "hansol") as lives:
            ends = []
            for number in range(12):
                await publish_many(aurora, [practice(f"Número {number} {n}") for n in range(40)])
                ends.append(await lives.live(do=work, die_after=0.03 + 0.02 * number))
                await lives.check()
            assert "killed" in ends
            assert set(ends) <= {"killed", "exit 0"}


async def test_a_client_that_goes_away_leaves_the_whole_or_nothing(tmp_path: Path) -> None:
    """Cancelled anywhere: the record is in the log or nowhere, and nothing waits on the desk."""
    config = await made(tmp_path, "aurora")
    async with build(config) as home:
        ends = set()
        for number in range(40):
            work = asyncio.create_task(publish_many(home, [practice(f"Número {number}")]))
            await asyncio.sleep(0.001 * number)
            ends.add(work.cancel())
            await asyncio.gather(work, return_exceptions=True)
            assert await home.desk.staged() == []
        assert True in ends, "some were cancelled in the middle"
        await publish_many(home, [practice("Después")])
        await check_everything(home)
