"""Key files: made once, read by their owner alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from node.errors import Refused
from node.store.keyfiles import KeyFiles, KeyFolder, first_recovery_hash, make_keys
from peers.keychange import recovery_hash
from peers.keys import SecretKey
from tests.homes import Entropy


async def test_keys_that_were_made_are_read_again(tmp_path: Path) -> None:
    made, recovery = make_keys(tmp_path / "keys", Entropy("aurora"))
    assert await loaded(tmp_path / "keys") == made
    assert made.recovery_hash == recovery_hash(recovery.public)
    assert len({made.record, made.log, made.http, recovery}) == 4


def test_only_their_owner_can_read_them(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys", Entropy("aurora"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_the_recovery_key_is_written_nowhere(tmp_path: Path) -> None:
    _, recovery = make_keys(tmp_path / "keys", Entropy("aurora"))
    for path in (tmp_path / "keys").iterdir():
        assert recovery.multikey not in path.read_text()


async def test_keys_are_never_written_over(tmp_path: Path) -> None:
    made, _ = make_keys(tmp_path / "keys", Entropy("aurora"))
    with pytest.raises(FileExistsError):
        make_keys(tmp_path / "keys", Entropy("hansol"))
    assert await loaded(tmp_path / "keys") == made


async def test_a_further_key_is_made_once(tmp_path: Path) -> None:
    make_keys(tmp_path, Entropy("aurora"))
    ring = KeyFolder(tmp_path)
    made = await ring.make("record-2", b"2" * 32)
    assert await ring.make("record-2", b"3" * 32) == made == await ring.secret("record-2")
    assert await ring.secret("record-3") is None
    assert stat.S_IMODE((tmp_path / "record-2.key").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
async def test_a_key_that_others_could_read_is_refused(tmp_path: Path, mode: int) -> None:
    make_keys(tmp_path, Entropy("aurora"))
    (tmp_path / "log-1.key").chmod(mode)
    with pytest.raises(Refused, match=f"mode {mode:04o}, expected 0600"):
        await KeyFolder(tmp_path).secret("log-1")


async def test_a_file_that_holds_no_key_is_named_and_not_shown(tmp_path: Path) -> None:
    make_keys(tmp_path, Entropy("aurora"))
    (tmp_path / "http-1.key").write_text("z3u2notakey\n")
    with pytest.raises(Refused, match=r"http-1\.key: expected a secret Ed25519 Multikey") as caught:
        await KeyFolder(tmp_path).secret("http-1")
    assert "notakey" not in str(caught.value)


async def loaded(folder: Path) -> KeyFiles:
    """What ``make_keys`` left in a folder."""
    ring = KeyFolder(folder)
    found = {purpose: await ring.secret(f"{purpose}-1") for purpose in ("record", "log", "http")}
    keys = {purpose: key for purpose, key in found.items() if isinstance(key, SecretKey)}
    return KeyFiles(**keys, recovery_hash=first_recovery_hash(folder))
