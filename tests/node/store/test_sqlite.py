"""What only the SQLite file has to show: its lock, its version, and that it loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import apsw
import msgspec
import pytest

from node.core.admission import Verdict
from node.store.ports import Audience, Busy, Outdated, StoreError, Trail
from node.store.sqlite import open_sqlite
from node.store.sqlite.schema import SCHEMA_VERSION
from peers.log import extend
from peers.merkle import Frontier
from tests.node.store.disk import disk
from tests.simulator import Town

GOOD = Verdict(admitted=True)

WRITER = """
import asyncio, sys
from pathlib import Path
from node.core.admission import Verdict
from node.store.sqlite import open_sqlite
from peers.log import extend
from tests.simulator import Town

async def main():
    town = Town("lyon.example/log/public")
    town.publish_many(3000)
    async with open_sqlite(Path(sys.argv[1])) as (ledger, desk):
        head = await ledger.head(town.log)
        while head.size < 3000:
            step = slice(head.size, head.size + 3)
            batch = extend(head, town.leaves[step], town.signer)
            verdicts = [Verdict(True)] * len(batch.entries)
            await ledger.commit(batch, town.bodies[step], verdicts, recorded="2026-01-01T00:00:00Z")
            head = batch.head
            print(head.size, flush=True)

asyncio.run(main())
"""


async def test_a_second_opener_is_told_that_the_store_is_busy(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "node.db"):
        with pytest.raises(Busy, match="another process"):
            async with open_sqlite(tmp_path / "node.db"):
                pass


async def test_a_file_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "node.db"):
        pass
    connection = apsw.Connection(str(tmp_path / "node.db"))
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(Outdated, match=f"schema {SCHEMA_VERSION + 1}"):
        async with open_sqlite(tmp_path / "node.db"):
            pass


async def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "node.db"):
        assert (tmp_path / "node.db").stat().st_mode & 0o777 == 0o600


async def test_an_erased_record_is_in_no_file(tmp_path: Path) -> None:
    town = Town("lyon.example/log/public")
    town.publish(*({"secret": f"a marker of number {n}"} for n in range(50)))
    async with open_sqlite(tmp_path / "node.db") as (ledger, _):
        batch = extend(await ledger.head(town.log), town.leaves, town.signer)
        await ledger.commit(batch, town.bodies, [Verdict(admitted=True)] * 50, recorded="now")
        await ledger.erase(town.entries[7].digest)
        held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"a marker of number 8" in held
        assert b'a marker of number 7"' not in held


async def test_a_backup_is_a_whole_store(tmp_path: Path) -> None:
    town = Town("lyon.example/log/public")
    town.publish_many(10)
    async with open_sqlite(tmp_path / "node.db") as (ledger, _):
        batch = extend(await ledger.head(town.log), town.leaves, town.signer)
        await ledger.commit(batch, town.bodies, [Verdict(admitted=True)] * 10, recorded="now")
        await ledger.backup(tmp_path / "copy.db")
        assert await ledger.faults() == []
    async with open_sqlite(tmp_path / "copy.db") as (ledger, _):
        assert await ledger.leaves(town.log, 0, 99) == town.leaves


async def test_a_backup_is_for_its_owner_alone_and_replaces_nothing(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "node.db") as (ledger, desk):
        await desk.put_page("family", "key", b"private")
        await ledger.backup(tmp_path / "copy.db")
        assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
        with pytest.raises(StoreError, match="there already"):
            await ledger.backup(tmp_path / "copy.db")
        with pytest.raises(StoreError, match="no copy could be written"):
            await ledger.backup(tmp_path / "no such folder" / "copy.db")
        assert sorted(path.name for path in tmp_path.glob("*.db*")) == [
            "copy.db",
            "node.db",
            "node.db-shm",
            "node.db-wal",
            "node.db.lock",
        ]


async def test_a_backup_made_while_much_is_written_is_one_state(tmp_path: Path) -> None:
    town = Town("lyon.example/log/public")
    town.publish_many(300)
    async with open_sqlite(tmp_path / "node.db") as (ledger, _):

        async def write() -> None:
            head = await ledger.head(town.log)
            while head.size < 300:
                step = slice(head.size, head.size + 5)
                batch = extend(head, town.leaves[step], town.signer)
                await ledger.commit(batch, town.bodies[step], [GOOD] * 5, recorded="now")
                head = batch.head

        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            for number in range(4):
                await ledger.backup(tmp_path / f"copy{number}.db")
    for number in range(4):
        async with open_sqlite(tmp_path / f"copy{number}.db") as (copy, _):
            head = await copy.head(town.log)
            assert head == Frontier().extend(town.leaves[: head.size])
            assert await copy.leaves(town.log, 0, 999) == town.leaves[: head.size]
            assert await copy.faults() == []


async def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "node.db"))
    connection.execute("CREATE TABLE theirs (value)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        async with open_sqlite(tmp_path / "node.db"):
            pass


async def test_writes_that_wait_for_a_sync_share_the_next_one(tmp_path: Path) -> None:
    with disk() as made:
        async with open_sqlite(tmp_path / "node.db") as (_, desk):
            made.events.clear()
            await asyncio.gather(*(desk.put_page("family", str(n), b"") for n in range(200)))
            syncs = sum(event.what == "sync" for event in made.events)
            assert len(await desk.pages("family")) == 200
    assert syncs < 40


async def test_who_stops_waiting_for_a_write_disturbs_nobody(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "node.db") as (_, desk):
        tasks = [asyncio.create_task(desk.put_page("f", str(n), b"")) for n in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert done[1::2] == [None] * 25
        assert {str(n) for n in range(1, 50, 2)} <= set(await desk.pages("f"))


@pytest.mark.parametrize("after", [1, 7, 40])
def test_what_was_acknowledged_before_a_kill_is_there(tmp_path: Path, after: int) -> None:
    path = tmp_path / "node.db"
    root = Path(__file__).resolve().parents[3]
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    said = 0
    try:
        for _ in range(after):
            said = int(writer.stdout.readline())
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(writer.pid, signal.SIGKILL)
        rest = writer.stdout.read().split()
        writer.wait(10)
        writer.stdout.close()
    said = int(rest[-1]) if rest else said

    async def check() -> None:
        town = Town("lyon.example/log/public")
        town.publish_many(3000)
        async with open_sqlite(path) as (ledger, _):
            head = await ledger.head(town.log)
            assert said <= head.size <= said + 3
            assert await ledger.leaves(town.log, 0, 3000) == town.leaves[: head.size]
            assert all(one.body for one in await ledger.entries(town.log, 0, head.size))

    asyncio.run(check())


async def test_a_contact_that_an_older_version_kept_is_read(tmp_path: Path) -> None:
    """It knew one log of a peer; what it did not know is learned with the next answer."""
    older = {
        "did": "did:web:lyon.example",
        "base_url": "https://lyon.example",
        "log": "lyon.example/log/public",
        "document": b"{}",
        "state": "paused",
        "verified": "2026-01-01T00:00:00Z",
        "size": 7,
        "etag": '"7"',
        "failures": 2,
    }
    path = tmp_path / "node.db"
    async with open_sqlite(path):
        pass
    connection = apsw.Connection(str(path))
    given = (older["did"], msgspec.msgpack.encode(older))
    connection.execute("INSERT INTO contacts VALUES (?, ?)", given)
    connection.close()
    async with open_sqlite(path) as (_, desk):
        [contact] = await desk.contacts()
    assert (contact.did, contact.state, contact.failures) == (older["did"], "paused", 2)
    assert contact.trail(Audience.PUBLIC) == Trail()
    assert contact.log_of(Audience.MEMBERS) == "lyon.example/log/members"
