"""Operations of pairing rounds: frozen, computed, published, checked; and why, for one city."""

from __future__ import annotations

import asyncio
from pathlib import Path

from node.control.recording import text_in
from node.core.pairing import Unmatched
from node.core.reasons import action_name, why_not
from node.core.rounds.published import Pair, Round
from node.core.rounds.report import Group, Left
from node.errors import NotFound
from node.service import rounds
from node.service.discover import names
from node.service.home import Home
from node.service.outbox import announce
from peers.encoding import JsonObject
from vocab.languages import LangMap

__all__ = [
    "check_round",
    "compute_round",
    "list_rounds",
    "open_round",
    "publish_round",
    "why_in_round",
]


async def open_round(
    home: Home, *, title: LangMap, way: str = "optimum", peers: int = 2, candidates: int = 0
) -> JsonObject:
    """The round, with its inputs frozen."""
    view = await rounds.open_round(home, title, way=way, peers=peers, candidates=candidates)
    return _row(view)


async def compute_round(home: Home, *, identity: str) -> JsonObject:
    """What the round is like, in ``said`` and in numbers."""
    return _told(await rounds.compute_round(home, identity))


async def publish_round(home: Home, *, identity: str) -> JsonObject:
    """The round, published and announced."""
    view = await rounds.publish_round(home, identity)
    await announce(home)
    return _row(view)


async def check_round(home: Home, *, iri: str, file: str | None = None) -> JsonObject:
    """What was checked, in ``said``."""
    text = await asyncio.to_thread(Path(file).read_bytes) if file else None
    done = await rounds.check_round(home, iri, text)
    how = (
        "computed anew from our own copies of the logs: the same bytes"
        if done.solved
        else "its proof holds over our own copies of the logs; SciPy would compute it anew"
    )
    told = _told(done.result)
    return {**told, "solved": done.solved, "said": [f"{iri}: {how}", *told["said"]]}


async def list_rounds(home: Home) -> JsonObject:
    """``rounds`` that are open here or published, newest first."""
    return {"rounds": [_row(one) for one in await rounds.rounds(home)]}


async def why_in_round(home: Home, *, iri: str, city: str | None = None) -> JsonObject:
    """What a round found for a city as a learner and as a helper, or why nothing."""
    made = await rounds.result_of(home, iri)
    if made is None:
        raise NotFound(f"{iri}: expected a round that was checked here; check it first")
    agent = city or home.agent
    called = await names(home)

    def name(one: str) -> str:
        return text_in(called.get(one, {})) or one

    learns = [one for one in made.pairs if one.learner == agent]
    helps = [one for one in made.pairs if one.helper == agent]
    left = next((one for one in made.left if one.city == agent), None)
    said = [f"learns from {name(one.helper)}: {_reason(one)}" for one in learns]
    said += [f"helps {name(one.learner)}: {_reason(one)}" for one in helps]
    said += _why(left) if left else []
    if not said:
        said = [f"{agent} has published neither a need nor an offer that the round could use"]
    return {
        "city": agent,
        "learns": [one.helper for one in learns],
        "helps": [one.learner for one in helps],
        "said": said,
    }


def _reason(pair: Pair) -> str:
    actions = ", ".join(action_name(one.action) for one in pair.actions)
    close = ", ".join(f"{name} {value / 1e6:.2f}" for name, value in pair.context.items())
    recent = "; they have worked together lately" if pair.recent else ""
    return f"{actions} (option {pair.rank} of {pair.options}; how alike: {close or '-'}{recent})"


def _why(left: Left) -> list[str]:
    return [
        f"no pair for {action_name(one.action)}: "
        + why_not(Unmatched(one.action, one.reason, one.nearest or None))
        for one in left.why
    ]


def _told(made: Round) -> JsonObject:
    everyone, small = made.report.everyone, made.report.small_cities
    said = [
        f"{everyone.pairs} pairs for {everyone.served} of {everyone.learners} cities with needs",
        f"cities below 200,000: {small.served} of {small.learners}, helping in {small.load} pairs",
    ]
    if made.report.alarm:
        said.append("small cities are served less than 95 % as often as all: see the report")
    if made.proof:
        said.append(f"proved; no pair scores less than {made.proof.smallest}")
    said.append("weights and scores are choices, not measurements")
    return {
        "round": made.name,
        "day": made.day,
        "pairs": len(made.pairs),
        "left": len(made.left),
        "alarm": made.report.alarm,
        "sizes": [_size(one) for one in made.report.groups if one.by == "size"],
        "said": said,
    }


def _size(one: Group) -> JsonObject:
    return {"from": one.name, "learners": one.learners, "served": one.served, "load": one.load}


def _row(view: rounds.RoundView) -> JsonObject:
    return {
        "id": view.iri.rpartition("/")[2],
        "round": view.iri,
        "title": text_in(view.title),
        "day": view.day,
        "state": view.state,
        "checked": view.checked,
    }
