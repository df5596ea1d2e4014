"""Nodes in memory, for tests of what services do: deterministic keys, a clock that tests move.

The homes of one ``Web`` reach each other without a socket, honestly or not::

    web = Web()
    aurora = await home_of("https://aurora.example", web=web)
    hansol = await home_of("https://hansol.example", web=web)
    web.down.add("https://aurora.example")
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from node.config import Config, DeskSettings, NodeSettings, Role
from node.core.identity import identity_of
from node.service.append import open_logs
from node.service.contacts import contact_of_log
from node.service.home import Home, Keys, Own
from node.service.readers import reader_of
from node.service.views import held_notes
from node.service.witness import add_checkpoint, hash_of, held_note
from node.store.memory import (
    MemoryDesk,
    MemoryGraphStore,
    MemoryKeyRing,
    MemoryLedger,
    MemoryTextIndex,
)
from node.store.ports import Audience, audience_of
from peers.client import Answer, Fetcher
from peers.did import DidDocument, write_document
from peers.errors import TooLarge, Unreachable
from peers.httpsig import Request
from peers.keychange import recovery_hash
from peers.keys import SecretKey
from peers.limits import Limits
from peers.log import LogId
from peers.tiles import WIDTH, bundle_path, pack, pack_records, records_path, spans, tile_path
from peers.witness import Cosigned, Declined

__all__ = [
    "FW",
    "Clock",
    "Entropy",
    "Web",
    "WebFetcher",
    "document_of",
    "home_of",
    "need",
    "practice",
    "profile",
    "recovery_of",
]


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


class Web:
    """What every node answers to a GET, from its stores.

    Attributes:
        homes: Address of a node → the node.
        down: Addresses of nodes that do not answer.
        instead: Address → bytes that are answered instead (``None``: not there).
        asked: Every address that was asked for, in order.
    """

    def __init__(self) -> None:
        self.homes: dict[str, Home] = {}
        self.down: set[str] = set()
        self.instead: dict[str, bytes | None] = {}
        self.asked: list[str] = []

    async def get(self, url: str, etag: str, headers: Mapping[str, str] | None = None) -> Answer:
        self.asked.append(url)
        base = next(
            (one for one in self.homes if url == _identity(one) or url.startswith(f"{one}/")), None
        )
        if base is None or base in self.down:
            raise Unreachable(url, "cannot be reached: nobody answers")
        home, path = self.homes[base], url.removeprefix(base)
        path = "/.well-known/did.json" if url == _identity(base) else path
        body = (
            self.instead[url]
            if url in self.instead
            else await self._read(home, url, path, headers or {})
        )
        if body is None:
            return Answer(status=404, body=b"")
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        if etag == tag:
            return Answer(status=304, body=b"", etag=tag)
        return Answer(status=200, body=body, etag=tag)

    async def _read(
        self, home: Home, url: str, path: str, headers: Mapping[str, str]
    ) -> bytes | None:
        members = path.removeprefix("/log/members/")
        if members == path:
            return await self._body(home, path)
        said = {name.lower(): value for name, value in headers.items()}
        if await reader_of(home, Request(method="GET", target=url, headers=said)) is None:
            return None
        return await self._part(home, home.logs[Audience.MEMBERS], members)

    async def _body(self, home: Home, path: str) -> bytes | None:
        if path == "/.well-known/did.json":
            return write_document(home.document)
        if path.startswith("/log/public/"):
            log = home.logs[Audience.PUBLIC]
            return await self._part(home, log, path.removeprefix("/log/public/"))
        if path == "/data/checkpoints":
            return await held_notes(home)
        if path.startswith(("/mirror/", "/witness/")):
            return await self._copy(home, path)
        held = await home.ledger.latest(home.base_url + path)
        return held.body.record if held and held.body else None

    async def _copy(self, home: Home, path: str) -> bytes | None:
        _, kind, named, part = path.split("/", 3)
        for log in await home.ledger.logs():
            if hash_of(log) == named and audience_of(log) is Audience.PUBLIC:
                if kind == "mirror" and part != "did.json":
                    return await self._part(home, log, part)
                contact = await contact_of_log(home, log)
                if kind == "mirror":
                    return contact.document if contact else None
        logs = [one.log for one in await home.desk.contacts() if hash_of(one.log) == named]
        return await held_note(home, logs[0]) if kind == "witness" and logs else None

    async def post(self, url: str, body: bytes) -> Answer:
        """Ask a node to be a witness; whatever else is posted is taken, and thrown away."""
        base = next((one for one in self.homes if url.startswith(f"{one}/")), None)
        if base in self.down:
            raise Unreachable(url, "cannot be reached: nobody answers")
        if not url.endswith("/witness/add-checkpoint"):
            return Answer(status=202, body=b"")
        if base is None:
            raise Unreachable(url, "cannot be reached: there is no such host")
        match await add_checkpoint(self.homes[base], body):
            case Cosigned(lines=lines):
                return Answer(status=200, body=lines)
            case Declined(status=status, body=said):
                return Answer(status=status, body=said.encode())

    async def _part(self, home: Home, log: LogId, path: str) -> bytes | None:
        if path == "checkpoint":
            return await home.ledger.note(log)
        size = (await home.ledger.head(log)).size
        # The first record is had alone as well, by whoever checks how a log began.
        for index, width in [*spans(0, size), *([(0, 1)] if size else [])]:
            start, stop = index * WIDTH, index * WIDTH + width
            if path == bundle_path(index, width):
                return pack(await home.ledger.leaves(log, start, stop))
            if path == tile_path(0, index, width):
                return await home.ledger.tile(log, 0, index, width)
            name, _, skip = path.partition("?from=")
            if name == records_path(index, width):
                held = await home.ledger.entries(log, start + int(skip or 0), stop)
                return pack_records([one.body for one in held])
        return None


def _identity(base: str) -> str:
    """Where the identity of a node is, which belongs to its host's root."""
    scheme, _, rest = base.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/.well-known/did.json"


class WebFetcher(Fetcher):
    """Reaches the nodes of a web, and nobody else."""

    def __init__(self, web: Web) -> None:
        super().__init__(Limits())
        self.web = web

    async def get(
        self, url: str, limit: int, *, etag: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        answer = await self.web.get(url, etag, headers)
        if len(answer.body) > limit:
            raise TooLarge(url, f"expected at most {limit:,} bytes, found {len(answer.body):,}")
        return answer

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        del headers
        return await self.web.post(url, body)


def _key(name: str) -> SecretKey:
    return SecretKey.from_seed(hashlib.sha256(name.encode()).digest())


async def home_of(
    base_url: str = "https://aurora.example",
    *,
    role: Role = "city",
    clock: Clock | None = None,
    web: Web | None = None,
    fetch: Fetcher | None = None,
    two_people: bool = False,
) -> Home:
    """A node in memory whose logs have begun; it reaches the nodes of its web alone."""
    keys = Keys(
        record=_key(f"{base_url} record"),
        log=_key(f"{base_url} log"),
        http=_key(f"{base_url} http"),
    )
    document = document_of(base_url)
    name = base_url.partition("://")[2]
    limits = Limits()
    home = Home(
        config=Config(
            node=NodeSettings(base_url=base_url, role=role, data_dir=Path("absent")),
            desk=DeskSettings(two_people=two_people),
        ),
        own=Own(document, keys),
        keyring=MemoryKeyRing({"record-1": keys.record, "log-1": keys.log, "http-1": keys.http}),
        logs={one: LogId(f"{name}/log/{one}") for one in Audience},
        ledger=MemoryLedger(name),
        desk=MemoryDesk(),
        text=MemoryTextIndex(),
        members_text=MemoryTextIndex(),
        graph=MemoryGraphStore(),
        fetch=fetch or WebFetcher(web or Web()),
        limits=limits,
        now=clock or Clock(),
        entropy=Entropy(base_url),
    )
    await open_logs(home, recovery_hash(recovery_of(base_url).public))
    if web is not None:
        web.homes[base_url] = home
    return home


def recovery_of(base_url: str) -> SecretKey:
    """The recovery key that the city at this address has on paper."""
    return _key(f"{base_url} paper")


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
