"""What the node asks of its stores.

Truth lives in the *ledger*: never lose it. Private work in progress lives on the *desk*. Text and
graph live in the *catalog*, two projections of the ledger that may be dropped and rebuilt; each
keeps its own position inside its own data. No store knows another, and no transaction spans two.

StoreError
├── Conflict     someone else extended the log first
├── Busy         another process holds the store
├── Outdated     the store's schema is of another version than this program
├── Full         no room on the disk: nothing was written, and reading goes on
└── Broken       a write failed so that nobody knows what is on the disk: the process must end
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from node.core.admission import Verdict
from peers.log import Batch, Body, Entry, LogId
from peers.merkle import Frontier

__all__ = [
    "FORGOTTEN",
    "Audience",
    "Broken",
    "Budget",
    "Busy",
    "Change",
    "Conflict",
    "Contact",
    "Desk",
    "Drop",
    "FacetCount",
    "Full",
    "GraphPut",
    "GraphStore",
    "Held",
    "Hit",
    "Ledger",
    "Message",
    "Outdated",
    "Page",
    "Position",
    "Rows",
    "SearchWish",
    "Staged",
    "StoreError",
    "TextIndex",
    "TextPut",
    "audience_of",
]


class StoreError(Exception):
    """A store could not do what was asked."""


class Conflict(StoreError):
    """The log has moved on since its head was read: read it again, and try again."""

    def __init__(self, log: LogId) -> None:
        super().__init__(f"{log}: the log has moved on")
        self.log = log


class Busy(StoreError):
    """Another process holds this store; stop it, or talk to it."""


class Outdated(StoreError):
    """The store was written by another version of the program."""


class Full(StoreError):
    """The disk is full: nothing of this write was kept, and what was held can still be read."""


class Broken(StoreError):
    """The system could not say whether a write reached the disk.

    What memory believes is worth nothing from here on: end the process, and let the next one read
    what the disk really holds.
    """


class Audience(StrEnum):
    """Who may read a log; nothing joins two audiences."""

    PUBLIC = "public"
    MEMBERS = "members"


def audience_of(log: LogId) -> Audience:
    """The audience is the last segment of a log's origin line.

    >>> audience_of(LogId("city.example/log/public"))
    <Audience.PUBLIC: 'public'>
    """
    return Audience(log.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Position:
    """How far a projection has followed one audience's changes.

    Attributes:
        ledger: UUID of the ledger that the sequence belongs to; another UUID means: start again.
        sequence: The last change applied; 0 before the first.
    """

    ledger: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One entry of a log as the ledger holds it.

    Attributes:
        log: Which log.
        index: Position in it, from 0.
        entry: The leaf, read.
        body: Salt and signed record; ``None`` for what was erased (or never arrived).
        verdict: What admission said, and under which version of its rules.
        recorded: When the commit was made here, RFC 3339 in UTC; for peers: when verified.
    """

    log: LogId
    index: int
    entry: Entry
    body: Body | None
    verdict: Verdict
    recorded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of an audience's sequence, for projections to follow.

    The same entry appears again, under a new sequence, when its verdict changes or its body is
    erased. ``held.body`` is what is held now, not what was held then.

    Attributes:
        sequence: Its place in the audience's order, from 1.
        held: The entry.
        newest: The newest admitted entry about the same record, as ``Ledger.latest`` gives it now;
            ``None`` where no entry about it is admitted (any more). This is what a projection
            shows, whatever ``held`` says: an old version that is judged again must not hide a
            newer one, and a refused entry must not remove what is there.
    """

    sequence: int
    held: Held
    newest: Held | None = None


FORGOTTEN = Verdict(admitted=False, reason="the copy of this log was dropped")
"""The verdict on every entry of a log that was forgotten."""


class Ledger(Protocol):
    """The logs that a node holds: its own, and verified copies of its peers'. Ground truth."""

    async def uuid(self) -> str:
        """Names this ledger; made once with it."""
        ...

    async def logs(self) -> list[LogId]:
        """Every log held, in the order of their names."""
        ...

    async def head(self, log: LogId) -> Frontier:
        """The tree as last committed; empty for a log that is not held."""
        ...

    async def note(self, log: LogId) -> bytes | None:
        """The signed checkpoint that came with the head, as its bytes were made or received."""
        ...

    async def commit(
        self,
        batch: Batch,
        bodies: Sequence[Body | None],
        verdicts: Sequence[Verdict],
        *,
        recorded: str,
    ) -> None:
        """Take a batch whole and durably, provided that the log still stands at ``batch.base``.

        ``bodies`` and ``verdicts`` are aligned with ``batch.entries``. A batch without entries
        replaces the note only (a fresh signature over the same tree).

        Raises:
            Conflict: The log has moved on; nothing was written.
        """
        ...

    async def entries(self, log: LogId, start: int, stop: int) -> list[Held]:
        """Entries ``start`` to ``stop``, fewer where the log ends before."""
        ...

    async def leaves(self, log: LogId, start: int, stop: int) -> list[bytes]:
        """The same, as the leaves' bytes alone: what bundles are packed from."""
        ...

    async def tile(self, log: LogId, level: int, index: int, width: int) -> bytes:
        """``width`` hashes of 32 bytes of a hash tile (c2sp.org/tlog-tiles); fewer at the edge."""
        ...

    async def latest(self, iri: str) -> Held | None:
        """The newest admitted entry about a record, withdrawals (``Delete``) included."""
        ...

    async def versions(self, iri: str) -> list[Held]:
        """Every entry about a record, oldest first, quarantined ones included."""
        ...

    async def find(self, log: LogId, iri: str, version: int) -> Held | None:
        """The entry that gave a record this version in this log, if it is there."""
        ...

    async def body(self, digest: str) -> Body | None:
        """A record by its digest; ``None`` where it was erased or never held."""
        ...

    async def erase(self, digest: str) -> None:
        """Delete salt and record for good; harmless when done twice. Adds a change."""
        ...

    async def judge(self, log: LogId, index: int, verdict: Verdict, *, recorded: str) -> None:
        """Replace the verdict on an entry (after an upgrade of the rules). Adds a change."""
        ...

    async def quarantined(self, log: LogId | None = None) -> list[Held]:
        """What is held but was not admitted, with the reasons."""
        ...

    async def changes(self, audience: Audience, after: Position, limit: int) -> list[Change]:
        """What followed ``after``, in the audience's one order.

        A position of another ledger, or ahead of the sequence, yields what follows the start.
        """
        ...

    async def end(self, audience: Audience) -> Position:
        """The position of the newest change."""
        ...

    async def forget(self, log: LogId) -> None:
        """Drop the copy of a peer's log, bodies included.

        Adds a change for each of its entries, without body and not admitted, so that projections
        drop them too; the log can be followed again from its start.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A record signed and ready, not yet in the log: what a crash must not lose or repeat."""

    log: LogId
    iri: str
    version: int
    kind: str
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What we know of a peer that we follow.

    Attributes:
        did: Who it is.
        base_url: Where its node answers.
        log: The log that we follow.
        document: Its pinned DID document, as received.
        state: ``following``, ``paused``, ``blocked``, ``frozen`` (it showed two histories).
        source: Who brought it: ``operator``, or the DID of a network.
        followed: When we began, RFC 3339.
        contacted: Last answer of any kind; ``verified``: last complete verification.
        size: Entries that its last verified checkpoint names.
        etag: Validator of the checkpoint that was answered last.
        error: The last failure in words, empty after a success.
        failures: Failures in a row.
        evidence: The two notes that contradict each other, where the state is ``frozen``.
    """

    did: str
    base_url: str
    log: LogId
    document: bytes
    state: str = "following"
    source: str = "operator"
    followed: str = ""
    contacted: str = ""
    verified: str = ""
    size: int = 0
    etag: str = ""
    error: str = ""
    failures: int = 0
    evidence: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that we owe a peer, or had from one, by its own id."""

    id: str
    peer: str
    direction: str
    topic: str
    body: bytes
    created: str
    due: str = ""
    attempts: int = 0
    done: str = ""
    error: str = ""


class Desk(Protocol):
    """What is private and not yet said. Nothing of it reaches a log but through publishing."""

    async def stage(self, staged: Sequence[Staged]) -> None: ...
    async def staged(self) -> list[Staged]: ...
    async def unstage(self, staged: Sequence[Staged]) -> None: ...

    async def put_contact(self, contact: Contact) -> None: ...
    async def contact(self, did: str) -> Contact | None: ...
    async def contacts(self) -> list[Contact]: ...
    async def drop_contact(self, did: str) -> None: ...

    async def put_message(self, message: Message) -> bool:
        """Keep a message; ``False`` where one of this id and direction was kept before."""
        ...

    async def update_message(self, message: Message) -> None: ...
    async def due(self, now: str, limit: int) -> list[Message]:
        """Outgoing messages not yet done whose time has come, oldest first."""
        ...

    async def messages(self, topic: str) -> list[Message]: ...

    async def put_page(self, family: str, key: str, content: bytes) -> None:
        """Keep a small document of ours (an exchange's state, a setting) under a name."""
        ...

    async def page(self, family: str, key: str) -> bytes | None: ...
    async def pages(self, family: str) -> dict[str, bytes]: ...
    async def drop_page(self, family: str, key: str) -> None: ...

    async def first_use(self, nonce: str, expires: str, now: str) -> bool:
        """Whether a nonce is new; remembers it durably until it expires."""
        ...


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
        order: ``relevance``, ``newest`` (by log time) or ``date`` (by ``sort``, newest first).
        offset, limit: The page; ``limit`` up to 100, ``offset`` up to 10,000.
    """

    words: str = ""
    language: str = "en"
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: tuple[str, ...] = ()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPut:
    """One named graph.

    Attributes:
        graph: Its name: the record's IRI, or a provenance graph's.
        triples: N-Triples, one a line.
        union: Whether the default graph of queries contains it (provenance does not).
    """

    graph: str
    triples: str
    union: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one query may cost.

    Attributes:
        seconds: Until it is killed.
        rows: Results of a SELECT, triples of a CONSTRUCT.
        bytes: Of the serialised answer.
        memory: Bytes of the worker's address space beyond its start.
    """

    seconds: float = 10.0
    rows: int = 10_000
    bytes: int = 16 * 1024 * 1024
    memory: int = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A whole answer, serialised as was asked.

    Attributes:
        media_type: Of ``body``.
        body: The complete result document; never cut.
        position: The state of the catalog that it was answered from.
    """

    media_type: str
    body: bytes
    position: Position


class GraphStore(Protocol):
    """The same records as RDF. Derived: may be dropped and rebuilt."""

    async def position(self) -> Position: ...

    async def apply(self, steps: Sequence[GraphPut | Drop], position: Position) -> None:
        """Take steps and position in one write; harmless when done twice."""
        ...

    async def describe(self, graph: str) -> str | None:
        """The triples of one named graph as sorted N-Triples; ``None`` where it is not held."""
        ...

    async def select(
        self,
        query: str,
        budget: Budget,
        *,
        accept: str = "application/sparql-results+json",
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Rows:
        """Answer a SPARQL 1.1 query of any form, whole, or raise ``node.errors.QueryRefused``
        (malformed, or asks for what is not offered), ``QueryTooCostly`` (deadline, rows, bytes or
        memory) or ``QueryBusy`` (no free worker)."""
        ...

    async def dump(self) -> bytes:
        """Every union graph as sorted N-Quads: byte-identical after a rebuild."""
        ...

    async def isolation(self) -> str:
        """What keeps a stranger's query off the network, in words, for whoever runs the node."""
        ...

    async def compact(self) -> None:
        """Write what is held anew, so that no file keeps text of what was dropped (erasure)."""
        ...

    async def reset(self) -> None: ...
