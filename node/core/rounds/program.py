"""The linear program itself. What comes out is a proposal; certificates decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from node.core.rounds.certificate import Unproven
from node.core.rounds.faces import Face
from node.core.rounds.problem import Problem

__all__ = ["best"]

_WHOLE: Final = 1e-6


def best(problem: Problem, face: Face, weights: Mapping[int, int] | Sequence[int]) -> list[int]:
    """The edges of an assignment on a face that weighs the most, sorted."""
    if not face.free:
        return sorted(face.fixed)
    import numpy as np

    numbers = np.array(face.free, dtype=np.int64)
    weighed = np.array([weights[number] for number in face.free], dtype=np.float64)
    learner = np.array([problem.edges[number].learner for number in face.free], dtype=np.int64)
    helper = np.array([problem.edges[number].helper for number in face.free], dtype=np.int64)
    helper += len(problem.learners)
    shares = _solve(weighed, learner, helper, *_room(problem, face))
    if (np.abs(shares - np.round(shares)) > _WHOLE).any():
        raise Unproven("the linear program: expected whole numbers, found fractions")
    return sorted((*face.fixed, *numbers[shares > 0.5].tolist()))


def _room(problem: Problem, face: Face) -> tuple[Any, Any]:
    """How many free edges each city needs and takes, learners first."""
    import numpy as np

    low = np.array([least for least, _ in (*face.learners, *face.helpers)], dtype=np.float64)
    high = np.array([most for _, most in (*face.learners, *face.helpers)], dtype=np.float64)
    for number in face.fixed:
        learner, helper, _ = problem.edges[number]
        for at in (learner, len(problem.learners) + helper):
            low[at] -= 1
            high[at] -= 1
    return low, high


def _solve(weights: Any, learner: Any, helper: Any, low: Any, high: Any) -> Any:
    """Shares of the edges."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, vstack

    count, edges = len(high), len(weights)
    column = np.arange(edges)
    matrix = csr_matrix(
        (np.ones(2 * edges), (np.concatenate((learner, helper)), np.concatenate((column, column)))),
        shape=(count, edges),
    )
    needy = np.flatnonzero(low > 0)
    # The simplex method ends in a corner, and the corners of this program are whole-numbered.
    found = linprog(
        -weights,
        A_ub=vstack((matrix, -matrix[needy])) if len(needy) else matrix,
        b_ub=np.concatenate((high, -low[needy])),
        bounds=(0, 1),
        method="highs-ds",
    )
    if found.status != 0:
        raise Unproven(f"the linear program: expected an optimum, found {found.message}")
    return found.x
