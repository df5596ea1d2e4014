"""Rounds with known answers, and what must never change them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from node.core.rounds import Assignment, Problem, assign, check_certificate, problem_of
from node.core.rounds.asking import ask_in_order
from tests.node.core.rounds.cases import assignments, planted, problems, small, worth

ROOT = Path(__file__).parents[4]


def named(problem: Problem, chosen: Sequence[int]) -> set[tuple[str, str]]:
    return {
        (problem.learners[problem.edges[at].learner], problem.helpers[problem.edges[at].helper])
        for at in chosen
    }


def test_a_thousand_small_rounds_are_what_trying_everything_finds() -> None:
    for seed in range(1_000):
        problem = small(seed)
        found = assign(problem)
        best = max(worth(problem, one) for one in assignments(problem))
        assert worth(problem, found.chosen) == best, seed


@pytest.mark.parametrize("cities", [1_000, 3_000])
def test_a_planted_optimum_is_found(cities: int) -> None:
    problem, pairs, total = planted(cities, seed=cities)
    found = assign(problem)
    served, _, reached = worth(problem, found.chosen)
    assert (served, reached) == (cities, total)
    assert named(problem, found.chosen) == pairs
    check_certificate(problem, found.chosen, found.certificate)


def test_with_one_peer_each_it_is_the_linear_sum_assignment() -> None:
    for seed in range(20):
        scores = np.random.default_rng(seed).integers(1, 1_000_000, (30, 30))
        every = [(f"l{i:02}", f"h{j:02}", int(scores[i, j])) for i in range(30) for j in range(30)]
        round_ = assign(_single(every))
        # The smallest score comes before the total, so both are given the same edges.
        scores[scores < round_.certificate.smallest] = -1_000_000_000
        rows, columns = linear_sum_assignment(scores, maximize=True)
        problem = _single(every)
        assert worth(problem, round_.chosen)[2] == scores[rows, columns].sum()
        pairs = {(f"l{i:02}", f"h{j:02}") for i, j in zip(rows, columns, strict=True)}
        assert named(problem, round_.chosen) == pairs


@settings(deadline=None)
@given(problems())
def test_nobody_is_paired_twice_or_beyond_its_word(problem: Problem) -> None:
    chosen = assign(problem).chosen
    taken = [problem.edges[at] for at in chosen]
    assert len(set(chosen)) == len(chosen)
    for at, most in enumerate(problem.demand):
        assert sum(one.learner == at for one in taken) <= most
    for at, most in enumerate(problem.capacity):
        assert sum(one.helper == at for one in taken) <= most


@settings(deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_in_which_pairs_are_told_changes_nothing(
    problem: Problem, chance: object
) -> None:
    told = [
        (problem.learners[one.learner], problem.helpers[one.helper], one.score)
        for one in problem.edges
    ]
    chance.shuffle(told)  # type: ignore[attr-defined]
    demand = dict(reversed(list(zip(problem.learners, problem.demand, strict=True))))
    capacity = dict(reversed(list(zip(problem.helpers, problem.capacity, strict=True))))
    assert assign(problem_of(told, demand, capacity, salt=problem.salt)) == assign(problem)


@settings(deadline=None)
@given(problems())
def test_other_names_for_the_cities_give_a_round_worth_as_much(problem: Problem) -> None:
    """Ties may fall otherwise, for they go by the names; what the round is worth does not."""
    renamed = problem_of(
        [(f"z{29 - e.learner}", f"y{29 - e.helper}", e.score) for e in problem.edges],
        {f"z{29 - at}": most for at, most in enumerate(problem.demand)},
        {f"y{29 - at}": most for at, most in enumerate(problem.capacity)},
        salt="autumn",
    )
    assert worth(renamed, assign(renamed).chosen) == worth(problem, assign(problem).chosen)


@settings(deadline=None)
@given(problems(), st.data())
def test_more_room_never_makes_a_round_worth_less(problem: Problem, data: st.DataObject) -> None:
    """Coverage first, then the smallest score; the total may fall where these rise."""
    assume(problem.helpers)
    at = data.draw(st.integers(0, len(problem.helpers) - 1))
    roomier = [most + (place == at) for place, most in enumerate(problem.capacity)]
    more = replace(problem, capacity=tuple(roomier))
    assert worth(more, assign(more).chosen) >= worth(problem, assign(problem).chosen)


@settings(deadline=None)
@given(problems())
def test_the_optimum_is_never_worth_less_than_asking_in_order(problem: Problem) -> None:
    assert worth(problem, assign(problem).chosen) >= worth(problem, ask_in_order(problem))


PRINT = """
from tests.node.core.rounds.cases import small, planted
from node.core.rounds import assign
from node.core.rounds.asking import ask_in_order
import hashlib
told = [(assign(p), ask_in_order(p)) for p in [*map(small, range(40)), planted(120, 7)[0]]]
print(hashlib.sha256(repr(told).encode()).hexdigest())
"""


def test_every_process_and_hash_seed_gives_the_same_round() -> None:
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


def test_where_everything_ties_one_round_alone_is_right() -> None:
    every = [(f"l{i}", f"h{j}", 500_000) for i in range(12) for j in range(12)]
    found: Assignment = assign(_single(every))
    assert len(found.chosen) == 12
    assert len(found.certificate.prices) >= 2, "ties were decided, and it is proved how"


def _single(every: list[tuple[str, str, int]]) -> Problem:
    return problem_of(
        every,
        {learner: 1 for learner, _, _ in every},
        {helper: 1 for _, helper, _ in every},
        salt="one each",
    )
