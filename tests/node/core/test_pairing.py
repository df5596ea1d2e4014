"""Scores: known answers, the same on every machine, and what must never change them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.countries import Country, country
from node.core.pairing import MICRO, Past, Reason, score, suggest
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


def test_the_nearest_action_with_an_offer_is_named() -> None:
    helper = city("b", helps={"w": help_(), "z": help_()})
    [unmatched] = suggest(A, [helper], TODAY, near=("w", "v", "x", "z")).unmatched
    assert unmatched.nearest == "z"


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
    assert found.country == country("KR") == Country("KR", "142", 3)
    assert found.languages == {"ko", "en"}
    assert found.wishes[ACTIONS["S2"]].strength == Decimal("0.7")
    helps = found.helps[action]
    assert (helps.willingness, helps.maturity) == (Decimal("0.75"), Decimal("0.8"))
    assert (helps.documented, helps.assessed, helps.day) == (True, False, date(2026, 7, 1))
    assert helps.sources[0] == f"{BASE}/offer/1"


def test_a_city_that_has_not_said_who_it_is_has_no_profile() -> None:
    need = Need(id=f"{BASE}/need/1", action=ACTIONS["S2"], strength="1", **COMMON)
    assert profile_of([need]) is None
