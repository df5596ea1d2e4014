"""Following whom a network has admitted: its signed list, as its log has it today.

A node follows the members of the networks that its settings name (``sync.members_of``) and of those
that were included; a network so shows the members of another beside its own. Who is followed for
that reason alone is not any more when the network's word ends; what is held of it stays. When the
whole list is dropped, what it brought is forgotten. Outages change nothing: what counts is the copy
of the network's log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from node.errors import NodeError, NotFound, Refused
from node.service.contacts import contact_of, document_of_peer, follow, unfollow
from node.service.discover import found
from node.service.home import Home
from node.service.index import catch_up
from node.service.many import each
from node.service.readers import check_pinned, membership_held
from node.service.replicate import sync_peer
from node.store.ports import Contact
from peers.did import did_of, parse_did, read_document
from peers.errors import PeerError
from peers.membership import Membership
from vocab.records import Membership as Record

__all__ = [
    "Listed",
    "drop",
    "follow_lists",
    "include",
    "listed_networks",
    "lists",
    "vouched",
]

_FAMILY: Final = "include"
"""Family of the desk's pages: DID of a network whose list was included by hand."""
_MOST: Final = 5_000
"""Members of one network that are followed; their addresses are its choice, and the dials ours."""
_A_RUN: Final = 200
"""New members that are dialled in one run."""
_AGAIN: Final = timedelta(hours=1)
"""A member whose node did not answer, or not as its network says, is dialled once in this time."""
_TRIED: Final = "list-tried"
"""Family of the desk's pages: DID of such a member → when it was dialled."""
_AT_ONCE: Final = 8
_SHUT: Final = frozenset({"blocked", "frozen"})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A network whose members are followed.

    Attributes:
        network: Its DID; base_url: where its node is.
        by: ``settings``, or ``hand``.
        members: How many of them are in force; ``followed``: how many are followed.
    """

    network: str
    base_url: str
    by: str
    members: int
    followed: int


async def include(home: Home, url: str) -> Listed:
    """Follow a network and everybody whom it has admitted, from now on.

    Raises:
        Refused: It is ourselves, or no network.
        PeerError: It does not answer as it must.
    """
    contact = await follow(home, url)
    report = await sync_peer(home, contact)
    await catch_up(home)
    held = await home.ledger.latest(f"{contact.base_url}/city")
    if held is not None:
        raise Refused(f"{contact.did}: expected a network, found a city")
    if report.error:
        raise NodeError(report.error)
    await home.desk.put_page(_FAMILY, contact.did, home.stamp().encode())
    await follow_lists(home)
    return next(one for one in await lists(home) if one.network == contact.did)


async def drop(home: Home, peer: str) -> str:
    """Follow a network's list no longer, and forget whom it alone has brought.

    Args:
        peer: DID or address of the network; its own log stays followed.

    Returns:
        Its DID.

    Raises:
        NotFound: Its list is not followed.
        Refused: The settings name it.
    """
    did = (await contact_of(home, peer)).did
    if did in _of_settings(home):
        raise Refused(f"{did}: expected a list that was included by hand; 'sync.members_of' has it")
    if await home.desk.page(_FAMILY, did) is None:
        raise NotFound(f"{did}: expected a network whose list is followed, found none")
    await home.desk.drop_page(_FAMILY, did)
    await follow_lists(home)
    return did


async def lists(home: Home) -> list[Listed]:
    """The networks whose members are followed, with how many."""
    contacts, rows = {one.did: one for one in await home.desk.contacts()}, []
    for did, by in (await listed_networks(home)).items():
        contact = contacts.get(did)
        members = await _members(home, contact) if contact else {}
        base = contact.base_url if contact else parse_did(did).origin
        known = sum(one in contacts for one in members)
        row = Listed(network=did, base_url=base, by=by, members=len(members), followed=known)
        rows.append(row)
    return rows


async def follow_lists(home: Home) -> bool:
    """Follow who is a member now, and no longer who was; doing it again changes nothing.

    Returns:
        Whether anything changed.
    """
    wanted, whole = await _wanted(home)
    contacts = {one.did: one for one in await home.desk.contacts()}
    tried, before = await home.desk.pages(_TRIED), home.now() - _AGAIN
    rest = {did for did, at in tried.items() if datetime.fromisoformat(at.decode()) > before}
    new = [one for did, one in wanted.items() if did not in contacts and did not in rest]
    done = await each([partial(_begin, home, one) for one in new[:_A_RUN]], at_once=_AT_ONCE)
    changed = any(done)
    named = await listed_networks(home)
    for contact in contacts.values():
        source = contact.source
        if not source.startswith("did:") or (source in named and source not in whole):
            continue  # Ours, or of a network whose word cannot be trusted now: it stays as it is.
        vouching = wanted.get(contact.did)
        if vouching is not None:
            if vouching.network.text != source:
                kept = replace(contact, source=vouching.network.text)
                await home.desk.put_contact(kept)
            continue
        await unfollow(home, contact.did, forget=source not in named)
        changed = True
    if changed:
        await catch_up(home)
    return changed


async def vouched(home: Home, did: str) -> list[tuple[str, Membership]]:
    """The networks that we follow and that say today that a node is their member.

    Returns:
        The address of each as an agent, with its word.
    """
    contacts = {one.log: one for one in await home.desk.contacts() if one.state not in _SHUT}
    own = {home.document.public_log: home.document}
    said = []
    for one in await found(home, kinds=["Membership"], member=[did]):
        contact = contacts.get(one.put.log)
        network = document_of_peer(contact) if contact else own.get(one.put.log)
        if network is None:
            continue
        word = await membership_held(home, one.put.iri, network, parse_did(did))
        if word is not None:
            said.append((one.put.agent, word))
    return said


async def _wanted(home: Home) -> tuple[dict[str, Membership], set[str]]:
    """Whom to follow, by DID; and the networks whose lists could be read."""
    wanted: dict[str, Membership] = {}
    whole = set()
    for did in await listed_networks(home):
        contact = await _network(home, did)
        if contact is None or contact.state in _SHUT:
            continue
        whole.add(did)
        for member, word in (await _members(home, contact)).items():
            wanted.setdefault(member, word)
    return wanted, whole


async def _network(home: Home, did: str) -> Contact | None:
    """The network as a contact; one of the settings is followed at the first chance."""
    contact = await home.desk.contact(did)
    if contact is not None:
        return contact
    try:
        contact = await follow(home, parse_did(did).origin)
        await sync_peer(home, contact)
        await catch_up(home)
    except (NodeError, PeerError) as exc:
        _log.warning("a network's list is not followed", network=did, reason=str(exc))
    return contact


async def _members(home: Home, contact: Contact) -> dict[str, Membership]:
    """Who is a member of a network today by its own word, ourselves left out."""
    network = document_of_peer(contact)
    agent = f"{network.base_url}/#organization"
    members: dict[str, Membership] = {}
    for one in (await found(home, kinds=["Membership"], agent=agent))[:_MOST]:
        record = one.record
        if not isinstance(record, Record) or record.member_did == home.document.did.text:
            continue
        try:
            did = parse_did(record.member_did)
        except PeerError:
            continue
        word = await membership_held(home, one.put.iri, network, did)
        if word is not None:
            members[did.text] = word
    return members


async def _begin(home: Home, membership: Membership) -> bool:
    """Follow a member whose log began as its network says."""
    did = membership.member
    try:
        received = await home.fetch.document(did)
        await check_pinned(home, read_document(received, did, limits=home.limits), membership)
        contact = await follow(home, did.origin, source=membership.network.text)
        await sync_peer(home, contact)
    except (NodeError, PeerError) as exc:
        _log.info("a member is not followed yet", member=did.text, reason=str(exc))
        await home.desk.put_page(_TRIED, did.text, home.stamp().encode())
        return False
    await home.desk.drop_page(_TRIED, did.text)
    return True


async def listed_networks(home: Home) -> Mapping[str, str]:
    """DID of each network whose list is followed → ``settings`` or ``hand``."""
    by_hand = dict.fromkeys(await home.desk.pages(_FAMILY), "hand")
    return {**by_hand, **dict.fromkeys(_of_settings(home), "settings")}


def _of_settings(home: Home) -> list[str]:
    named = (did_of(url).text for url in home.config.sync.members_of)
    return [did for did in named if did != home.document.did.text]
