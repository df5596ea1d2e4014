"""The peers that we follow: who they are by the keys we pinned at first contact, and how they are.

A peer is named by its DID or its address. What its ``did.json`` says later changes nothing by
itself (``node.service.pinning``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from node.errors import NotFound, Refused
from node.service.home import Home
from node.service.pinning import check_identity
from node.store.ports import Audience, Contact
from peers.did import DidDocument, did_of, did_of_log, parse_did, read_document
from peers.errors import Malformed, PeerError

__all__ = [
    "Care",
    "care_of",
    "contact_of",
    "contact_of_log",
    "document_of_peer",
    "follow",
    "hint",
    "pause_after",
    "set_grant",
    "set_state",
    "unfollow",
]

STATES: Final = ("following", "paused", "blocked")
_LONGEST_PAUSE: Final = timedelta(hours=1)
_PATIENCE: Final = 3
"""Failures in a row after which somebody should look."""


class Care(StrEnum):
    """What a peer's state asks of those who run this node."""

    NOTHING = "nothing"
    ASK_THE_CITY = "ask-the-city"
    NOTHING_TAKEN = "nothing-taken"
    SEE_WHY = "see-why"


async def follow(home: Home, url: str, *, source: str = "operator") -> Contact:
    """Begin to follow the node at an address: read its identity and pin its keys.

    Doing it again takes up a peer that was paused; it never changes what was pinned.

    Args:
        source: ``operator``, or the DID of the network that named it.

    Raises:
        Malformed: No address of a node.
        Unreachable: It does not answer.
        Untrusted: Its identity is not its own, or is another one than was pinned.
        Refused: It is ourselves, it is blocked, or it showed two histories.
    """
    did = did_of(url.rstrip("/"))
    if did == home.document.did:
        raise Refused(f"{did}: this is our own node")
    received = await home.fetch.document(did)
    document = read_document(received, did, limits=home.limits)
    held = await home.desk.contact(did.text)
    if held is None:
        contact = Contact(
            did=did.text,
            base_url=document.base_url,
            log=document.public_log,
            document=received,
            source=source,
            followed=home.stamp(),
        )
    else:
        check_identity(document_of_peer(held), document)
        _refuse_frozen(held)
        if held.state == "blocked" and source != "operator":
            raise Refused(f"{did}: this peer is blocked here; 'peers resume' lifts that")
        # Whom somebody here follows stays followed, whatever becomes of a network's list.
        by = source if source == "operator" else held.source
        contact = replace(held, state="following", source=by)
    await home.desk.put_contact(contact)
    return contact


def care_of(contact: Contact) -> Care:
    """What is to be done about a peer."""
    match contact.state:
        case "frozen":
            return Care.ASK_THE_CITY
        case "blocked":
            return Care.NOTHING_TAKEN
        case _:
            return Care.SEE_WHY if contact.failures >= _PATIENCE else Care.NOTHING


async def unfollow(home: Home, peer: str, *, forget: bool = False) -> Contact:
    """Stop following a peer.

    Args:
        forget: Drop our copies of its logs as well; otherwise it stays, and stays searchable.

    Raises:
        NotFound: We do not follow it.
    """
    contact = await contact_of(home, peer)
    await home.desk.drop_contact(contact.did)
    if forget:
        for audience in Audience:
            await home.ledger.forget(contact.log_of(audience))
    return contact


async def set_state(home: Home, peer: str, state: str) -> Contact:
    """Make a peer ``following``, ``paused`` (asked nothing) or ``blocked`` (nothing taken from it).

    Raises:
        NotFound: We do not follow it.
        Refused: It showed two histories: that is not mended by asking it again.
    """
    if state not in STATES:
        raise Refused(f"expected a state, one of {', '.join(STATES)}; found {state!r}")
    contact = await contact_of(home, peer)
    _refuse_frozen(contact)
    changed = replace(
        contact, state=state, failures=0 if state == "following" else contact.failures
    )
    await home.desk.put_contact(changed)
    return changed


async def set_grant(home: Home, peer: str, *, granted: bool) -> Contact:
    """Let a peer read our members' log though it is no member, or no longer.

    Raises:
        NotFound: We do not follow it.
    """
    changed = replace(await contact_of(home, peer), granted=granted)
    await home.desk.put_contact(changed)
    return changed


async def contact_of(home: Home, peer: str) -> Contact:
    """The peer that a DID or an address names.

    Raises:
        NotFound: We do not follow it.
    """
    try:
        did = parse_did(peer) if peer.startswith("did:") else did_of(peer.rstrip("/"))
    except PeerError as exc:
        raise NotFound(f"{peer}: {exc.reason}, found neither a DID nor an address") from exc
    contact = await home.desk.contact(did.text)
    if contact is None:
        raise NotFound(f"{did}: expected a peer that we follow; 'peers list' names them")
    return contact


async def contact_of_log(home: Home, log: str) -> Contact | None:
    """The peer whose public log this is, whatever its state, if we know it."""
    try:
        contact = await home.desk.contact(did_of_log(log).text)
    except Malformed:
        return None
    return contact if contact is not None and contact.log == log else None


async def hint(home: Home, did: str, log: str = "") -> None:
    """Note that a peer says it has news: it will be asked soon, and is not believed before.

    Nothing is noted of a node that we do not follow: it would not be asked either.

    Args:
        log: Address of the log that has grown. Where it is one that was not shown to us, it is
            asked for again.
    """
    contact = await home.desk.contact(did)
    if contact is None:
        return
    if log == f"{contact.base_url}/log/{Audience.MEMBERS}":
        await home.desk.put_contact(contact.with_trail(Audience.MEMBERS, refused=""))
    await home.desk.put_page("hint", did, home.stamp().encode())


def document_of_peer(contact: Contact) -> DidDocument:
    """The DID document as pinned."""
    return _read_pinned(contact.document, contact.did)


@lru_cache(maxsize=4096)
def _read_pinned(document: bytes, did: str) -> DidDocument:
    """Read once: every look at a peer asks for it several times."""
    return read_document(document, parse_did(did))


def pause_after(failures: int, every: timedelta) -> timedelta:
    """How long a peer is left alone: longer after each failure in a row, never over an hour more.

    >>> pause_after(0, timedelta(minutes=15)), pause_after(2, timedelta(minutes=15))
    (datetime.timedelta(seconds=900), datetime.timedelta(seconds=3600))
    """
    longer: timedelta = every * 2 ** min(failures, 10)
    return max(every, min(longer, _LONGEST_PAUSE))


def _refuse_frozen(contact: Contact) -> None:
    if contact.state == "frozen":
        raise Refused(
            f"{contact.did}: its log showed two histories ({contact.error}). The evidence is kept; "
            "when you know what happened, 'peers unfollow --forget' and 'peers follow' start anew"
        )
