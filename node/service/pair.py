"""Exchanges between two cities, agreed by signed messages and told in both logs.

Each side keeps every word on its desk, its own and the other's; where an exchange stands is what
the words say (``node.core.exchange``). When both have agreed on one note, each publishes the
exchange in its own log and names the other's record. A declined request is known to the two alone,
and so is every reason that was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from node.core.conversation import ANSWERS, LAST_STEP, TYPES, check_message
from node.core.exchange import OUTCOMES, is_live, note_digest
from node.core.ulid import ulid
from node.errors import NotFound, Refused
from node.service.contacts import contact_of, document_of_peer
from node.service.exchanges import (
    ExchangeView,
    exchange,
    exchanges,
    messages_of,
    publish_if_closed,
    read,
    settle,
    topic_of,
)
from node.service.home import Home
from node.service.outbox import queue
from node.service.records import document_of, own_records
from node.store.ports import Message
from peers.did import parse_did
from peers.encoding import JsonObject
from peers.notify import ExchangeMessage, exchange_message
from vocab.framework import Action, load
from vocab.languages import LangMap

__all__ = [
    "ExchangeView",
    "ask",
    "exchange",
    "exchanges",
    "receive",
    "say",
    "settle",
]

_MOST_OPEN: Final = 20
"""Requests of one city that wait for our answer at a time."""


async def ask(home: Home, peer: str, action: str, answers: Mapping[str, LangMap]) -> ExchangeView:
    """Ask a city for an exchange; what is not answered is taken from our own need.

    Args:
        peer: Its DID or address; it must be followed.
        action: IRI of the action.
        answers: To ``node.core.conversation.ANSWERS``, language maps.

    Raises:
        NotFound: The peer is not followed, or the action is none of the framework's.
        Refused: We are not a city, nothing is taken from that peer here, an exchange with it about
            this action is open, or an answer is not well made.
    """
    if home.config.node.role != "city":
        raise Refused(f'expected a city, found role = "{home.config.node.role}"')
    if not isinstance(load().concept(action), Action):
        raise NotFound(f"{action}: expected one of the framework's actions, found none")
    contact = await contact_of(home, peer)
    if contact.state in {"blocked", "frozen"}:
        raise Refused(f"{contact.did}: nothing is taken from this node here ({contact.state})")
    for view in await exchanges(home):
        same = (view.peer_did, view.action, view.role) == (contact.did, action, "learner")
        if same and is_live(view.state):
            raise Refused(f"{contact.did}: the exchange {view.id} about this action is open")
    from_need = await _own_need(home, action)
    told = {name: answers.get(name) or from_need.get(name) for name in ANSWERS}
    identity = ulid(int(home.now().timestamp() * 1000), home.entropy)
    content = {
        "action": action,
        "learner": home.agent,
        "helper": f"{document_of_peer(contact).base_url}/#city",
        "answers": {name: dict(text) for name, text in told.items() if text},
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
            the note that the other side has proposed is agreed to. Once both have proposed the
            same, it is published; neither can take its word back.
        reason: Goes to the other side alone.

    Raises:
        NotFound: There is no such exchange.
        Refused: It does not fit where the exchange stands, or is not well made.
    """
    view = await exchange(home, identity)
    if verb not in view.may:
        raise Refused(
            f"{identity} is {view.state}: expected one of {', '.join(view.may) or 'nothing more'}, "
            f"found {verb}"
        )
    content: JsonObject = {"reason": reason} if reason else {}
    if verb in OUTCOMES:
        agreed = dict(note or (view.theirs.note if view.theirs else {}))
        content |= {"note": agreed, "noteDigest": note_digest(identity, verb, agreed)}
    await _send(home, identity, view.peer_did, verb, content)
    await publish_if_closed(home, identity)
    return await exchange(home, identity)


async def receive(home: Home, message: ExchangeMessage) -> None:
    """Keep a word of another city. Its sender was verified, and is the message's actor.

    A word may overtake the request that it answers: it is kept, and counts when that has come.

    Raises:
        Refused: The sender has no part in this exchange, asks for what is not ours, has too many
            requests open, or the word is not well made.
    """
    check_message(message)
    sender = message.actor.text
    known = await home.desk.messages(topic_of(message.exchange))
    if any(word.peer != sender for word in known):
        raise Refused(f"{sender}: has no part in the exchange {message.exchange}")
    if message.verb == "ask":
        await _allow_request(home, message, known)
    elif not known and await home.desk.contact(sender) is None:
        raise Refused(f"{sender}: expected a request first, found {message.verb}")
    await home.desk.put_message(
        Message(
            id=message.id,
            peer=sender,
            direction="in",
            topic=topic_of(message.exchange),
            body=exchange_message(message),
            created=home.stamp(),
        )
    )
    await home.desk.put_page("exchange", message.exchange, b"")
    await publish_if_closed(home, message.exchange)


async def _own_need(home: Home, action: str) -> JsonObject:
    """Our need about an action, whoever may read it; empty where we have told none."""
    needs = [document_of(one) for one in await own_records(home, kind="Need")]
    return next((need for need in reversed(needs) if need["action"] == action), {})


async def _allow_request(home: Home, message: ExchangeMessage, known: Sequence[Message]) -> None:
    if message.content["helper"] != home.agent or home.config.node.role != "city":
        raise Refused(
            f"{message.actor}: expected a request to {home.agent} as a city, "
            f"found one to {message.content['helper']}"
        )
    # Otherwise whoever was asked could turn the roles round, and whoever asks could ask for
    # something else when the first request has been accepted.
    asked = [word for word in known if read(home, word).verb == "ask" and word.id != message.id]
    if asked:
        raise Refused(f"{message.actor}: the exchange {message.exchange} was asked for already")
    waiting = [
        view.id
        for view in await exchanges(home)
        if (view.peer_did, view.role, view.state) == (message.actor.text, "helper", "asked")
    ]
    if len(waiting) >= _MOST_OPEN and message.exchange not in waiting:
        raise Refused(
            f"{message.actor}: expected at most {_MOST_OPEN} requests that wait for an answer"
        )


async def _send(home: Home, identity: str, peer: str, verb: str, content: JsonObject) -> None:
    known = [read(home, one).content["step"] for one in await messages_of(home, identity)]
    message = ExchangeMessage(
        id=f"{home.base_url}/message/{ulid(int(home.now().timestamp() * 1000), home.entropy)}",
        actor=home.document.did,
        to=parse_did(peer),
        published=home.stamp(),
        type=TYPES[verb],
        exchange=identity,
        verb=verb,
        content={**content, "step": min(1 + max(known, default=0), LAST_STEP)},
    )
    check_message(message)
    await queue(home, peer, exchange_message(message), id=message.id, topic=topic_of(identity))
    await home.desk.put_page("exchange", identity, b"")
