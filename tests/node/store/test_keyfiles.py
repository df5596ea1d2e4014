"""Key files: made once, read by their owner alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from node.errors import Refused
from node.store.keyfiles import load_keys, make_keys
from peers.keychange import recovery_hash
from tests.homes import Entropy


def test_keys_that_were_made_are_read_again(tmp_path: Path) -> None:
    made, recovery = make_keys(tmp_path / "keys", Entropy("aurora"))
    assert load_keys(tmp_path / "keys") == made
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


def test_keys_are_never_written_over(tmp_path: Path) -> None:
    made, _ = make_keys(tmp_path / "keys", Entropy("aurora"))
    with pytest.raises(FileExistsError):
        make_keys(tmp_path / "keys", Entropy("hansol"))
    assert load_keys(tmp_path / "keys") == made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_could_read_is_refused(tmp_path: Path, mode: int) -> None:
    make_keys(tmp_path, Entropy("aurora"))
    (tmp_path / "log-1.key").chmod(mode)
    with pytest.raises(Refused, match=f"mode {mode:04o}, expected 0600"):
        load_keys(tmp_path)


def test_a_missing_key_and_one_that_is_none_are_named(tmp_path: Path) -> None:
    make_keys(tmp_path, Entropy("aurora"))
    (tmp_path / "http-1.key").write_text("z3u2notakey\n")
    with pytest.raises(Refused, match=r"http-1\.key: expected a secret Ed25519 Multikey") as caught:
        load_keys(tmp_path)
    assert "notakey" not in str(caught.value)
    (tmp_path / "record-1.key").unlink()
    with pytest.raises(Refused, match=r"record-1\.key is missing"):
        load_keys(tmp_path)
