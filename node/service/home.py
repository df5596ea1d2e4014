"""A node's own things, gathered for its services.

Every service is a plain function whose first argument is the ``Home``: what it may touch is what
stands here, and nothing else is global. Only ``node.app`` builds one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from node.config import Config
from node.store.ports import Audience, Desk, GraphStore, Ledger, TextIndex
from peers.client import Fetcher
from peers.did import DidDocument
from peers.keys import Signer
from peers.limits import Limits
from peers.log import LogId

__all__ = ["Home", "Keys"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Three keys, one a purpose (see the DID document): records, the log, requests."""

    record: Signer
    log: Signer
    http: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the services of one node work with.

    Attributes:
        config: The settings in force.
        document: Our DID document; ``document.did`` is who we are.
        keys: The secret halves.
        logs: Our own log for each audience.
        ledger, desk, text, graph: The stores, behind their ports.
        fetch: The one way out to other nodes.
        limits: What we take from them.
        now: Reads the clock, in UTC; given, so that tests and simulations bring their own.
        entropy: ``entropy(n)`` gives n random bytes; given for the same reason.
    """

    config: Config
    document: DidDocument
    keys: Keys
    logs: Mapping[Audience, LogId]
    ledger: Ledger
    desk: Desk
    text: TextIndex
    graph: GraphStore
    fetch: Fetcher
    limits: Limits
    now: Callable[[], datetime]
    entropy: Callable[[int], bytes]
