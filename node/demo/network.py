"""Starting the demonstration: seven nodes in one process, with records, followed and in step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from node.app import make_node, serve
from node.config import load
from node.demo.records import (
    CITIES,
    City,
    city_documents,
    fact_documents,
    named_in,
    read_city,
)
from node.service.directory import admit
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.replicate import follow, sync_all
from peers.encoding import JsonObject
from vocab.languages import LangMap
from vocab.terms import NodeRole

__all__ = ["DIRECTORY", "OBSERVATORY", "Network", "network"]

DIRECTORY = "directory"
OBSERVATORY = "observatory"

_NAMES = {
    DIRECTORY: {
        "en": "Network of Invented Cities",
        "es": "Red de Ciudades Inventadas",
        "fr": "Réseau des villes inventées",
        "ar": "شبكة المدن المتخيلة",
        "ko": "가상 도시 네트워크",
    },
    OBSERVATORY: {"en": "Observatory of Human Rights Cities"},
}
_SUMMARIES = {
    DIRECTORY: {"en": "A directory of five invented cities, for demonstration."},
    OBSERVATORY: {
        "en": "Publishes sourced facts about real cities, as a third party. "
        "Nothing here is any city's own word."
    },
}


@dataclass(frozen=True, slots=True)
class Network:
    """The nodes that run, by key: ``directory``, the cities' keys, ``observatory``.

    Attributes:
        names: What each is called, by key.
    """

    homes: dict[str, Home]
    names: Mapping[str, LangMap]

    @property
    def directory(self) -> Home:
        """The node that aggregates."""
        return self.homes[DIRECTORY]

    @property
    def cities(self) -> dict[str, Home]:
        """The invented cities' nodes."""
        return {
            key: home for key, home in self.homes.items() if key not in {DIRECTORY, OBSERVATORY}
        }

    async def in_step(self) -> None:
        """Let every node ask every peer of its, and index what came."""
        for home in self.homes.values():
            await sync_all(home)
            await catch_up(home)


@asynccontextmanager
async def network(
    folder: Path, port: int, cities: int, say: Callable[[str], None]
) -> AsyncIterator[Network]:
    """Make and run the whole network until the block ends.

    Args:
        folder: Empty, or one that an earlier demonstration kept: then its records stay.
        port: The directory's; the cities follow, the observatory is last.
        cities: How many of the five.
        say: Told what goes on.
    """
    keys = CITIES[:cities]
    ports = {DIRECTORY: port, **{key: port + n for n, key in enumerate(keys, 1)}}
    ports[OBSERVATORY] = port + len(keys) + 1
    async with AsyncExitStack() as stack:
        homes: dict[str, Home] = {}
        fresh: list[str] = []
        for key, own_port in ports.items():
            if not (folder / key).exists():
                await asyncio.to_thread(_make, folder / key, key, own_port)
                fresh.append(key)
            config = load(folder / key / "config.toml", {})
            homes[key] = await stack.enter_async_context(serve(config))
        made = Network(homes, {key: _name(key) for key in homes})
        others: dict[str, str] = {}
        for key in fresh:
            records = _documents(key, homes[key], others)
            if key in keys:
                others |= named_in(read_city(key), records)
            await publish_many(homes[key], records)
            say(f"{key}: {len(records)} records published")
        if fresh:
            await _acquaint(made)
        await made.in_step()
        yield made


def _make(folder: Path, key: str, port: int) -> None:
    role = {DIRECTORY: "network", OBSERVATORY: "observer"}.get(key, "city")
    city = read_city(key) if role == "city" else None
    make_node(
        folder,
        name=_name(key),
        country=city.country if city else None,
        base_url=f"http://localhost:{port}",
        role=role,
    )


def _name(key: str) -> LangMap:
    return _NAMES[key] if key in _NAMES else read_city(key).name


def _documents(key: str, home: Home, others: Mapping[str, str]) -> Sequence[JsonObject]:
    now = int(home.now().timestamp() * 1000)
    if key in _NAMES:
        own = [_organization(key, home)]
        return own + (
            fact_documents(home.base_url, home.entropy, now) if key == OBSERVATORY else []
        )
    city: City = read_city(key)
    did = home.document.did.text
    return city_documents(city, home.base_url, did, home.entropy, now, others)


def _organization(key: str, home: Home) -> JsonObject:
    return {
        "id": home.profile_iri,
        "type": "Organization",
        "name": dict(_NAMES[key]),
        "summary": dict(_SUMMARIES[key]),
        "role": _role(key),
        "did": home.document.did.text,
        "workingLanguages": ["en"],
        "demonstration": True,
    }


def _role(key: str) -> str:
    return str(NodeRole.NETWORK if key == DIRECTORY else NodeRole.OBSERVER)


async def _acquaint(made: Network) -> None:
    """The directory admits the cities and follows the observatory; cities follow each other."""
    until = datetime(made.directory.now().year + 3, 12, 31, tzinfo=UTC).date().isoformat()
    for city in made.cities.values():
        await admit(made.directory, city.base_url, valid_until=until)
    await follow(made.directory, made.homes[OBSERVATORY].base_url)
    for city in made.cities.values():
        for other in made.homes.values():
            if other is not city:
                await follow(city, other.base_url)
