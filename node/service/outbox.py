"""What we owe other nodes: messages until they are taken, and one word when our log has grown.

Every message is signed and may arrive twice. A peer that does not answer is tried again, later and
later up to once an hour; one that refuses is not asked to reconsider.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from node.core.ulid import ulid
from node.service.contacts import document_of_peer
from node.service.home import Home
from node.service.many import each
from node.service.readers import may_read
from node.store.ports import Audience, Contact, Message
from peers.did import parse_did, read_document
from peers.errors import Malformed, PeerError, Unreachable
from peers.httpsig import Request, sign_request
from peers.notify import announce as announcement

__all__ = ["announce", "backoff", "deliver", "queue", "tell_again"]

MEDIA_TYPE: Final = "application/ld+json"
_AT_ONCE: Final = 8
_BATCH: Final = 100
_FIRST: Final = 15.0
_LONGEST: Final = 3600.0
_TOLD: Final = {Audience.PUBLIC: "told", Audience.MEMBERS: "told-members"}
"""Families of the desk's pages: DID of a peer → what it knows of our log."""
_ASK_AGAIN: Final = timedelta(minutes=5)
"""How long a peer that may not hear of our members' log is taken to be no member."""
_LATER: Final = frozenset({408, 425, 429})
"""Refusals that ask us to come back."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a peer knows of one of our logs: kept under its DID.

    Attributes:
        size: The last size that it took.
        attempts: Failures since; ``due``: when to try again.
    """

    size: int = 0
    attempts: int = 0
    due: str = ""


async def queue(home: Home, peer: str, message: bytes, *, id: str, topic: str) -> None:  # noqa: A002
    """Owe a peer a message; harmless when done twice.

    Args:
        peer: Its DID.
        id: The message's own.
    """
    now = home.stamp()
    await home.desk.put_message(
        Message(id=id, peer=peer, direction="out", topic=topic, body=message, created=now, due=now)
    )


async def deliver(home: Home) -> int:
    """Send every message whose time has come; returns how many were taken."""
    due = await home.desk.due(home.stamp(), _BATCH)
    taken = await each([partial(_deliver, home, one) for one in due], at_once=_AT_ONCE)
    return sum(taken)


async def announce(home: Home) -> int:
    """Tell each peer that we follow how far our logs are, once for each growth.

    What is told is a size and its root. Of the members' log only those hear who may read it.

    Returns:
        How many messages were taken.
    """
    if not home.config.sync.push:
        return 0
    taken = 0
    for audience in Audience:
        log = home.logs[audience]
        size, note = (await home.ledger.head(log)).size, await home.ledger.note(log)
        # Every members' log has its Genesis; there is news where it has more.
        if note is not None and (audience is Audience.PUBLIC or size > 1):
            taken += await _announce_log(home, audience, size, note)
    return taken


async def _announce_log(home: Home, audience: Audience, size: int, note: bytes) -> int:
    told = {
        did: msgspec.json.decode(page, type=_Told)
        for did, page in (await home.desk.pages(_TOLD[audience])).items()
    }
    now = home.stamp()
    waiting = [
        (contact, known)
        for contact in await home.desk.contacts()
        if contact.state == "following"
        and (known := told.get(contact.did, _Told())).size < size
        and known.due <= now
    ]
    if audience is Audience.MEMBERS:
        waiting = [one for one in waiting if await _is_for(home, *one)]
    work = [partial(_announce, home, audience, *one, size, note) for one in waiting]
    return sum(await each(work, at_once=_AT_ONCE))


async def _is_for(home: Home, contact: Contact, told: _Told) -> bool:
    """Whether a peer may hear of our members' log; of one that may not it is asked again later."""
    if await may_read(home, contact):
        return True
    later = (home.now() + _ASK_AGAIN).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    await _keep(home, Audience.MEMBERS, contact, replace(told, due=later))
    return False


async def tell_again(home: Home, contact: Contact) -> None:
    """Have a peer hear of our members' log soon, whatever it was told and whatever it was then."""
    await home.desk.drop_page(_TOLD[Audience.MEMBERS], contact.did)


def backoff(attempts: int, fraction: float) -> timedelta:
    """How long to wait after so many failures: any part of a time that doubles, up to an hour.

    Args:
        fraction: From 0 to 1, drawn anew each time, so that peers do not come back together.

    >>> backoff(1, 1.0), backoff(30, 0.5)
    (datetime.timedelta(seconds=30), datetime.timedelta(seconds=1800))
    """
    return timedelta(seconds=min(_LONGEST, _FIRST * 2.0 ** min(attempts, 20)) * fraction)


async def _deliver(home: Home, message: Message) -> bool:
    attempts = message.attempts + 1
    try:
        await _post(home, message.peer, message.body)
    except Unreachable as exc:
        due = _due(home, attempts)
        later = replace(message, attempts=attempts, due=due, error=exc.reason)
        await home.desk.update_message(later)
        return False
    except PeerError as exc:
        refused = replace(message, attempts=attempts, done=home.stamp(), error=exc.reason)
        await home.desk.update_message(refused)
        return False
    await home.desk.update_message(replace(message, attempts=attempts, done=home.stamp(), error=""))
    return True


async def _announce(
    home: Home, audience: Audience, contact: Contact, told: _Told, size: int, note: bytes
) -> bool:
    now = home.now()
    body = announcement(
        id=f"{home.base_url}/announcement/{ulid(int(now.timestamp() * 1000), home.entropy)}",
        actor=home.document.did,
        published=home.stamp(),
        log=home.log_url(audience),
        note=note,
    )
    taken = True
    try:
        await _post(home, contact.did, body)
        known = _Told(size)
    except Unreachable:
        taken = False
        known = replace(told, attempts=told.attempts + 1, due=_due(home, told.attempts + 1))
    except PeerError:
        taken = False
        known = _Told(size)  # It does not want to know; it will be asked with the next growth.
    await _keep(home, audience, contact, known)
    return taken


async def _keep(home: Home, audience: Audience, contact: Contact, told: _Told) -> None:
    await home.desk.put_page(_TOLD[audience], contact.did, msgspec.json.encode(told))


async def _post(home: Home, peer: str, body: bytes) -> None:
    """Deliver a signed message to a peer's inbox.

    Raises:
        Unreachable: No answer, or one that asks us to come back.
        Malformed: It refuses the message.
    """
    inbox = await _inbox_of(home, peer)
    headers = {"Content-Type": MEDIA_TYPE}
    signed = sign_request(
        Request(method="POST", target=inbox, headers={"content-type": MEDIA_TYPE}, body=body),
        home.keys.http,
        keyid=home.http_method,
        now=int(home.now().timestamp()),
        nonce=base64.urlsafe_b64encode(home.entropy(18)).decode(),
    )
    answer = await home.fetch.post(inbox, body, {**headers, **signed})
    if 200 <= answer.status < 300:
        return
    said = answer.body[:300].decode(errors="replace")
    reason = f"{inbox} answered {answer.status}: {said}"
    if 400 <= answer.status < 500 and answer.status not in _LATER:
        raise Malformed(peer, reason)
    raise Unreachable(peer, reason)


async def _inbox_of(home: Home, peer: str) -> str:
    """Where a peer takes messages: as pinned, or as it says where we do not follow it."""
    contact = await home.desk.contact(peer)
    if contact is not None:
        document = document_of_peer(contact)
    else:
        did = parse_did(peer)
        document = read_document(await home.fetch.document(did), did, limits=home.limits)
    if "inbox" not in document.services:
        raise Malformed(peer, "expected a service #inbox in its DID document, found none")
    return document.services["inbox"]


def _due(home: Home, attempts: int) -> str:
    fraction = int.from_bytes(home.entropy(4)) / 0xFFFFFFFF
    then: datetime = home.now() + backoff(attempts, fraction)
    return then.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
