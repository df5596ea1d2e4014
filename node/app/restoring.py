"""A node from its backup: in a folder of its own, opened once to see that it is whole."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from node.app.building import build
from node.config import load
from node.errors import NodeError, SettingsError
from node.service.backups import unpack
from node.store.ports import Audience
from node.store.sqlite import faults_of

__all__ = ["Restored", "restore_node"]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: who it is, when the backup was made, and entries of its public log."""

    did: str
    made: str
    entries: int


def restore_node(backup: Path, folder: Path) -> Restored:
    """Put a backup into a folder that is empty or absent.

    It is taken out beside its place, opened, and moved there when it is whole. What the node has
    said since the backup it asks others for before it signs anything.

    Raises:
        NodeError: The backup is not whole.
        SettingsError: The folder is not empty, or the backup holds no settings.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError([f"{folder} is not empty: a node is restored into a folder of its own"])
    making = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    making.mkdir(mode=0o700, parents=True)
    try:
        restored = _restore(backup, making)
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making)
        raise
    return restored


def _restore(backup: Path, making: Path) -> Restored:
    said = unpack(backup, making)
    if not (making / "config.toml").is_file():
        raise SettingsError([f"{backup} holds no config.toml: the node had its settings elsewhere"])
    if found := faults_of(making / "data" / "node.db"):
        raise NodeError(f"{backup}: the store in it is damaged: {found[0]}")
    return asyncio.run(_opened(making, str(said.get("made", ""))))


async def _opened(making: Path, made: str) -> Restored:
    async with build(load(making / "config.toml", {})) as home:
        head = await home.ledger.head(home.logs[Audience.PUBLIC])
        return Restored(home.document.did.text, made, head.size)
