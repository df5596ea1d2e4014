"""A node's own things, gathered for its services.

Every service is a plain function whose first argument is the ``Home``: what it may touch is what
stands here, and nothing else is global. Only ``node.app`` builds one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from node.config import Config
from node.service.strangers import Strangers
from node.store.ports import Audience, Desk, GraphStore, KeyRing, Ledger, TextIndex
from peers.client import Fetcher
from peers.did import DidDocument
from peers.keys import PublicKey, Signer
from peers.limits import Limits
from peers.log import LogId

__all__ = ["Home", "Keys", "Own", "Standing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Three keys, one a purpose (see the DID document): records, the log, requests."""

    record: Signer
    log: Signer
    http: Signer


@dataclass(slots=True)
class Own:
    """Who we are now; a change of keys puts both anew, together.

    Attributes:
        document: Our DID document; ``document.did`` is who we are.
        keys: The secret halves of what is in force.
    """

    document: DidDocument
    keys: Keys


@dataclass(slots=True)
class Standing:
    """Whether this process may sign for our logs: not before somebody was asked how far they are.

    Attributes:
        open: It may.
        behind: Somebody has shown that our log was further than it is here.
        forked: Somebody has shown two histories of it: while this process lives nothing helps.
        reason: Why it may not, in words for the operator.
    """

    open: bool = False
    behind: bool = False
    forked: bool = False
    reason: str = ""

    def lift(self) -> None:
        """Let it sign."""
        self.open, self.behind, self.reason = True, False, ""

    def close(self, reason: str, *, behind: bool = False, forked: bool = False) -> None:
        """Keep it from signing."""
        self.open, self.behind, self.forked, self.reason = False, behind, forked, reason


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Home:
    """What the services of one node work with.

    Attributes:
        config: The settings in force.
        own: Our DID document and our keys, as they are in force.
        keyring: All secret keys that this node has.
        logs: Our own log for each audience.
        ledger, desk, text, graph: The stores, behind their ports. Text and graph are of public
            records.
        members_text: The index of what is for members: nothing public reads it.
        fetch: The one way out to other nodes.
        limits: What we take from them.
        now: Reads the clock, in UTC; given, so that tests and simulations bring their own.
        entropy: ``entropy(n)`` gives n random bytes; given for the same reason.
        writing: Held by whoever extends our own logs. Not what keeps them whole (the ledger's
            compare-and-swap does), but what keeps writers from signing in vain.
        admitting: Held by whoever admits an applicant, so that nobody is admitted twice.
        indexing: Held by whoever brings the projections up to date.
        standing: Whether this process may sign.
        strangers: What we know of nodes that write to us and that we do not follow.
        broken: Set by whoever meets ``node.store.ports.Broken``: the process must end.
    """

    config: Config
    own: Own
    keyring: KeyRing
    logs: Mapping[Audience, LogId]
    ledger: Ledger
    desk: Desk
    text: TextIndex
    members_text: TextIndex
    graph: GraphStore
    fetch: Fetcher
    limits: Limits
    now: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    writing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)
    admitting: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)
    indexing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)
    standing: Standing = field(default_factory=Standing, repr=False, compare=False)
    strangers: Strangers = field(default_factory=Strangers, repr=False, compare=False)
    broken: asyncio.Event = field(default_factory=asyncio.Event, repr=False, compare=False)

    @property
    def document(self) -> DidDocument:
        """Our DID document, as it is served now."""
        return self.own.document

    @property
    def keys(self) -> Keys:
        """The keys that sign now."""
        return self.own.keys

    @property
    def base_url(self) -> str:
        """Our address, without a trailing slash; what every IRI of ours begins with."""
        return self.config.node.base_url

    @property
    def profile_iri(self) -> str:
        """The record that says who we are."""
        kind = "city" if self.config.node.role == "city" else "organization"
        return f"{self.base_url}/{kind}"

    @property
    def agent(self) -> str:
        """The city, or the organization, itself: the publisher of all our records."""
        base, _, kind = self.profile_iri.rpartition("/")
        return f"{base}/#{kind}"

    @property
    def record_method(self) -> str:
        """DID URL of the key that signs records now."""
        return _method_of(self.document.record_keys, self.keys.record)

    @property
    def http_method(self) -> str:
        """DID URL of the key that signs requests now."""
        return _method_of(self.document.http_keys, self.keys.http)

    def text_of(self, audience: Audience) -> TextIndex:
        """The index of what an audience may read; each record is in one of them."""
        return self.text if audience is Audience.PUBLIC else self.members_text

    def log_url(self, audience: Audience) -> str:
        """Address of our log for an audience."""
        return f"{self.base_url}/log/{audience}"

    def stamp(self) -> str:
        """Now, as ``YYYY-MM-DDTHH:MM:SSZ``."""
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _method_of(methods: Mapping[str, PublicKey], signer: Signer) -> str:
    return next(name for name, key in methods.items() if key == signer.public)
