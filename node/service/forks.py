"""Logs that have shown two histories: frozen here, with the evidence, and told to the others.

A frozen peer keeps its last good data here and is asked nothing more. Others are told by a flag
that carries the two notes; nobody believes it before having checked them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from node.core.ulid import ulid
from node.service.home import Home
from node.service.outbox import queue
from node.store.ports import Contact
from peers.checkpoint import unverified
from peers.did import parse_did
from peers.notify import ForkFlag, fork_flag

__all__ = ["freeze"]


async def freeze(home: Home, contact: Contact, reason: str, notes: Sequence[bytes]) -> Contact:
    """Freeze a peer whose log has shown two histories; harmless when done twice.

    Args:
        reason: What was found, in words.
        notes: The two notes that contradict each other, in the order in which they were received.
            Where there is one alone, nobody is told: it would prove nothing. Of a log for members
            nobody is told either: who may know of it is not ours to say.
    """
    held = await home.desk.contact(contact.did) or contact
    if held.state == "frozen":
        return held
    frozen = replace(
        held, state="frozen", error=reason, evidence=tuple(notes), contacted=home.stamp()
    )
    await home.desk.put_contact(frozen)
    if len(notes) == 2 and unverified(notes[0], contact.did)[0].origin == contact.log:
        await _tell(home, frozen, (notes[0], notes[1]))
    return frozen


async def _tell(home: Home, frozen: Contact, notes: tuple[bytes, bytes]) -> None:
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
        )
        await queue(home, peer.did, fork_flag(flag), id=made, topic=f"flag {frozen.log}")
