"""The node's secret keys, a file each: ``record-1.key``, ``log-1.key``, ``http-1.key``.

A file holds one Multikey (``z3u2…``) and is its owner's alone (0600, in a folder 0700): a key that
others could read is refused, for nobody knows who has it. The recovery key is never written; what
stays of it is its hash.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.errors import Refused
from peers.keychange import recovery_hash
from peers.keys import BadKey, SecretKey

__all__ = ["KeyFiles", "load_keys", "make_keys"]

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


def load_keys(folder: Path) -> KeyFiles:
    """Read a node's keys.

    Raises:
        Refused: A file is missing, is no key, or can be read by others than its owner.
    """
    keys = {purpose: _read(folder / f"{purpose}-1.key") for purpose in _PURPOSES}
    try:
        hashed = (folder / _RECOVERY).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise Refused(f"{folder / _RECOVERY} cannot be read: {exc}") from exc
    return KeyFiles(**keys, recovery_hash=hashed)


def _read(path: Path) -> SecretKey:
    try:
        held = path.stat()
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        raise Refused(
            f"{path} is missing: a node cannot sign without its keys; bring them back from a backup"
        ) from None
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
