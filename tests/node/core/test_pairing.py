"""Scores: known answers, the same on every machine, and what must never change them."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.countries import Country, country
from node.core.pairing import (
    MICRO,
    Change,
    Past,
    Reason,
    changes,
    mutual,
    score,
    suggest,
    suggest_learners,
)
from node.core.profile import Help, Profile, Wish, profile_of
from vocab.records import ActionStatus, AnyRecord, City, Need, Offer, Practice
from vocab.records.base import Evidence
from vocab.terms import ACTIONS, OfferKind, State

TODAY = date(2026, 11, 23)
NONE = Past()


def help_(**changes: object) -> Help:
    plain = Help(
        kind=OfferKind.MENTOR,
        willingness=Decimal(1),
        maturity=Decimal("0.8"),
        documented=True,
        assessed=False,
        day=TODAY,
        capacity=2,
        languages=frozenset({"en"}),
        interpretation=False,
        sources=("https://b.example/offer/1",),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def wish(strength: str = "1", **changes: object) -> Wish:
    plain = Wish(
        strength=Decimal(strength),
        languages=frozenset({"en"}),
        interpretation=False,
        source="https://a.example/need/1",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def city(
    name: str,
    wishes: Mapping[str, Wish] | None = None,
    helps: Mapping[str, Help] | None = None,
    **changes: object,
) -> Profile:
    plain = Profile(
        agent=f"https://{name}.example/#city",
        did=f"did:web:{name}.example",
        name={"en": name},
        country=Country("FR", "150", 3),
        population=100_000,
        level="city",
        languages=frozenset({"en"}),
        wishes=wishes or {},
        helps=helps or {},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


A = city("a", {"x": wish()})
B = city("b", helps={"x": help_()})


def points(learner: Profile, helper: Profile, past: Past = NONE) -> int:
    found = score(learner, helper, TODAY, past)
    return found.score if found else 0


def test_a_pair_that_is_alike_in_everything_scores_its_learning_gain() -> None:
    """n = 1; o = 1 * 0.8 * 0.5 * 1; gain = 1 - (1 - 0.8 * 0.4) = 0.32; context = 1."""
    assert points(A, B) == 320_000


@pytest.mark.parametrize(
    ("learner", "helper", "expected"),
    [
        (city("a", {"x": wish("0.5")}), B, 160_000),
        (A, city("b", helps={"x": help_(assessed=True)}), 480_000),
        (A, city("b", helps={"x": help_(maturity=Decimal("0.5"))}), 200_000),
        (A, city("b", helps={"x": help_(day=date(2022, 11, 23))}), 160_000),
        # Another income group, three apart: context = 1 - 0.2; 0.32 * (0.5 + 0.4) = 0.288.
        (A, city("b", helps={"x": help_()}, country=Country("X", "", 0)), 288_000),
        # Ten times the size: exp(-1 / 0.7) = 0.239651; context = 0.65 + 0.35 * that = 0.733878.
        (A, city("b", helps={"x": help_()}, population=1_000_000), 277_420),
        # What is not known has no weight: only language, income and level are left.
        (A, city("b", helps={"x": help_()}, population=None), 320_000),
        (A, city("b", helps={"x": help_(documented=False)}), 0),
        (A, city("b", helps={"x": help_(languages=frozenset({"ko"}))}), 0),
        (A, city("b", helps={"y": help_()}), 0),
    ],
)
def test_known_answers(learner: Profile, helper: Profile, expected: int) -> None:
    assert points(learner, helper) == expected


def test_three_actions_count_and_a_fourth_does_not() -> None:
    wishes = {name: wish() for name in "wxyz"}
    helps = {name: help_() for name in "wxyz"}
    three = 1 - (1 - Decimal("0.32")) ** 3
    assert points(city("a", wishes), city("b", helps=helps)) == int(three * MICRO)


def test_interpretation_lets_two_cities_talk_when_both_accept_it() -> None:
    foreign = help_(languages=frozenset({"ko"}), interpretation=True)
    helper = city("b", helps={"x": foreign}, languages=frozenset({"ko"}))
    assert points(A, helper) == 0
    willing = city("a", {"x": wish(interpretation=True)})
    # No shared language: context = 1 - 0.3; 0.32 * 0.85 = 0.272.
    assert points(willing, helper) == 272_000


def test_past_pairs_full_helpers_and_blocked_ones() -> None:
    pair = frozenset({(A.agent, B.agent)})
    assert points(A, B, Past(recent=pair)) == 192_000
    assert points(A, B, Past(active={B.agent: 2})) == 0
    assert points(A, B, Past(blocked=pair)) == 0


@pytest.mark.parametrize(
    ("helper", "past", "reason"),
    [
        (city("b"), NONE, Reason.NO_OFFER),
        (city("b", helps={"x": help_(maturity=Decimal(0))}), NONE, Reason.NO_EXPERIENCE),
        (city("b", helps={"x": help_(documented=False)}), NONE, Reason.NO_EVIDENCE),
        (city("b", helps={"x": help_(languages=frozenset({"ko"}))}), NONE, Reason.NO_LANGUAGE),
        (B, Past(active={B.agent: 2}), Reason.FULL),
        (B, Past(blocked=frozenset({(A.agent, B.agent)})), Reason.BLOCKED),
    ],
)
def test_a_need_without_proposal_says_why(helper: Profile, past: Past, reason: str) -> None:
    found = suggest(A, [helper], TODAY, past=past)
    assert found.proposals == ()
    assert [(one.action, one.reason) for one in found.unmatched] == [("x", reason)]
    assert found.unmatched[0].cities == (() if reason == Reason.NO_OFFER else (B.agent,))


def test_why_not_tells_how_far_the_nearest_city_came() -> None:
    silent = city("s", helps={"x": help_(documented=False)})
    foreign = city("f", helps={"x": help_(languages=frozenset({"ko"}))})
    [unmatched] = suggest(A, [silent, foreign], TODAY).unmatched
    assert (unmatched.reason, unmatched.cities) == (Reason.NO_LANGUAGE, (foreign.agent,))


def test_a_need_that_a_proposal_meets_beside_its_best_three_is_not_unmet() -> None:
    wishes = {name: wish() for name in "wxyz"}
    helps = {name: help_() for name in "wxyz"}
    found = suggest(city("a", wishes), [city("b", helps=helps)], TODAY)
    assert found.unmatched == ()
    [proposal] = found.proposals
    assert [len(proposal.terms), len(proposal.also)] == [3, 1]


def test_the_nearest_action_with_an_offer_is_named() -> None:
    helper = city("b", helps={"w": help_(), "z": help_()})
    [unmatched] = suggest(A, [helper], TODAY, near=("w", "v", "x", "z")).unmatched
    assert unmatched.nearest == "z"


def test_the_nearest_action_is_one_on_which_somebody_could_really_help() -> None:
    helper = city("b", helps={"w": help_(), "z": help_(documented=False)})
    [unmatched] = suggest(A, [helper], TODAY, near=("w", "v", "x", "z")).unmatched
    assert unmatched.nearest == "w"


def test_a_language_that_nobody_named_stands_in_nobodys_way() -> None:
    unsaid = help_(languages=frozenset())
    helper = city("b", helps={"x": unsaid}, languages=frozenset())
    # Not known, so without weight: size, income and level are alike.
    assert points(A, helper) == 320_000
    found = score(A, helper, TODAY, NONE)
    assert found is not None
    assert [one.closeness for one in found.context if one.feature == "language"] == [None]


@pytest.mark.parametrize(
    ("wanted", "offered", "met"),
    [
        ([], [], None),
        (["150"], [], True),
        (["001"], [], True),
        (["155"], [], True),
        (["019"], [], False),
        ([], ["019"], False),
        (["150"], ["019"], False),
        (["019", "150"], ["150"], True),
    ],
)
def test_a_wish_for_a_region_is_told_and_weighs_nothing(
    wanted: list[str], offered: list[str], met: bool | None
) -> None:
    france = country("FR")
    learner = city("a", {"x": wish(regions=frozenset(wanted))}, country=france)
    helper = city("b", helps={"x": help_(regions=frozenset(offered))}, country=france)
    found = score(learner, helper, TODAY, NONE)
    assert found is not None
    assert (found.in_region, found.score) == (met, 320_000)


def test_a_reciprocal_wish_scores_the_harmonic_mean() -> None:
    assert mutual(320_000, 160_000) == 213_333
    assert mutual(5, 5) == 5
    assert mutual(1, 0) == mutual(0, 0) == 0


def test_a_proposal_tells_what_the_learner_could_teach_in_return() -> None:
    both = city("a", {"x": wish()}, {"y": help_()})
    helper = city("b", {"y": wish()}, {"x": help_()})
    [proposal] = suggest(both, [helper], TODAY).proposals
    assert proposal.back == ("y",)
    assert suggest(A, [helper], TODAY).proposals[0].back == ()


def test_a_helper_sees_the_same_scores_as_its_learners() -> None:
    others = [city(f"l{n}", {"x": wish(f"0.{n}")}) for n in range(1, 8)]
    seen = suggest_learners(B, [*others, B], TODAY)
    assert [one.learner for one in seen] == [f"https://l{n}.example/#city" for n in range(7, 0, -1)]
    assert [one.score for one in seen] == [points(one, B) for one in reversed(others)]
    assert {one.options for one in seen} == {7}


def test_what_would_change_a_score_is_computed_anew() -> None:
    old = help_(day=date(2022, 11, 23))
    helper = city("b", helps={"x": old})
    # By hand: with an assessment as well, evidence is 0.75; reviewed today, recency is 1.
    assert points(A, helper) == 160_000
    assert changes(A, helper, TODAY) == (
        (Change.REVIEW, "x", 320_000),
        (Change.ASSESSMENT, "x", 240_000),
    )
    pair = frozenset({(A.agent, B.agent)})
    assert (Change.ASK_AGAIN, "", 320_000) in changes(A, B, TODAY, past=Past(recent=pair))
    foreign = city("b", helps={"x": help_()}, languages=frozenset({"ko"}))
    assert changes(A, foreign, TODAY)[-1][:2] == (Change.ASSESSMENT, "x")
    assert changes(A, city("b"), TODAY) == ()


HELPERS = st.lists(
    st.builds(
        lambda n, strength, people: city(
            f"h{n}", helps={"x": help_(maturity=strength)}, population=people
        ),
        st.integers(0, 30),
        st.sampled_from([Decimal("0.3"), Decimal("0.5"), Decimal("0.8")]),
        st.integers(1, 10_000_000),
    ),
    max_size=12,
    unique_by=lambda one: one.agent,
)


@given(HELPERS, st.randoms())
def test_the_order_of_the_cities_does_not_matter(helpers: list[Profile], random: object) -> None:
    expected = suggest(A, helpers, TODAY)
    mixed = list(helpers)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert suggest(A, mixed, TODAY) == expected
    assert [one.rank for one in expected.proposals] == list(range(1, len(helpers) + 1))


@given(HELPERS)
def test_a_stronger_need_never_scores_less(helpers: list[Profile]) -> None:
    weak = city("a", {"x": wish("0.4")})
    for helper in helpers:
        assert points(weak, helper) <= points(A, helper)


@given(HELPERS, st.integers(0, 3), st.booleans())
def test_better_evidence_never_scores_less(
    helpers: list[Profile], years: int, assessed: bool
) -> None:
    for helper in helpers:
        plain = helper.helps["x"]
        for better in (
            replace(plain, assessed=assessed or plain.assessed),
            replace(plain, maturity=Decimal(1)),
            replace(plain, willingness=Decimal(1)),
            replace(plain, capacity=plain.capacity + 1),
        ):
            changed = replace(helper, helps={"x": better})
            assert points(A, changed) >= points(A, helper)
        older = replace(helper, helps={"x": replace(plain, day=date(2026 - years, 11, 23))})
        assert points(A, older) <= points(A, helper)


@given(HELPERS, st.text(max_size=5))
def test_names_of_rounds_break_ties_and_nothing_else(helpers: list[Profile], salt: str) -> None:
    plain, salted = suggest(A, helpers, TODAY), suggest(A, helpers, TODAY, salt=salt)
    assert [one.score for one in plain.proposals] == [one.score for one in salted.proposals]
    assert {one.helper for one in plain.proposals} == {one.helper for one in salted.proposals}


def test_ties_do_not_fall_by_name() -> None:
    helpers = [city(f"h{n:02}", helps={"x": help_()}) for n in range(30)]
    order = [one.helper for one in suggest(A, helpers, TODAY).proposals]
    other = [one.helper for one in suggest(A, helpers, TODAY, salt="round 2").proposals]
    assert sorted(order) == sorted(other)
    assert order not in (sorted(order), other)


@given(st.integers(0, 40_000), st.sampled_from(["0.25", "0.5", "0.75", "1"]), st.booleans())
def test_the_score_is_what_the_definition_says(days: int, willing: str, recent: bool) -> None:
    """Written out once more, in another arithmetic; millionths leave room for the difference."""
    helper = city(
        "b",
        helps={"x": help_(day=TODAY - timedelta(days=days), willingness=Decimal(willing))},
        population=333,
    )
    offer = float(willing) * 0.8 * 0.5 * 0.5 ** (days / 1461)
    size = math.exp(-abs(math.log10(100_000 / 333)) / 0.7)
    gain = 1 - (1 - 0.8 * 1 * offer)
    expected = gain * (0.5 + 0.5 * (0.65 + 0.35 * size)) * (0.6 if recent else 1)
    past = Past(recent=frozenset({(A.agent, helper.agent)})) if recent else NONE
    assert abs(points(A, helper, past) - expected * 1e6) <= 1


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_every_hash_seed_gives_the_same(seed: str) -> None:
    code = (
        "from tests.node.core.test_pairing import *\n"
        "many = [city(f'h{n}', helps={'x': help_()}, population=10 ** (n % 7 + 1)) "
        "for n in range(40)]\n"
        "print([(one.helper, one.score) for one in suggest(A, many, TODAY).proposals])"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    many = [city(f"h{n}", helps={"x": help_()}, population=10 ** (n % 7 + 1)) for n in range(40)]
    here = [(one.helper, one.score) for one in suggest(A, many, TODAY).proposals]
    assert done.stdout.strip() == str(here)


BASE = "https://b.example"
COMMON: dict[str, Any] = {"version": 1, "publisher": f"{BASE}/#city"}


def test_a_profile_is_read_from_signed_records_alone() -> None:
    action = ACTIONS["T10"]
    evidence = Evidence(id=f"{BASE}/practice/1#evidence-1", content_url=f"{BASE}/a.pdf")
    records: list[AnyRecord] = [
        City(
            id=f"{BASE}/city",
            name={"ko": "한솔시"},
            country="KR",
            working_languages=("ko-KR", "en"),
            population=541_000,
            **COMMON,
        ),
        Offer(id=f"{BASE}/offer/1", action=action, kind=OfferKind.VISIT, capacity=3, **COMMON),
        Need(id=f"{BASE}/need/1", action=ACTIONS["S2"], strength="0.7", **COMMON),
        ActionStatus(
            id=f"{BASE}/action-status/1",
            action=action,
            state=State.IN_PLACE,
            reviewed="2026-07",
            **COMMON,
        ),
        Practice(
            id=f"{BASE}/practice/1",
            title={"ko": "지표"},
            action=(action,),
            evidence=(evidence,),
            **COMMON,
        ),
    ]
    found = profile_of(records)
    assert found == profile_of(reversed(records))
    assert found is not None
    assert found.country == country("KR") == Country("KR", "142", 3, ("030",))
    assert found.did == "did:web:b.example"
    assert found.languages == {"ko", "en"}
    assert found.wishes[ACTIONS["S2"]].strength == Decimal("0.7")
    helps = found.helps[action]
    assert (helps.willingness, helps.maturity) == (Decimal("0.75"), Decimal("0.8"))
    assert (helps.documented, helps.assessed, helps.day) == (True, False, date(2026, 7, 1))
    assert helps.sources == tuple(
        f"{BASE}/{name}/1" for name in ("offer", "action-status", "practice")
    )
    assert helps.documents == (f"{BASE}/a.pdf",)


def test_a_city_that_has_not_said_who_it_is_has_no_profile() -> None:
    need = Need(id=f"{BASE}/need/1", action=ACTIONS["S2"], strength="1", **COMMON)
    assert profile_of([need]) is None
