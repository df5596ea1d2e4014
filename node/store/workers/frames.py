"""What passes between the node and a query's worker: length, then a message.

The worker runs strangers' queries in native code, so nothing that it sends is trusted: messages are
plain data with a fixed shape and a largest size, never pickles.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

__all__ = [
    "HEADER",
    "Answered",
    "Ask",
    "Costly",
    "Exhausted",
    "Question",
    "Ready",
    "Refused",
    "Reply",
    "frame",
    "read_ask",
    "read_reply",
]

HEADER = 4
"""Bytes of the length, big-endian."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked.

    Attributes:
        query: SPARQL 1.1, any form of query.
        accept: The asker's ``Accept`` header, or one media type.
        default_graphs, named_graphs: The dataset that the protocol names; where both are empty the
            query's own FROM and FROM NAMED hold (SPARQL 1.1 Protocol, section 2.1.4).
        rows: Results, or triples, at most.
        size: Bytes of the answer at most.
    """

    query: str
    accept: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    rows: int
    size: int


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A question, the snapshot that it is asked of, and what may be spent on it.

    Attributes:
        seconds: By the clock, after which it is stopped.
        cpu: Seconds of CPU, where those are bounded too; they do not depend on who else computes.
        memory: Bytes.
    """

    folder: str
    question: Question
    seconds: float
    cpu: float | None = None
    memory: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The worker has started; ``isolation`` says what keeps it off the network."""

    isolation: str


class Answered(msgspec.Struct, frozen=True, tag=True):
    """A complete answer, and the seconds of CPU that it took."""

    media_type: str
    body: bytes
    cpu: float


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Malformed, or asks for what is not offered."""

    reason: str


class Costly(msgspec.Struct, frozen=True, tag=True):
    """Over its budget of rows or bytes."""

    reason: str


class Exhausted(msgspec.Struct, frozen=True, tag=True):
    """Over its budget of memory."""


Reply: TypeAlias = Ready | Answered | Refused | Costly | Exhausted

_ENCODER = msgspec.msgpack.Encoder()
_ASKS = msgspec.msgpack.Decoder(Ask)
_REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def frame(message: Ask | Reply) -> bytes:
    """The message as it is sent."""
    body = _ENCODER.encode(message)
    return len(body).to_bytes(HEADER) + body


def read_ask(body: bytes) -> Ask:
    """Raises ``msgspec.DecodeError`` where it is none."""
    return _ASKS.decode(body)


def read_reply(body: bytes) -> Reply:
    """Raises ``msgspec.DecodeError`` where it is none."""
    return _REPLIES.decode(body)
