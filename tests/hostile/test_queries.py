"""A minute of hostile queries at a real endpoint, with honest ones beside them.

A node answers over HTTP from Oxigraph on disk, by query workers. Whatever is asked, the node goes
on, each answer is whole or an error in words, nothing is dialled, and honest askers hardly notice.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from pyoxigraph import RdfFormat, parse

from benchmarks.measure import quantile
from node.config import QuerySettings
from node.service.index import catch_up
from node.service.publish import publish_many
from node.store.oxigraph import open_oxigraph
from node.web.queries import worked_queries
from tests.homes import Web, practice
from tests.hostile.queries import ENDLESS, OUTSIDE, REFUSED, TOILSOME, fresh
from tests.hostile.watch import watching
from tests.node.web.conftest import BASES, Site, network_of, site_of

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(sys.platform != "linux", reason="workers are watched in /proc"),
]

MINUTE: Final = 60.0 if os.environ.get("CI") else 15.0
"""Seconds; the whole of it where a machine was set up for the tests."""
DEADLINE: Final = 3.0
"""Seconds that one query is given here, so that many meet it."""
ASKERS: Final = 12
"""Hostile queries at a time."""
WORKERS: Final = 5
"""Processes at most: two for what takes long, two for what is new, one for what was quick."""
KINDS: Final = ("known", "varied", "new")
"""Of honest queries: asked before; asked before with other numbers; of a shape nobody asked."""
FLOOR: Final = {"known": (0.95, 0.4), "varied": (0.95, 0.4), "new": (0.5, 1.5)}
"""Of each kind: the share that may not be late, and the seconds within which an answer is never
called so.

The machine may have other work. Where long queries are in the way, each of them costs a deadline.
"""
TURNED_AWAY: Final = {"known": 0.05, "varied": 0.05, "new": 0.4}
"""Shares of honest queries that may be told to come back where the machine has much other work;
with one queue for all, it is nine of ten.
"""

_ROWS = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 2000"
HONEST: Final = {**{one.slug: one.text for one in worked_queries()}, "rows": _ROWS}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many seconds.

    Attributes:
        name: Of the query.
        kind: One of ``KINDS``, of an honest one.
    """

    name: str
    kind: str
    status: int
    media_type: str
    retry_after: str
    body: bytes
    seconds: float


@dataclass(slots=True)
class Seen:
    """What one minute showed."""

    hostile: list[Answer] = field(default_factory=list)
    honest: list[Answer] = field(default_factory=list)
    workers: int = 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A directory of three cities, on a real graph store: thousands of triples."""
    home = (await network_of(Web(), BASES))["directory"]
    await publish_many(home, [practice(f"Práctica {number}") for number in range(300)])
    async with open_oxigraph(tmp_path_factory.mktemp("graph")) as graph:
        query = QuerySettings(timeout=timedelta(seconds=DEADLINE))
        real = replace(home, graph=graph, config=home.config.model_copy(update={"query": query}))
        await catch_up(real)
        async with site_of(real) as found:
            yield found


async def ask(site: Site, name: str, query: str, *, kind: str = "") -> Answer:
    started = time.monotonic()
    async with (
        asyncio.timeout(30),
        site.client.post(
            "/sparql",
            data=query.encode(),
            headers={
                "Accept": "application/sparql-results+json, text/turtle;q=0.5",
                "Content-Type": "application/sparql-query",
            },
        ) as answer,
    ):
        body = await answer.read()
        return Answer(
            name,
            kind,
            answer.status,
            answer.content_type,
            answer.headers.get("Retry-After", "0"),
            body,
            time.monotonic() - started,
        )


def rows_of(body: bytes) -> Counter[str]:
    """The rows of a results document, whatever their order."""
    rows = json.loads(body)["results"]["bindings"]
    return Counter(json.dumps(row, sort_keys=True) for row in rows)


def wrong_with(answer: Answer) -> str:
    """Why an answer is neither whole nor an error in words; empty where it is one of them."""
    if answer.status == 200 and answer.media_type == "text/turtle":
        list(parse(answer.body, RdfFormat.TURTLE))  # Raises where it is cut.
        return ""
    said = json.loads(answer.body)
    if answer.status == 200:
        return "" if "boolean" in said or "bindings" in said["results"] else "no results in it"
    if answer.status not in {400, 413, 503}:
        return f"answered {answer.status}"
    if answer.media_type != "application/problem+json" or not said.get("detail"):
        return f"{answer.status} without words"
    if answer.status == 503 and not int(answer.retry_after):
        return "503 that does not say when to come back"
    return ""


def workers() -> dict[int, float]:
    """The query workers of this process, each with the seconds of CPU that it has used."""
    found: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            stat = (entry / "stat").read_text("ascii").rpartition(")")[2].split()
            ours = int(stat[1]) == os.getpid() and stat[0] != "Z"
            if ours and b"node.store.workers.worker" in (entry / "cmdline").read_bytes():
                ticks = int(stat[11]) + int(stat[12])
                found[int(entry.name)] = ticks / os.sysconf("SC_CLK_TCK")
    return found


def sockets(pid: int) -> set[str]:
    """The internet sockets that a process has open, by their numbers."""
    known = {
        line.split()[9]
        for table in ("tcp", "tcp6", "udp", "udp6")
        for line in Path("/proc/net", table).read_text("ascii").splitlines()[1:]
    }
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return {one[8:-1] for one in links if one.startswith("socket:[")} & known


@contextmanager
def nobody_called() -> Iterator[int]:
    """A port of this machine that nobody may have dialled when the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield int(server.getsockname()[1])
        with pytest.raises(BlockingIOError):
            server.accept()


def hostile(port: int) -> Iterator[tuple[str, str]]:
    """Hostile queries without end, none of them twice."""
    texts = {**TOILSOME, **{name: text for name, (text, _) in REFUSED.items()}, **OUTSIDE}
    names = itertools.cycle(texts)
    for number in itertools.count():
        # One in four is the worst: what runs until it is killed.
        name = next(names) if number % 4 else "product"
        yield name, fresh(texts[name], number, port)


async def minute(site: Site, port: int) -> Seen:
    """Both kinds of askers at once."""
    seen, end = Seen(), time.monotonic() + MINUTE
    queries, turns = hostile(port), itertools.count()

    async def harass() -> None:
        while time.monotonic() < end:
            answer = await ask(site, *next(queries))
            seen.hostile.append(answer)
            # Who is told to come back in five seconds does so at once.
            await asyncio.sleep(0.1 if answer.status == 503 else 0)

    async def use() -> None:
        while time.monotonic() < end:
            for name, query in HONEST.items():
                turn = next(turns)
                kind = KINDS[turn % 3]
                seen.honest.append(await ask(site, name, as_kind(query, kind, turn), kind=kind))
                await asyncio.sleep(0.02)

    async def watch() -> None:
        others = len(workers())
        while time.monotonic() < end:
            seen.workers = max(seen.workers, len(workers()) - others)
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as group:
        for work in (*[harass] * ASKERS, use, watch):
            group.create_task(work())
    return seen


def as_kind(query: str, kind: str, turn: int) -> str:
    """The same query, as one of ``KINDS`` in this turn."""
    match kind:
        case "varied":
            return f"{query}\n# {turn}"
        case "new":
            return query.replace("{", f'{{ FILTER(LANG("a"@en-x-t{turn}) != "") ', 1)
        case _:
            return query


async def test_a_minute_of_hostile_queries_is_hardly_noticed(site: Site) -> None:
    for name, text in HONEST.items():  # Once before it counts: the workers have started then.
        await ask(site, name, text)
    quiet = [
        await ask(site, name, as_kind(text, kind, 1_000_000 + round_), kind=kind)
        for round_ in range(1, 6)
        for name, text in HONEST.items()
        for kind in KINDS
    ]
    whole = {answer.name: rows_of(answer.body) for answer in quiet}
    assert whole["rows"].total() == 2000
    assert site.client.port is not None
    with nobody_called() as port, watching(site.client.port, cpu=10 * MINUTE):
        seen = await minute(site, port)
    complaints = {f"{one.name}: {wrong}" for one in seen.hostile if (wrong := wrong_with(one))}
    assert not complaints
    assert len(seen.hostile) > 2 * ASKERS, "there was something to notice"
    assert seen.workers <= WORKERS
    for one in seen.honest:
        assert one.status != 200 or rows_of(one.body) == whole[one.name], one.name
    for kind, (share, floor) in FLOOR.items():
        asked = [one for one in seen.honest if one.kind == kind]
        refused = [one.name for one in asked if one.status != 200]
        assert len(refused) <= TURNED_AWAY[kind] * len(asked), refused
        calm = quantile([one.seconds for one in quiet if one.kind == kind], share)
        busy = quantile([one.seconds for one in asked], share)
        assert busy <= max(2 * calm, floor), f"{kind}: alone {calm:.3f} s"
    await at_rest()


async def at_rest() -> None:
    """Nobody waits for an answer any more: then no worker computes, a second later."""
    await asyncio.sleep(1)
    before = workers()
    await asyncio.sleep(0.5)
    after = workers()
    assert all(after[pid] - used < 0.1 for pid, used in before.items() if pid in after)


async def test_a_runaways_process_is_gone_a_second_after_its_deadline(site: Site) -> None:
    await ask(site, "a first one", "ASK {}")
    before = workers()
    began: dict[int, float] = {}
    ended: dict[int, float] = {}
    asked = asyncio.create_task(ask(site, "endless", fresh(ENDLESS, 1)))
    while not asked.done() or workers().keys() & ended.keys() - before.keys():
        now = time.monotonic()
        for pid, used in workers().items():
            if used - before.get(pid, 0) > 0.02:
                began.setdefault(pid, now)
                ended[pid] = now
        assert not asked.done() or now < max(ended.values()) + 1
        await asyncio.sleep(0.02)
    assert (await asked).status == 413
    lasted = max(ended[pid] - began[pid] for pid in began)
    assert 0.5 * DEADLINE < lasted < DEADLINE + 1
    await at_rest()


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_answered_is_refused_in_words(site: Site, name: str) -> None:
    text, status = REFUSED[name]
    answer = await ask(site, name, fresh(text, 1))
    assert (answer.status, wrong_with(answer)) == (status, "")


@pytest.mark.parametrize("name", OUTSIDE)
async def test_a_query_that_names_another_place_reaches_nothing(site: Site, name: str) -> None:
    with nobody_called() as port:
        answer = await ask(site, name, fresh(OUTSIDE[name], 1, port))
    assert wrong_with(answer) == ""
    assert answer.status == 400 or b"root:" not in answer.body
    if answer.status == 200 and answer.media_type != "text/turtle":
        assert not rows_of(answer.body)


@pytest.mark.parametrize("name", TOILSOME)
async def test_a_toilsome_query_ends_in_words_and_harms_nobody(site: Site, name: str) -> None:
    answer = await ask(site, name, fresh(TOILSOME[name], 2))
    assert wrong_with(answer) == ""
    assert answer.seconds < DEADLINE + 3
    after = await ask(site, "rows", _ROWS)
    assert rows_of(after.body).total() == 2000


async def test_its_workers_have_no_socket_and_can_open_none(site: Site) -> None:
    await asyncio.gather(*(ask(site, "quick", fresh("ASK { <a:{n}> ?p ?o }", n)) for n in range(4)))
    said = await site.home.graph.isolation()
    assert workers()
    for pid in workers():
        assert not sockets(pid)
        status = Path(f"/proc/{pid}/status").read_text("ascii")
        assert "seccomp" not in said or "\nSeccomp:\t2\n" in status
