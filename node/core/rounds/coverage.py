"""As many cities as possible with at least one peer, and the proof that no more are possible.

A matching in which each learner has one helper, grown along alternating paths. What the last search
has reached gives a cover (D. König, 1931): every edge has a covered end, so no assignment can serve
more learners than the cover has room. The cover nearest to the unserved is the same for every
greatest matching, which is why it can be published and compared byte for byte.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from node.core.rounds.problem import Problem

__all__ = ["Cover", "Coverage", "Served"]


@dataclass(frozen=True, slots=True)
class Cover:
    """Places of learners and of helpers such that every edge has one of its ends among them."""

    learners: tuple[int, ...]
    helpers: tuple[int, ...]

    def room(self, problem: Problem) -> int:
        """How many learners can have a peer at most: one each, and what the helpers take."""
        return len(self.learners) + sum(problem.capacity[helper] for helper in self.helpers)


@dataclass(frozen=True, slots=True)
class Served:
    """Learners with one helper each: edges by learner, ``-1`` for none, and the cover."""

    edges: tuple[int, ...]
    cover: Cover

    @property
    def count(self) -> int:
        """How many learners have one."""
        return sum(edge >= 0 for edge in self.edges)


class Coverage:
    """The edges of a problem, the best first for every learner, to ask for several thresholds."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._options: list[list[int]] = [[] for _ in problem.learners]
        for number, edge in enumerate(problem.edges):
            self._options[edge.learner].append(number)
        scores = problem.scores
        for own in self._options:
            own.sort(key=lambda number: (-scores[number], number))
        self._depth = [[-scores[number] for number in own] for own in self._options]

    def serve(self, least: int, held: Iterable[int] = ()) -> Served:
        """As many learners as possible, over the edges that score ``least`` or more.

        Args:
            held: Edges of an earlier answer; those that still count are begun with.
        """
        search = _Search(self._problem, self._within(least))
        for number in held:
            if number >= 0 and self._problem.scores[number] >= least:
                search.take(number)
        return search.run()

    def highest(self, served: Served) -> tuple[int, Served]:
        """The greatest threshold at which as many are served as in ``served``, and how."""
        values = sorted(set(self._problem.scores))
        if not served.count:
            return 0, served
        low, high = 0, len(values) - 1
        best = self.serve(values[0], served.edges)
        while low < high:
            middle = (low + high + 1) // 2
            tried = self.serve(values[middle], best.edges)
            if tried.count == served.count:
                low, best = middle, tried
            else:
                high = middle - 1
        return values[low], best

    def _within(self, least: int) -> list[list[int]]:
        return [
            own[: bisect_right(depth, -least)]
            for own, depth in zip(self._options, self._depth, strict=True)
        ]


class _Search:
    """Alternating paths, breadth first; helpers seen in one phase are not looked at again in it."""

    def __init__(self, problem: Problem, options: list[list[int]]) -> None:
        self._edges = problem.edges
        self._capacity = problem.capacity
        self._options = options
        self._taken = [-1] * len(problem.learners)
        self._guests: list[set[int]] = [set() for _ in problem.helpers]

    def take(self, number: int) -> None:
        """Serve a learner by an edge, whatever served it before."""
        learner, helper, _ = self._edges[number]
        before = self._taken[learner]
        if before >= 0:
            self._guests[self._edges[before].helper].discard(learner)
        self._taken[learner] = number
        self._guests[helper].add(learner)

    def run(self) -> Served:
        while True:
            seen: dict[int, int] = {}
            left = [at for at, number in enumerate(self._taken) if number < 0]
            if not sum(self._augment(learner, seen) for learner in left):
                break
        reached = {guest for helper in seen for guest in self._guests[helper]} | set(left)
        cover = Cover(
            tuple(at for at in range(len(self._taken)) if at not in reached), tuple(sorted(seen))
        )
        return Served(tuple(self._taken), cover)

    def _augment(self, root: int, seen: dict[int, int]) -> bool:
        """Serve one more learner, if a path leads to a helper with room. ``seen``: how reached."""
        waiting = deque([root])
        while waiting:
            learner = waiting.popleft()
            for number in self._options[learner]:
                helper = self._edges[number].helper
                if helper in seen:
                    continue
                seen[helper] = number
                if len(self._guests[helper]) < self._capacity[helper]:
                    self._shift(root, number, seen)
                    return True
                waiting.extend(sorted(self._guests[helper]))
        return False

    def _shift(self, root: int, number: int, seen: dict[int, int]) -> None:
        """Everyone on the path moves to the helper by which it was reached from."""
        while True:
            learner = self._edges[number].learner
            before = self._taken[learner]
            self.take(number)
            if learner == root:
                return
            number = seen[self._edges[before].helper]
