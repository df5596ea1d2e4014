"""Copies of a node: store, keys and settings in one file, looked over when they are made.

A backup is a tar file. Its first member says what belongs into it, each with its SHA-256; nothing
else is ever taken out of it. It holds the secret keys, so it is its owner's alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import re
import tarfile
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import structlog

from node.errors import NodeError
from node.service.home import Home
from node.store.ports import StoreError
from peers.encoding import JsonObject, jcs, parse_json
from peers.errors import PeerError

__all__ = ["Backup", "backups", "check_backup", "delete_old", "is_due", "make_backup", "unpack"]

_MANIFEST: Final = "manifest.json"
_STORE: Final = "node.db"
_MEMBER: Final = re.compile(
    r"node\.db|identity\.json|config\.toml|keys/[a-z]+(-[a-z0-9-]+)?(\.key)?"
)
"""What a backup may hold; ``data_dir`` is where all but the settings go."""
_NAME: Final = re.compile(r"intercity-(\d{8}T\d{6}Z)\.tar")
_BLOCK: Final = 1 << 20
_LARGEST_MANIFEST: Final = 1 << 20

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup on the disk.

    Attributes:
        made: When; size: in bytes; sha256: of the whole file.
    """

    path: Path
    made: datetime
    size: int
    sha256: str


async def make_backup(home: Home, out: Path | None = None) -> Backup:
    """Write a backup, and read it again to see that it is whole.

    Args:
        out: A new file; without, one named by the time in the folder of the settings.

    Raises:
        NodeError: It cannot be written, or is not whole.
    """
    made = home.now().astimezone(UTC).replace(microsecond=0)
    out = out or Path(home.config.backup.folder) / f"intercity-{made:%Y%m%dT%H%M%SZ}.tar"
    data = home.config.node.data_dir
    try:
        await asyncio.to_thread(out.parent.mkdir, mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".making-") as room:
            copy = Path(room) / _STORE
            await home.ledger.backup(copy)
            said: JsonObject = {"did": home.document.did.text, "base_url": home.base_url}
            said["made"] = f"{made:%Y-%m-%dT%H:%M:%SZ}"
            parts = await asyncio.to_thread(_parts, data, copy)
            await asyncio.to_thread(_pack, out, said, parts)
        await asyncio.to_thread(check_backup, out)
    except (OSError, StoreError) as exc:
        raise NodeError(f"no backup could be written to {out}: {exc}") from exc
    return await asyncio.to_thread(_backup_at, out, made)


async def backups(home: Home) -> list[Backup]:
    """Those in the folder of the settings, the newest first."""
    return await asyncio.to_thread(_backups_in, Path(home.config.backup.folder))


async def is_due(home: Home) -> bool:
    """Whether one is to be made by itself."""
    every = home.config.backup.every
    newest = await asyncio.to_thread(_newest, Path(home.config.backup.folder))
    return bool(every) and (newest is None or home.now() - newest >= every)


async def delete_old(home: Home) -> int:
    """Delete those that receipts for erasures say are gone; how many there were."""
    oldest = home.now() - home.config.erasure.backups_kept
    gone = 0
    for path, made in await asyncio.to_thread(_named, Path(home.config.backup.folder)):
        if made < oldest:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            _log.info("an old backup was deleted", backup=path.name)
            gone += 1
    return gone


def check_backup(path: Path) -> JsonObject:
    """Read a backup from end to end; what its first member says.

    Raises:
        NodeError: It is none, or not whole; what was expected and found.
    """
    return _read(path, None)


def unpack(path: Path, folder: Path) -> JsonObject:
    """Take a backup out into an empty folder: ``config.toml``, and the rest below ``data/``.

    Raises:
        NodeError: As ``check_backup`` does; what was written by then is left there.
    """
    return _read(path, folder)


def _read(path: Path, folder: Path | None) -> JsonObject:
    try:
        with tarfile.open(path, "r:") as tar:
            first = tar.next()
            if first is None or first.name != _MANIFEST or first.size > _LARGEST_MANIFEST:
                raise NodeError(f"{path}: expected a backup of a node, found another tar file")
            said = _object(tar, first, path)
            wanted = said.get("files")
            if not isinstance(wanted, dict) or not all(map(_MEMBER.fullmatch, wanted)):
                raise NodeError(f"{path}: expected the files of a node to be named in it")
            found = {}
            while (one := tar.next()) is not None:
                if not one.isreg() or one.name not in wanted or one.name in found:
                    raise NodeError(f"{path}: {one.name[:80]!r} does not belong into a backup")
                found[one.name] = _taken(tar, one, folder)
    except (tarfile.TarError, OSError, EOFError) as exc:
        raise NodeError(f"{path} cannot be read as a backup: {exc}") from exc
    for name, digest in wanted.items():
        if found.get(name) != digest:
            instead = found.get(name, "no such file")
            raise NodeError(f"{path}: {name}: expected SHA-256 {digest}, found {instead}")
    return said


def _object(tar: tarfile.TarFile, one: tarfile.TarInfo, path: Path) -> JsonObject:
    file = tar.extractfile(one)
    try:
        said = parse_json(file.read() if file else b"")
    except (PeerError, ValueError) as exc:
        raise NodeError(f"{path}: {_MANIFEST} cannot be read: {exc}") from exc
    if not isinstance(said, dict):
        raise NodeError(f"{path}: {_MANIFEST}: expected an object")
    return said


def _taken(tar: tarfile.TarFile, one: tarfile.TarInfo, folder: Path | None) -> str:
    """The hash of a member, which is written below the folder where there is one."""
    file = tar.extractfile(one)
    assert file is not None
    inner = one.name if one.name == "config.toml" else f"data/{one.name}"
    digest = hashlib.sha256()
    with _new_file(folder / inner) if folder else nullcontext() as made:
        while block := file.read(_BLOCK):
            digest.update(block)
            if made:
                made.write(block)
        if made:
            made.flush()
            os.fsync(made.fileno())
    return digest.hexdigest()


def _new_file(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _parts(data: Path, copy: Path) -> dict[str, Path]:
    """Name in the backup → the file."""
    parts = {_STORE: copy, "identity.json": data / "identity.json"}
    settings = data.parent / "config.toml"
    if settings.is_file():
        parts["config.toml"] = settings
    for key in sorted((data / "keys").iterdir()):
        if key.is_file():
            parts[f"keys/{key.name}"] = key
    strange = [name for name in parts if not _MEMBER.fullmatch(name)]
    if strange:
        raise NodeError(f"{strange[0]}: expected a key as a node names it, found another file")
    return parts


def _pack(out: Path, said: JsonObject, parts: Mapping[str, Path]) -> None:
    files: JsonObject = {}
    for name, path in parts.items():
        files[name] = _digest_of(path)
    manifest = jcs({**said, "files": files})
    part = out.with_name(f".{out.name}.part")
    try:
        made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(made, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
            about = tarfile.TarInfo(_MANIFEST)
            about.size, about.mode = len(manifest), 0o600
            tar.addfile(about, io.BytesIO(manifest))
            for name, path in parts.items():
                tar.add(path, name, recursive=False)
            tar.close()
            file.flush()
            os.fsync(file.fileno())
        os.link(part, out)  # Never over what is there.
    finally:
        part.unlink(missing_ok=True)


def _named(folder: Path) -> list[tuple[Path, datetime]]:
    """Backups by their names, the newest first."""
    if not folder.is_dir():
        return []
    found = [
        (path, datetime.strptime(match[1], "%Y%m%dT%H%M%S%z"))
        for path in folder.iterdir()
        if (match := _NAME.fullmatch(path.name))
    ]
    return sorted(found, key=lambda one: one[1], reverse=True)


def _newest(folder: Path) -> datetime | None:
    return next((made for _, made in _named(folder)), None)


def _backups_in(folder: Path) -> list[Backup]:
    return [_backup_at(path, made) for path, made in _named(folder)]


def _backup_at(path: Path, made: datetime) -> Backup:
    return Backup(path, made, path.stat().st_size, _digest_of(path))


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
