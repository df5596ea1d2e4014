"""Applications for membership, as both sides keep them: ours to networks, cities' to our network.

Every word is a signed message that waits on the desk until the other side has taken it, so an
outage on either side delays it and loses nothing; each may come twice and in any order. A network
takes the word of a node that it does not follow (``node.service.strangers`` bounds what that costs)
and nothing of it but what ``node.core.joining`` lets through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Final

import msgspec

from node.core.joining import LAST_STEP, OPEN, TYPES, Side, Stand, check_word, fold
from node.core.ulid import ulid
from node.errors import NotFound, Refused
from node.service.directory import members
from node.service.home import Home
from node.service.outbox import queue
from node.store.ports import Message
from peers.did import parse_did
from peers.encoding import JsonObject
from peers.errors import Unreachable
from peers.notify import Join, join, read_message

__all__ = [
    "Application",
    "application",
    "applications",
    "receive",
    "send",
    "tell",
    "tell_member",
]

_FAMILY: Final = "application"
_A_DAY: Final = 5
"""Applications that one node may begin in a day."""
_WAITING: Final = 500
"""Applications that wait for a decision of ours, all together."""
_WORDS: Final = 20
"""Words of one applicant about one application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application as it stands.

    Attributes:
        peer: DID of the other side; ``ours``: whether it is ours to a network.
        words: Everything that was said, in order.
        waiting: Words of ours that the other side has not taken yet; ``trouble``: why not.
    """

    id: str
    peer: str
    ours: bool
    stand: Stand
    words: tuple[tuple[Side, Join], ...] = ()
    waiting: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _Listed:
    """What is kept of an application for counting: whose it is, since when, and if it waits."""

    peer: str
    began: str
    waits: bool


async def applications(home: Home) -> list[Application]:
    """Every application, newest first."""
    found = [await _view(home, identity) for identity in await home.desk.pages(_FAMILY)]
    return sorted((one for one in found if one), key=lambda one: one.id, reverse=True)


async def application(home: Home, identity: str) -> Application:
    """One application.

    Raises:
        NotFound: There is none of this ULID.
    """
    view = await _view(home, identity)
    if view is None:
        raise NotFound(f"{identity}: expected an application for membership, found none")
    return view


async def receive(home: Home, message: Join) -> None:
    """Keep a word about an application. Its sender was verified, and is the message's actor.

    Raises:
        Refused: It is not for a node of this role, not well made, or no word of this sender's.
        Unreachable: There are too many now: it may come back.
    """
    role, sender = home.config.node.role, message.actor.text
    if role == "observer":
        raise Refused(f"{sender}: expected a city or a network to speak to, found an observer")
    check_word(message, "city" if role == "network" else "network")
    known = await home.desk.messages(_topic(message.application))
    if any(one.peer != sender for one in known):
        raise Refused(f"{sender}: has no part in the application {message.application}")
    new = all(one.id != message.id for one in known)
    if new and role == "network":
        await _allow(home, message, known)
    elif new and not known:
        raise Refused(f"{sender}: this city has made no application {message.application}")
    if new:
        kept = Message(
            id=message.id,
            peer=sender,
            direction="in",
            topic=_topic(message.application),
            body=join(message),
            created=home.stamp(),
        )
        await home.desk.put_message(kept)
    await _list(home, message.application, sender)
    if role == "network" and message.verb == "apply":
        await _acknowledge(home, message.application)


async def send(home: Home, identity: str, peer: str, verb: str, content: JsonObject) -> None:
    """Owe the other side a signed word.

    Raises:
        Refused: It is not well made.
    """
    known = await home.desk.messages(_topic(identity))
    steps = [_read(home, one).content["step"] for one in known]
    message = Join(
        id=f"{home.base_url}/message/{ulid(int(home.now().timestamp() * 1000), home.entropy)}",
        actor=home.document.did,
        to=parse_did(peer),
        published=home.stamp(),
        type=TYPES[verb],
        application=identity,
        verb=verb,
        content={**content, "step": min(1 + max(steps, default=0), LAST_STEP)},
    )
    check_word(message, "city" if home.config.node.role == "city" else "network")
    await queue(home, peer, join(message), id=message.id, topic=_topic(identity))
    await _list(home, identity, peer)


async def tell(home: Home, identity: str, verb: str, **content: str) -> None:
    """Say something to an applicant in the network's name; what is empty is left out.

    Raises:
        Refused: It is not well made.
    """
    view = await application(home, identity)
    said = {name: value for name, value in content.items() if value}
    await send(home, identity, view.peer, verb, said)


async def tell_member(home: Home, did: str, verb: str, **content: str) -> bool:
    """The same to a member, about the application by which it came.

    Returns:
        Whether there is one; a city that was admitted without is not written to.
    """
    for view in await applications(home):
        if view.peer == did and view.stand.state in {"member", "suspended"}:
            await tell(home, view.id, verb, **content)
            return True
    return False


async def _acknowledge(home: Home, identity: str) -> None:
    """Say that it has come, once, and which data policy is asked for."""
    view = await application(home, identity)
    if all(one.verb != "receive" for _, one in view.words):
        asked = home.config.network
        url = asked.data_policy_url or f"{home.base_url}/licence"
        await tell(home, identity, "receive", dataPolicy=asked.data_policy, dataPolicyUrl=url)


async def _allow(home: Home, message: Join, known: Sequence[Message]) -> None:
    """That a word of an applicant is not one too many, and comes before the decision."""
    sender = message.actor.text
    if sum(one.direction == "in" for one in known) >= _WORDS:
        raise Refused(f"{sender}: expected at most {_WORDS} words about one application")
    view = await _view(home, message.application)
    if message.verb == "amend" and view is not None and view.stand.state in {"member", "refused"}:
        raise Refused(f"{sender}: the application {message.application} was decided already")
    if message.verb == "apply" and any(_read(home, one).verb == "apply" for one in known):
        raise Refused(f"{sender}: the application {message.application} was made already")
    if known:
        return
    if any(one.did == sender and one.state != "over" for one in await members(home)):
        raise Refused(f"{sender}: is a member of this network already")
    listed = await _listed(home)
    own = [one for one in listed.values() if one.peer == sender]
    day = (home.now() - timedelta(days=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if message.verb == "apply" and any(one.waits for one in own):
        # The word that takes it back may be on its way: whoever asks is told to come back.
        raise Unreachable(sender, "an application of this city waits for a decision: one at a time")
    if sum(one.began > day for one in own) >= _A_DAY:
        raise Unreachable(sender, f"expected at most {_A_DAY} applications in a day")
    if sum(one.waits for one in listed.values()) >= _WAITING:
        raise Unreachable(sender, f"{_WAITING} applications wait here for a decision")


async def _view(home: Home, identity: str) -> Application | None:
    messages = await home.desk.messages(_topic(identity))
    if not messages:
        return None
    ours = home.config.node.role == "city"
    own: Side = "city" if ours else "network"
    other: Side = "network" if ours else "city"
    words = [(own if one.direction == "out" else other, _read(home, one)) for one in messages]
    unsent = [one for one in messages if one.direction == "out" and (not one.done or one.error)]
    return Application(
        id=identity,
        peer=messages[0].peer,
        ours=ours,
        stand=fold(words),
        words=tuple(words),
        waiting=len(unsent),
        trouble=unsent[-1].error if unsent else "",
    )


async def _list(home: Home, identity: str, peer: str) -> None:
    """Keep what is counted of an application as its words now are."""
    before = (await _listed(home)).get(identity)
    view = await application(home, identity)
    waits = view.stand.state in OPEN
    kept = _Listed(peer, before.began if before else home.stamp(), waits)
    await home.desk.put_page(_FAMILY, identity, msgspec.json.encode(kept))


async def _listed(home: Home) -> Mapping[str, _Listed]:
    pages = await home.desk.pages(_FAMILY)
    return {name: msgspec.json.decode(page, type=_Listed) for name, page in pages.items()}


def _read(home: Home, message: Message) -> Join:
    """A message of the desk; it was checked before it was kept."""
    word = read_message(message.body, home.limits)
    assert isinstance(word, Join)
    return word


def _topic(identity: str) -> str:
    return f"application:{identity}"
