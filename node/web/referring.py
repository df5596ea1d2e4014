"""Records and cities that a field may name: offered by their titles, beside free addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from node.service.discover import found
from node.service.home import Home
from vocab.languages import LangMap

__all__ = ["Known", "known_for"]

MOST: Final = 200
"""Records that are offered for one field."""


@dataclass(frozen=True, slots=True)
class Known:
    """Something that a field may name: its address, and what it is called."""

    iri: str
    title: LangMap


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Which records a field names: their types, and whether our own, others', or all."""

    kinds: tuple[str, ...]
    own: bool | None = True


_RECORDS: Final[Mapping[str, _Kinds]] = {
    "adaptedFrom": _Kinds(("Practice",), own=False),
    "baseline": _Kinds(("Study",)),
    "examines": _Kinds(("ActionStatus", "Commitment", "Practice", "Strategy")),
    "indicator": _Kinds(("Indicator",), own=None),
    "practices": _Kinds(("Practice",)),
    "reaffirmation": _Kinds(("Commitment",)),
    "reaffirms": _Kinds(("Commitment",)),
    "recommendations": _Kinds(("Recommendation",)),
    "statuses": _Kinds(("ActionStatus",)),
    "unitOf": _Kinds(("Body",)),
}
_AGENTS: Final = frozenset({"parties", "subject"})
_LICENCES: Final = (
    ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
    ("https://creativecommons.org/licenses/by-sa/4.0/", "CC BY-SA 4.0"),
    ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
)


async def known_for(home: Home, keys: Iterable[str]) -> dict[str, Sequence[Known]]:
    """What each of these fields may name, newest first; fields that name nothing are left out."""
    offered: dict[str, Sequence[Known]] = {}
    for key in keys:
        if key in _RECORDS:
            offered[key] = await _records(home, _RECORDS[key])
        elif key in _AGENTS:
            cities = await found(home, kinds=("City", "Organization"))
            offered[key] = [
                Known(one.put.agent, one.put.title) for one in cities if one.put.agent != home.agent
            ][:MOST]
        elif key == "area":
            offered[key] = [Known(home.agent, {"": home.base_url.partition("://")[2]})]
        elif key == "license":
            offered[key] = [Known(iri, {"": name}) for iri, name in _LICENCES]
    return {key: known for key, known in offered.items() if known}


async def _records(home: Home, wish: _Kinds) -> list[Known]:
    agent = home.agent if wish.own else ""
    listed = await found(home, kinds=wish.kinds, agent=agent)
    return [
        Known(one.put.iri, one.put.title)
        for one in listed
        if wish.own is not False or one.put.agent != home.agent
    ][:MOST]
