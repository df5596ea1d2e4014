"""The whole trip, a line a step: what ``intercity demo --check`` shows.

Each step does one thing on the running network and looks at what came of it; the first that is not
as it should be does not stop the rest, so that a broken step says what else it broke.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from node.core.pairing import Proposal
from node.core.steps import Step
from node.demo.network import Network
from node.errors import Gone, NodeError, NotFound
from node.service import matching, pair
from node.service.discover import found
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import deliver
from node.service.publish import Receipt, publish, withdraw
from node.service.records import own_records, record_at
from node.service.replicate import sync_all
from node.service.reports import PeerReport
from node.service.verify import verify_file, verify_url
from node.store.ports import Budget, SearchWish
from peers.errors import PeerError
from vocab.framework import load
from vocab.terms import ACTIONS

__all__ = ["Done", "check"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """One step: its name, whether it was as it should be, and what was seen."""

    name: str
    ok: bool
    detail: str


@dataclass(slots=True)
class _Trip:
    """What the steps share."""

    made: Network
    receipt: Receipt | None = None
    proposal: Proposal | None = None
    exchange: str = ""

    @property
    def teacher(self) -> Home:
        return self.made.cities["hansol"]

    @property
    def learner(self) -> Home:
        return self.made.cities["qasr-al-noor"]

    @property
    def receipt_of_practice(self) -> Receipt:
        if self.receipt is None:
            raise NotFound("nothing was published, so there is nothing to look at")
        return self.receipt


async def check(made: Network) -> AsyncIterator[Done]:
    """Make the trip, telling each step as it is done."""
    trip = _Trip(made)
    for name, step in STEPS.items():
        try:
            detail = await step(trip)
            yield Done(name, ok=True, detail=detail)
        except (AssertionError, NodeError, PeerError) as exc:
            yield Done(name, ok=False, detail=str(exc) or type(exc).__name__)


def _expect(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(f"expected {what}")


async def _publish(trip: _Trip) -> str:
    document = {
        "type": "Practice",
        "title": {"ko": "동네 인권 배심원", "en": "Neighbourhood rights jury"},
        "action": [ACTIONS["S5"], ACTIONS["S3"]],
        "summary": {"ko": "추첨으로 뽑힌 주민 열두 명이 해마다 시의 인권 보고서를 읽고 묻는다."},
        "languages": ["ko"],
    }
    trip.receipt = await publish(trip.teacher, document)
    await catch_up(trip.teacher)
    return f"{trip.receipt.iri} at log position {trip.receipt.index}"


async def _sync(trip: _Trip) -> str:
    reports = await sync_all(trip.learner)
    await catch_up(trip.learner)
    # An announcement may have made the node ask before we did: that is what it is for.
    iri = trip.receipt_of_practice.iri
    arrived = await _until(lambda: trip.learner.ledger.latest(iri), bool)
    await catch_up(trip.learner)
    _expect(arrived, f"Hansol's new record, found {[report.error for report in reports]}")
    quiet = await _quiet_round(trip.learner, reports)
    fair = quiet and all(requests == logs for requests, logs in quiet)
    _expect(fair, f"one request for each log of an unchanged peer, found (requests, logs) {quiet}")
    return f"the new record has come; {len(quiet)} unchanged peers cost one request a log"


async def _quiet_round(home: Home, reports: Sequence[PeerReport]) -> list[tuple[int, int]]:
    """Requests and logs of each peer that had nothing new.

    Where the nodes' own jobs publish and ask meanwhile (a checkpoint, a cosignature), a peer is
    not as quiet as its log: then the next round is looked at.
    """
    quiet: list[tuple[int, int]] = []
    for _ in range(3):
        quiet = [(report.requests, len(report.held)) for report in reports if not report.new]
        if quiet and all(requests == logs for requests, logs in quiet):
            break
        reports = await sync_all(home)
    return quiet


async def _found(trip: _Trip) -> str:
    iri = trip.receipt_of_practice.iri
    page = await trip.learner.text.search(SearchWish(words="인권 배심원"))
    hit = next((hit for hit in page.hits if hit.put.iri == iri), None)
    _expect(hit, "the new practice among what Qasr al-Noor finds")
    assert hit is not None
    return f"log {hit.put.log}, position {hit.put.index}, verified {hit.put.recorded}"


async def _verify(trip: _Trip) -> str:
    steps = await verify_url(trip.learner, trip.receipt_of_practice.iri)
    _expect(steps and all(step.ok for step in steps), _failed(steps))
    return ", ".join(step.name for step in steps)


async def _tamper(trip: _Trip) -> str:
    held = await record_at(trip.learner, trip.receipt_of_practice.iri)
    assert held.body is not None
    whole, forged = held.body.record, held.body.record.replace(b"jury", b"fury")
    with TemporaryDirectory() as folder:
        copy = Path(folder, "copy.jsonld")
        await asyncio.to_thread(copy.write_bytes, whole)
        _expect(all(step.ok for step in await verify_file(trip.learner, copy)), "a copy to hold")
        await asyncio.to_thread(copy.write_bytes, forged)
        steps = await verify_file(trip.learner, copy)
    _expect(any(not step.ok for step in steps), "a changed copy to be refused")
    return _failed(steps)


async def _two_languages(trip: _Trip) -> str:
    seen: list[str] = []
    for words, city in (("defensor del pueblo", "hansol"), ("presupuesto", "qasr-al-noor")):
        page = await trip.made.directory.text.search(SearchWish(words=words, language="es"))
        agents = {hit.put.agent for hit in page.hits}
        expected = trip.made.homes[city].agent
        _expect(expected in agents, f"{city} among what {words!r} finds, found {sorted(agents)}")
        seen.append(f"{words!r} finds {city}")
    return ", ".join(seen)


async def _query(trip: _Trip) -> str:
    query = """
        PREFIX ic: <https://w3id.org/intercity/ns#>
        PREFIX dct: <http://purl.org/dc/terms/>
        SELECT ?city (COUNT(?practice) AS ?practices)
        WHERE { ?practice a ic:Practice ; dct:publisher ?city } GROUP BY ?city ORDER BY ?city
    """
    await sync_all(trip.made.directory)
    await catch_up(trip.made.directory)
    rows = await trip.made.directory.graph.select(query, Budget(), accept="text/csv")
    lines = rows.body.decode().split()
    cities = len(trip.made.cities)
    _expect(len(lines) == cities + 1, f"practices of {cities} cities, found {len(lines) - 1}")
    return f"practices of {cities} cities at the directory's endpoint"


async def _assessed(trip: _Trip) -> str:
    facts = await found(trip.made.directory, kinds=["Assessment"])
    _expect(len(facts) == 68, f"68 sourced facts, found {len(facts)}")
    return "68 sourced facts by the observatory, none of them a city's own word"


async def _suggest(trip: _Trip) -> str:
    suggestions = await matching.suggestions(trip.learner)
    proposal = next(
        (one for one in suggestions.proposals if one.helper == trip.teacher.agent), None
    )
    _expect(proposal, "Hansol among the suggestions for Qasr al-Noor")
    assert proposal is not None
    trip.proposal = proposal
    term = proposal.terms[0]
    concept = load().concept(term.action)
    label = concept.label["en"] if concept else term.action
    shared = (
        "a shared language"
        if any(one.feature == "language" and one.closeness for one in proposal.context)
        else "no shared language"
    )
    return f"Hansol, on {label}: {len(term.help.sources)} records behind it, {shared}"


async def _ask(trip: _Trip) -> str:
    view = await pair.ask(trip.learner, trip.teacher.document.did.text, ACTIONS["T10"], {})
    trip.exchange = view.id
    await deliver(trip.learner)
    there = await _heard(trip.teacher, view.id, lambda one: one.state == "asked")
    _expect((there.state, there.role) == ("asked", "helper"), "the request to have arrived")
    _expect(there.answers.get("problem"), "the three answers to have come with it")
    return f"exchange {view.id}"


async def _heard(
    home: Home, identity: str, holds: Callable[[pair.ExchangeView], bool]
) -> pair.ExchangeView:
    """Where an exchange stands once a word has come: the node's own jobs may be bringing it."""

    async def views() -> dict[str, pair.ExchangeView]:
        return {view.id: view for view in await pair.exchanges(home)}

    await _until(views, lambda known: identity in known and holds(known[identity]))
    return await pair.exchange(home, identity)


async def _until(ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    """Ask until the answer is as it should be, for some ten seconds; then take it as it is."""
    for _ in range(100):
        found = await ask()
        if holds(found):
            return found
        await asyncio.sleep(0.1)
    return await ask()


async def _accept(trip: _Trip) -> str:
    await pair.say(trip.teacher, trip.exchange, "accept")
    await pair.say(trip.teacher, trip.exchange, "meet")
    await deliver(trip.teacher)
    here = await _heard(trip.learner, trip.exchange, lambda one: one.state == "met")
    _expect(here.state == "met", f"both to have met, found {here.state}")
    return "accepted and met, known to the two alone"


async def _conclude(trip: _Trip) -> str:
    note = {"en": "Fifteen indicators, by district, read together with residents."}
    await pair.say(trip.learner, trip.exchange, "adopt", note=note)
    await deliver(trip.learner)
    await _heard(trip.teacher, trip.exchange, lambda one: one.proposed)
    await pair.say(trip.teacher, trip.exchange, "adopt")
    await deliver(trip.teacher)
    await _heard(trip.learner, trip.exchange, lambda one: one.state == "closed")
    both: list[str] = []
    for home in (trip.learner, trip.teacher):
        held = await own_records(home, kind="Exchange")
        both += [one.entry.object for one in held if one.entry.object.endswith(trip.exchange)]
    _expect(len(both) == 2, f"the exchange in both logs, found {both}")
    return "told in both logs, with the same note"


async def _withdraw(trip: _Trip) -> str:
    iri = trip.receipt_of_practice.iri
    await withdraw(trip.teacher, iri, "mistake")
    await catch_up(trip.teacher)

    async def holders() -> list[str]:
        await trip.made.in_step()
        return [key for key, home in trip.made.homes.items() if await home.text.get(iri)]

    left = await _until(holders, lambda keys: not keys)
    _expect(not left, f"the record gone from every search, found it at {left}")
    for key, home in trip.made.homes.items():
        if key != "observatory":
            await _expect_gone(home, iri, key)
    return f"gone from {len(trip.made.homes)} nodes; its address tells of the withdrawal"


async def _expect_gone(home: Home, iri: str, key: str) -> None:
    try:
        await record_at(home, iri)
    except Gone:
        return
    raise AssertionError(f"expected {key} to know that {iri} was withdrawn")


def _failed(steps: list[Step]) -> str:
    wrong = [f"{step.name}: {step.detail}" for step in steps if not step.ok]
    return "; ".join(wrong) or "no step"


STEPS: dict[str, Callable[[_Trip], Awaitable[str]]] = {
    "publish a practice": _publish,
    "sync another city": _sync,
    "find it there": _found,
    "verify it there": _verify,
    "refuse a tampered copy": _tamper,
    "search in two languages": _two_languages,
    "query the directory": _query,
    "tell facts from self-reports": _assessed,
    "suggest a partner, with reasons": _suggest,
    "ask for an exchange": _ask,
    "accept and meet": _accept,
    "conclude, in both logs": _conclude,
    "withdraw, gone everywhere": _withdraw,
}
