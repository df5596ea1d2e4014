"""Operations on other nodes: follow, ask, say how they are; and a network's members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from node.service import contacts, directory, discover, forks, readers, replicate
from node.service import verify as checking
from node.service.contacts import Care, care_of
from node.service.home import Home
from node.service.index import catch_up
from node.service.keys import KeyNews, key_news
from node.service.outbox import announce, tell_again
from node.service.regard import said_of
from node.store.ports import Audience, Contact
from peers.encoding import JsonObject
from vocab.languages import LangMap, best

__all__ = [
    "admit_member",
    "change_state",
    "follow_peer",
    "grant_peer",
    "list_members",
    "list_peers",
    "member_row",
    "show_evidence",
    "sync_peers",
    "test_peer",
    "unfollow_peer",
]


_ADVICE: Final = {
    Care.ASK_THE_CITY: "ask the city what happened; nothing more is taken from it",
    Care.NOTHING_TAKEN: "nothing is taken from it",
    Care.SEE_WHY: "see 'peers test'; it is tried again at least every hour",
}


async def follow_peer(home: Home, *, url: str) -> JsonObject:
    """Who it is, and the key that was pinned."""
    contact = await contacts.follow(home, url)
    keys = contacts.document_of_peer(contact).record_keys
    return {
        "did": contact.did,
        "log": contact.log,
        "state": contact.state,
        "record_key": ", ".join(key.multikey for key in keys.values()),
    }


async def unfollow_peer(home: Home, *, peer: str, forget: bool = False) -> JsonObject:
    """Who is no longer followed."""
    contact = await contacts.unfollow(home, peer, forget=forget)
    if forget:
        await catch_up(home)
    return {"did": contact.did}


async def change_state(home: Home, *, peer: str, state: str) -> JsonObject:
    """The peer and its state now."""
    contact = await contacts.set_state(home, peer, state)
    return {"did": contact.did, "state": contact.state}


async def grant_peer(home: Home, *, peer: str, granted: bool = True) -> JsonObject:
    """The peer, and whether it may read our members' log without being a member."""
    contact = await contacts.set_grant(home, peer, granted=granted)
    await tell_again(home, contact)
    return {"did": contact.did, "granted": contact.granted}


async def list_peers(home: Home) -> JsonObject:
    """``peers``: each with how it is, and what to do about it."""
    names = await discover.names(home)
    return {"peers": [await _row(home, one, names) for one in await home.desk.contacts()]}


async def _row(home: Home, contact: Contact, names: Mapping[str, LangMap]) -> JsonObject:
    held = (await home.ledger.head(contact.log)).size
    own: LangMap = next((name for agent, name in names.items() if _is_of(agent, contact)), {})
    name = best(own, ["en"])
    return {
        "name": name[1] if name else contact.base_url,
        "did": contact.did,
        "base_url": contact.base_url,
        "state": contact.state,
        "source": contact.source,
        "size": held,
        "behind": max(0, contact.size - held),
        "contacted": contact.contacted,
        "verified": contact.verified,
        "members_size": (await home.ledger.head(contact.log_of(Audience.MEMBERS))).size,
        "reads_ours": await readers.may_read(home, contact),
        "granted": contact.granted,
        "error": "; ".join(
            one for one in (contact.error, contact.trail(Audience.MEMBERS).error) if one
        ),
        "keys": _said_of_keys(await key_news(home, contact.log)),
        "advice": _ADVICE.get(care_of(contact)) or await said_of(home, contact),
    }


def _is_of(agent: str, contact: Contact) -> bool:
    return agent in {f"{contact.base_url}/#city", f"{contact.base_url}/#organization"}


def _said_of_keys(news: KeyNews | None) -> str:
    if news is None:
        return ""
    before = f"; in wrong hands before: {', '.join(news.revoked)}" if news.revoked else ""
    return f"changed by its log on {news.on}: {', '.join(news.in_force)}{before}"


async def test_peer(home: Home, *, url: str) -> JsonObject:
    """``steps`` of asking a node what following it would ask."""
    steps = await checking.probe(home, url)
    return {"steps": [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in steps]}


async def show_evidence(home: Home, *, peer: str) -> JsonObject:
    """``evidence`` that a peer's log has shown two histories, to be kept and passed on."""
    contact = await contacts.contact_of(home, peer)
    return {"evidence": await forks.evidence_against(home, contact)}


async def sync_peers(home: Home, *, peers: Sequence[str] = ()) -> JsonObject:
    """``peers``: what came of asking each."""
    reports = await replicate.sync_all(home, peers)
    await catch_up(home)
    return {
        "peers": [
            {
                "peer": report.did,
                "state": report.state,
                "size": report.size,
                "new": report.new,
                "changed": report.changed,
                "withdrawn": report.withdrawn,
                "quarantined": len(report.quarantined),
                "reasons": list(report.quarantined),
                "requests": report.requests,
                "error": report.error,
                "exit_code": report.exit_code,
            }
            for report in reports
        ]
    }


async def list_members(home: Home) -> JsonObject:
    """``members`` of this network, with their terms."""
    return {"members": [member_row(one) for one in await directory.members(home)]}


async def admit_member(
    home: Home,
    *,
    url: str,
    start: str | None = None,
    until: str | None = None,
    despite: str | None = None,
) -> JsonObject:
    """The member, as its Membership now says."""
    made = await directory.admit(
        home, url, valid_from=start or "", valid_until=until or "", despite=despite or ""
    )
    await announce(home)
    return member_row(made)


def member_row(member: directory.Member) -> JsonObject:
    """A member as commands show it."""
    name = best(member.name, ["en"])
    return {
        "name": name[1] if name else member.did,
        "country": member.country,
        "did": member.did,
        "iri": member.iri,
        "from": member.valid_from,
        "until": member.valid_until,
        "state": member.state,
    }
