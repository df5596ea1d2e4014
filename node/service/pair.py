"""Exchanges between two cities, agreed by signed messages.

Each side keeps every word on its desk, its own and the other's; where an exchange stands is what
the words say (``node.core.exchange``). When both have agreed on one note, each publishes the
exchange in its own log and names the other's record. A declined request is known to the two alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from node.core.exchange import Role, Word, fold, note_digest, verbs
from node.core.ulid import ulid
from node.errors import NotFound, Refused
from node.service.contacts import contact_of, document_of_peer
from node.service.discover import found
from node.service.home import Home
from node.service.outbox import queue
from node.service.publish import publish
from node.store.ports import Message
from peers.did import parse_did
from peers.encoding import JsonObject
from peers.notify import ExchangeMessage, MessageType, exchange_message, read_message
from vocab.framework import load
from vocab.languages import LangMap
from vocab.terms import ExchangeRole, ExchangeState

__all__ = ["ExchangeView", "ask", "exchange", "exchanges", "receive", "say"]

ANSWERS: Final = ("problem", "wantedOutcome", "alreadyTried")
"""The three questions of a request, as a Need has them."""

_TYPES: Final = {
    "ask": MessageType.OFFER,
    "accept": MessageType.ACCEPT,
    "decline": MessageType.REJECT,
    "withdraw": MessageType.UNDO,
}
_NOTE_LIMIT: Final = 8_000
_STEPS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeView:
    """An exchange of ours as it stands.

    Attributes:
        id: Its ULID; role: ours in it; state: a state of ``node.core.exchange``.
        peer_did, peer_agent: The other side.
        action: IRI of what it is about.
        answers: To the three questions, in the asker's words.
        may: What we may say now.
        proposed: Whether the other side has proposed how it is told, and we have not agreed yet.
    """

    id: str
    role: Role
    state: str
    since: str
    peer_did: str
    peer_agent: str
    action: str
    answers: Mapping[str, LangMap]
    may: tuple[str, ...]
    outcome: str
    note: LangMap
    proposed: bool


async def ask(home: Home, peer: str, action: str, answers: Mapping[str, LangMap]) -> ExchangeView:
    """Ask a city for an exchange; what is not answered is taken from our published need.

    Args:
        peer: Its DID or address; it must be followed.
        action: IRI of the action.
        answers: Of ``ANSWERS``, language maps.

    Raises:
        NotFound: The peer is not followed, or the action is none of the framework's.
        Refused: We are not a city, or ask ourselves.
    """
    if home.config.node.role != "city":
        raise Refused(f'expected a city, found role = "{home.config.node.role}"')
    if load().concept(action) is None:
        raise NotFound(f"{action}: expected one of the framework's actions, found none")
    contact = await contact_of(home, peer)
    needs = [one.record for one in await found(home, kinds=["Need"], agent=home.agent)]
    need = next((one for one in needs if getattr(one, "action", "") == action), None)
    from_need = {
        "problem": getattr(need, "problem", {}),
        "wantedOutcome": getattr(need, "wanted_outcome", {}),
        "alreadyTried": getattr(need, "already_tried", {}),
    }
    told = {name: dict(answers.get(name) or from_need[name]) for name in ANSWERS}
    identity = ulid(int(home.now().timestamp() * 1000), home.entropy)
    content = {
        "action": action,
        "learner": home.agent,
        "helper": f"{document_of_peer(contact).base_url}/#city",
        "answers": {name: text for name, text in told.items() if text},
    }
    await _send(home, identity, contact.did, "ask", content)
    return await exchange(home, identity)


async def say(
    home: Home, identity: str, verb: str, *, note: LangMap | None = None, reason: str = ""
) -> ExchangeView:
    """Say something about an exchange.

    Args:
        verb: One of ``ExchangeView.may``.
        note: What was learned, for everyone; goes with ``adopt`` and ``not-adopt``. Without one,
            the note that the other side has proposed is agreed to.
        reason: Goes to the other side alone.

    Raises:
        NotFound: There is no such exchange.
        Refused: It does not fit where the exchange stands.
    """
    view = await exchange(home, identity)
    if verb not in view.may:
        raise Refused(
            f"{identity} is {view.state}: expected one of {', '.join(view.may) or 'nothing more'}, "
            f"found {verb}"
        )
    content: JsonObject = {"reason": reason[:2000]} if reason else {}
    if verb in {"adopt", "not-adopt"}:
        agreed = dict(note or view.note)
        if not agreed or sum(map(len, agreed.values())) > _NOTE_LIMIT:
            raise Refused(f"expected a note of 1 to {_NOTE_LIMIT:,} characters on what was learned")
        content |= {"note": agreed, "noteDigest": note_digest(identity, verb, agreed)}
    await _send(home, identity, view.peer_did, verb, content)
    await _publish_if_closed(home, identity)
    return await exchange(home, identity)


async def receive(home: Home, message: ExchangeMessage) -> None:
    """Keep a word of another city. Its sender was verified, and is the message's actor.

    A word about an exchange of others is refused, and so is a request that is not to us.

    Raises:
        Refused: The sender has no part in this exchange.
    """
    # A word may overtake the request that it answers: it is kept, and counts when that has come.
    peers = {word.peer for word in await home.desk.messages(_topic(message.exchange))}
    if peers and message.actor.text not in peers:
        raise Refused(f"{message.actor}: has no part in the exchange {message.exchange}")
    if message.verb == "ask":
        _check_request(home, message)
    elif not peers and await home.desk.contact(message.actor.text) is None:
        raise Refused(f"{message.actor}: expected a request first, found {message.verb}")
    await home.desk.put_message(
        Message(
            id=message.id,
            peer=message.actor.text,
            direction="in",
            topic=_topic(message.exchange),
            body=exchange_message(message),
            created=message.published,
        )
    )
    await home.desk.put_page("exchange", message.exchange, b"")
    await _publish_if_closed(home, message.exchange)


async def exchanges(home: Home) -> list[ExchangeView]:
    """Every exchange of ours that has been asked for, newest first."""
    listed = [await _view(home, identity) for identity in await home.desk.pages("exchange")]
    return sorted((one for one in listed if one), key=lambda one: one.id, reverse=True)


async def exchange(home: Home, identity: str) -> ExchangeView:
    """One exchange of ours.

    Raises:
        NotFound: There is none of this ULID.
    """
    view = await _view(home, identity)
    if view is None:
        raise NotFound(f"{identity}: expected an exchange of this city, found none")
    return view


def _check_request(home: Home, message: ExchangeMessage) -> None:
    base = message.actor.origin
    action, learner, helper = (
        str(message.content.get(name)) for name in ("action", "learner", "helper")
    )
    if learner.startswith(f"{base}/") and helper == home.agent and load().concept(action):
        return
    raise Refused(
        f"{message.actor}: expected a request by a city of {base} to {home.agent} about an action "
        "of the framework"
    )


async def _send(home: Home, identity: str, peer: str, verb: str, content: JsonObject) -> None:
    known = [_read(home, one) for one in await home.desk.messages(_topic(identity))]
    step = 1 + max((_step(word) for word in known), default=0)
    now = home.now()
    message = ExchangeMessage(
        id=f"{home.base_url}/message/{ulid(int(now.timestamp() * 1000), home.entropy)}",
        actor=home.document.did,
        to=parse_did(peer),
        published=home.stamp(),
        type=_TYPES.get(verb, MessageType.UPDATE),
        exchange=identity,
        verb=verb,
        content={**content, "step": step},
    )
    body = exchange_message(message)
    await queue(home, peer, body, id=message.id, topic=_topic(identity))
    await home.desk.put_page("exchange", identity, b"")


async def _view(home: Home, identity: str) -> ExchangeView | None:
    messages = await home.desk.messages(_topic(identity))
    spoken = [_read(home, one) for one in messages]
    request = next((word for word in spoken if word.verb == "ask"), None)
    if request is None:
        return None
    own = request.actor == home.document.did
    role: Role = "learner" if own else "helper"
    state = fold(_words(spoken, request))
    content = request.content
    ours = state.proposed.get(role)
    theirs = state.proposed.get("helper" if own else "learner")
    return ExchangeView(
        id=identity,
        role=role,
        state=state.name,
        since=state.since,
        peer_did=(request.to if own else request.actor).text,
        peer_agent=str(content["helper"] if own else content["learner"]),
        action=str(content["action"]),
        answers=content.get("answers", {}),
        may=verbs(state, role),
        outcome=state.outcome,
        note=state.note,
        proposed=state.name == "met" and theirs is not None and theirs != ours,
    )


def _words(spoken: list[ExchangeMessage], request: ExchangeMessage) -> list[Word]:
    """Both sides' words; whoever sent the request is the learner."""
    return [
        Word(
            id=word.id,
            role="learner" if word.actor == request.actor else "helper",
            verb=word.verb,
            at=word.published,
            step=_step(word),
            content=word.content,
        )
        for word in spoken
        if word.actor in {request.actor, request.to}
    ]


def _step(word: ExchangeMessage) -> int:
    """A word's step; a peer that leaves it out, or makes it up, is read as having said it first."""
    step = word.content.get("step")
    return step if type(step) is int and 0 < step < _STEPS else 0


def _read(home: Home, message: Message) -> ExchangeMessage:
    word = read_message(message.body, home.limits)
    assert isinstance(word, ExchangeMessage)
    return word


async def _publish_if_closed(home: Home, identity: str) -> None:
    """Publish the concluded exchange in our log, once; doing it again changes nothing."""
    view = await _view(home, identity)
    iri = f"{home.base_url}/exchange/{identity}"
    if view is None or view.state != "closed" or await home.ledger.latest(iri):
        return
    learner, helper = home.agent, view.peer_agent
    if view.role == "helper":
        learner, helper = helper, learner
    adopted = view.outcome == "adopt"
    await publish(
        home,
        {
            "id": iri,
            "type": "Exchange",
            "learner": learner,
            "helper": helper,
            "publisherRole": _role_iri(view.role),
            "counterpart": f"{view.peer_agent.partition('/#')[0]}/exchange/{identity}",
            "action": view.action,
            "state": str(ExchangeState.CLOSED),
            "outcome": str(ExchangeState.ADOPTED if adopted else ExchangeState.NOT_ADOPTED),
            "ended": view.since[:10],
            "note": dict(view.note),
            "noteDigest": note_digest(identity, view.outcome, view.note),
        },
    )


def _role_iri(role: Role) -> str:
    return str(ExchangeRole.LEARNER if role == "learner" else ExchangeRole.HELPER)


def _topic(identity: str) -> str:
    return f"exchange:{identity}"
