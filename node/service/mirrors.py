"""Where a copy of a log may be had when its own node does not answer.

A mirror is not trusted: what it answers is signed by the log. It may only be behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from node.service.home import Home
from node.service.witness import hash_of
from node.store.ports import Contact
from peers.client import LogReader
from peers.log import LogId

__all__ = ["mirror_of", "mirrors"]

MOST: Final = 8
"""Mirrors asked for one log."""


async def mirrors(home: Home, log: LogId) -> list[str]:
    """Addresses of nodes to ask: those of the settings, then the peers that we follow.

    Peers that answered last come first; the log's own node is not among them.
    """
    peers = [
        one
        for one in await home.desk.contacts()
        if one.state in {"following", "paused"} and one.log != log
    ]
    found = [*home.config.witness.mirrors, *_by_health(peers)]
    return [one for one in dict.fromkeys(found) if one != home.base_url][:MOST]


def mirror_of(home: Home, base_url: str, log: LogId) -> LogReader:
    """Reads a node's copy of a log."""
    return LogReader(home.fetch, f"{base_url}/mirror/{hash_of(log)}")


def _by_health(peers: Sequence[Contact]) -> list[str]:
    return [one.base_url for one in sorted(peers, key=lambda one: (one.failures, one.did))]
