"""The life of an exchange: both sides end up in one state, whatever happened on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.exchange import TABLE, Role, State, Word, fold, may_say, note_digest, verbs

NOTE = {"en": "Fifteen indicators, by district."}
ULID = "01ARYZ6S410000000000000000"


def word(second: int, role: Role, verb: str, **content: object) -> Word:
    return Word(
        id=f"{second}-{role}-{verb}",
        role=role,
        verb=verb,
        at="2026-01-01T00:00:00Z",
        step=second + 1,
        content=content,
    )


def concluding(second: int, role: Role, verb: str = "adopt", note: object = None) -> Word:
    chosen = NOTE if note is None else note
    assert isinstance(chosen, dict)
    return word(second, role, verb, note=chosen, noteDigest=note_digest(ULID, verb, chosen))


LIFE = [
    word(0, "learner", "ask"),
    word(1, "helper", "accept"),
    word(2, "learner", "schedule"),
    word(3, "helper", "meet"),
    concluding(4, "learner"),
    concluding(5, "helper"),
]


@pytest.mark.parametrize(
    ("length", "name"),
    [
        (0, ""),
        (1, "asked"),
        (2, "accepted"),
        (3, "scheduled"),
        (4, "met"),
        (5, "met"),
        (6, "closed"),
    ],
)
def test_an_exchange_goes_from_asked_to_closed(length: int, name: str) -> None:
    assert fold(LIFE[:length]).name == name


def test_a_closed_exchange_has_the_note_that_both_agreed_on() -> None:
    state = fold(LIFE)
    assert (state.outcome, state.note) == ("adopt", NOTE)
    assert state.asked == LIFE[0].at


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([LIFE[0], word(1, "helper", "decline")], "declined"),
        ([LIFE[0], word(1, "learner", "withdraw")], "withdrawn"),
        ([LIFE[0], LIFE[1], word(2, "helper", "end")], "ended"),
        (
            [LIFE[0], LIFE[1], word(2, "helper", "pause"), word(3, "learner", "schedule")],
            "scheduled",
        ),
        ([LIFE[0], word(1, "learner", "accept")], "asked"),
        ([word(0, "helper", "ask")], ""),
        ([LIFE[0], word(1, "helper", "decline"), word(2, "helper", "accept")], "declined"),
        ([*LIFE, word(9, "helper", "end")], "closed"),
        ([*LIFE[:5], concluding(5, "helper", "not-adopt")], "met"),
        ([*LIFE[:5], concluding(5, "helper", note={"en": "Another note."})], "met"),
        ([*LIFE[:5], word(5, "helper", "adopt", note="no map", noteDigest="z")], "met"),
    ],
)
def test_only_what_fits_the_state_counts(words: list[Word], name: str) -> None:
    assert fold(words).name == name


ANY = st.builds(
    word,
    st.integers(0, 9),
    st.sampled_from(["learner", "helper"]),
    st.sampled_from(sorted({verb for _, verb in TABLE})),
    note=st.just(NOTE),
    noteDigest=st.sampled_from(["zQm1", "zQm2"]),
)


@given(st.lists(ANY, max_size=12), st.randoms())
def test_order_and_repetition_of_arrival_do_not_matter(words: list[Word], random: object) -> None:
    words = list({one.id: one for one in words}.values())
    mixed = [*words, *words[: len(words) // 2]]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert fold(mixed) == fold(words)


@given(st.lists(ANY, max_size=12), ANY)
def test_nothing_leaves_an_end(words: list[Word], more: Word) -> None:
    state = fold(words)
    if state.name in {"declined", "withdrawn", "ended", "closed"}:
        assert verbs(state, "learner") == verbs(state, "helper") == ()
        assert not may_say(state, more.role, more.verb)


def test_a_clock_that_is_wrong_does_not_matter() -> None:
    late = [
        replace(one, at=f"2026-01-{20 - number:02}T00:00:00Z") for number, one in enumerate(LIFE)
    ]
    assert fold(late).name == "closed"


def test_what_may_be_said_is_what_the_table_says() -> None:
    assert verbs(State(), "learner") == ("ask",)
    assert verbs(fold(LIFE[:1]), "helper") == ("accept", "decline")
    assert verbs(fold(LIFE[:1]), "learner") == ("withdraw",)
