"""What two cities say to each other about an exchange, as messages; and what they publish of it.

A message of another city is checked before it is kept: what is refused here never reaches a page,
and a conclusion that is kept can be published as it stands. Both sides send and check by the same
rules, so nothing that we may say is refused by an honest peer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from node.core.exchange import OUTCOMES, TABLE, Conclusion, Role, Word, note_digest
from node.errors import Refused
from peers.encoding import JsonObject
from peers.notify import ExchangeMessage, MessageType
from peers.times import is_time
from vocab.framework import Action, load
from vocab.languages import LangMap
from vocab.records import CONTEXT
from vocab.shapes import check
from vocab.terms import ExchangeRole, ExchangeState

__all__ = [
    "ANSWERS",
    "LAST_STEP",
    "TYPES",
    "Request",
    "check_message",
    "draft_of",
    "record_of",
    "request_of",
    "words_of",
]

ANSWERS: Final = ("problem", "wantedOutcome", "alreadyTried")
"""The three questions of a request, as a Need has them."""

VERBS: Final = frozenset(verb for _, verb in TABLE)
TYPES: Final = {
    **dict.fromkeys(VERBS, MessageType.UPDATE),
    "ask": MessageType.OFFER,
    "accept": MessageType.ACCEPT,
    "decline": MessageType.REJECT,
    "withdraw": MessageType.UNDO,
}
"""Verb → the ActivityStreams type that carries it."""

LAST_STEP: Final = 2**53 - 1
"""The largest integer of JSON: a peer that begins there cannot lock us out, only lose its order."""

_REASON: Final = 2_000
_CITY: Final = "/#city"
_PLACEHOLDER: Final = "https://city.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked, as the asker's message says.

    Attributes:
        learner, helper: IRIs of the cities; the learner's node has sent the message.
        answers: Of ``ANSWERS``, in the asker's words.
    """

    action: str
    learner: str
    helper: str
    learner_did: str
    helper_did: str
    answers: Mapping[str, LangMap]


def check_message(message: ExchangeMessage) -> None:
    """Check the form of a word about an exchange, ours or another city's.

    It does **not** check who has sent it, nor whether it fits where the exchange stands.

    Raises:
        Refused: What was expected, and what was found.
    """
    actor, verb, content = message.actor, message.verb, message.content
    _expect(message, verb in VERBS, f"one of {', '.join(sorted(VERBS))}", verb)
    _expect(message, message.type is TYPES[verb], f"{verb} as {TYPES[verb]}", message.type)
    _expect(message, message.id.startswith(f"{actor.origin}/"), f"an id of {actor}", message.id)
    _expect(message, is_time(message.published), "a time that exists", message.published)
    step = content.get("step")
    right = type(step) is int and 1 <= step <= LAST_STEP
    _expect(message, right, "a step from 1", step)
    reason = content.get("reason", "")
    short = isinstance(reason, str) and len(reason) <= _REASON
    _expect(message, short, f"a reason of up to {_REASON:,} characters", reason)
    if verb == "ask":
        _check_request(message)
    elif verb in OUTCOMES:
        _check_conclusion(message)


def request_of(message: ExchangeMessage) -> Request:
    """What a request says; the message was checked."""
    content = message.content
    return Request(
        action=content["action"],
        learner=content["learner"],
        helper=content["helper"],
        learner_did=message.actor.text,
        helper_did=message.to.text,
        answers=content.get("answers", {}),
    )


def words_of(spoken: Iterable[ExchangeMessage], asker: str) -> list[Word]:
    """Checked messages as words; whoever has asked is the learner.

    Args:
        asker: Its DID.
    """
    return [
        Word(
            id=one.id,
            role="learner" if one.actor.text == asker else "helper",
            verb=one.verb,
            at=one.published,
            step=one.content["step"],
            content=one.content,
        )
        for one in spoken
    ]


def draft_of(request: Request) -> LangMap:
    """A first text of the note, from what was recorded: the problem, and what was wanted."""
    told: dict[str, list[str]] = {}
    for question in ("problem", "wantedOutcome"):
        for language, text in request.answers.get(question, {}).items():
            told.setdefault(language, []).append(text.strip())
    return {language: "\n\n".join(parts) for language, parts in told.items()}


def record_of(
    identity: str,
    request: Request,
    role: Role,
    agreed: Conclusion,
    *,
    started: str,
    ended: str,
) -> JsonObject:
    """One side's Exchange record, without the version.

    Args:
        identity: ULID of the exchange; role: whose record it is.
        started, ended: ``YYYY-MM-DDTHH:MM:SSZ``.
    """
    own, other = (
        (request.learner, request.helper)
        if role == "learner"
        else (request.helper, request.learner)
    )
    adopted = agreed.outcome == "adopt"
    return {
        "@context": list(CONTEXT),
        "id": f"{own.removesuffix(_CITY)}/exchange/{identity}",
        "type": "Exchange",
        "publisher": own,
        "publisherRole": str(ExchangeRole.LEARNER if role == "learner" else ExchangeRole.HELPER),
        "learner": request.learner,
        "helper": request.helper,
        "learnerDid": request.learner_did,
        "helperDid": request.helper_did,
        "counterpart": f"{other.removesuffix(_CITY)}/exchange/{identity}",
        "action": request.action,
        "state": str(ExchangeState.CLOSED),
        "outcome": str(ExchangeState.ADOPTED if adopted else ExchangeState.NOT_ADOPTED),
        # Each side has its own clock; an exchange never ends before it began.
        "started": min(started, ended)[:10],
        "ended": ended[:10],
        "note": dict(agreed.note),
        "noteDigest": note_digest(identity, agreed.outcome, agreed.note),
    }


def _check_request(message: ExchangeMessage) -> None:
    """The request names its cities and an action; its answers are what a Need may hold."""
    content = message.content
    action, answers = content.get("action"), content.get("answers", {})
    known = isinstance(action, str) and isinstance(load().concept(action), Action)
    _expect(message, known, "one of the framework's actions", action)
    for name, node in (("learner", message.actor), ("helper", message.to)):
        agent = content.get(name)
        own = isinstance(agent, str) and agent.startswith(f"{node.origin}/")
        _expect(message, own and str(agent).endswith(_CITY), f"a {name} at {node.origin}", agent)
    only = isinstance(answers, dict) and set(answers) <= set(ANSWERS)
    _expect(message, only, f"answers to {', '.join(ANSWERS)}", answers)
    need = {
        "@context": list(CONTEXT),
        "id": f"{_PLACEHOLDER}/need/{message.exchange}",
        "type": "Need",
        "version": 1,
        "publisher": f"{_PLACEHOLDER}{_CITY}",
        "action": action,
        "strength": "1",
        **answers,
    }
    _check_document(message, need)
    # The cities' addresses are judged as they will stand in the record.
    said = Conclusion(role="learner", outcome="adopt", note={"en": "-"})
    _check_document(message, _whole(message, request_of(message), said))


def _check_conclusion(message: ExchangeMessage) -> None:
    """The note can be published as it is, and the digest is this note's."""
    note = message.content.get("note")
    shown = isinstance(note, dict) and bool(note)
    _expect(message, shown, "a note on what was learned, a text in each language", note)
    assert isinstance(note, dict)
    request = Request(
        action=load().actions[0].iri,
        learner=f"{_PLACEHOLDER}{_CITY}",
        helper=f"https://other.example{_CITY}",
        learner_did="did:web:city.example",
        helper_did="did:web:other.example",
        answers={},
    )
    said = Conclusion(role="learner", outcome=message.verb, note=note)
    _check_document(message, _whole(message, request, said))
    digest = note_digest(message.exchange, message.verb, note)
    found = message.content.get("noteDigest")
    _expect(message, found == digest, f"the note's digest, {digest}", found)


def _whole(message: ExchangeMessage, request: Request, said: Conclusion) -> JsonObject:
    at = message.published
    record = record_of(message.exchange, request, "learner", said, started=at, ended=at)
    return {**record, "version": 1}


def _check_document(message: ExchangeMessage, document: Mapping[str, Any]) -> None:
    found = check(document)
    if found:
        raise Refused(f"{message.actor}: {message.verb}: {found[0].message} {found[0].mend}")


def _expect(message: ExchangeMessage, holds: object, what: str, found: object) -> None:
    if not holds:
        raise Refused(
            f"{message.actor}: {message.verb}: expected {what}, found {str(found)[:200]!r}"
        )
