"""Messages between nodes: ActivityStreams 2.0 activities, delivered to Linked Data inboxes.

A message is a hint or a word between two cities, never data to trust: an announcement makes the
receiver pull, and what is said about an exchange counts as its sender's word alone. Each is
canonical JSON with an id of its own, safe to deliver twice and in any order. What an exchange says
is opaque here: a bounded JSON object that the node reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from peers.did import Did, parse_did
from peers.encoding import JsonObject, jcs, parse_canonical
from peers.errors import Malformed
from peers.limits import Limits

__all__ = [
    "Announcement",
    "ExchangeMessage",
    "MessageType",
    "PeerMessage",
    "announce",
    "exchange_message",
    "read_message",
]

_CONTEXT: Final = "https://www.w3.org/ns/activitystreams"
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_VERBS: Final = re.compile(r"[a-z][a-z-]{1,30}")
_ULID: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


class MessageType(StrEnum):
    """The activity types that carry a word about an exchange."""

    OFFER = "Offer"
    ACCEPT = "Accept"
    REJECT = "Reject"
    UNDO = "Undo"
    UPDATE = "Update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A peer's log has grown: pull it.

    Attributes:
        id: The message's own, ``urn:uuid:…`` or an address.
        actor: Who says so; shown by the request's signature, not by this.
        published: Its own time, ``YYYY-MM-DDTHH:MM:SSZ``.
        log: The log's address.
        note: The signed checkpoint, as a hint.
    """

    id: str
    actor: Did
    published: str
    log: str
    note: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeMessage:
    """One city's word to another about an exchange.

    Attributes:
        type: The activity's type.
        exchange: ULID of the exchange, minted by whoever asks.
        verb: What is said: ``ask``, ``accept``…; which ones there are is the node's to know.
        content: What comes with it, bounded by ``Limits.message``.
    """

    id: str
    actor: Did
    to: Did
    published: str
    type: MessageType
    exchange: str
    verb: str
    content: Mapping[str, Any]


PeerMessage: TypeAlias = Announcement | ExchangeMessage


def announce(*, id: str, actor: Did, published: str, log: str, note: bytes) -> bytes:  # noqa: A002
    """Say that our log has grown."""
    return jcs(
        {
            "@context": _CONTEXT,
            "id": id,
            "type": "Announce",
            "actor": actor.text,
            "published": published,
            "object": log,
            "content": note.decode(),
        }
    )


def exchange_message(message: ExchangeMessage) -> bytes:
    """Write a word about an exchange."""
    return jcs(
        {
            "@context": _CONTEXT,
            "id": message.id,
            "type": str(message.type),
            "actor": message.actor.text,
            "to": message.to.text,
            "published": message.published,
            "object": {
                "exchange": message.exchange,
                "verb": message.verb,
                "content": dict(message.content),
            },
        }
    )


def read_message(data: bytes, limits: Limits) -> PeerMessage:
    """Read a message from an inbox.

    It checks the form alone. Whether the actor sent it is what the request's signature shows.

    Raises:
        Malformed: Not canonical JSON, or not a message that is known here.
    """
    about = "a message"
    if len(data) > limits.message:
        raise Malformed(about, f"expected at most {limits.message:,} bytes, found {len(data):,}")
    try:
        value = parse_canonical(data, limits=limits)
    except ValueError as exc:
        raise Malformed(about, str(exc)) from exc
    match value:
        case {
            "@context": str(),
            "id": str() as id_,
            "type": "Announce",
            "actor": str() as actor,
            "published": str() as published,
            "object": str() as log,
            "content": str() as note,
            **rest,
        } if not rest:
            _check(value, id_, published)
            did = parse_did(actor)
            return Announcement(id=id_, actor=did, published=published, log=log, note=note.encode())
        case {
            "@context": str(),
            "id": str() as id_,
            "type": ("Offer" | "Accept" | "Reject" | "Undo" | "Update") as kind,
            "actor": str() as actor,
            "to": str() as to,
            "published": str() as published,
            "object": {
                "exchange": str() as exchange,
                "verb": str() as verb,
                "content": dict() as content,
                **more,
            },
            **rest,
        } if not rest and not more:
            _check(value, id_, published)
            _expect(_ULID.fullmatch(exchange), "the exchange's ULID", exchange)
            _expect(_VERBS.fullmatch(verb), "a verb", verb)
            return ExchangeMessage(
                id=id_,
                actor=parse_did(actor),
                to=parse_did(to),
                published=published,
                type=MessageType(kind),
                exchange=exchange,
                verb=verb,
                content=content,
            )
    raise Malformed(
        about, f"expected an Announce, or a word about an exchange; found {_short(value)}"
    )


def _check(value: JsonObject, id_: str, published: str) -> None:
    _expect(value["@context"] == _CONTEXT, f"@context to be {_CONTEXT}", value["@context"])
    _expect(1 <= len(id_) <= 200 and id_.isprintable(), "an id of 1 to 200 characters", id_)
    _expect(_TIME.fullmatch(published), "published as YYYY-MM-DDTHH:MM:SSZ", published)


def _expect(holds: object, what: str, found: object) -> None:
    if not holds:
        raise Malformed("a message", f"expected {what}, found {_short(found)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
