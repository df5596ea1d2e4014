"""Finding what is held: cities and their records, with where each stands and when it was checked.

Everything comes from a text index, so what is shown is what search finds; the records in it are
those that admission let through. It is the public one, unless members' records are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from node.errors import NotFound
from node.service.home import Home
from node.store.ports import Audience, Contact, SearchWish, TextPut
from peers.encoding import parse_json
from vocab.languages import LangMap
from vocab.records import ActionStatus, AnyRecord, Assessment, City, parse

__all__ = [
    "CityEntry",
    "CityPicture",
    "Elsewhere",
    "Found",
    "cities",
    "city",
    "elsewhere",
    "found",
    "host_of",
    "names",
    "put_of",
]

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A record from the index: what the index keeps of it, and the record itself."""

    put: TextPut
    record: AnyRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class CityEntry:
    """A city in a list.

    Attributes:
        agent: IRI of the city itself; host: its name in addresses of pages.
        own: Whether it is this node's own.
        contact: What we know of its node, where we follow it.
        states: Action IRI → state IRI, for the whole city.
    """

    agent: str
    host: str
    profile: Found
    own: bool
    contact: Contact | None
    states: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> LangMap:
        """What it is called."""
        assert isinstance(self.profile.record, City)
        return self.profile.record.name


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A city without a node here: all that is known of it is what others say.

    Attributes:
        iri: Of GeoNames, or ``{base}/#city`` of a node that we do not follow.
        said: The Assessments of it, newest first; at least one.
    """

    iri: str
    said: tuple[Found, ...]

    @property
    def name(self) -> LangMap:
        return self._newest.subject_name

    @property
    def country(self) -> str:
        return self._newest.subject_country

    @property
    def _newest(self) -> Assessment:
        newest = self.said[0].record
        assert isinstance(newest, Assessment)
        return newest


@dataclass(frozen=True, slots=True, kw_only=True)
class CityPicture:
    """Everything public about one city, each kind newest first.

    Attributes:
        statuses: Action IRI → what the city says of it: the whole city first, then districts.
        assessments: What others say about it; never merged with the city's own word.
    """

    entry: CityEntry
    statuses: Mapping[str, tuple[Found, ...]]
    practices: tuple[Found, ...]
    strategies: tuple[Found, ...]
    commitments: tuple[Found, ...]
    reports: tuple[Found, ...]
    needs: tuple[Found, ...]
    offers: tuple[Found, ...]
    exchanges: tuple[Found, ...]
    assessments: tuple[Found, ...]


async def found(
    home: Home,
    *,
    kinds: Sequence[str] = (),
    agent: str = "",
    audience: Audience = Audience.PUBLIC,
    **facets: Sequence[str],
) -> list[Found]:
    """Every record that matches, newest first.

    Args:
        audience: Whose records; for members' ones, whoever asks must be of our own staff.
        kinds: Types, any of which will do; agent: published by this city alone.
        facets: Further facets of the index, such as ``action`` or ``subject``.
    """
    filters = {name: tuple(values) for name, values in facets.items() if values}
    if kinds:
        filters["kind"] = tuple(kinds)
    if agent:
        filters["city"] = (agent,)
    listed: list[Found] = []
    while True:
        wish = SearchWish(filters=filters, order="newest", offset=len(listed), limit=_PAGE)
        page = await home.text_of(audience).search(wish)
        listed += [Found(hit.put, put_of(hit.put)) for hit in page.hits]
        if not page.hits or len(listed) >= page.total:
            return listed


def put_of(put: TextPut) -> AnyRecord:
    """The record that the index keeps."""
    return _parsed(put.stored)


async def cities(home: Home) -> list[CityEntry]:
    """Every city that is held, by name."""
    profiles = await found(home, kinds=["City"])
    states: dict[str, dict[str, str]] = {}
    for one in await found(home, kinds=["ActionStatus"]):
        status = one.record
        if isinstance(status, ActionStatus) and not status.district:
            states.setdefault(one.put.agent, {}).setdefault(status.action, status.state)
    contacts = {contact.log: contact for contact in await home.desk.contacts()}
    listed = [
        CityEntry(
            agent=one.put.agent,
            host=host_of(one.put.agent),
            profile=one,
            own=one.put.agent == home.agent,
            contact=contacts.get(one.put.log),
            states=states.get(one.put.agent, {}),
        )
        for one in profiles
    ]
    return sorted(listed, key=lambda entry: (_sorted_name(entry.name), entry.agent))


async def city(home: Home, host: str) -> CityPicture:
    """One city's public picture.

    Args:
        host: As in addresses of pages (``host_of``).

    Raises:
        NotFound: No city of this name is held.
    """
    # Hosts know no case, nor do the hexadecimal digits of a port's colon.
    wanted = host.lower()
    entry = next((one for one in await cities(home) if one.host.lower() == wanted), None)
    if entry is None:
        raise NotFound(f"{host}: expected a city that this node holds, found none")
    own = await found(home, agent=entry.agent)
    profile = entry.profile.record
    assert isinstance(profile, City)
    subjects = [entry.agent, *([profile.place] if profile.place else [])]
    others = await found(home, kinds=["Assessment"], subject=subjects)
    statuses: dict[str, list[Found]] = {}
    for one in own:
        if isinstance(one.record, ActionStatus):
            statuses.setdefault(one.record.action, []).append(one)
    return CityPicture(
        entry=entry,
        statuses={action: _whole_city_first(ones) for action, ones in statuses.items()},
        practices=_of(own, "Practice"),
        strategies=_of(own, "Strategy"),
        commitments=_of(own, "Commitment"),
        reports=_of(own, "ProgressReport"),
        needs=_of(own, "Need"),
        offers=_of(own, "Offer"),
        exchanges=_of(own, "Exchange"),
        assessments=tuple(one for one in others if one.put.agent != entry.agent),
    )


async def elsewhere(home: Home) -> list[Elsewhere]:
    """Every city that others speak of and that has no node here, by name.

    A city that says in its profile which place it is takes the place of what others said of it.
    """
    spoken: set[str] = set()
    for one in await found(home, kinds=["City"]):
        if isinstance(one.record, City):
            spoken |= {one.put.agent, one.record.place or one.put.agent}
    said: dict[str, list[Found]] = {}
    for one in await found(home, kinds=["Assessment"]):
        if isinstance(one.record, Assessment) and one.record.subject not in spoken:
            said.setdefault(one.record.subject, []).append(one)
    listed = [Elsewhere(iri, tuple(ones)) for iri, ones in said.items()]
    return sorted(listed, key=lambda city: (_sorted_name(city.name), city.iri))


async def names(home: Home) -> dict[str, LangMap]:
    """What every publisher that is held calls itself, by agent IRI."""
    profiles = await found(home, kinds=["City", "Organization"])
    return {one.put.agent: one.put.title for one in profiles}


def host_of(agent: str) -> str:
    """A city's name in addresses of pages: its host, with ``%3A`` for a port's colon.

    >>> host_of("http://localhost:8401/#city"), host_of("https://city.example/rights/#city")
    ('localhost%3A8401', 'city.example')
    """
    return agent.partition("://")[2].partition("/")[0].replace(":", "%3A")


@lru_cache(maxsize=20_000)
def _parsed(stored: bytes) -> AnyRecord:
    value = parse_json(stored)
    assert isinstance(value, dict)
    return parse(value)


def _of(own: Sequence[Found], kind: str) -> tuple[Found, ...]:
    return tuple(one for one in own if one.put.kind == kind)


def _whole_city_first(ones: Sequence[Found]) -> tuple[Found, ...]:
    return tuple(sorted(ones, key=lambda one: bool(getattr(one.record, "district", None))))


def _sorted_name(name: LangMap) -> str:
    """The English name where there is one, so that a list in many scripts has one order."""
    return (name.get("en") or next(iter(name.values()), "")).casefold()
