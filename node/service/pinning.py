"""Pinned keys, and what may change them: the log of the city alone.

At first contact a peer's DID document is pinned. What ``did.json`` says later changes nothing by
itself: a key that the log has authorised is taken over with the entries that say so, and any other
is an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping

from node.service.home import Home
from node.store.ports import Contact
from peers.did import Did, DidDocument, parse_did, read_document, write_document
from peers.errors import Malformed, Unreachable, Untrusted
from peers.history import KeyHistory
from peers.keys import PublicKey

__all__ = ["agreed", "alarm_of", "check_identity", "check_place", "document_now"]


async def document_now(home: Home, contact: Contact) -> tuple[bytes, DidDocument] | None:
    """What a peer's DID document says now, as received and read; ``None`` where it cannot be had.

    Raises:
        Untrusted: It speaks for somebody else.
    """
    did = parse_did(contact.did)
    try:
        received = await home.fetch.document(did)
        return received, read_document(received, did, limits=home.limits)
    except (Unreachable, Malformed):
        return None


def agreed(keys: KeyHistory, received: bytes, today: DidDocument) -> bytes:
    """The document to pin, given what a peer's log says of its keys.

    A document that is behind its log is brought up to it: the log is what counts.

    Raises:
        Untrusted: Other keys, and no entry of its log says so.
    """
    expected = keys.document(today)
    for what, named, now in (
        ("record keys", expected.record_keys, today.record_keys),
        ("log keys", expected.log_keys, today.log_keys),
        ("request keys", _requests(expected), _requests(today)),
    ):
        if any(named.get(method) != key for method, key in now.items()):
            raise _alarm(keys.did, what, named, now)
    return received if _same_keys(expected, today) else write_document(expected)


def alarm_of(keys: KeyHistory | None, pinned: DidDocument, today: DidDocument) -> Untrusted:
    """The alarm for a checkpoint that another key signed than the one in force.

    Args:
        keys: The log's word; ``None`` where it has not said any yet.
    """
    known = keys.document(pinned) if keys else pinned
    return _alarm(pinned.did, "log keys", known.log_keys, today.log_keys)


def check_identity(pinned: DidDocument, found: DidDocument) -> None:
    """That an identity may be the pinned one, with new keys perhaps, of which its log will tell.

    Raises:
        Untrusted: A pinned key is gone, or is another one; or the log has moved.
    """
    for what, before, now in (
        ("record keys", pinned.record_keys, found.record_keys),
        ("log keys", pinned.log_keys, found.log_keys),
        ("request keys", _requests(pinned), _requests(found)),
    ):
        if any(now.get(method) != key for method, key in before.items()):
            raise _alarm(pinned.did, what, before, now)
    check_place(pinned, found)


def check_place(pinned: DidDocument, found: DidDocument) -> None:
    """That a peer's log is still where it was pinned.

    Raises:
        Untrusted: It is not.
    """
    if pinned.public_log != found.public_log:
        raise _moved(pinned, found)


def _moved(pinned: DidDocument, found: DidDocument) -> Untrusted:
    return Untrusted(
        pinned.did.text,
        f"its log has moved: expected {pinned.public_log}, found {found.public_log}",
    )


def _requests(document: DidDocument) -> dict[str, PublicKey]:
    return {**document.retired, **document.http_keys}


def _same_keys(one: DidDocument, other: DidDocument) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("record_keys", "log_keys", "http_keys", "revoked")
    )


def _alarm(
    did: Did, what: str, expected: Mapping[str, PublicKey], found: Mapping[str, PublicKey]
) -> Untrusted:
    return Untrusted(
        did.text,
        f"its {what} are other than those pinned at first contact, and its log does not "
        f"say so: expected {_keys(expected)}, found {_keys(found)}. Ask the city by telephone "
        "before you believe it; 'peers unfollow --forget' and 'peers follow' start anew",
    )


def _keys(methods: Mapping[str, PublicKey]) -> str:
    return ", ".join(f"{name.partition('#')[2]} {key.multikey}" for name, key in methods.items())
