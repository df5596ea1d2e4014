"""Logs that have shown two histories: frozen here, with the evidence, and told to the others.

A frozen peer keeps its last good data here and is asked nothing more. Others are told by a flag
that carries the two notes; nobody believes it before having checked them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec
import structlog

from node.core.evidence import evidence_of
from node.core.ulid import ulid
from node.errors import NotFound, Refused
from node.service.contacts import contact_of_log, document_of_peer
from node.service.home import Home
from node.service.identities import own_signer, verifier_of
from node.service.keys import history_of, open_newest
from node.service.outbox import queue
from node.service.tree import frontier_at, growth
from node.store.ports import Contact
from peers.checkpoint import open_note, unverified
from peers.did import parse_did
from peers.encoding import JsonObject
from peers.errors import Equivocation, PeerError
from peers.evidence import contradiction
from peers.log import LogId
from peers.notify import ForkFlag, fork_flag

__all__ = ["against_our_copy", "evidence_against", "freeze", "take_flag"]

_PROOF: Final = "proof"
"""Family of pages: DID of a frozen peer → hashes that prove what its two notes show."""

_log = structlog.get_logger(__name__)


async def freeze(
    home: Home,
    contact: Contact,
    reason: str,
    notes: Sequence[bytes],
    proof: Sequence[bytes] = (),
) -> Contact:
    """Freeze a peer whose log has shown two histories; harmless when done twice.

    Args:
        reason: What was found, in words.
        notes: The two notes that contradict each other, in the order in which they were received.
            Others are told where these prove it to anybody, and never of a log for members: who
            may know of it is not ours to say.
        proof: See ``peers.evidence``.
    """
    held = await home.desk.contact(contact.did) or contact
    if held.state == "frozen":
        return held
    frozen = replace(
        held, state="frozen", error=reason, evidence=tuple(notes), contacted=home.stamp()
    )
    await home.desk.put_contact(frozen)
    await home.desk.put_page(_PROOF, contact.did, msgspec.json.encode(list(proof)))
    if len(notes) == 2 and unverified(notes[0], contact.did)[0].origin == contact.log:
        pair = (notes[0], notes[1])
        if _is_proven(contact, pair, proof):
            await _tell(home, frozen, pair, tuple(proof))
    return frozen


def _is_proven(contact: Contact, pair: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    """Whether others will believe it: notes of two keys are beyond what a flag can show."""
    try:
        return bool(contradiction(pair, verifier_of(document_of_peer(contact)), proof))
    except PeerError:
        return False


async def evidence_against(home: Home, contact: Contact) -> JsonObject:
    """The evidence that a peer's log has shown two histories, to be kept and passed on.

    Raises:
        NotFound: There is none.
    """
    if len(contact.evidence) != 2:
        raise NotFound(f"{contact.did}: expected evidence of two histories, found none")
    page = await home.desk.page(_PROOF, contact.did)
    proof = msgspec.json.decode(page, type=list[bytes]) if page else []
    log = LogId(unverified(contact.evidence[0], contact.did)[0].origin)
    verifier = verifier_of(document_of_peer(contact), log)
    return evidence_of(log, verifier, contact.evidence, contact.error, proof)


async def against_our_copy(
    home: Home, contact: Contact, log: LogId, note: bytes
) -> Equivocation | None:
    """Whether a note of one of a peer's logs contradicts the copy that we hold.

    A note of more entries than we hold is not judged here.

    Raises:
        Malformed, BadSignature: It is no checkpoint that the log's key has signed.
    """
    document = document_of_peer(contact)
    keys = await history_of(home.ledger, log, document.did)
    told = open_newest(note, log, keys) if keys else open_note(note, verifier_of(document, log))
    head, held = await home.ledger.head(log), await home.ledger.note(log)
    if held is None or not 0 < told.size <= head.size:
        return None
    root = (await frontier_at(home, log, told.size)).root()
    if root == told.root:
        return None
    path = await growth(home, log, told.size, head.size)
    reason = f"two roots were signed for {told.size} entries"
    proof = (root, *path) if told.size < head.size else ()
    return Equivocation(log, reason, evidence=(held, note), proof=proof)


async def take_flag(home: Home, flag: ForkFlag) -> None:
    """Judge what a node says of a log; nothing is believed that is not proven.

    Raises:
        Refused: It proves nothing: a false flag, or one of a log that we do not follow.
    """
    if flag.log == home.document.public_log:
        _judge_of_ours(home, flag)
        return
    contact = await contact_of_log(home, flag.log)
    if contact is None:
        raise Refused(f"{flag.actor}: {flag.log} is not followed here")
    if contact.state == "frozen":
        return
    try:
        found = contradiction(flag.notes, verifier_of(document_of_peer(contact)), flag.proof)
        ours = (
            []
            if found
            else [await against_our_copy(home, contact, contact.log, one) for one in flag.notes]
        )
    except PeerError as exc:
        raise _false(flag, exc.reason) from exc
    if found:
        await freeze(home, contact, found, flag.notes, flag.proof)
        return
    for one in ours:
        if one is not None:
            await freeze(home, contact, one.reason, one.evidence, one.proof)
            return
    raise _false(flag, "the two notes do not contradict each other")


def _judge_of_ours(home: Home, flag: ForkFlag) -> None:
    """Somebody says that our own log has shown two histories."""
    try:
        found = contradiction(flag.notes, own_signer(home).verifier, flag.proof)
    except PeerError as exc:
        raise _false(flag, exc.reason) from exc
    if not found:
        raise _false(flag, "the two notes do not contradict each other")
    _log.error("our own log has shown two histories", by=flag.actor.text, found=found)
    home.standing.close(
        f"{flag.actor} shows two checkpoints that our own key signed and that contradict each "
        f"other ({found}): does a second process, or a copy of this node, use our keys? Stop it "
        "and ask those who follow us; a log with two histories cannot be mended",
        forked=True,
    )


def _false(flag: ForkFlag, reason: str) -> Refused:
    _log.warning("a false flag", sender=flag.actor.text, log=flag.log, reason=reason)
    return Refused(f"{flag.actor}: its flag on {flag.log} proves nothing: {reason}")


async def _tell(
    home: Home, frozen: Contact, notes: tuple[bytes, bytes], proof: tuple[bytes, ...]
) -> None:
    """Owe a flag to every other peer that we follow."""
    for peer in await home.desk.contacts():
        if peer.did == frozen.did or peer.state != "following":
            continue
        made = f"{home.base_url}/flag/{ulid(int(home.now().timestamp() * 1000), home.entropy)}"
        flag = ForkFlag(
            id=made,
            actor=home.document.did,
            to=parse_did(peer.did),
            published=home.stamp(),
            log=frozen.log,
            notes=notes,
            proof=proof,
        )
        await queue(home, peer.did, fork_flag(flag), id=made, topic=f"flag {frozen.log}")
