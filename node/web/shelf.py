"""What several pages show of the catalog, kept until the catalog moves on.

Everything here follows from the public text index alone, so it holds for exactly one position of
it; a visitor after a change makes it anew. What peers' nodes are like is not kept: it changes
without the catalog.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from aiohttp import web

from node.core.claims import Clash
from node.core.profile import Profile
from node.service import conflicts, discover, matching
from node.service import lessons as learning
from node.service.discover import CityEntry, CityPicture, Elsewhere, Found
from node.service.lessons import Lesson
from node.store.ports import Position
from node.web.context import home_of
from node.web.facade import Block
from vocab.framework import load
from vocab.languages import LangMap
from vocab.records import ActionStatus, City

__all__ = [
    "SHELF",
    "Shelf",
    "about",
    "blocks_of",
    "cities",
    "clashes",
    "elsewhere",
    "is_demonstration",
    "kept",
    "lessons",
    "names",
    "offering",
    "picture",
    "profiles",
    "slug_of",
]

T = TypeVar("T")

_MOST: Final = 500
"""Things kept: some for all, and a picture for each city that is visited."""


class Shelf:
    """Things made from one position of the text index."""

    def __init__(self) -> None:
        self._position: Position | None = None
        self._held: dict[str, Any] = {}

    async def take(self, position: Position, name: str, make: Callable[[], Awaitable[T]]) -> T:
        """The thing of this name at this position, made where it is not there yet."""
        if position != self._position or len(self._held) >= _MOST:
            self._position, self._held = position, {}
        if name not in self._held:
            made = await make()
            if position != self._position:
                return made
            self._held[name] = made
        found: T = self._held[name]
        return found


SHELF: Final = web.AppKey("shelf", Shelf)


async def cities(request: web.Request) -> Sequence[CityEntry]:
    """Every city that is held, by name."""
    return await kept(request, "cities", lambda: discover.cities(home_of(request)))


async def picture(request: web.Request, host: str) -> CityPicture:
    """Everything public about one city.

    Raises:
        NotFound: No city of this host is held.
    """
    return await kept(request, f"city {host}", lambda: discover.city(home_of(request), host))


async def about(request: web.Request, action: str, kinds: Sequence[str]) -> Sequence[Found]:
    """Everything public of these kinds about an action, by its IRI."""
    home = home_of(request)
    return await kept(
        request,
        f"action {action}",
        lambda: discover.found(home, kinds=kinds, action=[action]),
    )


async def elsewhere(request: web.Request) -> Sequence[Elsewhere]:
    """Every city without a node here that others speak of, by name."""
    return await kept(request, "elsewhere", lambda: discover.elsewhere(home_of(request)))


async def offering(request: web.Request) -> frozenset[str]:
    """The cities that have published what they can help with, by IRI."""
    home = home_of(request)

    async def make() -> frozenset[str]:
        return frozenset(one.put.agent for one in await discover.found(home, kinds=["Offer"]))

    return await kept(request, "offering", make)


async def names(request: web.Request) -> Mapping[str, LangMap]:
    """What each publisher calls itself, by its IRI."""
    return await kept(request, "names", lambda: discover.names(home_of(request)))


async def profiles(request: web.Request) -> Sequence[Profile]:
    """Every city as pairing sees it."""
    return await kept(request, "profiles", lambda: matching.profiles(home_of(request)))


def blocks_of(picture: CityPicture) -> dict[str, Block]:
    """The façade of a city: for each action its whole-city state, else that of a district."""
    blocks = {}
    for action in load().actions:
        said = picture.statuses.get(action.iri, ())
        if said and isinstance(status := said[0].record, ActionStatus):
            blocks[action.code] = Block(slug_of(status.state), part=bool(status.district))
    return blocks


def slug_of(state: str) -> str:
    """``https://…/ns#state/in-place`` → ``in-place``."""
    return state.rpartition("/")[2]


def is_demonstration(entry: CityEntry) -> bool:
    """Whether a city says that it is invented."""
    return isinstance(entry.profile.record, City) and bool(entry.profile.record.demonstration)


async def clashes(request: web.Request) -> Sequence[Clash]:
    """Which nodes claim to be one city."""
    return await kept(request, "clashes", lambda: conflicts.clashes_held(home_of(request)))


async def lessons(request: web.Request) -> Sequence[Lesson]:
    """Who learned what from whom, newest first."""
    return await kept(request, "lessons", lambda: learning.lessons(home_of(request)))


async def kept(request: web.Request, name: str, make: Callable[[], Awaitable[T]]) -> T:
    """What ``make`` makes of the public records, made once for each position of the catalog."""
    position = await home_of(request).text.position()
    return await request.config_dict[SHELF].take(position, name, make)
