"""Who may read our members' log: members of the networks that we belong to, and whom we granted it.

Asked anew for each read, of the ledger as it is now: what a network has suspended or withdrawn, and
whose term is over or has not begun, is no membership. It is access control, not confidentiality:
who may read may also pass on.

An unknown node costs no dial: keys are those pinned of peers that we follow. The document of a
member that we do not follow is fetched at most once in a while, and must have the keys to which its
network's credential commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from node.core.identity import check_genesis, log_address
from node.service.contacts import document_of_peer
from node.service.discover import found
from node.service.home import Home
from node.service.records import document_of
from node.store.ports import Contact
from peers.did import Did, DidDocument, parse_did, read_document
from peers.encoding import parse_canonical
from peers.errors import Malformed, PeerError, Unreachable, Untrusted
from peers.httpsig import READ, Request, read_claim, verify_request
from peers.log import EntryKind
from peers.membership import Membership, verify_membership
from peers.tiles import records_path, unpack_records

__all__ = ["check_pinned", "may_read", "membership_held", "networks", "reader_of"]

_KEPT: Final = "reader"
"""Family of the desk's pages: DID of a member that we do not follow → its document, and when."""
_DIAL_AFTER: Final = timedelta(minutes=10)
"""A member that we do not follow is dialled once in this time, whatever came of it."""
_SHUT: Final = frozenset({"blocked", "frozen"})


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a member that we do not follow answered last; nothing where it did not."""

    asked: str
    document: bytes = b""


async def reader_of(home: Home, request: Request) -> Did | None:
    """Who signed a read and may make it; ``None`` for whoever may not, without a reason.

    Args:
        request: ``target`` is built from our own ``base_url``.
    """
    try:
        claim = read_claim(request, "a read", READ)
        did = parse_did(claim.keyid.partition("#")[0])
        document = await _document(home, did)
        if document is None:
            return None
        key = document.http_keys.get(claim.keyid)
        if key is None:
            return None
        now = int(home.now().timestamp())
        verify_request(claim, request, key, about=did.text, now=now)
    except PeerError:
        return None
    return did


async def may_read(home: Home, contact: Contact) -> bool:
    """Whether a peer that we follow may read our members' log now."""
    if contact.state in _SHUT:
        return False
    return contact.granted or await _belongs(home, parse_did(contact.did)) is not None


async def networks(home: Home) -> list[DidDocument]:
    """The networks whose members we know as ours: ourselves, where we are one, and those that have
    admitted us and whose word holds today."""
    own = [home.document] if home.config.node.role == "network" else []
    contacts = {one.log: one for one in await home.desk.contacts() if one.state not in _SHUT}
    admitting: dict[str, DidDocument] = {}
    for one in await found(home, kinds=["Membership"], member=[home.document.did.text]):
        contact = contacts.get(one.put.log)
        if contact is None or contact.did in admitting:
            continue
        network = document_of_peer(contact)
        if await membership_held(home, one.put.iri, network, home.document.did) is not None:
            admitting[contact.did] = network
    return [*own, *admitting.values()]


async def _document(home: Home, did: Did) -> DidDocument | None:
    """The document, pinned or fetched, of a node that may read; ``None`` of any other."""
    contact = await home.desk.contact(did.text)
    if contact is not None:
        return document_of_peer(contact) if await may_read(home, contact) else None
    membership = await _belongs(home, did)
    return await _fetched(home, membership) if isinstance(membership, Membership) else None


async def _belongs(home: Home, did: Did) -> Membership | DidDocument | None:
    """The membership of a node in one of our networks, or that network itself."""
    for network in await networks(home):
        if network.did == did:
            return network
        agent = f"{network.base_url}/#organization"
        for one in await found(home, kinds=["Membership"], agent=agent, member=[did.text]):
            membership = await membership_held(home, one.put.iri, network, did)
            if membership is not None:
                return membership
    return None


async def membership_held(
    home: Home, iri: str, network: DidDocument, member: Did
) -> Membership | None:
    """The newest word of a network under an address, where it makes the node a member today.

    The index has led here and may be late; the ledger says what holds.
    """
    held = await home.ledger.latest(iri)
    if held is None or held.log != network.public_log or held.body is None:
        return None
    if held.entry.kind is EntryKind.DELETE:
        return None
    day = home.now().astimezone(UTC).date().isoformat()
    try:
        return verify_membership(document_of(held), network, member=member, day=day)
    except PeerError:
        return None


async def _fetched(home: Home, membership: Membership) -> DidDocument | None:
    """The document of a member that we do not follow, as it was fetched last, or now."""
    did = membership.member
    page = await home.desk.page(_KEPT, did.text)
    kept = msgspec.msgpack.decode(page, type=_Kept) if page else _Kept("")
    if kept.asked <= _before(home, _DIAL_AFTER):
        # Noted before the dial: however many ask meanwhile, it is dialled once.
        await _keep(home, did, _Kept(home.stamp(), kept.document))
        try:
            received = await home.fetch.document(did)
            await check_pinned(home, read_document(received, did, limits=home.limits), membership)
        except PeerError:
            pass  # It stays what it was when it was checked last.
        else:
            kept = _Kept(home.stamp(), received)
            await _keep(home, did, kept)
    return read_document(kept.document, did, limits=home.limits) if kept.document else None


async def check_pinned(home: Home, document: DidDocument, membership: Membership) -> None:
    """Compare a document with the Genesis to which the network's credential commits.

    Raises:
        Untrusted: Its log began with other keys, or with another body.
        Unreachable: The log's first record is not there.
        Malformed: It is no Genesis.
    """
    if not membership.genesis:
        return
    log = document.public_log
    url = f"{log_address(document.did, log)}/{records_path(0, 1)}"
    answer = await home.fetch.get(url, home.limits.record)
    if answer.status != 200:
        raise Unreachable(url, f"answered {answer.status}, expected 200")
    try:
        [body] = unpack_records(answer.body, 1)
        digest = body.digest if body else "nothing"
        if body is None or digest != membership.genesis:
            raise Untrusted(log, f"expected the Genesis {membership.genesis}, found {digest}")
        check_genesis(parse_canonical(body.record, limits=home.limits), document, log)
    except ValueError as exc:
        raise Malformed(log, f"its first record: {exc}") from exc


async def _keep(home: Home, did: Did, kept: _Kept) -> None:
    await home.desk.put_page(_KEPT, did.text, msgspec.msgpack.encode(kept))


def _before(home: Home, wait: timedelta) -> str:
    then: datetime = home.now() - wait
    return then.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
