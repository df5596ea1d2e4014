"""Pairing rounds of 1,000 and 10,000 cities, beside the linear program alone.

What stands beside ours is SciPy's ``linprog`` (HiGHS) with the total as its only aim, over the same
scores: what is quickest to write. Ours serves most cities first, then raises the smallest score,
and proves every stage; coverage by size shows what the difference is worth, and to whom.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from benchmarks.cities import TODAY, cities
from benchmarks.measure import Row
from node.core.past import Past
from node.core.profile import Profile
from node.core.rounds import Problem, assign, check_certificate
from node.core.rounds.asking import ask_in_order
from node.core.rounds.document import Inputs, problem
from node.core.rounds.published import Settings
from node.core.rounds.report import BANDS, SMALL, Fairness, fairness

__all__ = ["run"]

T = TypeVar("T")

_PRUNED = 40
"""Candidates a learner, where not every edge is looked at."""


def run(_: int) -> Iterator[Row]:
    """Rounds of 1,000 cities with every pair, of 1,000 and of 10,000 with 40 candidates each."""
    yield from _round(1_000, 0, goal="≤ 3 s")
    yield from _round(1_000, _PRUNED, goal="≤ 0.3 s")
    yield from _round(10_000, _PRUNED, goal="≤ 10 s")


def _round(number: int, candidates: int, goal: str) -> Iterator[Row]:
    name = f"{number:,} cities" + (f", {candidates} candidates" if candidates else ", every pair")
    profiles = cities(number)
    inputs = Inputs(
        name=name,
        day=TODAY,
        settings=Settings(candidates=candidates),
        logs=(),
        profiles=profiles,
        past=Past(),
        near=(),
    )
    scoring, posed = _timed(lambda: problem(inputs))
    yield Row(what=f"{name}: scores", ours=scoring, unit="s", note=f"{len(posed.edges):,} pairs")
    solving, found = _timed(lambda: assign(posed))
    alone, total = _timed(lambda: _greatest_total(posed))
    reached = sum(posed.scores[at] for at in found.chosen)
    greatest = sum(posed.scores[at] for at in total)
    yield Row(
        what=f"{name}: round with its proof",
        ours=solving,
        unit="s",
        beside="linprog, total alone",
        theirs=alone,
        goal=goal,
        note=f"{reached / greatest:.1%} of the greatest total",
    )
    checking, _ = _timed(lambda: check_certificate(posed, found.chosen, found.certificate))
    yield Row(
        what=f"{name}: proof checked",
        ours=checking,
        unit="s",
        beside="made anew",
        theirs=solving,
    )
    asking, asked = _timed(lambda: ask_in_order(posed))
    share = sum(posed.scores[at] for at in asked) / greatest
    yield Row(
        what=f"{name}: asking in order",
        ours=asking,
        unit="s",
        beside="round with its proof",
        theirs=solving,
        note=f"{share:.1%} of the greatest total",
    )
    yield from _coverage(name, profiles, posed, found.chosen, total)


def _greatest_total(posed: Problem) -> list[int]:
    """The edges of the greatest total, whoever goes without."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix

    count = len(posed.edges)
    column = np.tile(np.arange(count), 2)
    learners = [edge.learner for edge in posed.edges]
    helpers = [edge.helper + len(posed.learners) for edge in posed.edges]
    room = np.array((*posed.demand, *posed.capacity), dtype=np.float64)
    ends = np.array(learners + helpers)
    found = linprog(
        -np.array(posed.scores, dtype=np.float64),
        A_ub=csr_matrix((np.ones(2 * count), (ends, column)), shape=(len(room), count)),
        b_ub=room,
        bounds=(0, 1),
        method="highs",
    )
    chosen: list[int] = np.flatnonzero(found.x > 0.5).tolist()
    return chosen


def _coverage(
    name: str, profiles: Sequence[Profile], posed: Problem, ours: Sequence[int], total: list[int]
) -> Iterator[Row]:
    """Shares of those who look for help and have a peer, by size; the reports count them."""
    mine, theirs = (_report(profiles, posed, one) for one in (ours, total))
    bands = {one.name: one for one in theirs.groups if one.by == "size"}
    shown = [("all", mine.everyone, theirs.everyone)]
    shown += [(_band(one.name), one, bands[one.name]) for one in mine.groups if one.by == "size"]
    shown.append((f"below {SMALL:,}", mine.small_cities, theirs.small_cities))
    for title, one, other in shown:
        yield Row(
            what=f"{name}: with a peer, {title}",
            ours=100 * one.served / one.learners,
            unit="% served",
            beside="linprog, total alone",
            theirs=100 * other.served / other.learners,
            goal="≥ 95 % of all cities'" if one is mine.small_cities else "",
            note=f"of {one.learners:,}; they help in {one.load:,} pairs",
        )


def _report(profiles: Sequence[Profile], posed: Problem, chosen: Sequence[int]) -> Fairness:
    pairs = [posed.edges[at] for at in chosen]
    return fairness(
        profiles,
        [(posed.learners[one.learner], posed.helpers[one.helper], one.score) for one in pairs],
    )


def _band(low: str) -> str:
    above = next((end for end in BANDS if end > int(low)), None)
    return f"{int(low):,} to {above:,} residents" if above else f"{int(low):,} residents or more"


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of CPU, and what came of it."""
    start = time.process_time()
    done = work()
    return time.process_time() - start, done
