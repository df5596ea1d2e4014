"""The node's secret keys, a file each: ``record-1.key``, ``log-1.key``, ``http-1.key``, and those
that came after them.

A file holds one Multikey (``z3u2…``) and is its owner's alone (0600, in a folder 0700): a key that
others could read is refused, for nobody knows who has it. The recovery key is never written; what
stays of it is its hash.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.errors import Refused
from peers.keychange import recovery_hash
from peers.keys import BadKey, SecretKey

__all__ = ["KeyFiles", "KeyFolder", "first_recovery_hash", "make_keys"]

_PURPOSES: Final = ("record", "log", "http")
_RECOVERY: Final = "recovery-hash"
_SEED: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFiles:
    """Three keys, one a purpose, and the hash of the recovery key."""

    record: SecretKey
    log: SecretKey
    http: SecretKey
    recovery_hash: str


def make_keys(folder: Path, entropy: Callable[[int], bytes]) -> tuple[KeyFiles, SecretKey]:
    """Make a node's keys, and the recovery key, which the caller shows once and forgets.

    Raises:
        FileExistsError: There are keys already; they are never written over.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = {purpose: SecretKey.from_seed(entropy(_SEED)) for purpose in _PURPOSES}
    recovery = SecretKey.from_seed(entropy(_SEED))
    for purpose, key in keys.items():
        _write(folder / f"{purpose}-1.key", f"{key.multikey}\n")
    hashed = recovery_hash(recovery.public)
    _write(folder / _RECOVERY, f"{hashed}\n")
    _sync_folder(folder)
    return KeyFiles(**keys, recovery_hash=hashed), recovery


def first_recovery_hash(folder: Path) -> str:
    """Hash of the recovery key that our logs begin with; later ones stand in the logs.

    Raises:
        Refused: It is not there.
    """
    try:
        return (folder / _RECOVERY).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise Refused(f"{folder / _RECOVERY} cannot be read: {exc}") from exc


class KeyFolder:
    """The key ring of a node, a file for each key: ``node.store.ports.KeyRing``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def secret(self, name: str) -> SecretKey | None:
        return await asyncio.to_thread(self._secret, name)

    async def make(self, name: str, seed: bytes) -> SecretKey:
        return await asyncio.to_thread(self._make, name, seed)

    def _secret(self, name: str) -> SecretKey | None:
        path = self._folder / f"{name}.key"
        return _read(path) if path.exists() else None

    def _make(self, name: str, seed: bytes) -> SecretKey:
        held = self._secret(name)
        if held is not None:
            return held
        made = SecretKey.from_seed(seed)
        # Whole under its name or not there at all: a crash must not leave half a key.
        path = self._folder / f"{name}.key"
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        _write(part, f"{made.multikey}\n")
        part.rename(path)
        _sync_folder(self._folder)
        return made


def _read(path: Path) -> SecretKey:
    try:
        held = path.stat()
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise Refused(f"{path} cannot be read: {exc}") from exc
    if held.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refused(
            f"{path} can be read by others (mode {stat.S_IMODE(held.st_mode):04o}, expected 0600): "
            f"chmod 600 it, and make new keys if others may have read it"
        )
    try:
        return SecretKey.from_multikey(text)
    except BadKey as exc:
        raise Refused(f"{path}: {exc}") from exc


def _write(path: Path, text: str) -> None:
    """Write a new file that only its owner can read, and see it to the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
