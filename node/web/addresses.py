"""Every address that a page or a header names is built here, from the node's ``base_url``.

Nothing is taken from ``Host`` or a forwarded header: behind whatever proxy, a link is the one that
was configured. Pages link by path, below the prefix of ``base_url``; headers, feeds and data name
whole addresses.

A record's IRI belongs to its publisher's origin. Ours are pages here; a peer's record is shown
under ``/{plural}/{host}/{ulid}``, which is a page and never the IRI of anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from node.core.places import GEONAMES
from node.core.ulid import is_ulid
from vocab.framework import load
from vocab.records import KINDS
from vocab.terms import FW, IC

__all__ = ["PLURALS", "Addresses", "host_of", "place_key"]

PLURALS: Final[Mapping[str, str]] = {
    "practice": "practices",
    "strategy": "strategies",
    "progress-report": "progress-reports",
    "action-status": "action-statuses",
    "commitment": "commitments",
    "need": "needs",
    "offer": "offers",
    "exchange": "exchanges",
    "membership": "memberships",
    "pairing-round": "pairing-rounds",
    "assessment": "assessments",
    "indicator": "indicators",
    "observation-set": "observation-sets",
    "submission": "submissions",
    "recommendation": "recommendations",
    "body": "bodies",
    "study": "studies",
    "agreement": "agreements",
}
"""Segment in a record's IRI → segment of the pages about everybody's records."""

_SPLIT: Final = re.compile(r"[/?#]")
_VOCABULARY: Final = FW.removesuffix("framework/")
"""What stands below it stands below ``/vocab/`` on every node."""
_AGENTS: Final = {"city": "cities", "organization": "organizations"}
_SEGMENTS: Final = frozenset(KINDS.values())


def place_key(iri: str) -> str:
    """The last part of the address of the page about a city without a node.

    >>> place_key("https://sws.geonames.org/2778067/"), place_key("https://graz.example/#city")
    ('2778067', 'graz.example')
    """
    return iri[len(GEONAMES) :].rstrip("/") if iri.startswith(GEONAMES) else host_of(iri)


def host_of(iri: str) -> str:
    """The authority of an IRI as it stands in our pages' paths: lower case, ``%3A`` for a port.

    >>> host_of("http://localhost:8401/practice/01J…")
    'localhost%3A8401'
    """
    return quote(_SPLIT.split(iri.partition("://")[2], maxsplit=1)[0].lower(), safe="")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Builds addresses. ``base`` is the node's ``base_url``, without a trailing slash."""

    base: str

    @property
    def prefix(self) -> str:
        """The path of ``base_url``: empty, or such as ``/rights``."""
        return urlsplit(self.base).path

    @property
    def host(self) -> str:
        """Our own authority, as it stands in our pages' paths."""
        return host_of(self.base)

    def __call__(self, path: str, **query: str | int | tuple[str, ...]) -> str:
        """The address of one of our pages, as a path with its query.

        >>> Addresses("https://city.example/rights")("/search", q="ombudsman", kind=())
        '/rights/search?q=ombudsman'
        """
        return self.prefix + path + _asked(query)

    def whole(self, path: str, **query: str | int | tuple[str, ...]) -> str:
        """The same with scheme and host.

        >>> Addresses("https://city.example").whole("/cities")
        'https://city.example/cities'
        """
        return self.base + path + _asked(query)

    def is_ours(self, iri: str) -> bool:
        """Whether an IRI lies below our base address."""
        return iri.startswith(f"{self.base}/")

    def path_of(self, iri: str) -> str | None:
        """The path of the page about a record or an agent, or ``None`` where it is neither.

        >>> Addresses("https://a.example").path_of("https://b.example/#city")
        '/cities/b.example'
        """
        base, agent, fragment = iri.partition("/#")
        if agent:
            family = _AGENTS.get(fragment)
            return family and f"/{family}/{host_of(base)}"
        base, _, last = iri.rpartition("/")
        if last in _AGENTS and base:
            return f"/{_AGENTS[last]}/{host_of(base)}"
        base, _, segment = base.rpartition("/")
        if not base or segment not in PLURALS or not is_ulid(last):
            return None
        if base == self.base:
            return f"/{segment}/{last}"
        return f"/{PLURALS[segment]}/{host_of(base)}/{last}"

    def page(self, iri: str) -> str | None:
        """Where a page of ours about this IRI is: a record, an agent, or a word of the vocabulary.

        ``None`` for anything else. That the page exists is not checked.
        """
        path = self.word_path(iri) or self.path_of(iri)
        return None if path is None else self(path)

    def word_path(self, iri: str) -> str | None:
        """The path of the page about a concept, scheme or term; an action's is its own.

        >>> Addresses("https://a.example").word_path("https://w3id.org/intercity/ns#state/planned")
        '/vocab/ns/state/planned'
        """
        action = next((one for one in load().actions if one.iri == iri), None)
        if action is not None:
            return f"/actions/{action.code}"
        if iri.startswith(IC):
            return f"/vocab/ns/{quote(iri.removeprefix(IC))}"
        if iri.startswith(_VOCABULARY):
            return f"/vocab/{quote(iri.removeprefix(_VOCABULARY))}".rstrip("/")
        return None

    def record(self, iri: str, *, suffix: str = "") -> str:
        """One of our own records, or a version of it, by path.

        Raises:
            ValueError: It is not below our address.
        """
        if not self.is_ours(iri):
            raise ValueError(f"expected an address below {self.base}, found {iri}")
        return self(iri.removeprefix(self.base) + suffix)


def _asked(query: Mapping[str, str | int | tuple[str, ...]]) -> str:
    kept = {name: value for name, value in query.items() if value not in {"", ()}}
    return f"?{urlencode(kept, doseq=True)}" if kept else ""
