"""The desk: what is private and not yet said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from node.store.ports.ledger import Audience
from peers.log import Body, LogId

__all__ = ["HIDDEN", "Contact", "Desk", "Message", "Staged", "Trail"]

HIDDEN = "hidden"
"""Family of the documents that say which records projections leave out, by the records' IRIs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A record signed and ready, not yet in the log: what a crash must not lose or repeat."""

    log: LogId
    iri: str
    version: int
    kind: str
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """How far we have followed one of a peer's logs; what we hold of it, the ledger knows.

    Attributes:
        size: Entries that its last verified checkpoint names.
        etag: Validator of the checkpoint that was answered last.
        verified: When it was last verified to its end, RFC 3339.
        refused: When we last heard that there is no such log, or none for us; empty where we may
            read it, and where we have not asked.
        error: What is wrong with this log, in words; for the operator alone where not everybody
            may read it.
    """

    size: int = 0
    etag: str = ""
    verified: str = ""
    refused: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What we know of a peer that we follow.

    What older versions kept and this one does not is passed over when a contact is read; what they
    lacked is learned with the next answer.

    Attributes:
        did: Who it is.
        base_url: Where its node answers.
        log: Its public log; the others lie beside it.
        document: Its pinned DID document, as received.
        state: ``following``, ``paused``, ``blocked``, ``frozen`` (it showed two histories).
        source: Who brought it: ``operator``, or the DID of a network.
        followed: When we began, RFC 3339.
        contacted: Last answer of any kind.
        trails: How far we have followed each of its logs.
        granted: Whether the operator lets it read our members' log, member or not.
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
    trails: Mapping[Audience, Trail] = field(default_factory=dict)
    granted: bool = False
    error: str = ""
    failures: int = 0
    evidence: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        """Entries of its public log that its last verified checkpoint names."""
        return self.trail(Audience.PUBLIC).size

    @property
    def verified(self) -> str:
        """When its public log was last verified to its end."""
        return self.trail(Audience.PUBLIC).verified

    def log_of(self, audience: Audience) -> LogId:
        """Its log for an audience, whether or not it keeps one and we may read it."""
        return LogId(f"{self.log.rpartition('/')[0]}/{audience}")

    def trail(self, audience: Audience) -> Trail:
        """How far we have followed its log for an audience."""
        return self.trails.get(audience, Trail())

    def with_trail(self, audience: Audience, **changes: Any) -> Contact:
        """The contact with one trail changed."""
        changed = replace(self.trail(audience), **changes)
        return replace(self, trails={**self.trails, audience: changed})


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

    async def put_pages(self, pages: Mapping[tuple[str, str], bytes | None]) -> None:
        """Keep several documents together, or none: family and key → content (None drops it)."""
        ...

    async def swap_page(self, family: str, key: str, old: bytes | None, new: bytes) -> bool:
        """Replace a document durably, provided that it still is ``old`` (``None``: absent).

        Returns:
            Whether it was; where not, nothing was written. Of two who replace the same ``old`` by
            something else at once, one is told so.
        """
        ...

    async def page(self, family: str, key: str) -> bytes | None: ...
    async def pages(self, family: str) -> dict[str, bytes]: ...
    async def drop_page(self, family: str, key: str) -> None: ...

    async def first_use(self, nonce: str, expires: str, now: str) -> bool:
        """Whether a nonce is new; remembers it durably until it expires."""
        ...
