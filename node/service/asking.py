"""Asking others to cosign our log: whom, and what each answers."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from node.service.contacts import document_of_peer
from node.service.home import Home
from node.service.identities import own_signer, own_verifiers, verifier_of
from node.service.regard import policy_of
from node.service.tree import growth
from node.service.witness import hash_of
from node.store.ports import Audience
from peers.checkpoint import NoteVerifier, open_note, unverified
from peers.errors import BadSignature, Malformed, PeerError
from peers.witness import collect, write_request

__all__ = ["Asked", "Known", "Reply", "ask", "known_of", "shown_by", "signed_by_us", "witnesses"]

MOST: Final = 24
"""Witnesses asked: a note has room for the signatures of so many."""

_COSIGNER: Final = "cosigner"
"""Family of pages: name of a witness → ``Known``."""

_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,15})\n?")


@dataclass(frozen=True, slots=True)
class Asked:
    """A witness of ours.

    Attributes:
        name: As the policy names it, or a peer's DID.
        url: What ``/add-checkpoint`` is appended to.
        known: Whether its operator's word is needed that it exists: it is in our policy, or it has
            answered before.
    """

    name: str
    url: str
    verifier: NoteVerifier
    known: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What a witness answered.

    Attributes:
        lines: Its signature lines, verified; empty where it does not vouch.
        size: Of our log as it holds it.
        follows: Whether it witnesses our log at all.
    """

    lines: bytes = b""
    size: int = 0
    follows: bool = True


class Known(msgspec.Struct, frozen=True):
    """What we know of a witness: the size that it holds, and when it cosigned last."""

    size: int = 0
    at: int = 0


async def witnesses(home: Home) -> list[Asked]:
    """Whom we ask: those of the policy that have an address; without one, whom we follow.

    Peers that do not follow us back say so, and cost a request an hour.
    """
    policy = policy_of(home)
    if policy.witnesses:
        found = [
            Asked(one.name, one.url, one.verifier, known=True)
            for one in policy.witnesses.values()
            if one.url
        ]
    else:
        before = await home.desk.pages(_COSIGNER)
        found = [
            Asked(
                contact.did,
                f"{contact.base_url}/witness",
                verifier_of(document_of_peer(contact)),
                # One that has only ever failed is none; of one never asked nobody can tell.
                known=bool(contact.contacted) or contact.did in before or not contact.failures,
            )
            for contact in await home.desk.contacts()
            if contact.state in {"following", "paused"}
        ]
        found.sort(key=lambda one: one.name not in before)
    ours = own_signer(home).verifier.key
    return [one for one in found if one.verifier.key != ours][:MOST]


async def known_of(home: Home, name: str) -> Known:
    """What we know of a witness."""
    page = await home.desk.page(_COSIGNER, name)
    return msgspec.json.decode(page, type=Known) if page else Known()


async def ask(home: Home, one: Asked, note: bytes) -> Reply:
    """Ask a witness to cosign our newest note, from the size that it holds.

    Raises:
        PeerError: It cannot be asked, or its answer cannot be used.
    """
    size = unverified(note, one.name)[0].size
    reply = await _ask(home, one, note, min((await known_of(home, one.name)).size, size))
    if not reply.lines and reply.follows and reply.size <= size:
        # It held another size than we thought, and said which.
        reply = await _ask(home, one, note, reply.size)
    if reply.lines:
        kept = Known(reply.size, int(home.now().timestamp()))
        await home.desk.put_page(_COSIGNER, one.name, msgspec.json.encode(kept))
    return reply


async def shown_by(home: Home, one: Asked) -> bytes | None:
    """The newest note of our log that a witness has cosigned: signed by our own key, or nothing."""
    log = home.logs[Audience.PUBLIC]
    url = f"{one.url}/{hash_of(log)}/checkpoint"
    try:
        answer = await home.fetch.get(url, home.limits.note)
        if answer.status == 200:
            return answer.body if await signed_by_us(home, answer.body) else None
    except PeerError:
        return None
    return None


async def signed_by_us(home: Home, note: bytes) -> NoteVerifier | None:
    """The key of ours that has signed a checkpoint of our public log; ``None`` where none has."""
    for verifier in await own_verifiers(home):
        with suppress(BadSignature):
            open_note(note, verifier)
            return verifier
    return None


async def _ask(home: Home, one: Asked, note: bytes, old: int) -> Reply:
    log, size = home.logs[Audience.PUBLIC], unverified(note, one.name)[0].size
    body = write_request(note, old=old, proof=await growth(home, log, old, size))
    url = f"{one.url}/add-checkpoint"
    answer = await home.fetch.post(url, body, {"Content-Type": "text/plain"})
    match answer.status:
        case 200:
            now = int(home.now().timestamp())
            signed = collect(note, answer.body, one.verifier, now=now)
            return Reply(lines=signed[len(note) :], size=size)
        case 404:
            return Reply(follows=False)
        case 409 if found := _SIZE.fullmatch(answer.body):
            return Reply(size=int(found[1]))
        case status:
            said = answer.body[:200].decode(errors="replace").strip()
            raise Malformed(one.name, f"{url} answered {status}: {said}")
