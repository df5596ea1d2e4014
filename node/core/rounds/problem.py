"""What a round has to decide: who could learn from whom, how well, and how often.

Everything is a whole number and stands in one order, so the same cities give the same problem on
every machine. Cities are named by their IRIs; inside, an edge names them by their place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

__all__ = ["Edge", "Problem", "problem_of", "tie"]

_TIE_BYTES: Final = 32


class Edge(NamedTuple):
    """A learner and a helper, by their places, and the millionths that the pair scores."""

    learner: int
    helper: int
    score: int


@dataclass(frozen=True)
class Problem:
    """A transportation problem.

    Attributes:
        learners, helpers: IRIs, sorted. A city can be both.
        demand: How many peers a learner would have at most, in the order of ``learners``.
        capacity: How many learners a helper takes at most, in the order of ``helpers``.
        edges: Every pair that is possible, once, sorted; each scores more than nothing.
        salt: Name of the round; breaks ties in another way each time.
    """

    learners: tuple[str, ...]
    helpers: tuple[str, ...]
    demand: tuple[int, ...]
    capacity: tuple[int, ...]
    edges: tuple[Edge, ...]
    salt: str = ""

    @cached_property
    def scores(self) -> list[int]:
        """Of the edges, in their order."""
        return [edge.score for edge in self.edges]


def problem_of(
    scored: Iterable[tuple[str, str, int]],
    demand: Mapping[str, int],
    capacity: Mapping[str, int],
    *,
    salt: str = "",
) -> Problem:
    """The problem of some scored pairs.

    Args:
        scored: (learner, helper, millionths); at most once a pair, in any order. A pair that
            scores nothing, or whose helper takes nobody, is left out.
        demand, capacity: By IRI; cities without a pair stay in the problem, alone.
    """
    learners, helpers = sorted(demand), sorted(capacity)
    place = {one: at for at, one in enumerate(learners)}
    seat = {one: at for at, one in enumerate(helpers)}
    edges = sorted(
        Edge(place[learner], seat[helper], points)
        for learner, helper, points in scored
        if points > 0 and demand[learner] > 0 and capacity[helper] > 0
    )
    assert len({edge[:2] for edge in edges}) == len(edges), "a pair stands in a problem once"
    return Problem(
        learners=tuple(learners),
        helpers=tuple(helpers),
        demand=tuple(demand[one] for one in learners),
        capacity=tuple(capacity[one] for one in helpers),
        edges=tuple(edges),
        salt=salt,
    )


def tie(salt: str, learner: str, helper: str) -> bytes:
    """32 bytes by which a tie falls: nobody chose them, and everybody finds the same."""
    return hashlib.sha256(f"{salt}\n{learner}\n{helper}".encode()).digest()
