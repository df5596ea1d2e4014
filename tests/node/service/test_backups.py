"""A backup is whole or it is none: each byte counts, and a node comes back from it."""

from __future__ import annotations

import asyncio
import io
import stat
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.app import build, make_node, restore_node
from node.config import Config, load
from node.errors import NodeError, SettingsError
from node.service.backups import backups, check_backup, delete_old, is_due, make_backup
from node.service.publish import publish
from node.store.ports import Audience
from tests.homes import Clock, home_of, practice


@pytest.fixture
def city(tmp_path: Path) -> Config:
    make_node(
        tmp_path / "aurora",
        name={"es": "Villa Aurora"},
        country="AR",
        base_url="https://aurora.example",
    )
    return load(tmp_path / "aurora" / "config.toml", {})


async def saved(config: Config, out: Path | None = None) -> Path:
    async with build(config) as home:
        await publish(home, practice())
        return (await make_backup(home, out)).path


def test_a_node_comes_back_from_its_backup(city: Config, tmp_path: Path) -> None:
    path = asyncio.run(saved(city))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.parent == tmp_path / "aurora" / "backups"
    done = restore_node(path, tmp_path / "again")
    assert (done.did, done.entries) == ("did:web:aurora.example", 3)
    again = load(tmp_path / "again" / "config.toml", {})
    for one in ("record-1.key", "log-1.key", "http-1.key", "recovery-hash"):
        key = again.node.data_dir / "keys" / one
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert key.read_bytes() == (city.node.data_dir / "keys" / one).read_bytes()
    assert stat.S_IMODE((tmp_path / "again").stat().st_mode) == 0o700
    assert sorted(one.name for one in tmp_path.iterdir()) == ["again", "aurora"]
    with pytest.raises(SettingsError, match="is not empty"):
        restore_node(path, tmp_path / "again")


def test_a_changed_byte_anywhere_is_found_or_means_nothing(city: Config, tmp_path: Path) -> None:
    path = asyncio.run(saved(city))
    whole = path.read_bytes()
    with tarfile.open(path) as tar:
        spans = [(one.name, one.offset_data, one.size) for one in tar if one.size]
    assert {name.partition("/")[0] for name, _, _ in spans} == {
        "manifest.json",
        "node.db",
        "identity.json",
        "config.toml",
        "keys",
    }
    broken = tmp_path / "broken.tar"
    for name, start, size in spans:
        for place in (start, start + size // 2, start + size - 1):
            broken.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(NodeError, match=r"expected|cannot be read|does not belong"):
                check_backup(broken)
            assert name
    for length in (0, 100, 512, len(whole) // 2, spans[-1][1]):
        broken.write_bytes(whole[:length])
        with pytest.raises(NodeError):
            check_backup(broken)
        with pytest.raises(NodeError):
            restore_node(broken, tmp_path / "again")
        assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "keys/../../evil", "keys/x y", "other"])
def test_nothing_else_is_taken_out_of_a_backup(city: Config, tmp_path: Path, name: str) -> None:
    path = asyncio.run(saved(city))
    with tarfile.open(path, "a") as tar:
        strange = tarfile.TarInfo(name)
        strange.size = 4
        tar.addfile(strange, io.BytesIO(b"evil"))
    with pytest.raises(NodeError, match="does not belong into a backup"):
        restore_node(path, tmp_path / "again")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["aurora"]


async def test_one_is_made_when_it_is_due_and_old_ones_go_as_receipts_promise(
    city: Config,
) -> None:
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    async with build(city, clock=clock) as home:
        assert await is_due(home)
        for _ in range(3):
            await make_backup(home)
            clock.time += timedelta(days=14)
        found = await backups(home)
        assert len(found) == 3
        assert [one.made for one in found] == sorted((one.made for one in found), reverse=True)
        assert await is_due(home)
        assert await delete_old(home) == 1, "the one of more than 30 days ago"
        await make_backup(home)
        assert not await is_due(home)
        stranger = found[0].path.with_name("somebody's.tar")
        stranger.write_bytes(b"")
        clock.time += timedelta(days=365)
        await delete_old(home)
        assert [*stranger.parent.iterdir()] == [stranger]


async def test_what_is_there_is_never_written_over(city: Config, tmp_path: Path) -> None:
    out = tmp_path / "kept.tar"
    out.write_bytes(b"kept")
    async with build(city) as home:
        with pytest.raises(NodeError, match="no backup could be written"):
            await make_backup(home, out)
        assert out.read_bytes() == b"kept"
        before = await home.ledger.head(home.logs[Audience.PUBLIC])
        assert before.size == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["aurora", "kept.tar"]


async def test_a_store_in_memory_says_that_it_cannot_be_saved(tmp_path: Path) -> None:
    home = await home_of("https://aurora.example")
    with pytest.raises(NodeError, match="found one in memory"):
        await make_backup(home, tmp_path / "x.tar")
    assert [*tmp_path.iterdir()] == []
