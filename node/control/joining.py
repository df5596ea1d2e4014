"""Operations on applications for membership: a city's own, and those that a network decides on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from node.control.peering import member_row
from node.control.recording import text_in
from node.service import admitting, applications, applying, conflicts, lists, memberships
from node.service.accounts import OPERATOR, note_deed
from node.service.applications import Application
from node.service.directory import Member
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import announce, deliver
from peers.encoding import JsonObject

__all__ = [
    "accept_policy",
    "apply_to",
    "approve_one",
    "check_items",
    "decide_conflict",
    "drop_list",
    "include_list",
    "lift_member",
    "list_applications",
    "list_conflicts",
    "refuse_one",
    "renew_member",
    "revoke_member",
    "show_application",
    "show_lists",
    "suspend_member",
    "withdraw_one",
]


async def apply_to(
    home: Home,
    *,
    url: str,
    office: str,
    email: str,
    evidence: str,
    mandate: str = "",
    mandate_sha256: str = "",
    statement: str = "",
    accept: str = "",
    language: str = "en",
) -> JsonObject:
    """The application, as it stands."""
    form = applying.Form(
        office={language: office},
        email=email,
        evidence=evidence,
        mandate_url=mandate,
        mandate_sha256=mandate_sha256,
        statement={language: statement} if statement else {},
        policy=accept,
    )
    view = await applying.apply(home, url, form)
    await note_deed(home, OPERATOR, "apply", view.id)
    await deliver(home)
    return _row(await applications.application(home, view.id))


async def withdraw_one(home: Home, *, identity: str) -> JsonObject:
    """The application, taken back."""
    await note_deed(home, OPERATOR, "withdraw-application", identity)
    await applying.withdraw_application(home, identity)
    await deliver(home)
    return _row(await applications.application(home, identity))


async def accept_policy(home: Home, *, identity: str) -> JsonObject:
    """The application, with the network's data policy accepted."""
    await note_deed(home, OPERATOR, "accept-policy", identity)
    await applying.accept_policy(home, identity)
    await deliver(home)
    return _row(await applications.application(home, identity))


async def list_applications(home: Home) -> JsonObject:
    """``applications``: ours to networks, or those of cities to our network; newest first."""
    return {"applications": [_row(one) for one in await applications.applications(home)]}


async def show_application(home: Home, *, identity: str) -> JsonObject:
    """An application with its words, and ``checklist`` where it is for us to decide."""
    view = await applications.application(home, identity)
    shown = {**_row(view), "form": dict(view.stand.form)}
    return shown if view.ours else {**shown, "checklist": await _checklist(home, identity)}


async def check_items(
    home: Home, *, identity: str, items: Sequence[str] = (), note: str = ""
) -> JsonObject:
    """``checklist``, once the check has begun and the items were ticked."""
    view = await applications.application(home, identity)
    if view.stand.state != "checking":
        await admitting.begin(home, identity, OPERATOR)
        await deliver(home)
    for item in items:
        await admitting.tick(home, identity, item, OPERATOR, note=note)
    return {"checklist": await _checklist(home, identity)}


async def approve_one(home: Home, *, identity: str, until: str | None = None) -> JsonObject:
    """The application, and the member where this was the second person's approval."""
    member = await admitting.approve(home, identity, OPERATOR, until or "")
    await catch_up(home)
    await deliver(home)
    row = _row(await applications.application(home, identity))
    found = await admitting.checklist(home, identity)
    return {
        **row,
        "iri": member.iri if member else "",
        "approvals": len(found.approvals),
        "alone": found.people == 0,
    }


async def refuse_one(home: Home, *, identity: str, reason: str) -> JsonObject:
    """The application, refused."""
    await admitting.refuse(home, identity, OPERATOR, reason)
    await deliver(home)
    return _row(await applications.application(home, identity))


async def renew_member(home: Home, *, member: str, until: str | None = None) -> JsonObject:
    """The member, with its new term."""
    return await _told(home, await memberships.renew(home, member, OPERATOR, until or ""))


async def suspend_member(home: Home, *, member: str, reason: str) -> JsonObject:
    """The member, suspended."""
    return await _told(home, await memberships.suspend(home, member, OPERATOR, reason))


async def lift_member(home: Home, *, member: str) -> JsonObject:
    """The member, no longer suspended."""
    return await _told(home, await memberships.lift(home, member, OPERATOR))


async def revoke_member(home: Home, *, member: str, reason: str, note: str = "") -> JsonObject:
    """Who was a member."""
    return await _told(home, await memberships.revoke(home, member, OPERATOR, reason, note))


async def include_list(home: Home, *, url: str) -> JsonObject:
    """The network whose members are followed from now on, and how many they are."""
    return asdict(await lists.include(home, url))


async def drop_list(home: Home, *, network: str) -> JsonObject:
    """The network whose members are not followed any more."""
    return {"network": await lists.drop(home, network)}


async def show_lists(home: Home) -> JsonObject:
    """``lists``: the networks whose members are followed."""
    return {"lists": [asdict(one) for one in await lists.lists(home)]}


async def list_conflicts(home: Home) -> JsonObject:
    """``conflicts``: nodes that claim one city, with what was decided."""
    return {
        "conflicts": [
            {
                "id": one.id,
                "city": text_in(one.sides[0].name),
                "nodes": " ".join(side.did for side in one.sides),
                "grounds": ", ".join(one.grounds),
                "decided": one.decision.reason if one.decision else "",
            }
            for one in await conflicts.conflicts(home)
        ]
    }


async def decide_conflict(home: Home, *, identity: str, reason: str) -> JsonObject:
    """The conflict in which both may stand."""
    await conflicts.decide(home, identity, OPERATOR, reason)
    return {"id": identity}


async def _told(home: Home, member: Member) -> JsonObject:
    """The member as it now is; its node, and those that follow ours, hear of it."""
    await deliver(home)
    await announce(home)
    return member_row(member)


async def _checklist(home: Home, identity: str) -> list[JsonObject]:
    found = await admitting.checklist(home, identity)
    rows: list[JsonObject] = [
        {
            "item": item,
            "done": item not in found.missing,
            "by": tick.by if (tick := found.ticks.get(item)) else "",
            "at": tick.at if tick else "",
            "note": tick.note if tick else f"domain: {found.mail}" if item == "contact" else "",
        }
        for item in (*admitting.ITEMS, "policy", "conflict")
    ]
    approvals: list[JsonObject] = [
        {"item": "approval", "done": True, "by": one.by, "at": one.at, "note": f"until {one.note}"}
        for one in found.approvals
    ]
    return [*rows, *approvals]


def _row(view: Application) -> JsonObject:
    stand = view.stand
    return {
        "id": view.id,
        "peer": view.peer,
        "name": text_in(stand.name),
        "state": stand.state,
        "since": stand.since,
        "reason": stand.reason,
        "policy": stand.policy,
        "until": stand.valid_until,
        "waiting": view.waiting,
        "trouble": view.trouble,
    }
