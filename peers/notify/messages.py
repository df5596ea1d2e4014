"""What nodes say to each other, as types, and how each is written.

Every message is canonical JSON with an id, a type of ActivityStreams 2.0, an actor, the time, and
what it is about.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from peers.did import Did, LogId
from peers.encoding import JsonValue, jcs

__all__ = [
    "CONTEXT",
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
]

CONTEXT: Final = "https://www.w3.org/ns/activitystreams"


class MessageType(StrEnum):
    """The activity types that carry a word about an exchange."""

    OFFER = "Offer"
    ACCEPT = "Accept"
    REJECT = "Reject"
    UNDO = "Undo"
    UPDATE = "Update"


class JoinType(StrEnum):
    """The activity types that carry a word about an application for membership."""

    JOIN = "Join"
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
        log: The log's address, on the actor's host.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A word between a city and a network about the city's application for membership.

    Attributes:
        to: The network, or the applicant.
        type: The activity's type.
        application: ULID of the application, minted by the applicant.
        verb: What is said: ``apply``, ``admit``…; which ones there are is the node's to know.
        content: What comes with it, bounded by ``Limits.message``.
    """

    id: str
    actor: Did
    to: Did
    published: str
    type: JoinType
    application: str
    verb: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReceipt:
    """A follower has erased a record, as its publisher's log asked.

    Attributes:
        to: The publisher.
        entry: Address of the Delete entry in the publisher's log.
        record: Address of the record.
        backups_until: Last day, ``YYYY-MM-DD``, on which a backup may still hold it; empty where
            none does.
    """

    id: str
    actor: Did
    to: Did
    published: str
    entry: str
    record: str
    backups_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkFlag:
    """A follower or witness has seen a log show two histories, and passes on what it saw.

    Attributes:
        to: Whom it tells.
        log: Origin line of the log.
        notes: Two checkpoints in its name, in the order in which they were received. Whether its
            key signed them, and whether they contradict each other, is for the receiver to check.
        proof: For notes of two sizes: see ``peers.evidence``.
    """

    id: str
    actor: Did
    to: Did
    published: str
    log: LogId
    notes: tuple[bytes, bytes]
    proof: tuple[bytes, ...] = ()


PeerMessage: TypeAlias = Announcement | ExchangeMessage | Join | ErasureReceipt | ForkFlag
_Addressed: TypeAlias = ExchangeMessage | Join | ErasureReceipt | ForkFlag


def announce(*, id: str, actor: Did, published: str, log: str, note: bytes) -> bytes:  # noqa: A002
    """Say that our log has grown."""
    return jcs(
        {
            "@context": CONTEXT,
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
    about: JsonValue = {
        "exchange": message.exchange,
        "verb": message.verb,
        "content": dict(message.content),
    }
    return _activity(str(message.type), message, about)


def join(message: Join) -> bytes:
    """Write a word about an application."""
    about: JsonValue = {
        "application": message.application,
        "verb": message.verb,
        "content": dict(message.content),
    }
    return _activity(str(message.type), message, about)


def erasure_receipt(message: ErasureReceipt) -> bytes:
    """Write a receipt: the ``Delete`` of the publisher's log, accepted."""
    about: dict[str, JsonValue] = {
        "type": "Delete",
        "id": message.entry,
        "object": message.record,
    }
    if message.backups_until:
        about["backupsUntil"] = message.backups_until
    return _activity("Accept", message, about)


def fork_flag(message: ForkFlag) -> bytes:
    """Write what was seen of a log with two histories.

    Raises:
        ValueError: A note that is no text.
    """
    notes: list[JsonValue] = [note.decode() for note in message.notes]
    about: dict[str, JsonValue] = {"log": message.log, "notes": notes}
    if message.proof:
        about["proof"] = [base64.b64encode(one).decode() for one in message.proof]
    return _activity("Flag", message, about)


def _activity(kind: str, message: _Addressed, about: JsonValue) -> bytes:
    return jcs(
        {
            "@context": CONTEXT,
            "id": message.id,
            "type": kind,
            "actor": message.actor.text,
            "to": message.to.text,
            "published": message.published,
            "object": about,
        }
    )
