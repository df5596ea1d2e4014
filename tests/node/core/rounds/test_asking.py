"""Asking in order: known instances, stability, and what it costs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.rounds import Problem, problem_of
from node.core.rounds.asking import ask_in_order, defer
from node.core.rounds.problem import tie
from tests.node.core.rounds.cases import planted, problems, worth

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from matching.games import HospitalResident


def ranked(lists: Mapping[str, str]) -> dict[str, dict[str, int]]:
    return {who: {one: rank for rank, one in enumerate(order)} for who, order in lists.items()}


def married(men: Mapping[str, str], women: Mapping[str, str]) -> set[tuple[str, str]]:
    return defer(
        men,
        ranked(women),
        demand=dict.fromkeys(men, 1),
        capacity=dict.fromkeys(women, 1),
    )


# D. Gale and L. S. Shapley, "College Admissions and the Stability of Marriage", 1962.
FIRST_MEN = {"α": "ABC", "β": "BCA", "γ": "CAB"}
FIRST_WOMEN = {"A": "βγα", "B": "γαβ", "C": "αβγ"}
SECOND_MEN = {"α": "ABCD", "β": "ADCB", "γ": "BACD", "δ": "DBCA"}
SECOND_WOMEN = {"A": "δγαβ", "B": "βδαγ", "C": "δαβγ", "D": "γβαδ"}


def test_gale_and_shapley_s_first_example_gives_those_who_ask_their_first_choice() -> None:
    assert married(FIRST_MEN, FIRST_WOMEN) == {("α", "A"), ("β", "B"), ("γ", "C")}
    assert married(FIRST_WOMEN, FIRST_MEN) == {("A", "β"), ("B", "γ"), ("C", "α")}


def test_gale_and_shapley_s_second_example_has_one_stable_set_of_marriages() -> None:
    only = {("α", "C"), ("β", "D"), ("γ", "A"), ("δ", "B")}
    assert married(SECOND_MEN, SECOND_WOMEN) == only
    assert {(man, woman) for woman, man in married(SECOND_WOMEN, SECOND_MEN)} == only


def test_who_has_no_rank_is_not_accepted() -> None:
    assert defer({"a": ["x"]}, {"x": {}}, demand={"a": 1}, capacity={"x": 1}) == set()


def order(problem: Problem, number: int) -> tuple[int, bytes]:
    learner, helper, score = problem.edges[number]
    return -score, tie(problem.salt, problem.learners[learner], problem.helpers[helper])


def greedy(problem: Problem) -> tuple[int, ...]:
    """The best pair, then the best that is left, and so on: written out."""
    demand, capacity, chosen = list(problem.demand), list(problem.capacity), []
    for number in sorted(range(len(problem.edges)), key=lambda one: order(problem, one)):
        learner, helper, _ = problem.edges[number]
        if demand[learner] and capacity[helper]:
            demand[learner] -= 1
            capacity[helper] -= 1
            chosen.append(number)
    return tuple(sorted(chosen))


def blocking(problem: Problem, chosen: Sequence[int]) -> list[int]:
    """Pairs in which both would rather have each other than something that they have."""

    def would(at: int, side: int, most: int, number: int) -> bool:
        own = [one for one in chosen if problem.edges[one][side] == at]
        return len(own) < most or any(order(problem, number) < order(problem, one) for one in own)

    return [
        number
        for number, edge in enumerate(problem.edges)
        if number not in chosen
        and would(edge.learner, 0, problem.demand[edge.learner], number)
        and would(edge.helper, 1, problem.capacity[edge.helper], number)
        and problem.demand[edge.learner]
        and problem.capacity[edge.helper]
    ]


@given(problems())
def test_asking_in_order_is_the_greedy_assignment_and_nobody_would_change(
    problem: Problem,
) -> None:
    chosen = ask_in_order(problem)
    assert chosen == greedy(problem)
    assert not blocking(problem, chosen)


@st.composite
def games(draw: st.DrawFn) -> Problem:
    """One peer a learner, and everyone knows everyone."""
    learners = [f"l{at}" for at in range(draw(st.integers(1, 6)))]
    helpers = [f"h{at}" for at in range(draw(st.integers(1, 5)))]
    return problem_of(
        [(one, other, draw(st.integers(1, 9))) for one in learners for other in helpers],
        dict.fromkeys(learners, 1),
        {one: draw(st.integers(1, 3)) for one in helpers},
        salt="game",
    )


@pytest.mark.filterwarnings("ignore")
@given(games())
def test_the_result_is_the_stable_one_of_the_matching_library(problem: Problem) -> None:
    numbers = sorted(range(len(problem.edges)), key=lambda one: order(problem, one))
    residents: dict[str, list[str]] = {one: [] for one in problem.learners}
    hospitals: dict[str, list[str]] = {one: [] for one in problem.helpers}
    for number in numbers:
        learner, helper, _ = problem.edges[number]
        residents[problem.learners[learner]].append(problem.helpers[helper])
        hospitals[problem.helpers[helper]].append(problem.learners[learner])
    game = HospitalResident.create_from_dictionaries(
        residents, hospitals, dict(zip(problem.helpers, problem.capacity, strict=True))
    )
    solved = game.solve()
    theirs = {
        (str(guest.name), str(host.name)) for host, guests in solved.items() for guest in guests
    }
    ours = {
        (problem.learners[edge.learner], problem.helpers[edge.helper])
        for edge in (problem.edges[at] for at in ask_in_order(problem))
    }
    assert ours == theirs


def test_on_a_planted_problem_it_reaches_most_of_the_optimum() -> None:
    problem, _, total = planted(300, 11)
    share = worth(problem, ask_in_order(problem))[2] / total
    assert 0.85 < share < 1
