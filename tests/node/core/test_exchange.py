"""The life of an exchange: both sides end up in one state, whatever happened on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.exchange import (
    OUTCOMES,
    TABLE,
    Role,
    State,
    Word,
    advance,
    fold,
    is_live,
    is_stalled,
    may_say,
    note_digest,
    verbs,
)

NOTE = {"en": "Fifteen indicators, by district."}
ULID = "01ARYZ6S410000000000000000"
DIGEST = "zQmREsm6sxhxMyy23DPgsekFB4ijV2NTMCE1ZmLSeKKc7MH"


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
    return word(second, role, verb, note=chosen)


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
    assert state.agreed is not None
    assert (state.agreed.outcome, state.agreed.note) == ("adopt", NOTE)
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


NOTES = st.sampled_from([{"en": "One."}, {"en": "Another."}, {}, "no map", {"en": 5}, None])
ANY = st.builds(
    lambda step, at, role, verb, note, name: Word(
        id=f"{name}-{verb}",
        role=role,
        verb=verb,
        at=f"2026-01-01T00:00:{at:02}Z",
        step=step,
        content={"note": note},
    ),
    st.integers(1, 9),
    st.integers(0, 3),
    st.sampled_from(["learner", "helper"]),
    st.sampled_from(sorted({verb for _, verb in TABLE})),
    NOTES,
    st.integers(0, 5),
)
FITTING = st.permutations(LIFE).map(lambda words: words[:4])


@given(st.lists(ANY, max_size=14), FITTING, st.randoms())
def test_order_and_repetition_of_arrival_do_not_matter(
    words: list[Word], some: list[Word], random: object
) -> None:
    """Even where a peer uses one id for several words, or says impossible things."""
    heard = [*words, *some]
    mixed = [*heard, *heard[: len(heard) // 2]]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert fold(mixed) == fold(heard)


@given(st.lists(ANY, max_size=12), ANY)
def test_nothing_leaves_an_end_but_what_both_have_said(words: list[Word], more: Word) -> None:
    state = fold(words)
    if state.name and not is_live(state.name):
        assert verbs(state, "learner") == verbs(state, "helper") == ()
        assert not may_say(state, more.role, more.verb)
        assert advance(state, more).name in {state.name, "closed"}


@given(st.lists(ANY, max_size=14))
def test_nothing_is_agreed_that_one_side_has_not_said(words: list[Word]) -> None:
    state = fold([*LIFE[:4], *words])
    said = {
        (word.role, word.verb, str(word.content.get("note")))
        for word in words
        if word.verb in OUTCOMES
    }
    assert (state.name == "closed") == (state.agreed is not None)
    if state.agreed:
        agreed = state.agreed.outcome, str(state.agreed.note)
        assert {("learner", *agreed), ("helper", *agreed)} <= said


@given(st.lists(ANY, max_size=12))
def test_what_both_have_agreed_on_stays_agreed(words: list[Word]) -> None:
    """A word that comes late, or is dated back, takes no agreement away."""
    assert fold([*LIFE, *words]).name == "closed"


def test_two_proposals_that_cross_end_in_one_note() -> None:
    """Each agrees to the other's note at once: both sides publish the same in the end."""
    mine, yours = {"en": "Mine."}, {"en": "Yours."}
    begun = [
        *LIFE[:4],
        concluding(4, "learner", note=mine),
        concluding(4, "helper", note=yours),
    ]
    at_learner = concluding(5, "learner", note=yours)
    at_helper = concluding(5, "helper", note=mine)
    for seen in ([*begun, at_learner], [*begun, at_helper], [at_helper, at_learner, *begun]):
        assert fold(seen).name == "closed"
    both = fold([*begun, at_learner, at_helper])
    assert both.agreed is not None
    assert both.agreed.note == mine, "the helper's word comes first in the order of ids"


def test_an_end_that_crosses_an_agreement_does_not_undo_it() -> None:
    agreed = [*LIFE[:5], concluding(6, "helper")]
    assert fold([*agreed, word(5, "learner", "end")]).name == "closed"


def test_without_a_request_nothing_is_agreed() -> None:
    assert fold(LIFE[1:]).name == ""
    assert fold(reversed(LIFE)).name == "closed"


def test_an_answer_that_is_dated_back_does_not_undo_an_agreement() -> None:
    late = replace(word(0, "helper", "decline"), at="2026-01-01T00:00:01Z")
    assert fold([*LIFE[:4], late]).name == "declined"
    assert fold([*LIFE, late]).name == "closed"


def test_another_sides_word_cannot_take_the_place_of_ours() -> None:
    """Ids count for each side alone."""
    stolen = replace(LIFE[1], role="learner", verb="withdraw", step=9)
    assert fold([*LIFE[:2], stolen]).name == "withdrawn"
    assert fold([*LIFE[:2], stolen]).accepted == LIFE[1].at


@pytest.mark.parametrize(
    ("state", "day", "stalled"),
    [
        ("asked", 1, False),
        ("asked", 90, False),
        ("asked", 91, True),
        ("paused", 91, True),
        ("closed", 91, False),
        ("declined", 91, False),
    ],
)
def test_an_exchange_stalls_after_ninety_quiet_days(state: str, day: int, stalled: bool) -> None:
    now = datetime.fromtimestamp(day * 86_400 + 1, UTC)
    assert is_stalled(state, "1970-01-01T00:00:01Z", now) is stalled


def test_a_digest_names_exchange_outcome_and_note() -> None:
    """SHA-256 over the JCS of the three, as a multihash: computed by hand, once."""
    assert note_digest(ULID, "adopt", NOTE) == DIGEST
    assert note_digest(ULID, "not-adopt", NOTE) != DIGEST


def test_a_clock_that_is_wrong_does_not_matter() -> None:
    late = [
        replace(one, at=f"2026-01-{20 - number:02}T00:00:00Z") for number, one in enumerate(LIFE)
    ]
    assert fold(late).name == "closed"


def test_what_may_be_said_is_what_the_table_says() -> None:
    assert verbs(State(), "learner") == ("ask",)
    assert verbs(fold(LIFE[:1]), "helper") == ("accept", "decline")
    assert verbs(fold(LIFE[:1]), "learner") == ("withdraw",)
