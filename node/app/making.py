"""Making a node: a folder with settings, keys, stores, and the first entries of its logs."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from node.app.building import build, keep_identity
from node.config import Config, Role, load
from node.errors import SettingsError
from node.service.index import catch_up
from node.service.publish import publish
from node.store.keyfiles import make_keys
from peers.encoding import JsonObject
from vocab.languages import LangMap
from vocab.terms import NodeRole

__all__ = ["Made", "listen_of", "make_node"]


@dataclass(frozen=True, slots=True)
class Made:
    """A node that was just made.

    Attributes:
        did: Who it is.
        recovery_key: The secret that is printed once and kept nowhere.
    """

    did: str
    recovery_key: str


def make_node(
    folder: Path,
    *,
    name: LangMap,
    country: str | None,
    base_url: str,
    role: str = "city",
    listen: str = "",
) -> Made:
    """Make a node in a folder that is empty or absent: settings, keys, stores, first entries.

    It is made beside its place and moved there when it is whole.

    Args:
        name: The city's or organization's, by language; it begins its published profile.
        country: Two letters; a city needs it.
        role: ``city``, ``network`` or ``observer``.
        listen: Where it answers on this machine; as its address says unless given.

    Raises:
        SettingsError: The folder is not empty, or what was given makes no node.
        Invalid: Name or country break the shapes.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError([f"{folder} is not empty: a new node needs a folder of its own"])
    if role == "city" and not country:
        raise SettingsError(["a city needs --country, two letters such as KR"])
    making = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    making.mkdir(mode=0o700, parents=True)
    try:
        made = _make(making, name, country, base_url, role, listen or listen_of(base_url, 8400))
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making)
        raise
    return made


def _make(
    folder: Path, name: LangMap, country: str | None, base_url: str, role: str, listen: str
) -> Made:
    config = _settings(folder / "config.toml", base_url, role, listen)
    config.node.data_dir.mkdir(mode=0o700)
    _, recovery = make_keys(config.node.data_dir / "keys", secrets.token_bytes)
    keep_identity(config)
    did = asyncio.run(_begin(config, name, country))
    return Made(did, recovery.multikey)


def _settings(path: Path, base_url: str, role: str, listen: str) -> Config:
    path.touch(mode=0o600)
    path.write_text(
        "# Settings of this node; 'intercity config example' prints all there are.\n\n"
        f"[node]\nbase_url = {json.dumps(base_url)}\nrole = {json.dumps(role)}\n\n"
        f"[server]\nlisten = {json.dumps(listen)}\n",
        "utf-8",
    )
    return load(path, {})


async def _begin(config: Config, name: LangMap, country: str | None) -> str:
    async with build(config) as home:
        profile = _profile(config.node.role, name, country)
        await publish(home, {**profile, "did": home.document.did.text})
        await catch_up(home)
        return home.document.did.text


def _profile(role: Role, name: LangMap, country: str | None) -> JsonObject:
    if role == "city":
        return {"type": "City", "name": dict(name), "country": (country or "").upper()}
    kind = NodeRole.NETWORK if role == "network" else NodeRole.OBSERVER
    return {"type": "Organization", "name": dict(name), "role": str(kind)}


def listen_of(base_url: str, port: int) -> str:
    """Where a new node listens: its own port on this machine, ``port`` behind a proxy."""
    authority = base_url.partition("://")[2].partition("/")[0]
    host, _, own = authority.partition(":")
    local = host == "localhost" or host.startswith("127.") or host.endswith(".localhost")
    return f"127.0.0.1:{own if local and own else port}"
