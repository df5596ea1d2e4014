"""Messages from an inbox, read strictly: closed in their members, bounded in their length."""

from __future__ import annotations

import base64
import re
from typing import Any, Final

from peers.checkpoint import unverified
from peers.did import Did, LogId, parse_did
from peers.encoding import JsonObject, parse_canonical
from peers.errors import Malformed
from peers.limits import Limits
from peers.notify.messages import (
    CONTEXT,
    Announcement,
    ErasureReceipt,
    ExchangeMessage,
    ForkFlag,
    Join,
    JoinType,
    MessageType,
    PeerMessage,
)
from peers.times import is_day, is_time

__all__ = ["read_message"]

_ABOUT: Final = "a message"
_HASH: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
_PROOF: Final = 64
"""Hashes of a proof: a root, and as many as a tree is high."""
_VERB: Final = re.compile(r"[a-z][a-z-]{1,30}")
_ULID: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_ENTRY: Final = re.compile(r"/(?:.+/)?log/[a-z]{1,20}/e/(?:0|[1-9][0-9]{0,15})")


def read_message(data: bytes, limits: Limits) -> PeerMessage:
    """Read a message from an inbox.

    It checks the form alone, and that what a message names lies with whom it may be about. Whether
    the actor sent it is what the request's signature shows; whether it is true is not known at all.

    Raises:
        Malformed: Not canonical JSON, or not a message that is known here.
    """
    if len(data) > limits.message:
        raise Malformed(_ABOUT, f"expected at most {limits.message:,} bytes, found {len(data):,}")
    try:
        value = parse_canonical(data, limits=limits)
    except ValueError as exc:
        raise Malformed(_ABOUT, str(exc)) from exc
    match value:
        case {
            "@context": context,
            "id": str() as id_,
            "type": str() as kind,
            "actor": str() as actor,
            "published": str() as published,
            "object": about,
            **rest,
        }:
            _expect(context == CONTEXT, f"@context to be {CONTEXT}", context)
            _expect(1 <= len(id_) <= 200 and id_.isprintable(), "an id of 1 to 200 characters", id_)
            _expect(is_time(published), "published as YYYY-MM-DDTHH:MM:SSZ", published)
            sender = parse_did(actor)
            head: dict[str, Any] = {"id": id_, "actor": sender, "published": published}
        case _:
            raise _unknown(value)
    match rest:
        case {"content": str() as note, **more} if kind == "Announce" and not more:
            _expect(sender.path_of(about), "a log on the actor's host", about)
            return Announcement(**head, log=about, note=note.encode())
        case {"to": str() as to, **more} if not more and isinstance(about, dict):
            return _addressed(kind, {**head, "to": parse_did(to)}, about, value)
    raise _unknown(value)


def _addressed(
    kind: str, head: dict[str, Any], about: JsonObject, value: JsonObject
) -> PeerMessage:
    """A message to one node, by its type and the form of what it is about."""
    match kind, about:
        case (
            "Offer" | "Accept" | "Reject" | "Undo" | "Update",
            {
                "exchange": str() as exchange,
                "verb": str() as verb,
                "content": dict() as content,
                **rest,
            },
        ) if not rest:
            _expect(_ULID.fullmatch(exchange), "the exchange's ULID", exchange)
            _expect(_VERB.fullmatch(verb), "a verb", verb)
            return ExchangeMessage(
                **head, type=MessageType(kind), exchange=exchange, verb=verb, content=content
            )
        case "Accept", {"type": "Delete", "id": str() as entry, "object": str() as record, **rest}:
            return _receipt(head, entry, record, rest)
        case (
            "Join" | "Accept" | "Reject" | "Undo" | "Update",
            {
                "application": str() as application,
                "verb": str() as verb,
                "content": dict() as content,
                **rest,
            },
        ) if not rest:
            _expect(_ULID.fullmatch(application), "the application's ULID", application)
            _expect(_VERB.fullmatch(verb), "a verb", verb)
            return Join(
                **head, type=JoinType(kind), application=application, verb=verb, content=content
            )
        case "Flag", {"log": str() as log, "notes": [str() as one, str() as two], **rest}:
            return _flag(head, log, (one.encode(), two.encode()), rest)
        case _:
            pass
    raise _unknown(value)


def _receipt(head: dict[str, Any], entry: str, record: str, rest: JsonObject) -> ErasureReceipt:
    to: Did = head["to"]
    until = rest.pop("backupsUntil", "")
    _expect(not rest, "a Delete with id, object and backupsUntil", sorted(rest))
    _expect(_ENTRY.fullmatch(to.path_of(entry) or ""), f"an entry of {to}'s log", entry)
    _expect(to.path_of(record), f"the address of a record of {to}", record)
    _expect(until == "" or is_day(until), "backupsUntil as YYYY-MM-DD", until)
    return ErasureReceipt(**head, entry=entry, record=record, backups_until=until)


def _flag(head: dict[str, Any], log: str, notes: tuple[bytes, bytes], rest: JsonObject) -> ForkFlag:
    proof = rest.pop("proof", [])
    _expect(not rest, "a flag with log, notes and proof", sorted(rest))
    _expect(isinstance(proof, list) and len(proof) <= _PROOF, "up to 64 hashes", proof)
    for note in notes:
        origin = unverified(note, _ABOUT)[0].origin
        _expect(origin == log, f"two checkpoints of {log[:200]}", origin)
    _expect(notes[0] != notes[1], "two checkpoints that differ", "the same twice")
    hashes = tuple(_hash(one) for one in proof)
    return ForkFlag(**head, log=LogId(log), notes=notes, proof=hashes)


def _hash(text: object) -> bytes:
    _expect(isinstance(text, str) and _HASH.fullmatch(text), "a hash in base64", text)
    return base64.b64decode(str(text))


def _expect(holds: object, what: str, found: object) -> None:
    if not holds:
        raise Malformed(_ABOUT, f"expected {what}, found {found!r:.200}")


def _unknown(value: JsonObject) -> Malformed:
    return Malformed(
        _ABOUT,
        "expected an Announce, a word about an exchange or an application for membership, the "
        "Accept of a Delete or a Flag, "
        f"in the form that is read here; found {str(value)[:200]}",
    )
