"""Two nodes that claim one city: the facts of each, and what a person has decided.

Until somebody has, both pages say so, and neither is admitted to our network. A decision holds for
the grounds that it was made on: where new ones come to light, it is asked for again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from node.core.claims import Clash, clashes
from node.errors import NotFound, Refused
from node.service.accounts import note_deed
from node.service.discover import found, host_of
from node.service.home import Home
from node.service.lists import vouched
from node.store.ports import Contact
from peers.did import did_of_log
from peers.membership import Membership
from vocab.languages import LangMap
from vocab.records import City

__all__ = [
    "Conflict",
    "Decision",
    "Side",
    "check_alone",
    "clashes_held",
    "conflicts",
    "decide",
    "open_clashes",
]

_FAMILY: Final = "conflict"
"""Family of the desk's pages: name of a conflict → what was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """That two nodes may both stand, as somebody has found.

    Attributes:
        by: Id of the person, or ``operator``; at: when, RFC 3339.
        reason: Why.
        grounds: On which the two were held against each other then.
    """

    by: str
    at: str
    reason: str
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The facts about one of the nodes.

    Attributes:
        host: In addresses of its page; iri: of its profile.
        since: When it first published who it is, by its log.
        followed: Since when we follow it; empty where we do not, or where it is our own.
        declared: Addresses of its commitments, newest first.
        member_of: The networks that say today that it is their member, as ``lists.vouched``.
    """

    did: str
    agent: str
    host: str
    iri: str
    city: City
    since: str
    followed: str
    declared: Sequence[str]
    member_of: Sequence[tuple[str, Membership]]

    @property
    def name(self) -> LangMap:
        """What it calls itself."""
        return self.city.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two nodes that claim one city.

    Attributes:
        id: 32 hexadecimal digits.
        decision: What was decided, where that holds still.
    """

    id: str
    grounds: tuple[str, ...]
    sides: tuple[Side, Side]
    decision: Decision | None


async def conflicts(home: Home) -> list[Conflict]:
    """Every conflict with its facts, those that nobody has decided first.

    Whom somebody here has blocked claims nothing here.
    """
    held = await _held(home)
    contacts = {one.did: one for one in await home.desk.contacts()}
    listed = [
        Conflict(
            id=_name(clash),
            grounds=clash.grounds,
            sides=(
                await _side(home, clash.dids[0], held, contacts),
                await _side(home, clash.dids[1], held, contacts),
            ),
            decision=await _decision(home, clash),
        )
        for clash in await _unblocked(home, await clashes_held(home))
    ]
    return sorted(listed, key=lambda one: one.decision is not None)


async def clashes_held(home: Home) -> list[Clash]:
    """Who claims one city, among all whose profiles are held; it follows from the catalog alone."""
    return clashes((did, city) for did, (city, _, _) in (await _held(home)).items())


async def open_clashes(home: Home, did: str, known: Sequence[Clash] | None = None) -> list[Clash]:
    """The conflicts of a node that nobody has decided.

    Args:
        known: As ``clashes_held`` has it, where that was asked already.
    """
    listed = await clashes_held(home) if known is None else known
    mine = await _unblocked(home, [one for one in listed if did in one.dids])
    return [one for one in mine if await _decision(home, one) is None]


async def decide(home: Home, identity: str, by: str, reason: str) -> None:
    """Say that both may stand: two cities of one name, say, or a city whose node has moved.

    Raises:
        NotFound: There is no such conflict.
        Refused: No reason is given.
    """
    clash = next((one for one in await clashes_held(home) if _name(one) == identity), None)
    if clash is None:
        raise NotFound(f"{identity}: expected a conflict between two nodes, found none")
    if not reason.strip():
        raise Refused("expected a reason for letting both stand, found none")
    await note_deed(home, by, "decide-conflict", identity)
    kept = Decision(by=by, at=home.stamp(), reason=reason.strip()[:2000], grounds=clash.grounds)
    await home.desk.put_page(_FAMILY, identity, msgspec.json.encode(kept))


async def check_alone(home: Home, did: str, despite: str = "", by: str = "operator") -> None:
    """That no other node claims the city of one that is to be admitted.

    Args:
        despite: Why it is admitted all the same: it is kept as the decision.

    Raises:
        Refused: One does, and nobody has decided.
    """
    for clash in await open_clashes(home, did):
        if not despite.strip():
            other = next(one for one in clash.dids if one != did)
            raise Refused(
                f"{did}: {other} claims to be the same city ({', '.join(clash.grounds)}). Find out "
                "which of them it is; where both may stand, say why: at /desk/conflicts, or with "
                "'network admit --despite-conflict REASON'"
            )
        await decide(home, _name(clash), by, despite)


async def _held(home: Home) -> dict[str, tuple[City, str, str]]:
    """DID of each node that says who it is → that, its agent, and the address of its profile."""
    return {
        did_of_log(one.put.log).text: (one.record, one.put.agent, one.put.iri)
        for one in await found(home, kinds=["City"])
        if isinstance(one.record, City)
    }


async def _unblocked(home: Home, listed: Sequence[Clash]) -> list[Clash]:
    shut = {one.did for one in await home.desk.contacts() if one.state == "blocked"}
    return [one for one in listed if not shut & set(one.dids)]


async def _side(
    home: Home,
    did: str,
    held: dict[str, tuple[City, str, str]],
    contacts: dict[str, Contact],
) -> Side:
    city, agent, iri = held[did]
    versions = await home.ledger.versions(iri)
    contact = contacts.get(did)
    return Side(
        did=did,
        agent=agent,
        host=host_of(agent),
        iri=iri,
        city=city,
        since=versions[0].entry.published if versions else "",
        followed=contact.followed if contact else "",
        declared=[one.put.iri for one in await found(home, kinds=["Commitment"], agent=agent)],
        member_of=await vouched(home, did),
    )


async def _decision(home: Home, clash: Clash) -> Decision | None:
    page = await home.desk.page(_FAMILY, _name(clash))
    kept = msgspec.json.decode(page, type=Decision) if page else None
    return kept if kept and set(clash.grounds) <= set(kept.grounds) else None


def _name(clash: Clash) -> str:
    return hashlib.sha256(" ".join(clash.dids).encode()).hexdigest()[:32]
