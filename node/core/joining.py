"""An application for membership: what a city and a network say to each other of it, and where it
stands.

Each side keeps every word. The state is what the words say, in whatever order they came and however
often: the network's words count in the order of its steps, and what it has decided is not undone by
a word of the city that it had not heard. A membership itself is a record in the network's log; what
stands here is how it came to be, and why it was refused, suspended or ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, Literal, TypeAlias

from node.errors import Refused
from peers.did import Did
from peers.encoding import JsonObject
from peers.notify import Join, JoinType
from peers.times import is_day, is_time
from vocab.languages import LangMap

__all__ = [
    "LAST_STEP",
    "OPEN",
    "TYPES",
    "Mail",
    "Side",
    "Stand",
    "check_word",
    "fold",
    "mail_of",
    "term_end",
]

Side: TypeAlias = Literal["city", "network"]
Mail: TypeAlias = Literal["same", "parent", "other"]
"""How a mail's domain stands to a node's host."""

_OF_CITY: Final = {
    "apply": JoinType.JOIN,
    "amend": JoinType.UPDATE,
    "withdraw": JoinType.UNDO,
}
_OF_NETWORK: Final = {
    "receive": JoinType.UPDATE,
    "check": JoinType.UPDATE,
    "admit": JoinType.ACCEPT,
    "refuse": JoinType.REJECT,
    "renew": JoinType.UPDATE,
    "suspend": JoinType.UPDATE,
    "lift": JoinType.UPDATE,
    "revoke": JoinType.UNDO,
}
TYPES: Final[Mapping[str, JoinType]] = {**_OF_CITY, **_OF_NETWORK}
"""Verb → the ActivityStreams type that carries it."""

LAST_STEP: Final = 2**53 - 1
OPEN: Final = frozenset({"asked", "received", "checking"})
"""States in which the network has not decided."""

_AFTER: Final = {
    "receive": "received",
    "check": "checking",
    "admit": "member",
    "refuse": "refused",
    "suspend": "suspended",
    "lift": "member",
    "revoke": "over",
}
"""The network's verb → the state after it; ``renew`` changes the term alone."""

_TEXT: Final = 4_000
_NAME: Final = 200
_MAIL: Final = re.compile(
    r"[^@\s<>\"]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}", re.IGNORECASE
)
_IRI: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]{1,2000}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_TAG: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_FIELDS: Final = frozenset(
    {"step", "name", "office", "email", "evidence", "mandate", "statement", "dataPolicy"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where an application stands.

    Attributes:
        state: ``asked`` (the network has not said that it has it), ``received``, ``checking``,
            ``withdrawn``, ``refused``, ``member``, ``suspended`` or ``over``.
        since: When it came to that.
        form: What the city has applied with, as it said last; empty before that has come.
        of: Id of the message that said so: what a person has checked is that message.
        policy: Version of the data policy that the network asks for, and ``policy_url``: where it
            is; empty where it has not said.
        reason: Of a refusal, a suspension or an end.
        valid_from, valid_until: The term, as told; the network's log has the record.
        membership: IRI of that record.
    """

    state: str = "asked"
    since: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""
    policy: str = ""
    policy_url: str = ""
    reason: str = ""
    valid_from: str = ""
    valid_until: str = ""
    membership: str = ""

    @property
    def name(self) -> LangMap:
        """What the applicant calls itself."""
        name: LangMap = self.form.get("name", {})
        return name


def check_word(message: Join, side: Side) -> None:
    """Check the form of a word about an application, ours or another node's.

    It does **not** check who has sent it, nor whether it fits where the application stands.

    Args:
        side: Whose word it is.

    Raises:
        Refused: What was expected, and what was found.
    """
    verb, content = message.verb, message.content
    known = _OF_CITY if side == "city" else _OF_NETWORK
    _expect(message, verb in known, f"one of {', '.join(known)}", verb)
    _expect(message, message.type is known[verb], f"{verb} as {known[verb]}", message.type)
    own = message.id.startswith(f"{message.actor.origin}/")
    _expect(message, own, f"an id of {message.actor}", message.id)
    _expect(message, is_time(message.published), "a time that exists", message.published)
    step = content.get("step")
    right = type(step) is int and 1 <= step <= LAST_STEP
    _expect(message, right, "a step from 1", step)
    if verb in {"apply", "amend"}:
        _check_form(message)
    else:
        _check_answer(message)


def fold(words: Iterable[tuple[Side, Join]]) -> Stand:
    """Where an application stands, by everything that was said of it.

    The order in which the words are given changes nothing, nor do words that are given twice.
    """
    once = {(side, one.id): one for side, one in words}
    ordered = sorted(once.items(), key=lambda item: (item[1].content["step"], item[1].id))
    said: dict[Side, list[Join]] = {"city": [], "network": []}
    for (side, _), one in ordered:
        said[side].append(one)
    stand = _of_city(said["city"])
    for one in said["network"]:
        stand = _heard(stand, one)
    return stand


def mail_of(email: str, host: str) -> Mail:
    """How the domain of a mail address stands to a node's host.

    ``same``: it is the host, or lies under it. ``parent``: the host lies under it, which shows
    something only where nobody else has names there. ``other``: neither.

    >>> mail_of("office@rights.aurora.example", "rights.aurora.example")
    'same'
    >>> mail_of("office@aurora.example", "rights.aurora.example")
    'parent'
    >>> mail_of("office@notaurora.example", "aurora.example")
    'other'
    """
    domain = email.rpartition("@")[2].lower()
    if domain == host or domain.endswith(f".{host}"):
        return "same"
    return "parent" if host.endswith(f".{domain}") else "other"


def term_end(start: date, years: int) -> date:
    """The last day of a term of so many years.

    >>> term_end(date(2026, 3, 1), 1), term_end(date(2028, 2, 29), 3)
    (datetime.date(2027, 2, 28), datetime.date(2031, 2, 27))
    """
    day = min(start.day, 28) if start.month == 2 else start.day
    return start.replace(year=start.year + years, day=day) - timedelta(days=1)


def _of_city(said: list[Join]) -> Stand:
    """What the city's words alone say."""
    forms = [one for one in said if one.verb != "withdraw"]
    undone = [one for one in said if one.verb == "withdraw"]
    newest = forms[-1] if forms else None
    last = undone[0] if undone else forms[0] if forms else None
    return Stand(
        state="withdrawn" if undone else "asked",
        since=last.published if last else "",
        form=newest.content if newest else {},
        of=newest.id if newest else "",
    )


def _heard(stand: Stand, word: Join) -> Stand:
    """One more word of the network; the ones before it are in ``stand``."""
    content, after = word.content, _AFTER.get(word.verb, stand.state)
    if stand.state == "withdrawn" and after in OPEN:
        after = "withdrawn"
    named: JsonObject = {
        "policy": content.get("dataPolicy", stand.policy),
        "policy_url": content.get("dataPolicyUrl", stand.policy_url),
        "valid_from": content.get("validFrom", stand.valid_from),
        "valid_until": content.get("validUntil", stand.valid_until),
        "membership": content.get("membership", stand.membership),
        "reason": stand.reason if word.verb == "renew" else content.get("reason", ""),
    }
    since = stand.since if after == stand.state else word.published
    return Stand(state=after, since=since, form=stand.form, of=stand.of, **named)


def _check_form(message: Join) -> None:
    content = message.content
    more = sorted(set(content) - _FIELDS)
    _expect(message, not more, f"{', '.join(sorted(_FIELDS))} alone", more)
    for name, most, least in (("name", _NAME, 1), ("office", _NAME, 1), ("statement", _TEXT, 0)):
        texts = content.get(name, {})
        _expect(message, _is_texts(texts, most, least), f"{name}: texts by language", texts)
    email = content.get("email")
    _expect(message, isinstance(email, str) and _MAIL.fullmatch(email), "an e-mail address", email)
    evidence = content.get("evidence")
    _expect(message, _is_iri(evidence), "an address of the declaration's evidence", evidence)
    mandate = content.get("mandate")
    shown = isinstance(mandate, dict) and _is_mandate(mandate)
    _expect(message, shown, "a mandate letter with url or sha256", mandate)
    _expect(message, _is_short(content.get("dataPolicy", "")), "a version", content)


def _check_answer(message: Join) -> None:
    content = message.content
    reason = content.get("reason", "")
    short = isinstance(reason, str) and len(reason) <= _TEXT
    _expect(message, short, f"a reason of up to {_TEXT:,} characters", reason)
    if message.verb in {"refuse", "suspend"}:
        _expect(message, reason, "a reason", reason)
    _expect(message, _is_short(content.get("dataPolicy", "")), "a version", content)
    address = content.get("dataPolicyUrl", "")
    _expect(message, address == "" or _is_iri(address), "an address of the policy", address)
    for name in ("validFrom", "validUntil"):
        day = content.get(name, "")
        _expect(message, day == "" or is_day(day), f"{name} as YYYY-MM-DD", day)
    if message.verb == "admit":
        record = content.get("membership")
        _expect(message, message.actor.path_of(record), f"a record of {message.actor}", record)


def _is_mandate(mandate: Mapping[str, Any]) -> bool:
    address, digest = mandate.get("url", ""), mandate.get("sha256", "")
    return (
        set(mandate) <= {"url", "sha256"}
        and bool(address or digest)
        and (address == "" or _is_iri(address))
        and (digest == "" or (isinstance(digest, str) and bool(_SHA256.fullmatch(digest))))
    )


def _is_texts(texts: object, most: int, least: int) -> bool:
    """A text in each language: so many languages, each so long at most."""
    return (
        isinstance(texts, dict)
        and least <= len(texts) <= 20
        and all(
            _TAG.fullmatch(tag) and isinstance(text, str) and 0 < len(text.strip()) <= most
            for tag, text in texts.items()
        )
    )


def _is_iri(text: object) -> bool:
    return isinstance(text, str) and bool(_IRI.fullmatch(text))


def _is_short(text: object) -> bool:
    return isinstance(text, str) and len(text) <= 50 and (text.isprintable() or not text)


def _expect(message: Join, holds: object, what: str, found: object) -> None:
    if not holds:
        actor: Did = message.actor
        raise Refused(f"{actor}: {message.verb}: expected {what}, found {str(found)[:200]!r}")
