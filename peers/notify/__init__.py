"""Messages between nodes: ActivityStreams 2.0 activities, delivered to Linked Data inboxes.

A message is a hint or a word between two nodes, never data to trust: an announcement makes the
receiver pull, what is said about an exchange counts as its sender's word alone, a flag is evidence
to check. Each is canonical JSON with an id of its own, safe to deliver twice and in any order. What
an exchange or an application says is opaque here: a bounded JSON object that the node reads.
"""

from __future__ import annotations

from peers.notify.messages import (
    Announcement,
    ErasureReceipt,
    ExchangeMessage,
    ForkFlag,
    Join,
    JoinType,
    MessageType,
    PeerMessage,
    announce,
    erasure_receipt,
    exchange_message,
    fork_flag,
    join,
)
from peers.notify.reading import read_message

__all__ = [
    "Announcement",
    "ErasureReceipt",
    "ExchangeMessage",
    "ForkFlag",
    "Join",
    "JoinType",
    "MessageType",
    "PeerMessage",
    "announce",
    "erasure_receipt",
    "exchange_message",
    "fork_flag",
    "join",
    "read_message",
]
