"""A certificate proves the one optimum, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from node.core.rounds import Problem, Unproven, assign, check_certificate
from node.core.rounds.asking import ask_in_order
from node.core.rounds.coverage import Cover
from node.core.rounds.faces import Prices
from tests.node.core.rounds.cases import assignments, planted, problems, small


def test_no_other_assignment_passes_with_any_round_s_certificate() -> None:
    for seed in range(120):
        problem = small(seed)
        found = assign(problem)
        for other in assignments(problem):
            if other != found.chosen:
                with pytest.raises(Unproven):
                    check_certificate(problem, other, found.certificate)


@settings(deadline=None)
@given(problems(), st.data())
def test_a_changed_problem_fails_or_has_the_same_round(
    problem: Problem, data: st.DataObject
) -> None:
    """Whoever alters a score cannot have another round pass."""
    assume(problem.edges)
    found = assign(problem)
    at = data.draw(st.integers(0, len(problem.edges) - 1))
    edges = list(problem.edges)
    edges[at] = edges[at]._replace(score=data.draw(st.integers(1, 60)))
    changed = replace(problem, edges=tuple(edges))
    try:
        check_certificate(changed, found.chosen, found.certificate)
    except Unproven:
        return
    assert assign(changed).chosen == found.chosen


def test_asking_in_order_is_told_from_the_optimum() -> None:
    problem, _, _ = planted(60, 3)
    with pytest.raises(Unproven, match="proves"):
        check_certificate(problem, ask_in_order(problem), assign(problem).certificate)


def test_each_stage_says_what_it_expected() -> None:
    problem, _, _ = planted(30, 5)
    found = assign(problem)
    proof = found.certificate
    nobody = Cover((), ())
    dear = Prices(tuple(x + 1 for x in proof.prices[0].learners), proof.prices[0].helpers)
    for bad, said in (
        (replace(proof, coverage=nobody), "coverage: expected every edge to be covered"),
        (replace(proof, above=nobody), "smallest score: expected every edge"),
        (replace(proof, above=proof.coverage), "smallest score: expected room for fewer"),
        (replace(proof, smallest=proof.smallest + 1), "smallest score: expected no pair below"),
        (replace(proof, within=nobody), "coverage within: expected every edge"),
        (replace(proof, prices=(dear,)), "total: the certificate proves"),
        (replace(proof, prices=()), "stages of prices"),
        (replace(proof, prices=(Prices((), ()),)), "a price for each"),
        (replace(proof, coverage=Cover((99,), ())), "places below 30"),
    ):
        with pytest.raises(Unproven, match=said):
            check_certificate(problem, found.chosen, bad)


def test_pairs_that_do_not_exist_prove_nothing() -> None:
    problem, _, _ = planted(10, 1)
    found = assign(problem)
    for chosen in ((*found.chosen, 10_000), (*found.chosen, found.chosen[0]), found.chosen[1:]):
        with pytest.raises(Unproven):
            check_certificate(problem, chosen, found.certificate)
