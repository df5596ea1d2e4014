"""What every graph store must do. A new backend passes these, or is not a graph store."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import TypeAlias

import pytest

from node.errors import QueryRefused, QueryTooCostly
from node.store.ports import Budget, Drop, GraphPut, GraphStore, Position
from tests.contracts.conftest import OpenGraph

LYON = "https://lyon.example/practice/1"
UTRECHT = "https://utrecht.example/practice/1"
TITLE = "http://purl.org/dc/terms/title"
CITY = "https://w3id.org/intercity/ns#city"
CHECKED = "https://w3id.org/intercity/ns#checked"
BUDGET = Budget(seconds=20)

Step: TypeAlias = GraphPut | Drop


def practice(iri: str, title: str, *more: str) -> GraphPut:
    lines = (f'<{iri}> <{TITLE}> "{title}"@en .', *more)
    return GraphPut(graph=iri, triples="\n".join(lines))


def provenance(iri: str, when: str = "2026-01-01") -> GraphPut:
    line = f'<{iri}> <{CHECKED}> "{when}" .\n'
    return GraphPut(graph=f"{iri}#provenance", triples=line, union=False)


def at(sequence: int) -> Position:
    return Position("a-ledger", sequence)


async def ask(
    store: GraphStore, query: str, *, default: Sequence[str] = (), named: Sequence[str] = ()
) -> list[tuple[str, ...]]:
    """The rows of an answer, without its header."""
    rows = await store.select(
        query, BUDGET, accept="text/csv", default_graphs=default, named_graphs=named
    )
    return sorted(tuple(row) for row in [*csv.reader(io.StringIO(rows.body.decode()))][1:])


async def titles(store: GraphStore, query: str = f"SELECT ?t {{ ?s <{TITLE}> ?t }}") -> list[str]:
    return [title for (title,) in await ask(store, query)]


async def test_a_new_store_holds_nothing_and_stands_at_the_start(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        assert (await store.position()).sequence == 0
        assert await store.dump() == b""
        assert await store.describe(LYON) is None
        assert await titles(store) == []


async def test_what_was_put_is_found_described_and_dumped(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening"), practice(UTRECHT, "Homes")], at(2))
        assert await titles(store) == ["Homes", "Listening"]
        assert await store.describe(LYON) == f'<{LYON}> <{TITLE}> "Listening"@en .\n'
        assert (await store.dump()).decode().splitlines() == [
            f'<{LYON}> <{TITLE}> "Listening"@en <{LYON}> .',
            f'<{UTRECHT}> <{TITLE}> "Homes"@en <{UTRECHT}> .',
        ]
        assert await store.position() == at(2)


async def test_an_answer_says_from_which_position_it_was_given(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening")], at(1))
        first = await store.select("ASK { ?s ?p ?o }", BUDGET)
        await store.apply([practice(UTRECHT, "Homes")], at(2))
        second = await store.select("ASK { ?s ?p ?o }", BUDGET)
        assert (first.position, second.position) == (at(1), at(2))


async def test_a_new_version_replaces_the_whole_graph(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        city = f"<{LYON}> <{CITY}> <https://lyon.example/#city> ."
        await store.apply([practice(LYON, "Listening", city)], at(1))
        await store.apply([practice(LYON, "Listening closely")], at(2))
        assert await titles(store) == ["Listening closely"]
        assert await ask(store, f"SELECT ?c {{ ?s <{CITY}> ?c }}") == []
        assert await store.describe(LYON) == f'<{LYON}> <{TITLE}> "Listening closely"@en .\n'


async def test_what_is_dropped_is_gone_from_every_answer(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening"), practice(UTRECHT, "Homes")], at(2))
        await store.apply([Drop(LYON), Drop("https://never.example/seen")], at(3))
        assert await titles(store) == ["Homes"]
        assert await store.describe(LYON) is None
        assert LYON.encode() not in await store.dump()
        assert await ask(store, "SELECT DISTINCT ?g { GRAPH ?g { } }") == [(UTRECHT,)]


async def test_a_graph_without_triples_is_not_held(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening")], at(1))
        await store.apply([GraphPut(graph=LYON, triples="\n")], at(2))
        assert await store.describe(LYON) is None
        assert await ask(store, "SELECT ?g { GRAPH ?g { } }") == []


async def test_of_several_steps_about_a_graph_the_last_holds(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        first: list[Step] = [
            practice(LYON, "One"),
            Drop(UTRECHT),
            practice(LYON, "Two"),
            Drop(LYON),
        ]
        await store.apply([*first, practice(LYON, "Three"), practice(UTRECHT, "Homes")], at(6))
        assert await titles(store) == ["Homes", "Three"]


async def test_doing_it_twice_changes_nothing(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        steps: list[Step] = [practice(LYON, "Listening"), provenance(LYON), Drop(UTRECHT)]
        await store.apply(steps, at(3))
        once = await store.dump()
        await store.apply(steps, at(3))
        assert await store.dump() == once
        assert await titles(store) == ["Listening"]


async def test_provenance_has_graphs_of_its_own_outside_the_union(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening"), provenance(LYON)], at(1))
        assert await ask(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [("1",)]
        joined = f"SELECT ?t ?w {{ ?s <{TITLE}> ?t . GRAPH ?g {{ ?s <{CHECKED}> ?w }} }}"
        assert await ask(store, joined) == [("Listening", "2026-01-01")]
        assert b"checked" not in await store.dump()
        assert await store.describe(f"{LYON}#provenance") is not None


async def test_a_graph_can_enter_and_leave_the_union(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        inside = practice(LYON, "Listening")
        outside = GraphPut(graph=inside.graph, triples=inside.triples, union=False)
        await store.apply([inside, provenance(UTRECHT)], at(1))
        await store.apply([outside], at(2))
        assert await titles(store) == []
        assert await titles(store, f"SELECT ?t {{ GRAPH ?g {{ ?s <{TITLE}> ?t }} }}") == [
            "Listening"
        ]
        await store.apply([inside], at(3))
        assert await titles(store) == ["Listening"]
        assert len((await store.dump()).splitlines()) == 1


async def test_what_two_graphs_say_is_said_once_until_neither_says_it(
    open_graph: OpenGraph,
) -> None:
    shared = f'<https://lyon.example/#city> <{TITLE}> "Lyon" .'
    everything = "SELECT ?t { <https://lyon.example/#city> ?p ?t }"
    async with open_graph() as store:
        first, second = practice(LYON, "One", shared), practice(UTRECHT, "Two", shared)
        aside = GraphPut(graph="https://aside.example/", triples=shared, union=False)
        await store.apply([first, second, aside], at(3))
        assert await titles(store, everything) == ["Lyon"]
        await store.apply([Drop(LYON)], at(4))
        assert await titles(store, everything) == ["Lyon"]
        await store.apply([practice(UTRECHT, "Two")], at(5))
        assert await titles(store, everything) == []
        await store.apply([first], at(6))
        await store.apply([practice(LYON, "One"), practice(UTRECHT, "Two", shared)], at(7))
        assert await titles(store, everything) == ["Lyon"]


async def test_many_graphs_at_once_make_the_same_store_as_one_by_one(
    open_graph: OpenGraph,
) -> None:
    iris = [f"https://lyon.example/practice/{number:03}" for number in range(150)]
    shared = f'<https://lyon.example/#city> <{TITLE}> "Lyon" .'
    puts = [practice(iri, f"Title {iri[-3:]}", shared) for iri in iris]
    steps = [step for put in puts for step in (put, provenance(put.graph))]
    async with open_graph() as store:
        await store.apply([practice(iris[7], "An older one"), Drop(iris[9])], at(1))
        await store.apply(steps, at(300))
        together = await store.dump()
        assert await ask(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [("151",)]
        await store.reset()
        for number, step in enumerate(steps[:40], 1):
            await store.apply([step], at(number))
        await store.apply(steps, at(300))
        assert await store.dump() == together
        await store.apply([Drop(iri) for iri in iris], at(450))
        assert await ask(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [("0",)]


async def test_what_is_no_graph_is_refused_and_moves_nothing(open_graph: OpenGraph) -> None:
    broken = [
        GraphPut(graph=UTRECHT, triples=f"<{UTRECHT}> is not a triple ."),
        GraphPut(graph=UTRECHT, triples=f'_:b <{TITLE}> "blank" .'),
        GraphPut(graph=UTRECHT, triples=f"<{UTRECHT}> <{CITY}> _:b ."),
        GraphPut(graph="no iri", triples=f'<{UTRECHT}> <{TITLE}> "homes" .'),
    ]
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening")], at(1))
        for put in broken:
            with pytest.raises(ValueError, match=r"expected"):
                await store.apply([practice(LYON, "Changed"), put], at(2))
            assert await store.position() == at(1)
            assert await titles(store) == ["Listening"]


async def test_every_character_survives(open_graph: OpenGraph) -> None:
    text = 'a "quote" \\ back\n\ttab\r \u0007 \u2028 \u0085 é 인권 🏙 _: . <x>'
    plain = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
    as_it_stands = "".join(plain.get(char, char) for char in text)
    by_number = "".join(f"\\U{ord(char):08x}" for char in text)
    async with open_graph() as store:
        await store.apply([practice(LYON, by_number)], at(1))
        found = await store.select(f"SELECT ?t {{ ?s <{TITLE}> ?t }}", BUDGET)
        (row,) = json.loads(found.body)["results"]["bindings"]
        assert row["t"]["value"] == text
        assert row["t"]["xml:lang"] == "en"
        before = await store.dump()
        await store.apply([practice(LYON, as_it_stands)], at(2))
        assert await store.dump() == before


async def test_the_protocol_names_the_dataset_before_the_query_does(
    open_graph: OpenGraph,
) -> None:
    async with open_graph() as store:
        await store.apply(
            [practice(LYON, "Listening"), practice(UTRECHT, "Homes"), provenance(LYON)], at(3)
        )
        query = f"SELECT ?t FROM <{LYON}> {{ ?s ?p ?t }}"  # noqa: S608 - that is no SQL
        assert await ask(store, query) == [("Listening",)]
        assert await ask(store, query, default=[UTRECHT]) == [("Homes",)]
        graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
        assert await ask(store, graphs, named=[UTRECHT]) == [(UTRECHT,)]
        assert await ask(store, graphs, default=[UTRECHT]) == []
        assert await titles(store, "SELECT ?t FROM <file:///etc/passwd> { ?s ?p ?t }") == []
        with pytest.raises(QueryRefused, match=r"IRI of a graph"):
            await ask(store, graphs, named=["no iri"])


@pytest.mark.parametrize(
    ("query", "accept", "media_type", "within"),
    [
        ("SELECT ?t { ?s ?p ?t }", "*/*", "application/sparql-results+json", b'"Listening"'),
        ("SELECT ?t { ?s ?p ?t }", "application/json", "application/sparql-results+json", b"{"),
        ("SELECT ?t { ?s ?p ?t }", "text/xml", "application/sparql-results+xml", b"<sparql"),
        ("SELECT ?t { ?s ?p ?t }", "text/csv;q=0.9, text/*;q=0.3", "text/csv", b"Listening\r\n"),
        (
            "SELECT ?t { ?s ?p ?t }",
            "text/tab-separated-values",
            "text/tab-separated-values",
            b"@en",
        ),
        ("ASK { ?s ?p ?t }", "text/turtle", "application/sparql-results+json", b"true"),
        ("ASK { ?s ?p 7 }", "application/xml", "application/sparql-results+xml", b"false"),
        ("CONSTRUCT { ?s ?p ?t } { ?s ?p ?t }", "text/turtle", "text/turtle", b"@en"),
        ("CONSTRUCT { ?s ?p ?t } { ?s ?p ?t }", "text/html", "text/turtle", b"@en"),
        (f"DESCRIBE <{LYON}>", "application/n-triples", "application/n-triples", b" .\n"),
        (f"DESCRIBE <{LYON}>", "application/ld+json", "application/ld+json", b"@value"),
    ],
)
async def test_each_form_is_answered_in_the_format_that_is_asked_for(
    open_graph: OpenGraph, query: str, accept: str, media_type: str, within: bytes
) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening")], at(1))
        rows = await store.select(query, BUDGET, accept=accept)
        assert rows.media_type == media_type
        assert within in rows.body


async def test_a_constructed_graph_says_each_triple_once(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "One"), practice(UTRECHT, "Two")], at(2))
        query = f"CONSTRUCT {{ <{LYON}> <{CITY}> 7 }} {{ ?s ?p ?t }}"
        found = await store.select(query, BUDGET, accept="application/n-triples")
        assert len(found.body.splitlines()) == 1


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT * {", r"malformed"),
        ("", r"malformed"),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", r"INSERT changes data"),
        ("PREFIX a: <a:b>\n# a remark\nload <https://lyon.example/>", r"LOAD changes data"),
        ("DROP ALL", r"DROP changes data"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", r"SERVICE is not answered"),
        ("SELECT * { service silent ?x { ?s ?p ?o } }", r"SERVICE is not answered"),
        ("ASK { ?s ?p ?o FILTER(?o < 3)SERVICE?x{?s ?p ?o}}", r"SERVICE is not answered"),
        ("SELECT * { { SELECT * { SERVICE<http://a.example/>{} } } }", r"SERVICE is not answered"),
        (
            "SELECT * { FILTER EXISTS { SERVICE <http://a.example/> { ?s ?p ?o } } }",
            r"SERVICE is not answered",
        ),
        (r"SELECT * { \u0053ERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", r"SERVICE"),
        (r"SELECT * { s\U00000065rvice <http://127.0.0.1:1/> { ?s ?p ?o } }", r"SERVICE"),
    ],
)
async def test_what_is_not_offered_is_refused_in_words(
    open_graph: OpenGraph, query: str, reason: str
) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening")], at(1))
        with pytest.raises(QueryRefused, match=reason):
            await store.select(query, BUDGET)
        assert await titles(store) == ["Listening"]


@pytest.mark.parametrize(
    "query",
    [
        f'SELECT ?t {{ ?s <{TITLE}> ?t FILTER(?t != "SERVICE <http://a.example/> {{ }}") }}',
        f"# SERVICE <http://a.example/> {{ }}\nSELECT ?t {{ ?s <{TITLE}> ?t }}",
        f"PREFIX service: <{TITLE}> SELECT ?t {{ ?service service: ?t }}",
        f"SELECT ?t {{ ?s <{TITLE}> ?t OPTIONAL {{ ?s <https://a.example/SERVICE> ?service }} }}",
        f"SELECT ?t {{ ?s <{TITLE}> ?t FILTER(!CONTAINS(?t, '''a\nSERVICE b''')) }}",
    ],
)
async def test_the_word_service_is_welcome_where_it_is_no_keyword(
    open_graph: OpenGraph, query: str
) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening")], at(1))
        assert await titles(store, query) == ["Listening"]


@pytest.mark.parametrize(
    "accept",
    ["application/json", "application/xml", "text/csv", "text/tab-separated-values"],
)
async def test_more_rows_than_granted_are_no_answer(open_graph: OpenGraph, accept: str) -> None:
    async with open_graph() as store:
        odd = 'one\\n"two", <result> {}'.replace('"', '\\"')
        lines = [f'<{LYON}> <{TITLE}> "{odd} {number}" .' for number in range(10)]
        await store.apply([GraphPut(graph=LYON, triples="\n".join(lines))], at(1))
        everything = "SELECT ?t { ?s ?p ?t }"
        whole = await store.select(everything, Budget(rows=10), accept=accept)
        assert whole.body.count(b"one") == 10
        with pytest.raises(QueryTooCostly, match=r"more than 9 rows"):
            await store.select(everything, Budget(rows=9), accept=accept)


async def test_more_triples_or_bytes_than_granted_are_no_answer(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening"), practice(UTRECHT, "Homes")], at(2))
        construct = "CONSTRUCT { ?s ?p ?t } { ?s ?p ?t }"
        assert (await store.select(construct, Budget(rows=2))).body
        with pytest.raises(QueryTooCostly, match=r"more than 1 triples"):
            await store.select(construct, Budget(rows=1))
        for query in (construct, "SELECT * { ?s ?p ?t }"):
            with pytest.raises(QueryTooCostly, match=r"LIMIT"):
                await store.select(query, Budget(bytes=60))


async def test_dump_and_position_are_the_same_after_a_rebuild_and_after_compaction(
    open_graph: OpenGraph,
) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "One"), provenance(LYON)], at(1))
        await store.apply([practice(UTRECHT, "Two"), practice(LYON, "Three")], at(3))
        await store.apply([Drop(UTRECHT), provenance(UTRECHT)], at(5))
        before = await store.dump()
        await store.compact()
        assert (await store.dump(), await store.position()) == (before, at(5))
        assert await ask(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [("1",)]
        await store.reset()
        assert (await store.dump(), (await store.position()).sequence) == (b"", 0)
        await store.apply([provenance(LYON), practice(LYON, "Three")], at(5))
        assert (await store.dump(), await store.position()) == (before, at(5))


async def test_what_was_applied_is_there_when_the_store_is_opened_again(
    open_graph: OpenGraph,
) -> None:
    async with open_graph() as store:
        await store.apply([practice(LYON, "Listening"), provenance(LYON)], at(1))
        await store.apply([practice(UTRECHT, "Homes"), provenance(UTRECHT)], at(2))
        await store.apply([Drop(f"{LYON}#provenance")], at(3))
        assert await titles(store) == ["Homes", "Listening"]
        before = await store.dump()
    async with open_graph() as store:
        assert (await store.dump(), await store.position()) == (before, at(3))
        assert await titles(store) == ["Homes", "Listening"]
        await store.apply([practice(LYON, "Listening", f"<{LYON}> <{CITY}> <{LYON}> .")], at(4))
        assert len(await ask(store, "SELECT * { ?s ?p ?o }")) == 3


async def test_the_store_says_what_keeps_queries_off_the_network(open_graph: OpenGraph) -> None:
    async with open_graph() as store:
        assert await store.isolation()
