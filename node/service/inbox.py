"""Messages from other nodes: who sent it is shown by its signature, and nothing in it is believed.

An announcement makes us pull; a word about an exchange goes to ``node.service.pair``, one about an
application for membership to ``node.service.applications``. The key is the sender's pinned one; of
a node that we do not follow, the one that its DID document names, which is asked for within bounds
(``node.service.strangers``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from node.errors import Refused
from node.service import applications, pair
from node.service.contacts import document_of_peer, hint
from node.service.erase import take_receipt
from node.service.forks import take_flag
from node.service.home import Home
from node.store.ports import Contact
from peers.did import Did, DidDocument, parse_did, read_document
from peers.errors import BadSignature, Malformed, Unreachable
from peers.httpsig import LIFETIME, Request, check_claim, read_claim, verify_request
from peers.notify import (
    Announcement,
    ErasureReceipt,
    ExchangeMessage,
    ForkFlag,
    Join,
    read_message,
)

__all__ = ["receive"]

_AGAIN: Final = timedelta(minutes=1)

_MEDIA_TYPES: Final = ("application/ld+json", "application/activity+json")


async def receive(home: Home, request: Request) -> None:
    """Take one message; taking it twice is harmless, by its id.

    Args:
        request: ``target`` is built from our own ``base_url``.

    Raises:
        Malformed: It is no message that we read, or it is not signed as it must be.
        BadSignature: The signature does not hold, is too old, or was seen before.
        Unreachable: The sender's DID document cannot be had.
        Refused: The sender is blocked here, or is not who the message says.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _MEDIA_TYPES:
        raise Malformed("a message", f"expected {' or '.join(_MEDIA_TYPES)}, found {kind!r}")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Malformed("a message", "expected no Content-Encoding")
    message = read_message(request.body, home.limits)
    sender = await _sender(home, request)
    if message.actor != sender:
        raise Refused(f"{sender}: expected its own message, found one by {message.actor}")
    match message:
        case Announcement():
            await hint(home, sender.text, message.log)
        case _ if message.to != home.document.did:
            raise Refused(f"{sender}: expected a message to {home.document.did}")
        case ExchangeMessage():
            await pair.receive(home, message)
        case ErasureReceipt():
            await take_receipt(home, message)
        case ForkFlag():
            await take_flag(home, message)
        case Join():
            await applications.receive(home, message)


async def _sender(home: Home, request: Request) -> Did:
    """Who signed the request; its nonce is spent."""
    claim = read_claim(request, "a message")
    did = parse_did(claim.keyid.partition("#")[0])
    contact = await home.desk.contact(did.text)
    if did == home.document.did:
        raise Refused(f"{did}: a node sends itself no messages")
    if contact is not None and contact.state in {"blocked", "frozen"}:
        raise Refused(f"{did}: nothing is taken from this node here ({contact.state})")
    now = home.now()
    # First what needs no key: nobody is asked for one in vain.
    check_claim(claim, request, about=did.text, now=int(now.timestamp()))
    document = (
        document_of_peer(contact)
        if contact
        else await home.strangers.document(did, claim.keyid, now, partial(_document, home))
    )
    key = document.http_keys.get(claim.keyid)
    if key is None:
        await _expect_change(home, contact, claim.keyid)
        raise BadSignature(did.text, f"expected one of its request keys, found {claim.keyid}")
    verify_request(claim, request, key, about=did.text, now=int(now.timestamp()))
    expires = datetime.fromtimestamp(claim.expires + LIFETIME, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if not await home.desk.first_use(f"{claim.keyid} {claim.nonce}", expires, home.stamp()):
        raise BadSignature(did.text, "this very request was taken before")
    return did


async def _expect_change(home: Home, contact: Contact | None, keyid: str) -> None:
    """A peer that we follow may have changed its keys since we read its log: read it, then judge.

    A message refused for good would be lost, and it may be the one that tells of a fork. That
    somebody names a key is no reason to ask more often than once a minute.

    Raises:
        Unreachable: Nobody can tell yet.
    """
    if contact is None:
        return
    document = document_of_peer(contact)
    known = {**document.retired, **document.revoked, **document.record_keys, **document.log_keys}
    if keyid in known or "#" not in keyid:
        return
    if contact.contacted < (home.now() - _AGAIN).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"):
        await hint(home, contact.did)
    raise Unreachable(
        contact.did,
        f"expected one of the request keys that its log has named so far, found {keyid}: its log "
        "is read first, come back then",
    )


async def _document(home: Home, did: Did) -> DidDocument:
    return read_document(await home.fetch.document(did), did, limits=home.limits)
