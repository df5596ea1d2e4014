"""A round made from records, and a published one checked against them.

The same records at the same checkpoints give the same bytes at every node. A node with a solver
makes the text anew and compares; one without takes pairs and prices from it, checks the proof that
nothing else was possible, and makes the rest anew.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from node.core.countries import VERSION as COUNTRIES
from node.core.past import Past
from node.core.profile import Profile
from node.core.rounds.asking import ask_in_order
from node.core.rounds.assign import assign
from node.core.rounds.certificate import Certificate, Unproven, check_certificate
from node.core.rounds.coverage import Cover
from node.core.rounds.faces import Prices
from node.core.rounds.problem import Problem, problem_of, tie
from node.core.rounds.published import (
    FORMAT,
    Action,
    Covered,
    Log,
    Pair,
    Proof,
    Round,
    Settings,
    Way,
)
from node.core.rounds.report import fairness, left_out
from node.core.rounds.scores import scored
from node.core.score import MICRO, WEIGHTS, ActionTerm, score

__all__ = ["Inputs", "check", "compute", "problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a round is made from.

    Attributes:
        profiles: Every city that the logs show, as it stood then.
        near: Action IRIs in the framework's order.
    """

    name: str
    day: date
    settings: Settings
    logs: tuple[Log, ...]
    profiles: Sequence[Profile]
    past: Past
    near: Sequence[str]


def problem(inputs: Inputs) -> Problem:
    """What the round has to decide."""
    learners = [one for one in inputs.profiles if one.wishes]
    helpers = [one for one in inputs.profiles if one.helps]
    candidates = inputs.settings.candidates
    pairs = scored(learners, helpers, inputs.day, inputs.past, best=candidates)
    return problem_of(
        _pruned(pairs, candidates, inputs.name),
        {one.agent: inputs.settings.peers for one in learners},
        {one.agent: _capacity(one, inputs.past) for one in helpers},
        salt=inputs.name,
    )


def compute(inputs: Inputs) -> Round:
    """The round, with its proof.

    Raises:
        Unproven: The solver was wrong.
        ImportError: No solver is installed.
    """
    posed = problem(inputs)
    if inputs.settings.way == Way.ASKING:
        return _round(inputs, posed, ask_in_order(posed), None)
    found = assign(posed)
    return _round(inputs, posed, found.chosen, found.certificate)


def check(inputs: Inputs, published: Round) -> None:
    """Check a published round against the records, without a solver.

    Raises:
        Unproven: Another round follows from these records; the first difference is named.
    """
    posed = problem(inputs)
    number = {
        (posed.learners[edge.learner], posed.helpers[edge.helper]): at
        for at, edge in enumerate(posed.edges)
    }
    wrong = next((one for one in published.pairs if (one.learner, one.helper) not in number), None)
    if wrong:
        raise Unproven(f"{wrong.learner} and {wrong.helper}: the records make no such pair")
    chosen = tuple(sorted(number[one.learner, one.helper] for one in published.pairs))
    if inputs.settings.way == Way.ASKING:
        made = _round(inputs, posed, ask_in_order(posed), None)
    else:
        certificate = _certificate(published.proof)
        check_certificate(posed, chosen, certificate)
        made = _round(inputs, posed, chosen, certificate)
    for field in Round.__struct_fields__:
        if getattr(made, field) != getattr(published, field):
            raise Unproven(f"{field}: the records give another answer than the published round")


def _pruned(
    pairs: Iterable[tuple[str, str, int]], candidates: int, salt: str
) -> Iterable[tuple[str, str, int]]:
    if not candidates:
        return pairs
    options: dict[str, list[tuple[str, str, int]]] = {}
    for pair in pairs:
        options.setdefault(pair[0], []).append(pair)

    return [one for own in options.values() for one in _best(own, candidates, salt)]


def _best(
    own: Sequence[tuple[str, str, int]], most: int, salt: str
) -> Iterable[tuple[str, str, int]]:
    """The pairs of a learner that score the most; among equals at the end, hashes decide."""
    if len(own) <= most:
        return own
    least = heapq.nlargest(most, (points for _, _, points in own))[-1]
    sure = [one for one in own if one[2] > least]
    equal = [one for one in own if one[2] == least]
    return sure + heapq.nsmallest(
        most - len(sure), equal, key=lambda one: tie(salt, one[0], one[1])
    )


def _capacity(helper: Profile, past: Past) -> int:
    """Room under every offer of the city: whatever it is asked about, its word is kept."""
    taken = past.active.get(helper.agent, 0)
    room = [one.capacity - taken for one in helper.helps.values() if one.capacity > taken]
    return min(room, default=0)


def _round(
    inputs: Inputs, posed: Problem, chosen: Sequence[int], certificate: Certificate | None
) -> Round:
    cities = {one.agent: one for one in inputs.profiles}
    ranks = _ranks(posed, chosen)
    pairs = [_pair(inputs, cities, posed, number, ranks[number]) for number in chosen]
    served = {one.learner for one in pairs}
    learners = [cities[one] for one in posed.learners]
    helpers = [cities[one] for one in posed.helpers]
    return Round(
        format=FORMAT,
        name=inputs.name,
        day=inputs.day.isoformat(),
        settings=inputs.settings,
        weights={name: _millionths(weight) for name, weight in WEIGHTS.items()},
        countries=COUNTRIES,
        logs=inputs.logs,
        learners=posed.learners,
        helpers=posed.helpers,
        capacity=posed.capacity,
        pairs=tuple(pairs),
        left=left_out(learners, helpers, served, inputs.past, inputs.near),
        report=fairness(inputs.profiles, [(one.learner, one.helper, one.score) for one in pairs]),
        proof=_proof(certificate),
    )


def _ranks(posed: Problem, chosen: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Edge → (rank among the learner's options, how many these are)."""
    options: dict[int, list[int]] = {}
    for number, edge in enumerate(posed.edges):
        options.setdefault(edge.learner, []).append(number)
    ranks = {}
    for number in chosen:
        own = options[posed.edges[number].learner]

        def order(one: int) -> tuple[int, bytes]:
            learner, helper, points = posed.edges[one]
            return -points, tie(posed.salt, posed.learners[learner], posed.helpers[helper])

        points = posed.scores[number]
        better = sum(posed.scores[one] > points for one in own)
        equal = [one for one in own if posed.scores[one] == points]
        ranks[number] = better + 1 + sorted(equal, key=order).index(number), len(own)
    return ranks


def _pair(
    inputs: Inputs,
    cities: dict[str, Profile],
    posed: Problem,
    number: int,
    rank: tuple[int, int],
) -> Pair:
    edge = posed.edges[number]
    learner, helper = cities[posed.learners[edge.learner]], cities[posed.helpers[edge.helper]]
    told = score(learner, helper, inputs.day, inputs.past)
    assert told is not None, "an edge scores something"
    assert told.score == edge.score, "both ways of scoring agree"
    return Pair(
        learner=learner.agent,
        helper=helper.agent,
        score=told.score,
        rank=rank[0],
        options=rank[1],
        actions=tuple(map(_action, told.terms)),
        context={
            term.feature: _millionths(term.closeness)
            for term in told.context
            if term.closeness is not None
        },
        recent=told.recent,
    )


def _action(term: ActionTerm) -> Action:
    return Action(
        action=term.action,
        need=_millionths(term.need),
        offer=_millionths(term.offer),
        kind=str(term.help.kind),
        sources=(term.need_source, *term.help.sources),
    )


def _millionths(value: Decimal) -> int:
    return int((value * MICRO).to_integral_value(ROUND_HALF_EVEN))


def _proof(certificate: Certificate | None) -> Proof | None:
    if certificate is None:
        return None
    coverage, above, within = (
        Covered(learners=one.learners, helpers=one.helpers)
        for one in (certificate.coverage, certificate.above, certificate.within)
    )
    return Proof(
        coverage=coverage,
        smallest=certificate.smallest,
        above=above,
        within=within,
        prices=tuple(
            Covered(learners=one.learners, helpers=one.helpers) for one in certificate.prices
        ),
    )


def _certificate(proof: Proof | None) -> Certificate:
    if proof is None:
        raise Unproven("proof: expected a certificate, found none")
    return Certificate(
        coverage=Cover(proof.coverage.learners, proof.coverage.helpers),
        smallest=proof.smallest,
        above=Cover(proof.above.learners, proof.above.helpers),
        within=Cover(proof.within.learners, proof.within.helpers),
        prices=tuple(Prices(one.learners, one.helpers) for one in proof.prices),
    )
