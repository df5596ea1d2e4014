"""A network's node: who is a member, said in signed records, and followed.

A membership is a record in the network's own log; what the network knows of its members is what
those records say. The member's records stay its own: the network never edits them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from node.errors import NotFound, Refused
from node.service.conflicts import check_alone
from node.service.contacts import contact_of, document_of_peer, follow
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish, withdraw
from node.service.records import document_of, own_records
from node.service.replicate import sync_peer
from node.store.ports import Audience, Contact
from peers.did import did_of, parse_did
from peers.encoding import JsonObject
from peers.errors import Malformed
from peers.log import EntryKind
from vocab.languages import LangMap

__all__ = ["Member", "admit", "change", "did_of_member", "members", "revoke", "suspend"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member as the network's records have it.

    Attributes:
        iri: Of the Membership.
        state: ``member``, ``coming`` (its term has not begun), ``suspended``, or ``over``.
    """

    did: str
    agent: str
    name: LangMap
    country: str
    iri: str
    valid_from: str
    valid_until: str
    state: str


async def admit(
    home: Home, url: str, *, valid_from: str = "", valid_until: str = "", despite: str = ""
) -> Member:
    """Admit the city whose node is at an address: follow it, and publish its membership.

    Admitting a member again renews its term.

    Args:
        valid_from, valid_until: ``YYYY-MM-DD``; today, and open, unless given.
        despite: Why it is admitted though another node claims the same city.

    Raises:
        Refused: This node is not a network's, the city has not said who it is, or another node
            claims to be it and nobody has decided.
    """
    _check_role(home)
    contact = await follow(home, url)
    await sync_peer(home, contact)
    await catch_up(home)
    profile = await _profile(home, contact)
    await check_alone(home, contact.did, despite)
    known = await _membership(home, contact.did)
    today = home.now().date().isoformat()
    document: JsonObject = {
        "type": "Membership",
        "member": profile["publisher"],
        "memberDid": contact.did,
        "memberName": profile["name"],
        "memberLogs": [f"{contact.base_url}/log/{audience}" for audience in Audience],
        "organization": home.agent,
        "validFrom": valid_from or (known or {}).get("validFrom") or today,
    }
    genesis = await home.ledger.entries(contact.log, 0, 1)
    if genesis and genesis[0].entry.kind is EntryKind.GENESIS:
        document["memberGenesis"] = genesis[0].entry.digest
    document |= {name: profile[name] for name in ("country", "place") if name in profile}
    if valid_until:
        document["validUntil"] = valid_until
    if known:
        document["id"] = known["id"]
    receipt = await publish(home, document)
    await catch_up(home)
    return _member({**document, "id": receipt.iri}, today)


async def members(home: Home) -> list[Member]:
    """Every member, past terms included, by name."""
    today = home.now().date().isoformat()
    held = [document_of(one) for one in await own_records(home, kind="Membership")]
    found = [_member(document, today) for document in held]
    return sorted(found, key=lambda one: (sorted(one.name.items()), one.did))


async def suspend(home: Home, member: str) -> Member:
    """Suspend a member until that is lifted, or it is admitted again.

    Raises:
        NotFound: It is no member.
    """
    return await change(home, member, {"suspended": True})


async def change(home: Home, member: str, changes: JsonObject) -> Member:
    """Say a membership anew with other values; ``None`` takes one out.

    Raises:
        NotFound: It is no member.
    """
    _check_role(home)
    document = {**await _expected(home, member), **changes}
    document.pop("version", None)
    document = {name: value for name, value in document.items() if value is not None}
    await publish(home, document)
    await catch_up(home)
    return _member(document, home.now().date().isoformat())


async def revoke(home: Home, member: str, reason: str = "other") -> Member:
    """End a membership, with a reason of the vocabulary.

    Raises:
        NotFound: It is no member.
    """
    _check_role(home)
    document = await _expected(home, member)
    await withdraw(home, document["id"], reason)
    await catch_up(home)
    return replace(_member(document, home.now().date().isoformat()), state="over")


def _check_role(home: Home) -> None:
    if home.config.node.role != "network":
        raise Refused(
            f'expected a node with role = "network", found role = "{home.config.node.role}": '
            "only a network has members"
        )


async def _profile(home: Home, contact: Contact) -> JsonObject:
    """What the node says of itself, verified and admitted."""
    base = document_of_peer(contact).base_url
    held = await home.ledger.latest(f"{base}/city")
    if held is None or held.entry.kind is EntryKind.DELETE:
        raise Refused(
            f"{base}: expected a city that has published who it is ({base}/city), found none"
            + (f". The last contact failed: {contact.error}" if contact.error else "")
        )
    return document_of(held)


async def _membership(home: Home, did: str) -> JsonObject | None:
    held = [document_of(one) for one in await own_records(home, kind="Membership")]
    return next((document for document in held if document["memberDid"] == did), None)


async def _expected(home: Home, member: str) -> JsonObject:
    did = await did_of_member(home, member)
    document = await _membership(home, did)
    if document is None:
        raise NotFound(f"{did}: expected a member of this network, found none")
    return {name: value for name, value in document.items() if name != "proof"}


async def did_of_member(home: Home, member: str) -> str:
    """The DID that a DID or an address names, whether or not it is a member's."""
    if member.startswith("did:"):
        return parse_did(member).text
    try:
        return (await contact_of(home, member)).did
    except (NotFound, Malformed):
        return did_of(member).text


def _member(document: JsonObject, today: str) -> Member:
    until = str(document.get("validUntil", ""))
    state = "coming" if document["validFrom"] > today else "member"
    if document.get("suspended"):
        state = "suspended"
    if until and until < today:
        state = "over"
    return Member(
        did=document["memberDid"],
        agent=document["member"],
        name=document["memberName"],
        country=str(document.get("country", "")),
        iri=document["id"],
        valid_from=document["validFrom"],
        valid_until=until,
        state=state,
    )
