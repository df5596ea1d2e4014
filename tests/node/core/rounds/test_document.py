"""A round as it is published: the same bytes for everyone, with reasons and a report."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.core.past import Past
from node.core.profile import Profile
from node.core.rounds import Unproven
from node.core.rounds.document import Inputs, check, compute, problem
from node.core.rounds.published import Log, Settings, Way, read, write
from node.core.rounds.report import SMALL, band
from tests.node.core.rounds.cities import TODAY, made_up
from vocab.framework import load

ROOT = Path(__file__).parents[4]
ACTIONS = tuple(one.iri for one in load().actions)
LOG = Log(origin="hansol.example/log/public", size=7, root="AAAA")


def inputs(cities: Sequence[Profile], way: str = Way.OPTIMUM, candidates: int = 0) -> Inputs:
    return Inputs(
        name="https://network.example/round/01JD0000000000000000000000",
        day=TODAY,
        settings=Settings(way=way, candidates=candidates),
        logs=(LOG,),
        profiles=sorted(cities, key=lambda one: one.agent),
        past=Past(),
        near=ACTIONS,
    )


def city_that_wishes(cities: Sequence[Profile], action: str) -> Profile:
    """A small city that looks for help with one action, and speaks with everyone."""
    wish = next(iter(next(one for one in cities if one.wishes).wishes.values()))
    one = made_up(len(cities) + 1)[-1]
    wish = replace(wish, languages=frozenset())
    return replace(one, population=900, wishes={action: wish}, helps={})


@pytest.mark.parametrize("way", [Way.OPTIMUM, Way.ASKING])
def test_a_round_is_read_checked_and_computed_again(way: str) -> None:
    given_ = inputs(made_up(80), way)
    text = write(compute(given_))
    check(given_, read(text))
    assert write(compute(given_)) == text


def test_every_pair_has_its_reasons_and_everyone_else_a_reason_why_not() -> None:
    made = compute(inputs(made_up(80)))
    assert made.pairs
    assert all(one.actions and one.rank <= one.options for one in made.pairs)
    assert {one.learner for one in made.pairs} | {one.city for one in made.left} == set(
        made.learners
    )
    assert made.left
    assert all(one.why for one in made.left)
    assert {why.reason for one in made.left for why in one.why} == {"full"}


def test_a_city_that_nobody_could_help_hears_why_and_what_is_near() -> None:
    cities = made_up(80)
    alone = city_that_wishes(cities, ACTIONS[27])
    left = next(one for one in compute(inputs([*cities, alone])).left if one.city == alone.agent)
    assert [(one.action, one.reason) for one in left.why] == [(ACTIONS[27], "no-offer")]
    assert left.why[0].nearest in ACTIONS[:9]


def test_the_report_counts_everyone_once_in_each_way() -> None:
    made = compute(inputs(made_up(80)))
    whole = made.report.everyone
    assert whole.served + len(made.left) == whole.learners == len(made.learners)
    assert whole.pairs == whole.load == len(made.pairs)
    assert whole.score == sum(one.score for one in made.pairs)
    for by in ("size", "income", "region"):
        groups = [one for one in made.report.groups if one.by == by]
        assert sum(one.learners for one in groups) == whole.learners
        assert sum(one.load for one in groups) == whole.load


def test_the_alarm_is_raised_where_small_cities_are_left_behind() -> None:
    """Small cities alone look for what nobody offers."""
    cities = [
        replace(one, wishes={}) if one.population and one.population < SMALL else one
        for one in made_up(80)
    ]
    assert not compute(inputs(cities)).report.alarm
    poor = city_that_wishes(cities, ACTIONS[27])
    assert compute(inputs([*cities, poor])).report.alarm


def test_bands_begin_where_the_ones_before_end() -> None:
    assert [band(one) for one in (None, 1, 49_999, 50_000, 2_000_000)] == [
        "",
        "0",
        "0",
        "50000",
        "1500000",
    ]


@settings(deadline=None, max_examples=25)
@given(st.permutations(made_up(30)))
def test_cities_in_any_order_give_the_same_bytes(cities: Sequence[Profile]) -> None:
    assert write(compute(inputs(cities))) == write(compute(inputs(made_up(30))))


def test_no_changed_text_passes() -> None:
    given_ = inputs(made_up(60))
    made = compute(given_)
    pair, left = made.pairs[0], made.left[0]
    for wrong in (
        msgspec.structs.replace(made, pairs=made.pairs[1:]),
        msgspec.structs.replace(
            made, pairs=(msgspec.structs.replace(pair, score=1), *made.pairs[1:])
        ),
        msgspec.structs.replace(made, left=made.left[1:]),
        msgspec.structs.replace(made, left=(msgspec.structs.replace(left, why=()), *made.left[1:])),
        msgspec.structs.replace(made, logs=()),
        msgspec.structs.replace(made, capacity=(*made.capacity[:-1], made.capacity[-1] + 1)),
        msgspec.structs.replace(made, proof=None),
        msgspec.structs.replace(made, report=msgspec.structs.replace(made.report, alarm=True)),
        msgspec.structs.replace(made, pairs=(msgspec.structs.replace(pair, helper=pair.learner),)),
    ):
        if wrong != made:
            with pytest.raises(Unproven):
                check(given_, read(write(wrong)))


def test_what_is_no_round_in_its_canonical_text_is_not_read() -> None:
    text = write(compute(inputs(made_up(20))))
    for wrong in (b"", b"{}", text + b" ", text.replace(b"round/1", b"round/9")):
        with pytest.raises(Unproven):
            read(wrong)


def test_of_many_helpers_the_best_alone_may_be_looked_at() -> None:
    given_ = inputs(made_up(80), candidates=3)
    options: dict[int, list[int]] = {}
    for edge in problem(given_).edges:
        options.setdefault(edge.learner, []).append(edge.score)
    every: dict[int, list[int]] = {}
    for edge in problem(inputs(made_up(80))).edges:
        every.setdefault(edge.learner, []).append(edge.score)
    assert {at: sorted(own) for at, own in options.items()} == {
        at: sorted(own)[-3:] for at, own in every.items()
    }


PRINT = """
import hashlib
from node.core.rounds.document import compute
from node.core.rounds.published import Way, write
from tests.node.core.rounds.cities import made_up
from tests.node.core.rounds.test_document import inputs
for way in (Way.OPTIMUM, Way.ASKING):
    print(hashlib.sha256(write(compute(inputs(made_up(60), way)))).hexdigest())
"""


def test_every_process_and_hash_seed_gives_the_same_bytes() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", PRINT],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=100,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(said) == 1
