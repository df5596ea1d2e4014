"""The assignment of a round: coverage, then the smallest score, then the total, then ties.

The total is a transportation problem. Its matrix is totally unimodular, so the linear program has
a whole-numbered optimum; HiGHS finds it in floating point (SciPy, the extra ``rounds``). Nothing
of that arithmetic is published: the pairs are read off as yes or no, prices are computed anew in
whole numbers as shortest paths, and every result is checked by its certificate before it is given
out. The optimum is made unique by ties, and its prices are the greatest below nought, so any
solver that is right leads to the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from node.core.rounds.certificate import TIES, Certificate, check_certificate, tie_points
from node.core.rounds.coverage import Coverage
from node.core.rounds.faces import Face, Prices, covering, is_settled, narrow
from node.core.rounds.problem import Problem
from node.core.rounds.program import best

__all__ = ["Assignment", "assign"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Chosen edges of a problem, sorted, and the proof that they are the best."""

    chosen: tuple[int, ...]
    certificate: Certificate


def assign(problem: Problem) -> Assignment:
    """Assign a round, and prove it.

    Raises:
        Unproven: The solver was wrong; nothing is given out.
        ImportError: SciPy is not installed (``pip install 'intercity[rounds]'``).
    """
    coverage = Coverage(problem)
    everyone = coverage.serve(1)
    smallest, within = coverage.highest(everyone)
    above = coverage.serve(smallest + 1, within.edges)
    face = covering(problem, smallest, within.cover)
    chosen: list[int] = []
    prices: list[Prices] = []
    weights: Mapping[int, int] | Sequence[int] = problem.scores
    for stage in range(TIES + 1):
        chosen = best(problem, face, weights)
        prices.append(potentials(problem, face, weights, chosen))
        _, face = narrow(problem, face, weights, prices[-1])
        if is_settled(problem, face, chosen):
            break
        weights = tie_points(problem, (*face.free, *face.fixed), stage)
    certificate = Certificate(
        coverage=everyone.cover,
        smallest=smallest,
        above=above.cover,
        within=within.cover,
        prices=tuple(prices),
    )
    check_certificate(problem, chosen, certificate)
    return Assignment(tuple(chosen), certificate)


def potentials(
    problem: Problem,
    face: Face,
    weights: Mapping[int, int] | Sequence[int],
    chosen: Collection[int],
) -> Prices:
    """The prices of an optimal assignment: shortest paths over the changes that it leaves.

    Of all optimal prices with nobody above nought they are the greatest, whichever optimum they are
    computed from. Where the assignment is not optimal there is a cycle that would better it, paths
    get ever shorter, and what is returned after a bounded time proves nothing.
    """
    import numpy as np

    count_l, count_h = len(problem.learners), len(problem.helpers)
    root = count_l + count_h
    picked = set(chosen)
    starts, ends, costs = [], [], []
    degree = [0] * root
    for number in (*face.free, *face.fixed):
        learner, helper, _ = problem.edges[number]
        if number in picked:
            degree[learner] += 1
            degree[count_l + helper] += 1
    for number in face.free:
        learner, helper, _ = problem.edges[number]
        taken = number in picked
        starts.append(count_l + helper if taken else learner)
        ends.append(learner if taken else count_l + helper)
        costs.append(weights[number] if taken else -weights[number])
    for at, (low, high) in enumerate((*face.learners, *face.helpers)):
        more, fewer = (root, at), (at, root)
        if at >= count_l:
            more, fewer = fewer, more
        for allowed, (start, end) in ((degree[at] < high, more), (degree[at] > low, fewer)):
            if allowed:
                starts.append(start)
                ends.append(end)
                costs.append(0)
    far = np.zeros(root + 1, dtype=np.int64)
    from_, to, cost = (np.array(one, dtype=np.int64) for one in (starts, ends, costs))
    for _ in range(root + 2):
        reached = far.copy()
        np.minimum.at(reached, to, far[from_] + cost)
        if np.array_equal(reached, far):
            break
        far = reached
    near: list[Any] = far.tolist()
    return Prices(
        tuple(near[at] - near[root] for at in range(count_l)),
        tuple(near[root] - near[count_l + at] for at in range(count_h)),
    )
