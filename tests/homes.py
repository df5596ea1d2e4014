"""Nodes in memory, for tests of what services do: deterministic keys, a clock that tests move.

Whoever needs nodes that reach each other builds them with ``node.app`` on loopback ports.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from node.config import Config, NodeSettings, Role
from node.core.identity import identity_of
from node.service.append import open_logs
from node.service.home import Home, Keys
from node.store.memory import MemoryDesk, MemoryLedger
from node.store.memory_catalog import MemoryTextIndex
from node.store.memory_graph import MemoryGraphStore
from node.store.ports import Audience
from peers.client import Fetcher
from peers.did import DidDocument
from peers.keys import SecretKey
from peers.limits import Limits
from peers.log import LogId

__all__ = ["Clock", "Entropy", "document_of", "home_of", "need", "practice", "profile"]

RECOVERY_HASH = "zQmRecoveryKeysAreKeptOnPaperAndHaveNoSecretHere"


class Clock:
    """Says what time it is, one second later each time it is asked."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.time = start

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


class Entropy:
    """Bytes that follow from a name: the same in every run, never the same twice."""

    def __init__(self, name: str) -> None:
        self.name, self.count = name, 0

    def __call__(self, length: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(f"{self.name} {self.count}".encode()).digest(length)


def _key(name: str) -> SecretKey:
    return SecretKey.from_seed(hashlib.sha256(name.encode()).digest())


async def home_of(
    base_url: str = "https://aurora.example",
    *,
    role: Role = "city",
    clock: Clock | None = None,
    fetch: Fetcher | None = None,
) -> Home:
    """A node in memory whose logs have begun; it reaches nobody unless given a fetcher."""
    keys = Keys(
        record=_key(f"{base_url} record"),
        log=_key(f"{base_url} log"),
        http=_key(f"{base_url} http"),
    )
    document = document_of(base_url)
    name = base_url.partition("://")[2]
    limits = Limits()
    home = Home(
        config=Config(node=NodeSettings(base_url=base_url, role=role, data_dir=Path("absent"))),
        document=document,
        keys=keys,
        logs={one: LogId(f"{name}/log/{one}") for one in Audience},
        ledger=MemoryLedger(name),
        desk=MemoryDesk(),
        text=MemoryTextIndex(),
        graph=MemoryGraphStore(),
        fetch=fetch or Fetcher(limits),
        limits=limits,
        now=clock or Clock(),
        entropy=Entropy(base_url),
    )
    await open_logs(home, RECOVERY_HASH)
    return home


def document_of(base_url: str) -> DidDocument:
    """The DID document of the node that ``home_of`` makes at this address."""
    record, log, http = (
        _key(f"{base_url} {purpose}").public for purpose in ("record", "log", "http")
    )
    return identity_of(base_url, record, log, http)


FW = "https://w3id.org/intercity/framework/"
IC = "https://w3id.org/intercity/ns#"


def profile(name: str = "Villa Aurora", country: str = "AR", **more: Any) -> dict[str, Any]:
    """A city's profile, as its officer would write it."""
    return {"type": "City", "name": {"es": name}, "country": country, **more}


def practice(title: str = "Una defensoría que va a los barrios", **more: Any) -> dict[str, Any]:
    """A practice on complaints and redress."""
    return {
        "type": "Practice",
        "title": {"es": title},
        "action": [f"{FW}action/complaint-oversight-redress-mechanism"],
        **more,
    }


def need(action: str = "human-rights-based-budgeting", **more: Any) -> dict[str, Any]:
    """A need on an action, by its slug."""
    return {"type": "Need", "action": f"{FW}action/{action}", "strength": "0.8", **more}
