"""Comparing what others hold of a log with what we hold: how a split view is found.

A log that shows one history to us and another to a peer is caught as soon as the two of us meet:
each publishes the newest note of every public log that it holds, and both notes are signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import structlog

from node.service.contacts import contact_of_log, document_of_peer
from node.service.forks import against_our_copy, freeze
from node.service.home import Home
from node.service.identities import verifier_of
from node.service.mirrors import mirror_of
from node.store.ports import Audience, Contact, audience_of
from peers.checkpoint import unverified
from peers.errors import Equivocation, Malformed, PeerError
from peers.growth import check_growth
from peers.log import LogId
from peers.sync import drive

__all__ = ["compare_views", "held_notes", "notes_in"]

_VIEWS: Final = "views"
"""Family of pages: DID of a peer → validator of what it answered last."""

_log = structlog.get_logger(__name__)


async def held_notes(home: Home) -> bytes:
    """The newest signed note of every public log that we hold, and the evidence against liars.

    Whoever follows one of those logs finds out by it, though it was told before and has forgotten.
    """
    logs = [log for log in await home.ledger.logs() if audience_of(log) is Audience.PUBLIC]
    notes = [await home.ledger.note(log) for log in logs]
    for contact in await home.desk.contacts():
        if contact.state == "frozen":
            about = [one for one in contact.evidence if _is_of(contact.log, one)]
            notes += [one for one in about if one not in notes]
    return b"\n".join(note for note in notes if note)


def _is_of(log: LogId, note: bytes) -> bool:
    try:
        return unverified(note, log)[0].origin == log
    except Malformed:
        return False


async def compare_views(home: Home, peer: Contact) -> list[str]:
    """Ask a peer which notes it holds, and freeze those logs whose notes contradict our copies.

    It costs one conditional request, and a few tiles for a log of which the peer holds more.

    Returns:
        The DIDs of those that were frozen. What the peer cannot prove changes nothing.
    """
    page = await home.desk.page(_VIEWS, peer.did)
    url = f"{peer.base_url}/data/checkpoints"
    try:
        answer = await home.fetch.get(url, home.limits.page, etag=page.decode() if page else "")
    except PeerError as exc:
        _log.info("a peer does not say what it holds", peer=peer.did, reason=exc.reason)
        return []
    if answer.status != 200:
        return []
    frozen = []
    for origin, note in notes_in(answer.body, url):
        about = await contact_of_log(home, origin)
        if about is None or about.state != "following" or about.did == peer.did:
            continue
        try:
            await _compare(home, peer, about, note)
        except Equivocation as exc:
            _log.error("a log shows another history to a peer", log=about.log, peer=peer.did)
            await freeze(home, about, exc.reason, exc.evidence, exc.proof)
            frozen.append(about.did)
        except PeerError as exc:
            _log.info("a note proves nothing", peer=peer.did, reason=exc.reason)
    await home.desk.put_page(_VIEWS, peer.did, answer.etag.encode())
    return frozen


async def _compare(home: Home, peer: Contact, about: Contact, note: bytes) -> None:
    """Raise what a note that a peer holds proves against a log."""
    found = await against_our_copy(home, about, about.log, note)
    if found is not None:
        raise found
    head, held = await home.ledger.head(about.log), await home.ledger.note(about.log)
    if head.size and unverified(note, about.log)[0].size > head.size:
        verifier = verifier_of(document_of_peer(about))
        flow = check_growth(head, verifier, note, note=held)
        await drive(flow, mirror_of(home, peer.base_url, about.log))


def notes_in(data: bytes, about: str) -> Iterator[tuple[LogId, bytes]]:
    """Signed notes that follow each other, each with the log that it says it is of."""
    parts = data.rstrip(b"\n").split(b"\n\n")
    for text, lines in zip(parts[::2], parts[1::2], strict=False):
        note = text + b"\n\n" + lines + b"\n"
        try:
            yield LogId(unverified(note, about)[0].origin), note
        except Malformed:
            return
