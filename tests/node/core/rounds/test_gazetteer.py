"""A thousand cities of the world's sizes, countries and languages, with made-up needs."""

from __future__ import annotations

import pytest

from benchmarks.cities import TODAY, cities
from node.core.past import Past
from node.core.rounds.document import Inputs, check, compute, problem
from node.core.rounds.problem import tie
from node.core.rounds.published import Round, Settings
from node.core.rounds.scores import scored
from vocab.framework import load


def inputs(number: int, candidates: int = 0) -> Inputs:
    return Inputs(
        name="a thousand",
        day=TODAY,
        settings=Settings(candidates=candidates),
        logs=(),
        profiles=cities(number),
        past=Past(),
        near=tuple(one.iri for one in load().actions),
    )


@pytest.fixture(scope="module")
def round_() -> Round:
    return compute(inputs(1_000))


def test_a_thousand_cities_have_a_round_that_needs_no_solver_to_check(round_: Round) -> None:
    check(inputs(1_000), round_)


def test_small_cities_are_not_left_behind(round_: Round) -> None:
    told = round_.report
    assert told.small_cities.learners > 900, "most cities of the world are small"
    assert not told.alarm
    assert told.small_cities.served >= 0.95 * told.small_cities.learners


def test_coverage_is_counted_for_every_band_of_size(round_: Round) -> None:
    bands = [one for one in round_.report.groups if one.by == "size"]
    assert [one.name for one in bands] == ["0", "50000", "200000", "500000", "1500000"]
    assert sum(one.served for one in bands) == round_.report.everyone.served
    assert all(one.served >= 0.9 * one.learners for one in bands)


def test_who_has_no_pair_hears_why(round_: Round) -> None:
    assert len(round_.left) == round_.report.everyone.learners - round_.report.everyone.served
    assert round_.left
    assert all(one.why for one in round_.left)


@pytest.mark.parametrize("candidates", [1, 7, 40])
def test_what_is_not_scored_could_not_have_been_among_the_best(candidates: int) -> None:
    every = inputs(300)
    helpers = [one for one in every.profiles if one.helps]
    options: dict[str, list[tuple[int, bytes, str]]] = {}
    for learner, helper, points in scored(every.profiles, helpers, TODAY, Past()):
        by = (-points, tie(every.name, learner, helper), helper)
        options.setdefault(learner, []).append(by)
    posed = problem(inputs(300, candidates))
    kept: dict[str, set[str]] = {}
    for edge in posed.edges:
        learner, helper = posed.learners[edge.learner], posed.helpers[edge.helper]
        kept.setdefault(learner, set()).add(helper)
    assert kept == {
        learner: {helper for _, _, helper in sorted(own)[:candidates]}
        for learner, own in options.items()
    }
