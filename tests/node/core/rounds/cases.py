"""Problems to try rounds on: small ones at random, and great ones whose optimum was planted."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from hypothesis import strategies as st

from node.core.rounds import Problem, problem_of

__all__ = ["assignments", "planted", "problems", "small", "worth"]


def small(seed: int) -> Problem:
    """A problem with few edges, and few different scores, so that there are ties."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    learners = [f"https://l{at}.example/#city" for at in range(chance.randint(1, 4))]
    helpers = [f"https://h{at}.example/#city" for at in range(chance.randint(1, 4))]
    pairs = [pair for pair in itertools.product(learners, helpers) if chance.random() < 0.7]
    most = chance.choice([3, 10, 1_000_000])
    return problem_of(
        [(learner, helper, chance.randint(1, most)) for learner, helper in pairs[:11]],
        {one: chance.randint(1, 2) for one in learners},
        {one: chance.randint(0, 3) for one in helpers},
        salt=str(seed),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to eight cities a side."""
    learners = [f"l{at}" for at in range(draw(st.integers(0, 8)))]
    helpers = [f"h{at}" for at in range(draw(st.integers(0, 8)))]
    every = list(itertools.product(learners, helpers))
    pairs = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    return problem_of(
        [(*pair, draw(st.integers(1, 30))) for pair in pairs],
        {one: draw(st.integers(0, 3)) for one in learners},
        {one: draw(st.integers(0, 3)) for one in helpers},
        salt="spring",
    )


def assignments(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Every set of edges that overloads nobody, by trying all."""

    def grow(at: int, chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if at == len(problem.edges):
            yield chosen
            return
        yield from grow(at + 1, chosen)
        learner, helper, _ = problem.edges[at]
        taken = [problem.edges[number] for number in chosen]
        if sum(one.learner == learner for one in taken) < problem.demand[learner] and (
            sum(one.helper == helper for one in taken) < problem.capacity[helper]
        ):
            yield from grow(at + 1, (*chosen, at))

    return grow(0, ())


def worth(problem: Problem, chosen: tuple[int, ...]) -> tuple[int, int, int]:
    """(learners served, smallest score, total): what a round goes by, in this order."""
    taken = [problem.edges[number] for number in chosen]
    return (
        len({one.learner for one in taken}),
        min((one.score for one in taken), default=0),
        sum(one.score for one in taken),
    )


def planted(
    cities: int, seed: int, *, options: int = 40
) -> tuple[Problem, set[tuple[str, str]], int]:
    """A problem whose optimum is known: prices are chosen first, then the scores.

    Every learner has two planted helpers and every helper two learners; on these a score is what
    both ends cost, anywhere else it is less. The first learner has no other option, and both of
    its pairs score least of all planted ones: so none of these is below what all can have.

    Returns:
        The problem, the planted pairs and their total.
    """
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    learners = [f"https://l{at:05}.example/#city" for at in range(cities)]
    helpers = [f"https://h{at:05}.example/#city" for at in range(cities)]
    chance.shuffle(helpers)
    price = {one: chance.randint(200_000, 400_000) for one in (*learners, *helpers)}
    price |= {learners[0]: 1, helpers[0]: 200_000, helpers[1]: 200_000}
    pairs = {
        (learner, helpers[(at + step) % cities])
        for at, learner in enumerate(learners)
        for step in (0, 1)
    }
    scored = {pair: price[pair[0]] + price[pair[1]] for pair in pairs}
    for learner in learners[1:]:
        for helper in chance.sample(helpers, min(options, cities)):
            if (learner, helper) not in pairs:
                cost = price[learner] + price[helper]
                scored[learner, helper] = cost - chance.randint(1, 390_000)
    problem = problem_of(
        [(*pair, score) for pair, score in scored.items()],
        dict.fromkeys(learners, 2),
        dict.fromkeys(helpers, 2),
        salt=str(seed),
    )
    return problem, pairs, sum(scored[pair] for pair in pairs)
