"""What prices prove, in whole numbers and one pass over the edges.

Of all assignments that are still possible (a *face*), prices on learners and helpers say how much
any can be worth at most: that is weak duality. Where one is worth that much, it is optimal, and the
prices say which others are worth as much: an edge that is worth more than its ends cost is in all
of them, one that is worth less is in none, and a city with a price is full or at its least. These
are a smaller face. No solver is needed to read this, and none has to be believed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from node.core.rounds.coverage import Cover
from node.core.rounds.problem import Problem

__all__ = ["Face", "Prices", "covering", "holds", "is_settled", "narrow"]


@dataclass(frozen=True, slots=True)
class Prices:
    """Dual prices, by place; millionths, or tie points. Negative where a city must be served."""

    learners: tuple[int, ...]
    helpers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """The assignments that are still possible.

    Attributes:
        free: Edges that may be chosen; fixed: edges that are in every assignment.
        learners, helpers: The least and the most peers of each, by place.
    """

    free: tuple[int, ...]
    fixed: tuple[int, ...]
    learners: tuple[tuple[int, int], ...]
    helpers: tuple[tuple[int, int], ...]


def covering(problem: Problem, least: int, cover: Cover) -> Face:
    """The assignments over edges of ``least`` or more that serve as many as the cover has room.

    A covered learner is served, a covered helper is full, and neither takes up the other's room;
    everyone else has at most one peer, for a second one would cost a city its first.
    """
    learners, helpers = set(cover.learners), set(cover.helpers)
    free = [
        number
        for number, (learner, helper, score) in enumerate(problem.edges)
        if score >= least and not (learner in learners and helper in helpers)
    ]
    return Face(
        tuple(free),
        (),
        tuple((1, most) if at in learners else (0, 1) for at, most in enumerate(problem.demand)),
        tuple((most if at in helpers else 0, most) for at, most in enumerate(problem.capacity)),
    )


def narrow(
    problem: Problem, face: Face, weights: Mapping[int, int] | Sequence[int], prices: Prices
) -> tuple[int, Face]:
    """What an assignment of a face can weigh at most, and the face of those that weigh it.

    Args:
        weights: By edge, for the free and the fixed ones.
        prices: Any; bad ones give a bound that nothing attains.
    """
    bound = sum(weights[number] for number in face.fixed)
    used_l, used_h = _degrees(problem, face.fixed)
    free, fixed = [], list(face.fixed)
    edges, learner_prices, helper_prices = problem.edges, prices.learners, prices.helpers
    for number in face.free:
        learner, helper, _ = edges[number]
        gain = weights[number] - learner_prices[learner] - helper_prices[helper]
        if gain == 0:
            free.append(number)
        elif gain > 0:
            bound += gain
            fixed.append(number)
    new_l, paid_l = _bounds(face.learners, prices.learners, used_l)
    new_h, paid_h = _bounds(face.helpers, prices.helpers, used_h)
    return bound + paid_l + paid_h, Face(tuple(free), tuple(sorted(fixed)), new_l, new_h)


def holds(problem: Problem, face: Face, chosen: Collection[int]) -> bool:
    """Whether an assignment is on a face."""
    picked = set(chosen)
    if len(picked) != len(chosen) or not picked.issuperset(face.fixed):
        return False
    if not picked <= {*face.free, *face.fixed}:
        return False
    used_l, used_h = _degrees(problem, picked)
    return all(
        low <= used.get(at, 0) <= high
        for bounds, used in ((face.learners, used_l), (face.helpers, used_h))
        for at, (low, high) in enumerate(bounds)
    )


def is_settled(problem: Problem, face: Face, chosen: Collection[int]) -> bool:
    """Whether an assignment is the only one on its face.

    Another one would differ by a cycle of changes: pairs given up and pairs taken, through cities
    that may have one peer more or fewer. So no free edge may join cities of one strong component.
    """
    component = _components(_residual(problem, face, set(chosen)))
    return all(
        component[problem.edges[number].learner]
        != component[len(problem.learners) + problem.edges[number].helper]
        for number in face.free
    )


def _degrees(problem: Problem, numbers: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
    learners: dict[int, int] = {}
    helpers: dict[int, int] = {}
    for number in numbers:
        learner, helper, _ = problem.edges[number]
        learners[learner] = learners.get(learner, 0) + 1
        helpers[helper] = helpers.get(helper, 0) + 1
    return learners, helpers


def _bounds(
    bounds: Sequence[tuple[int, int]], prices: Sequence[int], fixed: Mapping[int, int]
) -> tuple[tuple[tuple[int, int], ...], int]:
    """What a price leaves of each bound; and what the prices are paid at most, free edges only."""
    left: list[tuple[int, int]] = []
    paid = 0
    for at, ((low, high), price) in enumerate(zip(bounds, prices, strict=True)):
        if price:
            only = high if price > 0 else low
            paid += price * (only - fixed.get(at, 0))
            left.append((only, only))
        else:
            left.append((low, high))
    return tuple(left), paid


def _residual(problem: Problem, face: Face, chosen: set[int]) -> list[list[int]]:
    """Where one change can lead to the next; the last node stands for peers more or fewer."""
    count = len(problem.learners)
    root = count + len(problem.helpers)
    arcs: list[list[int]] = [[] for _ in range(root + 1)]
    for number in face.free:
        learner, helper, _ = problem.edges[number]
        start, end = learner, count + helper
        if number in chosen:
            start, end = end, start
        arcs[start].append(end)
    used_l, used_h = _degrees(problem, chosen)
    for at, (low, high) in enumerate(face.learners):
        if used_l.get(at, 0) < high:
            arcs[root].append(at)
        if used_l.get(at, 0) > low:
            arcs[at].append(root)
    for at, (low, high) in enumerate(face.helpers):
        if used_h.get(at, 0) < high:
            arcs[count + at].append(root)
        if used_h.get(at, 0) > low:
            arcs[root].append(count + at)
    return arcs


def _components(arcs: Sequence[Sequence[int]]) -> list[int]:
    """The strong component of every node (R. Tarjan, 1972, without recursion)."""
    order = [0] * len(arcs)
    lowest = [0] * len(arcs)
    component = [-1] * len(arcs)
    stack: list[int] = []
    found = 0
    for start in range(len(arcs)):
        if order[start]:
            continue
        found += 1
        order[start] = lowest[start] = found
        stack.append(start)
        path = [(start, iter(arcs[start]))]
        while path:
            node, ends = path[-1]
            for end in ends:
                if not order[end]:
                    found += 1
                    order[end] = lowest[end] = found
                    stack.append(end)
                    path.append((end, iter(arcs[end])))
                    break
                if component[end] < 0:
                    lowest[node] = min(lowest[node], order[end])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == order[node]:
                    while True:
                        member = stack.pop()
                        component[member] = node
                        if member == node:
                            break
    return component
