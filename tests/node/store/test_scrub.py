"""A flipped bit is found, wherever it is."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from node.core.admission import Verdict
from node.store.memory import MemoryLedger
from node.store.ports import Ledger
from node.store.scrub import scrub
from node.store.sqlite import open_sqlite
from peers.log import extend
from tests.simulator import Town


@pytest.fixture
def town() -> Town:
    made = Town("lyon.example/log/public")
    made.publish_many(300)
    return made


async def take(ledger: Ledger, town: Town) -> None:
    batch = extend(await ledger.head(town.log), town.leaves, town.signer)
    await ledger.commit(batch, town.bodies, [Verdict(admitted=True)] * 300, recorded="now")


async def faults(ledger: Ledger) -> list[str]:
    return [fault async for fault in scrub(ledger)]


async def test_a_sound_ledger_has_no_faults_be_it_that_something_was_erased(town: Town) -> None:
    ledger = MemoryLedger()
    await take(ledger, town)
    await ledger.erase(town.entries[3].digest)
    assert await faults(ledger) == []


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE bodies SET record = '{}' WHERE rowid = 7", "not the one that the entry commits"),
        ("UPDATE bodies SET salt = zeroblob(16) WHERE rowid = 7", "not the one that the entry"),
        ("UPDATE subtrees SET hash = zeroblob(32)", "entries 0 and on is not theirs"),
        ("UPDATE logs SET peaks = zeroblob(length(peaks))", "expected its 300 entries to hash to"),
        ("DELETE FROM entries WHERE position = 299", "found 299 that hash to"),
    ],
)
async def test_what_was_changed_behind_our_back_is_named(
    tmp_path: Path, town: Town, damage: str, found: str
) -> None:
    async with open_sqlite(tmp_path / "node.db") as (ledger, _):
        await take(ledger, town)
    connection = apsw.Connection(str(tmp_path / "node.db"))
    connection.execute(damage.replace("'{}'", "CAST('{}' AS BLOB)"))
    connection.close()
    async with open_sqlite(tmp_path / "node.db") as (ledger, _):
        assert any(found in fault for fault in await faults(ledger))
        assert await ledger.faults() == []
