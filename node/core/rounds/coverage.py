"""As many cities as possible with at least one peer, and the proof that no more are possible.

A matching in which each learner has one helper, grown along alternating paths. What the last search
has reached gives a cover (D. König, 1931): every edge has a covered end, so no assignment can serve
more learners than the cover has room. The cover nearest to the unserved is the same for every
greatest matching, which is why it can be published and compared byte for byte.
"""

from __future__ import annotations

from bisect import bisect_right
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
        self._helpers = [[problem.edges[number].helper for number in own] for own in self._options]
        self._depth = [[-scores[number] for number in own] for own in self._options]

    def serve(self, least: int, held: Iterable[int] = ()) -> Served:
        """As many learners as possible, over the edges that score ``least`` or more.

        Args:
            held: Edges of an earlier answer; those that still count are begun with.
        """
        within = [bisect_right(depth, -least) for depth in self._depth]
        search = _Search(self._problem, self._options, self._helpers, within)
        for number in held:
            if number >= 0 and self._problem.scores[number] >= least:
                search.take(number)
        return search.run()

    def highest(self, served: Served) -> tuple[int, Served]:
        """The greatest threshold at which as many are served as in ``served``, and how."""
        values = sorted(set(self._problem.scores))
        if not served.count:
            return 0, served
        # Nobody has a peer above its best option, so the answer is not above this many of those.
        tops = sorted((-depth[0] for depth in self._depth if depth), reverse=True)
        low, high = 0, bisect_right(values, tops[served.count - 1]) - 1
        best = self.serve(values[0], served.edges)
        # Steps that double, then halve: a threshold just above one that held is quickly tried.
        step, growing = 1, True
        while low < high:
            middle = min(low + step, high)
            tried = self.serve(values[middle], best.edges)
            if tried.count == served.count:
                low, best = middle, tried
            else:
                high, growing = middle - 1, False
            step = step * 2 if growing else max(1, (high - low + 1) // 2)
        return values[low], best


class _Search:
    """Shortest alternating paths, many at a time (J. Hopcroft and R. Karp, 1973).

    A helper with room for several is at once the end of a path and, when full, a place that its
    guests can be moved from.
    """

    def __init__(
        self,
        problem: Problem,
        options: list[list[int]],
        helpers: list[list[int]],
        within: list[int],
    ) -> None:
        """``options`` and their ``helpers`` by learner; of each the first ``within`` count."""
        self._edges = problem.edges
        self._capacity = problem.capacity
        self._options = options
        self._helpers = helpers
        self._within = within
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
        """Shorter paths first, phase by phase, until no path is left."""
        while True:
            left = [at for at, number in enumerate(self._taken) if number < 0]
            depth, layer, open_ = self._layers(left)
            if not open_:
                break
            tried = [0] * len(self._options)
            for root in left:
                self._augment(root, depth, layer, tried)
        cover = Cover(
            tuple(at for at, steps in enumerate(depth) if steps < 0),
            tuple(at for at, steps in enumerate(layer) if steps >= 0),
        )
        return Served(tuple(self._taken), cover)

    def _layers(self, left: list[int]) -> tuple[list[int], list[int], bool]:
        """How many steps every learner and helper is from those without one, ``-1`` if it is not.

        Stops behind the first layer in which a helper has room; the last value says if one has.
        """
        depth, layer = [-1] * len(self._options), [-1] * len(self._guests)
        for root in left:
            depth[root] = 0
        steps, front, open_ = 0, left, False
        while front and not open_:
            reached = []
            for learner in front:
                for helper in self._helpers[learner][: self._within[learner]]:
                    if layer[helper] < 0:
                        layer[helper] = steps
                        reached.append(helper)
            steps += 1
            front = []
            for helper in reached:
                open_ = open_ or len(self._guests[helper]) < self._capacity[helper]
                for guest in self._guests[helper]:
                    if depth[guest] < 0:
                        depth[guest] = steps
                        front.append(guest)
        return depth, layer, open_

    def _augment(self, root: int, depth: list[int], layer: list[int], tried: list[int]) -> None:
        """Serve one more learner by a shortest path, if one is left; no edge is tried twice."""
        path = [root]
        while path:
            learner = path[-1]
            if tried[learner] == self._within[learner]:
                path.pop()
                continue
            helper = self._helpers[learner][tried[learner]]
            if layer[helper] != depth[learner]:
                tried[learner] += 1
            elif len(self._guests[helper]) < self._capacity[helper]:
                for mover in reversed(path):
                    self.take(self._options[mover][tried[mover]])
                return
            elif (guest := self._next(helper, depth, tried, layer[helper] + 1)) is None:
                layer[helper] = -1
            else:
                path.append(guest)

    def _next(self, helper: int, depth: list[int], tried: list[int], steps: int) -> int | None:
        """A guest that may still find another place, the first one by its place."""
        could = (
            guest
            for guest in self._guests[helper]
            if depth[guest] == steps and tried[guest] < self._within[guest]
        )
        return min(could, default=None)
