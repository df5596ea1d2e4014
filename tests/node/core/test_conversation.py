"""What another city may say about an exchange: well made, or refused in words."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.conversation import (
    LAST_STEP,
    TYPES,
    check_message,
    draft_of,
    record_of,
    request_of,
    words_of,
)
from node.core.exchange import Conclusion, note_digest
from node.errors import Refused
from peers.did import parse_did
from peers.notify import ExchangeMessage, MessageType
from vocab.shapes import check
from vocab.terms import ACTIONS, ExchangeRole, ExchangeState

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"
ULID = "01ARYZ6S410000000000000000"
NOTE = {"es": "Quince indicadores, por distrito."}
ASKED: dict[str, Any] = {
    "step": 1,
    "action": ACTIONS["T10"],
    "learner": f"{AURORA}/#city",
    "helper": f"{HANSOL}/#city",
    "answers": {"problem": {"es": "Medimos lo que es fácil de medir."}},
}


def message(verb: str, content: Mapping[str, Any] | None = None, **changes: Any) -> ExchangeMessage:
    plain = ExchangeMessage(
        id=f"{AURORA}/message/1",
        actor=parse_did("did:web:aurora.example"),
        to=parse_did("did:web:hansol.example"),
        published="2026-01-01T00:00:00Z",
        type=TYPES[verb],
        exchange=ULID,
        verb=verb,
        content={"step": 1} if content is None else content,
    )
    return replace(plain, **changes)


def concluding(note: object = None, **changes: Any) -> ExchangeMessage:
    told: Any = NOTE if note is None else note
    content = {"step": 6, "note": told, "noteDigest": note_digest(ULID, "adopt", told), **changes}
    return message("adopt", content)


def test_what_is_well_made_passes() -> None:
    check_message(message("ask", ASKED))
    check_message(message("decline", {"step": 2, "reason": "No este año."}))
    check_message(concluding())
    for verb in TYPES.keys() - {"ask", "adopt", "not-adopt"}:
        check_message(message(verb, {"step": LAST_STEP}))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (message("accept", type=MessageType.OFFER), "accept as Accept"),
        (message("accept", id=f"{HANSOL}/message/1"), "an id of did:web:aurora.example"),
        (message("accept", id=f"{AURORA}.evil.example/1"), "an id of"),
        (message("accept", published="2026-02-30T00:00:00Z"), "a time that exists"),
        (message("accept", {}), "a step from 1"),
        (message("accept", {"step": 0}), "a step from 1"),
        (message("accept", {"step": True}), "a step from 1"),
        (message("accept", {"step": LAST_STEP + 1}), "a step from 1"),
        (message("end", {"step": 1, "reason": "x" * 2001}), "up to 2,000 characters"),
        (message("end", {"step": 1, "reason": {}}), "up to 2,000 characters"),
        (message("ask", {**ASKED, "action": "https://example.org/x"}), "framework's actions"),
        (message("ask", {**ASKED, "action": []}), "framework's actions"),
        (message("ask", {**ASKED, "learner": f"{HANSOL}/#city"}), "a learner at https://aurora"),
        (message("ask", {**ASKED, "learner": f"{AURORA}/#organization"}), "a learner at"),
        (
            message("ask", {**ASKED, "learner": f"{AURORA}/ x/#city"}),
            "is not the address of a record",
        ),
        (message("ask", {**ASKED, "helper": None}), "a helper at"),
        (message("ask", {**ASKED, "answers": []}), "answers to problem"),
        (message("ask", {**ASKED, "answers": {"budget": {"es": "1"}}}), "answers to problem"),
        (message("ask", {**ASKED, "answers": {"problem": "x"}}), "text by language"),
        (message("ask", {**ASKED, "answers": {"problem": {"es": "x" * 20_000}}}), "characters"),
        (concluding({}), "a note on what was learned"),
        (concluding({"es": 5}), "text"),
        (concluding({"not a tag": "x"}), "tag of a language"),
        (concluding({"es": "x" * 8_001}), "8000"),
        (concluding(noteDigest="zQm1"), "the note's digest"),
        # The digest of our note beside another text: we would sign what we have not read.
        (concluding(note={"es": "Otra cosa."}, noteDigest=note_digest(ULID, "adopt", NOTE)), "dig"),
    ],
)
def test_what_is_not_is_refused_in_words(said: ExchangeMessage, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_message(said)
    assert words in str(refusal.value)
    assert str(refusal.value).startswith("did:web:aurora.example")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@given(st.sampled_from(sorted(TYPES)), st.sampled_from([*ASKED, "note", "noteDigest"]), JSON)
def test_whatever_comes_is_passed_or_refused(verb: str, name: str, value: object) -> None:
    content = {**ASKED, "note": NOTE, "noteDigest": note_digest(ULID, verb, NOTE), name: value}
    with contextlib.suppress(Refused):
        check_message(message(verb, content))


def test_both_sides_tell_the_same_and_name_each_other() -> None:
    request = request_of(message("ask", ASKED))
    agreed = Conclusion(role="helper", outcome="not-adopt", note=NOTE)
    times = {"started": "2026-01-02T10:00:00Z", "ended": "2026-03-01T10:00:00Z"}
    learner, helper = (record_of(ULID, request, role, agreed, **times) for role in SIDES)
    for record in (learner, helper):
        assert check({**record, "version": 1}) == []
    assert learner["id"] == helper["counterpart"] == f"{AURORA}/exchange/{ULID}"
    assert helper["id"] == learner["counterpart"] == f"{HANSOL}/exchange/{ULID}"
    differ = {"id", "publisher", "publisherRole", "counterpart"}
    assert {key for key in learner if learner[key] != helper[key]} == differ
    assert helper["publisherRole"] == ExchangeRole.HELPER
    assert (helper["outcome"], helper["ended"]) == (ExchangeState.NOT_ADOPTED, "2026-03-01")


SIDES: Any = ("learner", "helper")


def test_clocks_that_differ_never_end_an_exchange_before_it_began() -> None:
    agreed = Conclusion(role="helper", outcome="adopt", note=NOTE)
    request = request_of(message("ask", ASKED))
    times = {"started": "2026-03-02T10:00:00Z", "ended": "2026-03-01T10:00:00Z"}
    record = record_of(ULID, request, "learner", agreed, **times)
    assert (record["started"], record["ended"]) == ("2026-03-01", "2026-03-01")


def test_whoever_asks_is_the_learner() -> None:
    asked = message("ask", ASKED)
    answer = message("accept", {"step": 2}, actor=asked.to, to=asked.actor)
    words = words_of([answer, asked], asked.actor.text)
    assert [(word.role, word.verb) for word in words] == [("helper", "accept"), ("learner", "ask")]


def test_a_draft_of_the_note_holds_what_was_asked_in_its_languages() -> None:
    answers = {
        "problem": {"es": "Medimos poco. ", "en": "We measure little."},
        "wantedOutcome": {"es": "Indicadores."},
        "alreadyTried": {"fr": "Rien."},
    }
    request = request_of(message("ask", {**ASKED, "answers": answers}))
    assert draft_of(request) == {
        "es": "Medimos poco.\n\nIndicadores.",
        "en": "We measure little.",
    }
