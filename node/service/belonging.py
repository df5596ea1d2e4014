"""Which networks a city belongs to or has asked, by the networks' records and by their words.

What holds is the record in the network's log, where we hold it; what was said in messages tells of
the way there, and why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from node.service.applications import Application, applications
from node.service.discover import found, names
from node.service.home import Home
from vocab.languages import LangMap
from vocab.records import Membership

__all__ = ["Belonging", "belongings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """How we stand with a network.

    Attributes:
        network: Its DID; agent, name: as it calls itself, where that is held.
        state: As of ``node.core.joining.Stand``.
        reason: Of a refusal, a suspension or an end, where the network has said one.
        valid_from, valid_until: The term.
        record: IRI of the Membership, where it is held.
        application: How we asked; ``None`` where the network has admitted us by itself.
    """

    network: str
    agent: str
    name: LangMap
    state: str
    since: str
    reason: str = ""
    valid_from: str = ""
    valid_until: str = ""
    record: str = ""
    application: Application | None = None


async def belongings(home: Home) -> list[Belonging]:
    """Every network that has admitted us or that we have asked; the newest application first."""
    contacts = {one.log: one for one in await home.desk.contacts()}
    called = await names(home)
    today = home.now().date().isoformat()
    admitted: dict[str, Belonging] = {}
    for one in await found(home, kinds=["Membership"], member=[home.document.did.text]):
        contact, record = contacts.get(one.put.log), one.record
        if contact is None or not isinstance(record, Membership) or contact.did in admitted:
            continue
        admitted[contact.did] = Belonging(
            network=contact.did,
            agent=one.put.agent,
            name=called.get(one.put.agent, {}),
            state=_state(record, today),
            since=one.put.published,
            valid_from=record.valid_from,
            valid_until=record.valid_until or "",
            record=one.put.iri,
        )
    asked = []
    bases = {one.did: one.base_url for one in contacts.values()}
    for view in await applications(home):
        agent = f"{bases.get(view.peer, '')}/#organization"
        told = _told(view, agent, called.get(agent, {}), today)
        if told.state in {"member", "suspended", "over"} and view.peer in admitted:
            record_says = admitted.pop(view.peer)
            told = replace(record_says, application=view, reason=told.reason, since=told.since)
        asked.append(told)
    return [*asked, *admitted.values()]


def _told(view: Application, agent: str, name: LangMap, today: str) -> Belonging:
    """What the network has said, where its record is not held."""
    stand = view.stand
    ended = stand.state == "member" and bool(stand.valid_until) and stand.valid_until < today
    return Belonging(
        network=view.peer,
        agent=agent,
        name=name,
        state="over" if ended else stand.state,
        since=stand.since,
        reason=stand.reason,
        valid_from=stand.valid_from,
        valid_until=stand.valid_until,
        application=view,
    )


def _state(record: Membership, today: str) -> str:
    if record.valid_until and record.valid_until < today:
        return "over"
    return "suspended" if record.suspended else "member"
