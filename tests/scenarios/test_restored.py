"""A city that is restored from last week's backup, over real sockets and with real stores."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from node.config import Config
from node.control import run
from node.service.home import Home
from node.service.publish import publish
from node.service.replicate import follow
from node.store.ports import Audience
from tests.homes import practice
from tests.scenarios.towns import check_everything, in_step, made, running


async def until_open(home: Home) -> bool:
    """Wait until the node has asked whether it may sign, and may."""
    for _ in range(100):
        if home.standing.open:
            return True
        await asyncio.sleep(0.1)
    return False


async def back_up(home: Home, path: Path) -> None:
    await home.ledger.backup(path)


def restore(config: Config, backup: Path) -> None:
    """Put the backup in the place of the store; the projections need none."""
    data = config.node.data_dir
    for path in data.glob("node.db*"):
        path.unlink()
    shutil.copy(backup, data / "node.db")


async def test_a_restored_city_gets_its_records_back_and_goes_on(tmp_path: Path) -> None:
    aurora_is = await made(tmp_path, "aurora")
    hansol_is = await made(tmp_path, "hansol", "KR")
    async with running(hansol_is) as (hansol,):
        async with running(aurora_is) as (aurora,):
            await follow(aurora, hansol.base_url)
            await follow(hansol, aurora.base_url)
            await in_step(aurora, hansol)
            await back_up(aurora, tmp_path / "backup.db")
            lost = await publish(aurora, practice("Después de la copia"))
            await in_step(hansol)
            log = aurora.logs[Audience.PUBLIC]
            before = await aurora.ledger.head(log)
        await asyncio.to_thread(restore, aurora_is, tmp_path / "backup.db")
        async with running(aurora_is) as (restored,):
            assert await until_open(restored)
            assert await restored.ledger.head(log) == before
            assert await restored.ledger.latest(lost.iri) is not None
            receipt = await publish(restored, practice("Después de la vuelta"))
            assert receipt.index == before.size
            [report] = await in_step(hansol)
            assert (report.state, report.error, report.new) == ("following", "", 1)
            await check_everything(restored)
        await check_everything(hansol)


async def test_a_restored_city_that_finds_nobody_reads_and_says_why(tmp_path: Path) -> None:
    aurora_is = await made(tmp_path, "aurora")
    hansol_is = await made(tmp_path, "hansol", "KR")
    async with running(hansol_is) as (hansol,), running(aurora_is) as (aurora,):
        await follow(aurora, hansol.base_url)
        await follow(hansol, aurora.base_url)
        await in_step(aurora, hansol)
        await back_up(aurora, tmp_path / "backup.db")
    await asyncio.to_thread(restore, aurora_is, tmp_path / "backup.db")
    async with running(aurora_is) as (restored,):
        [check] = (await run(restored, "doctor", {"only": ["standing"]}))["checks"]
        assert check["result"] == "wrong"
        assert "intercity identity confirm" in check["mend"]
        done = await run(restored, "identity.confirm", {})
        assert done["size"] == 2
        await publish(restored, practice())


async def test_a_checkpoint_is_cosigned_by_those_who_follow(tmp_path: Path) -> None:
    aurora_is = await made(tmp_path, "aurora")
    hansol_is = await made(tmp_path, "hansol", "KR")
    async with running(aurora_is, hansol_is) as (aurora, hansol):
        await follow(hansol, aurora.base_url)
        await follow(aurora, hansol.base_url)
        await publish(aurora, practice())
        log = aurora.logs[Audience.PUBLIC]
        witness = f"— {hansol.document.public_log} ".encode()
        for _ in range(100):
            if witness in (await aurora.ledger.note(log) or b""):
                break
            await asyncio.sleep(0.1)
        assert witness in (await aurora.ledger.note(log) or b"")
        await in_step(hansol)
        assert witness in (await hansol.ledger.note(log) or b"")
