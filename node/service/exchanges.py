"""Exchanges of ours as they stand, and their records once both cities have agreed.

Where an exchange stands is what the words on the desk say, and nothing else is kept of it. What is
published follows from the words too, so it is safe to look again after a crash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from node.core.conversation import Request, draft_of, record_of, request_of, words_of
from node.core.exchange import (
    Conclusion,
    Role,
    State,
    Word,
    fold,
    is_stalled,
    verbs,
)
from node.errors import NodeError, NotFound
from node.service.home import Home
from node.service.publish import publish
from node.service.records import document_of, own_records
from node.store.ports import Audience, Message
from peers.encoding import JsonObject
from peers.log import EntryKind
from peers.notify import ExchangeMessage, read_message
from vocab.languages import LangMap
from vocab.shapes import Widest, audience_limit

__all__ = [
    "ExchangeView",
    "exchange",
    "exchanges",
    "messages_of",
    "publish_if_closed",
    "read",
    "settle",
    "topic_of",
]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeView:
    """An exchange of ours as it stands.

    Attributes:
        id: Its ULID; role: ours in it; state: a state of ``node.core.exchange``.
        since: When it came to that; heard: when the last word came or went, by our clock.
        peer_did, peer_agent: The other side.
        action: IRI of what it is about.
        answers: To the three questions, in the asker's words.
        may: What we may say now.
        outcome, note: As agreed, once closed; until then the note is the one proposed last.
        ours, theirs: How each side would have it told, as it said last.
        proposed: Whether the other side has proposed how it is told, and we have not agreed yet.
        draft: A first text for the note, from what was recorded.
        stalled: Whether nothing was heard for 90 days.
        words: Everything that was said, in order; reasons are in their content.
        waiting: Words of ours that the other side has not taken yet.
        trouble: Why it did not take the last of them, or empty.
        record: IRI of our record of it, once closed.
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
    heard: str = ""
    ours: Conclusion | None = None
    theirs: Conclusion | None = None
    draft: LangMap = field(default_factory=dict)
    stalled: bool = False
    words: tuple[Word, ...] = ()
    waiting: int = 0
    trouble: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What the desk holds of an exchange, read."""

    request: Request
    role: Role
    words: Sequence[Word]
    state: State
    messages: Sequence[Message]


async def settle(home: Home) -> int:
    """Publish every exchange that both sides have agreed on and that a crash or a full disk kept
    from our log; harmless when done again.

    Returns:
        How many were published.
    """
    done = [await publish_if_closed(home, one) for one in await home.desk.pages("exchange")]
    return sum(done)


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


def topic_of(identity: str) -> str:
    """What the desk files an exchange's messages under."""
    return f"exchange:{identity}"


async def messages_of(home: Home, identity: str) -> list[Message]:
    """Every message about an exchange, sent and received."""
    return await home.desk.messages(topic_of(identity))


async def _hold(home: Home, identity: str) -> _Held | None:
    """What the desk holds of an exchange; ``None`` before its request has come."""
    messages = await messages_of(home, identity)
    spoken = [read(home, one) for one in messages]
    request = next((one for one in spoken if one.verb == "ask"), None)
    if request is None:
        return None
    words = words_of(spoken, request.actor.text)
    return _Held(
        request=request_of(request),
        role="learner" if request.actor == home.document.did else "helper",
        words=sorted(words, key=lambda word: (word.step, word.at, word.role, word.id)),
        state=fold(words),
        messages=messages,
    )


async def _view(home: Home, identity: str) -> ExchangeView | None:
    held = await _hold(home, identity)
    if held is None:
        return None
    request, state, role = held.request, held.state, held.role
    own = role == "learner"
    ours, theirs = state.last_of(role), state.last_of("helper" if own else "learner")
    last = state.agreed or (state.proposed[-1] if state.proposed else None)
    heard = max(one.created for one in held.messages)
    unsent = [
        one for one in held.messages if one.direction == "out" and (not one.done or one.error)
    ]
    return ExchangeView(
        id=identity,
        role=role,
        state=state.name,
        since=state.since,
        peer_did=request.helper_did if own else request.learner_did,
        peer_agent=request.helper if own else request.learner,
        action=request.action,
        answers=request.answers,
        may=verbs(state, role),
        outcome=state.agreed.outcome if state.agreed else "",
        note=last.note if last else {},
        proposed="adopt" in verbs(state, role) and theirs is not None and not _agreed(ours, theirs),
        heard=heard,
        ours=ours,
        theirs=theirs,
        draft=draft_of(request),
        stalled=is_stalled(state.name, heard, home.now()),
        words=tuple(held.words),
        waiting=len(unsent),
        trouble=unsent[-1].error if unsent else "",
        record=f"{home.base_url}/exchange/{identity}" if state.agreed else "",
    )


def _agreed(ours: Conclusion | None, theirs: Conclusion) -> bool:
    return ours is not None and ours.agrees_with(theirs)


def read(home: Home, message: Message) -> ExchangeMessage:
    """A message of the desk; it was checked before it was kept."""
    word = read_message(message.body, home.limits)
    assert isinstance(word, ExchangeMessage)
    return word


async def publish_if_closed(home: Home, identity: str) -> bool:
    """Publish the concluded exchange in our log, once; doing it again changes nothing.

    Where both sides have proposed at once, each may have published what the other did not mean:
    the words decide when all have come, and the record follows them. What we have withdrawn stays
    withdrawn.
    """
    held = await _hold(home, identity)
    if held is None or (agreed := held.state.agreed) is None:
        return False
    state = held.state
    record = record_of(
        identity,
        held.request,
        held.role,
        agreed,
        started=state.accepted or state.asked,
        ended=state.since,
    )
    told = await home.ledger.latest(record["id"])
    if told and (
        told.entry.kind is EntryKind.DELETE
        or document_of(told)["noteDigest"] == record["noteDigest"]
    ):
        return False
    try:
        version = told.entry.version if told else 0
        audience = await _audience(home, record)
        await publish(home, {**record, "version": version}, audience=audience)
    except NodeError as exc:
        # The words are kept, and ``settle`` tries again; the other side must not be troubled.
        _log.warning("an exchange could not be published", exchange=identity, reason=str(exc))
        return False
    return True


async def _audience(home: Home, record: JsonObject) -> Audience:
    """The narrowest of what the exchange is about: what was needed among members is told there."""
    if audience_limit(record).widest is not Widest.PUBLIC:
        return Audience.MEMBERS
    kind = "Need" if record["learner"] == home.agent else "Offer"
    behind = [
        one.log
        for one in await own_records(home, kind=kind)
        if document_of(one)["action"] == record["action"]
    ]
    public = home.logs[Audience.PUBLIC]
    return Audience.MEMBERS if behind and public not in behind else Audience.PUBLIC
