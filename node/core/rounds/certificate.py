"""A round's proof, and its check: whole numbers, one pass a stage, no solver.

1. *Coverage*: a cover of all edges with room for as many learners as the round serves.
2. *Smallest score*: no pair of the round scores less than the threshold; over the edges that score
   more, a cover has room for fewer learners.
3. *Total*: prices under which no assignment that keeps 1 and 2 is worth more (``faces.narrow``).
4. *Ties*: where several are worth as much, tie points decide, by hash of round and pair; prices
   again, until one assignment alone is left.

So who checks knows more than that the round is good: it is the only one that there could be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.core.rounds.coverage import Cover
from node.core.rounds.faces import Face, Prices, covering, holds, is_settled, narrow
from node.core.rounds.problem import Problem, tie
from node.errors import Refused

__all__ = ["TIES", "Certificate", "Unproven", "check_certificate", "tie_points"]

TIES: Final = 12
"""Stages of ties at most: 20 bits each of one hash."""

_POINTS: Final = 20


class Unproven(Refused):
    """A certificate does not prove what it is published with. Nobody should rely on the round."""

    slug = "unproven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Why a round is the best, and the only one.

    Attributes:
        coverage: Covers every edge.
        smallest: The threshold, millionths; 0 in a round without pairs.
        above: Covers every edge that scores more.
        within: Covers every edge that scores as much or more.
        prices: For the total first, then for as many stages of ties as were needed.
    """

    coverage: Cover
    smallest: int
    above: Cover
    within: Cover
    prices: tuple[Prices, ...]


def check_certificate(problem: Problem, chosen: Sequence[int], certificate: Certificate) -> None:
    """Check that the chosen edges are the round's one optimum.

    It does **not** check where the problem comes from: that the scores are those of the records is
    for whoever makes the problem anew.

    Raises:
        Unproven: The stage that is not proved, what was expected and what was found.
    """
    _check_shape(problem, chosen, certificate)
    served = len({problem.edges[number].learner for number in chosen})
    _check_cover(problem, certificate.coverage, 1, "coverage")
    _expect("coverage", certificate.coverage.room(problem), served)
    scores = problem.scores
    smallest = min((scores[number] for number in chosen), default=0)
    if smallest < certificate.smallest:
        raise Unproven(
            f"smallest score: expected no pair below {certificate.smallest}, found {smallest}"
        )
    _check_cover(problem, certificate.above, certificate.smallest + 1, "smallest score")
    room = certificate.above.room(problem)
    if chosen and room >= served:
        raise Unproven(
            f"smallest score: expected room for fewer than {served} above "
            f"{certificate.smallest}, found {room}"
        )
    _check_cover(problem, certificate.within, certificate.smallest, "coverage within")
    _expect("coverage within", certificate.within.room(problem), served)
    _check_prices(problem, chosen, certificate)


def tie_points(problem: Problem, numbers: Sequence[int], stage: int) -> dict[int, int]:
    """20 bits for each edge, other ones in each stage from 0."""
    points = {}
    for number in numbers:
        learner, helper, _ = problem.edges[number]
        bits = int.from_bytes(tie(problem.salt, problem.learners[learner], problem.helpers[helper]))
        points[number] = bits >> (256 - _POINTS * (stage + 1)) & ((1 << _POINTS) - 1)
    return points


def _check_prices(problem: Problem, chosen: Sequence[int], certificate: Certificate) -> None:
    face = covering(problem, certificate.smallest, certificate.within)
    for stage, prices in enumerate(certificate.prices):
        name = f"ties, stage {stage}" if stage else "total"
        # What is fixed weighs the same in all; ties are between free edges alone.
        weights = tie_points(problem, (*face.free, *face.fixed), stage - 1) if stage else None
        weighed = weights if weights is not None else problem.scores
        if not holds(problem, face, chosen):
            raise Unproven(f"{name}: expected an assignment that keeps the stages before it")
        bound, face = narrow(problem, face, weighed, prices)
        _expect(name, bound, sum(weighed[number] for number in chosen))
    if not _alone(problem, face, chosen):
        raise Unproven("ties: expected one assignment to be left, found several")


def _alone(problem: Problem, face: Face, chosen: Sequence[int]) -> bool:
    return holds(problem, face, chosen) and is_settled(problem, face, chosen)


def _check_shape(problem: Problem, chosen: Sequence[int], certificate: Certificate) -> None:
    """Places exist, and there is a price for each; a certificate may come from anywhere."""
    counts = len(problem.learners), len(problem.helpers)
    if not 1 <= len(certificate.prices) <= TIES + 1:
        raise Unproven(f"expected 1 to {TIES + 1} stages of prices")
    for prices in certificate.prices:
        if (len(prices.learners), len(prices.helpers)) != counts:
            raise Unproven(f"expected a price for each of {counts[0]} and {counts[1]} cities")
    for cover in (certificate.coverage, certificate.above, certificate.within):
        for places, count in ((cover.learners, counts[0]), (cover.helpers, counts[1])):
            if len(set(places)) != len(places) or not all(0 <= at < count for at in places):
                raise Unproven(f"expected places below {count}, each once")
    if not all(0 <= number < len(problem.edges) for number in chosen):
        raise Unproven("expected pairs that are possible")


def _check_cover(problem: Problem, cover: Cover, least: int, stage: str) -> None:
    learners, helpers = set(cover.learners), set(cover.helpers)
    for learner, helper, score in problem.edges:
        if score >= least and learner not in learners and helper not in helpers:
            raise Unproven(
                f"{stage}: expected every edge to be covered, found "
                f"{problem.learners[learner]} and {problem.helpers[helper]}"
            )


def _expect(stage: str, proved: int, found: int) -> None:
    if proved != found:
        raise Unproven(f"{stage}: the certificate proves {proved}, the round has {found}")
