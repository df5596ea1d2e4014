"""A fixed set of SPARQL queries over the same triples: ours, rdflib, oxigraph serve, Virtuoso.

Servers are asked over HTTP, one query after another, and the answers are JSON; rdflib evaluates and
writes the same JSON in this process. All must find as many rows. Wall clock.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp

from benchmarks.corpus import documents
from benchmarks.endpoints import oxigraph_serve, virtuoso
from benchmarks.measure import Row
from benchmarks.place import free_port, homestead, leaves_and_bodies, listening, take_in
from node.config import QuerySettings
from node.service.index import catch_up

__all__ = ["run"]

_TIMES, _TIMES_RDFLIB = 15, 3
_DEADLINE = 1.0
_JSON = "application/sparql-results+json"
_PREFIXES = """
PREFIX ic: <https://w3id.org/intercity/ns#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX schema: <https://schema.org/>
"""
_QUERIES = {
    "one record": "SELECT ?p ?o { <%s> ?p ?o }",
    "all that is held, counted": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "titles in a language, sorted": 'SELECT ?r ?t { ?r dct:title ?t FILTER(LANG(?t) = "es") }'
    " ORDER BY ?t LIMIT 100",
    "records by action, counted": "SELECT ?a (COUNT(DISTINCT ?r) AS ?n)"
    " { ?r a ic:Practice ; ic:action ?a } GROUP BY ?a ORDER BY DESC(?n) ?a",
    "words in titles": 'SELECT ?r ?t { ?r dct:title ?t FILTER(CONTAINS(?t, "number 77")) }',
    "an action and a group, with an option": "SELECT ?r ?t ?w { ?r ic:action"
    " <https://w3id.org/intercity/framework/action/human-rights-office> ;"
    ' ic:rightsHolders ?g ; schema:startDate ?s ; dct:title ?t FILTER(LANG(?t) = "en")'
    " OPTIONAL { ?r ic:whatDidNotWork ?w } } ORDER BY ?r LIMIT 500",
    "by year and group, counted": "SELECT ?s ?g (COUNT(?r) AS ?n)"
    " { ?r schema:startDate ?s ; ic:rightsHolders ?g } GROUP BY ?s ?g ORDER BY ?s ?g",
    "actions that meet in a record": "SELECT ?a ?b (COUNT(?r) AS ?n)"
    " { ?r ic:action ?a , ?b FILTER(STR(?a) < STR(?b)) } GROUP BY ?a ?b ORDER BY ?a ?b",
    "a path of two steps": "SELECT DISTINCT ?other { <%s> ic:action/^ic:action ?other }"
    " ORDER BY ?other LIMIT 1000",
}
_RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?i) }"

_Took = dict[str, tuple[float, int]]
"""Query → milliseconds and rows."""


def run(count: int) -> Iterator[Row]:
    """Ask everybody about ``count`` records."""
    record = str(documents(1)[0]["id"])
    queries = {
        name: _PREFIXES + (text % record if "%s" in text else text)
        for name, text in _QUERIES.items()
    }
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        triples, ours, over = asyncio.run(_ours(folder, count, queries))
        reasons: list[str] = []
        theirs = {"rdflib": _rdflib(triples, queries)}
        for name, server in (("oxigraph serve", oxigraph_serve), ("Virtuoso", virtuoso)):
            with ExitStack() as stack:
                url, said = stack.enter_context(server(folder, triples))
                if url:
                    theirs[f"{name} {said}"] = asyncio.run(_asked(url, queries))
                else:
                    reasons.append(said)
    note = "; ".join([f"{count} records", *reasons])
    for beside, took in theirs.items():
        goal = {"rdflib": "≥ 15×", "Virtuoso": "≥ 0.1×"}.get(beside.split()[0], "")
        for name, (each, rows) in took.items():
            assert rows == ours[name][1], f"{name}: {rows} rows of {beside}, ours {ours[name][1]}"
            yield Row(
                what=f"SPARQL: {name}",
                ours=ours[name][0],
                unit="ms",
                beside=beside,
                theirs=each,
                goal=goal,
                note=f"{rows} rows; {note}",
            )
    yield Row(
        what="SPARQL: a runaway query, refused after its deadline",
        ours=over,
        unit="ms",
        goal="≤ 1,000 ms",
        note=f"its process is gone by then; deadline {_DEADLINE:g} s",
    )


async def _ours(folder: Path, count: int, queries: Mapping[str, str]) -> tuple[Path, _Took, float]:
    """The triples in a file, what our endpoint took, and how late a runaway was stopped."""
    async with homestead(folder / "node", port := free_port()) as home:
        await take_in(home, *leaves_and_bodies(count))
        await catch_up(home)
        triples = folder / "triples.nt"
        triples.write_text(_as_triples(await home.graph.dump()), "utf-8")
        limits = QuerySettings(timeout=timedelta(seconds=_DEADLINE))
        async with listening(home, port) as base:
            took = await _asked(f"{base}/sparql", queries)
        tight = replace(home, config=home.config.model_copy(update={"query": limits}))
        async with listening(tight, port) as base, aiohttp.ClientSession() as session:
            start = time.perf_counter()
            async with session.post(f"{base}/sparql", data={"query": _RUNAWAY}) as answer:
                assert answer.status == 413, answer.status
            over = time.perf_counter() - start - _DEADLINE
    return triples, took, over * 1000


def _as_triples(quads: bytes) -> str:
    """N-Quads without the graphs' names, each triple once, as the union has them."""
    lines = {line.rpartition(" ")[0].rpartition(" ")[0] for line in quads.decode().splitlines()}
    return "".join(f"{line} .\n" for line in sorted(lines))


async def _asked(url: str, queries: Mapping[str, str]) -> _Took:
    """Median milliseconds of an endpoint, the first time not counted, and rows."""
    found: _Took = {}
    async with aiohttp.ClientSession(headers={"Accept": _JSON}) as session:
        for name, query in queries.items():
            took, body = list[float](), b""
            for _ in range(_TIMES + 1):
                start = time.perf_counter()
                async with session.post(url, data={"query": query}) as answer:
                    body = await answer.read()
                    assert answer.status == 200, (url, name, answer.status, body[:500])
                took.append((time.perf_counter() - start) * 1000)
            found[name] = statistics.median(took[1:]), _rows(body)
    return found


def _rdflib(triples: Path, queries: Mapping[str, str]) -> _Took:
    from rdflib import Graph

    graph = Graph()
    found: _Took = {}
    graph.parse(triples, format="nt")
    for name, query in queries.items():
        took, body = list[float](), b""
        for _ in range(_TIMES_RDFLIB):
            start = time.perf_counter()
            body = graph.query(query).serialize(format="json") or b""
            took.append((time.perf_counter() - start) * 1000)
        found[name] = statistics.median(took), _rows(body)
    return found


def _rows(body: bytes) -> int:
    return len(json.loads(body)["results"]["bindings"])
