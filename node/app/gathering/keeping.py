"""Answers of nodes as files: kept as they came, and given again when nobody is asked any more.

``raw/`` has a folder for each host, and below it the paths that were asked for. ``raw.json`` names
each file with its SHA-256: a byte that changes is found before anything is made of it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from node.errors import NodeError
from node.service.witness import hash_of
from peers.client import Answer, Fetcher
from peers.did import Did
from peers.encoding import JsonObject, jcs, parse_json
from peers.errors import TooLarge, Unreachable
from peers.limits import Limits

__all__ = ["Keeper", "Kept", "changed_files", "read_about", "write_about"]

_RAW: Final = "raw"
_ABOUT: Final = "raw.json"


class Keeper(Fetcher):
    """Fetches, and keeps every whole answer. Where a city is away, its identity is the mirror's.

    Attributes:
        mirrored: DIDs whose identity the directory's mirror gave.
    """

    def __init__(self, folder: Path, directory: str, limits: Limits, *, loopback: bool) -> None:
        super().__init__(limits, allow_loopback=loopback)
        self._folder, self._directory, self._bounds = folder, directory, limits
        self.mirrored: set[str] = set()

    async def get(
        self, url: str, limit: int, *, etag: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """As ``Fetcher.get``, but never conditionally: what is kept must be whole."""
        del etag
        answer = await super().get(url, limit, headers=headers)
        if answer.status == 200:
            await asyncio.to_thread(_write, _place(self._folder, url), answer.body)
        return answer

    async def document(self, did: Did) -> bytes:
        try:
            return await super().document(did)
        except Unreachable:
            host = unquote(did.text.removeprefix("did:web:"))
            url = f"{self._directory}/mirror/{hash_of(f'{host}/log/public')}/did.json"
            answer = await self.get(url, self._bounds.did)
            if answer.status != 200:
                raise
            await asyncio.to_thread(_write, _place(self._folder, did.url), answer.body)
            self.mirrored.add(did.text)
            return answer.body

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Nothing is ever sent to anybody."""
        del body, headers
        raise Unreachable(url, "a researcher's copy sends nothing")


class Kept(Fetcher):
    """Answers from the files alone."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        super().__init__(limits)
        self._folder = folder

    async def get(
        self, url: str, limit: int, *, etag: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        del etag, headers
        place = _place(self._folder, url)
        if not await asyncio.to_thread(place.is_file):
            if await asyncio.to_thread(_answered, _host(self._folder, url)):
                return Answer(status=404, body=b"")
            raise Unreachable(url, "this host did not answer when the rest was fetched")
        if place.stat().st_size > limit:
            raise TooLarge(url, f"expected at most {limit:,} bytes, found {place.stat().st_size:,}")
        return Answer(status=200, body=await asyncio.to_thread(place.read_bytes))

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        del body, headers
        raise Unreachable(url, "nobody is asked any more")


def write_about(folder: Path, about: JsonObject) -> None:
    """Name every file that was kept, with its hash."""
    files: JsonObject = {
        path.relative_to(folder).as_posix(): _digest(path)
        for path in sorted((folder / _RAW).rglob("*"))
        if path.is_file()
    }
    _write(folder / _ABOUT, jcs({**about, "files": files}))


def read_about(folder: Path) -> JsonObject:
    """What was said when the files were fetched.

    Raises:
        NodeError: The folder is none that ``gather`` has made, or was not finished.
    """
    try:
        said = parse_json((folder / _ABOUT).read_bytes())
    except (OSError, ValueError) as exc:
        raise NodeError(f"{folder}: expected {_ABOUT}, as 'gather' writes it: {exc}") from exc
    if not isinstance(said, dict) or not isinstance(said.get("files"), dict):
        raise NodeError(f"{folder / _ABOUT}: expected the files that were fetched, found none")
    return said


def changed_files(folder: Path, about: JsonObject) -> list[str]:
    """Files that are not what was fetched, each with what is wrong with it."""
    wanted = about["files"]
    assert isinstance(wanted, dict)
    wrong = []
    for name, digest in sorted(wanted.items()):
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name}: expected a file, found none")
        elif (found := _digest(path)) != digest:
            wrong.append(f"{name}: expected SHA-256 {digest}, found {found}")
    there = {
        path.relative_to(folder).as_posix() for path in (folder / _RAW).rglob("*") if path.is_file()
    }
    wrong += [f"{name}: was not fetched, but is there" for name in sorted(there - {*wanted})]
    return wrong


def _answered(host: Path) -> bool:
    """Whether more than its identity, which a mirror may have given, was had of a host."""
    return host.is_dir() and any(one.name != "%well-known" for one in host.iterdir())


def _host(folder: Path, url: str) -> Path:
    return folder / _RAW / quote(urlsplit(url).netloc, safe="")


def _place(folder: Path, url: str) -> Path:
    """Where an address is kept: a name for each part of its path, its query with the last."""
    parts = urlsplit(url)
    asked = f"{parts.path}?{parts.query}" if parts.query else parts.path
    names = [quote(unquote(name), safe="?=&") for name in asked.split("/") if name]
    safe = [f"%{name[1:]}" if name.startswith(".") else name for name in names]
    return _host(folder, url).joinpath(*safe, "=")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
