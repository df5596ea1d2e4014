"""The text index: search over the records of one audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from node.store.ports.ledger import Position
from peers.log import LogId

__all__ = ["Drop", "FacetCount", "Hit", "Page", "SearchWish", "TextIndex", "TextPut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPut:
    """One record as the text index keeps it.

    Attributes:
        iri: The record.
        kind: Its type, such as ``Practice``.
        agent: IRI of the city (or organization) that published it.
        title: Language map, as published.
        texts: Language tag → everything else that is searched in that language.
        concepts: Labels and other names of its concepts in every language, so that a query in
            one language finds records in another.
        facets: Facet name → values (concept IRIs, country codes, language tags…); ``city``,
            ``country``, ``kind``, ``language`` and ``state`` among them where they apply.
        log, index, version: Where it stands.
        published: The log's time; ``recorded``: when we verified it.
        sort: A date as given (``2021-03``) to sort lists by, or empty.
        stored: The record as JSON, to show without asking the ledger.
    """

    iri: str
    kind: str
    agent: str
    title: Mapping[str, str]
    texts: Mapping[str, str]
    concepts: Mapping[str, str]
    facets: Mapping[str, tuple[str, ...]]
    log: LogId
    index: int
    version: int
    published: str
    recorded: str
    sort: str
    stored: bytes


@dataclass(frozen=True, slots=True)
class Drop:
    """A record, or a graph, that is no longer there."""

    iri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWish:
    """What somebody looks for.

    Attributes:
        words: As typed; empty lists everything that the filters admit.
        language: The reader's language: whose snippets to prefer.
        filters: Facet → values, any of which will do; different facets must all hold.
        counts: Facets to count values of.
        span: Least and greatest place in the order ``newest`` (``node.store.found.sort_key``),
            both included; what was published before or after is left out.
        order: ``relevance``, ``newest`` (by log time) or ``date`` (by ``sort``, newest first).
        offset, limit: The page; ``limit`` up to 100, ``offset`` as far as there is anything.
    """

    words: str = ""
    language: str = "en"
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    order: str = "relevance"
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One record found.

    Attributes:
        put: What the index keeps of it.
        snippet: (language, text before, match, text after…) as alternating plain and matched
            parts: even places plain, odd places matched; empty where nothing is highlighted.
        snippet_language: Tag of the snippet.
        why: ``title``, ``text`` or ``concept`` (found through a word of the vocabulary).
        matched: For ``concept``: the words that led here.
    """

    put: TextPut
    snippet: tuple[str, ...] = ()
    snippet_language: str = ""
    why: str = ""
    matched: str = ""


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the records found carry a value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a search, the whole of its counts, and how fresh it is."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    position: Position


class TextIndex(Protocol):
    """Search over the records of one audience. Derived: may be dropped and rebuilt."""

    async def position(self) -> Position: ...

    async def apply(self, steps: Sequence[TextPut | Drop], position: Position) -> None:
        """Take steps and position in one write; harmless when done twice."""
        ...

    async def search(self, wish: SearchWish) -> Page: ...

    async def get(self, iri: str) -> TextPut | None: ...

    async def suggest(self, words: str) -> str | None:
        """The same words with each that is not found replaced by the nearest one that is.

        ``None`` where nothing is misspelt, or nothing is near.
        """
        ...

    async def compact(self) -> None:
        """Write what is held anew, so that no file keeps text of what was dropped (erasure)."""
        ...

    async def reset(self) -> None: ...
