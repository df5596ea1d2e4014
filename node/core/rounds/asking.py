"""A round without a secretariat: learners ask in order, helpers keep the best (Gale–Shapley, 1962).

Where both sides go by the same score and ties fall by the same hash, there is one stable result:
no learner and helper would both rather have each other. Every node computes it by itself, from the
same snapshot, with no messages. It is worth a few hundredths less than the optimum, and needs no
solver.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from node.core.rounds.problem import Problem, tie

__all__ = ["ask_in_order", "defer"]

Asker = TypeVar("Asker", bound=Hashable)
Asked = TypeVar("Asked", bound=Hashable)


def ask_in_order(problem: Problem) -> tuple[int, ...]:
    """The stable assignment of a problem: edges, sorted."""

    def order(number: int) -> tuple[int, bytes]:
        learner, helper, score = problem.edges[number]
        return -score, tie(problem.salt, problem.learners[learner], problem.helpers[helper])

    wishes: dict[int, list[int]] = {at: [] for at in range(len(problem.learners))}
    ranks: dict[int, dict[int, int]] = {at: {} for at in range(len(problem.helpers))}
    number_of: dict[tuple[int, int], int] = {}
    for rank, number in enumerate(sorted(range(len(problem.edges)), key=order)):
        learner, helper, _ = problem.edges[number]
        wishes[learner].append(helper)
        ranks[helper][learner] = rank
        number_of[learner, helper] = number
    pairs = defer(
        wishes,
        ranks,
        demand=dict(enumerate(problem.demand)),
        capacity=dict(enumerate(problem.capacity)),
    )
    return tuple(sorted(number_of[pair] for pair in pairs))


def defer(
    wishes: Mapping[Asker, Sequence[Asked]],
    ranks: Mapping[Asked, Mapping[Asker, int]],
    *,
    demand: Mapping[Asker, int],
    capacity: Mapping[Asked, int],
) -> set[tuple[Asker, Asked]]:
    """Deferred acceptance: the stable assignment that is best for everyone who asks.

    Args:
        wishes: Whom each would ask, the best first, each once.
        ranks: How each who is asked ranks those who ask; less is better. Who has no rank is not
            accepted.
        demand, capacity: How many each side takes at most.
    """
    next_: dict[Asker, int] = dict.fromkeys(wishes, 0)
    held: dict[Asker, int] = dict.fromkeys(wishes, 0)
    kept: dict[Asked, set[Asker]] = {one: set() for one in ranks}
    waiting = deque(wishes)
    while waiting:
        asker = waiting.popleft()
        while held[asker] < demand[asker] and next_[asker] < len(wishes[asker]):
            asked = wishes[asker][next_[asker]]
            next_[asker] += 1
            if asker not in ranks[asked] or not capacity[asked]:
                continue
            kept[asked].add(asker)
            held[asker] += 1
            if len(kept[asked]) > capacity[asked]:
                worst = max(kept[asked], key=ranks[asked].__getitem__)
                kept[asked].remove(worst)
                held[worst] -= 1
                if worst != asker:
                    waiting.append(worst)
    return {(asker, asked) for asked, askers in kept.items() for asker in askers}
