"""The endpoint: the protocol, whole answers or errors in words, and what they were made from."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from python_calamine import CalamineWorkbook
from rdflib import Graph, URIRef

from node.config import QuerySettings
from node.store.ports import Audience
from node.web.queries import worked_queries
from tests.node.web.conftest import Site, site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

CITIES = "SELECT ?c WHERE { ?c a <https://w3id.org/intercity/ns#City> } ORDER BY ?c"
JSON = "application/sparql-results+json"


def asked(query: str, **more: str) -> str:
    return "/sparql?" + urlencode({"query": query, **more})


async def test_a_query_is_asked_in_three_ways(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    answers = [
        await site.get(asked(CITIES), Accept=JSON),
        await site.client.post("/sparql", data={"query": CITIES}, headers={"Accept": JSON}),
        await site.client.post(
            "/sparql",
            data=CITIES,
            headers={"Accept": JSON, "Content-Type": "application/sparql-query"},
        ),
    ]
    said = [await answer.json(content_type=JSON) for answer in answers]
    assert len(said[0]["results"]["bindings"]) == 3
    assert said[0] == said[1] == said[2]


@pytest.mark.parametrize(
    "media",
    [JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values"],
)
async def test_every_result_format_is_spoken(network: Mapping[str, Site], media: str) -> None:
    async with await network["directory"].get(asked(CITIES), Accept=media) as answer:
        assert answer.status == 200
        assert answer.content_type == media


@pytest.mark.parametrize("media", ["text/turtle", "application/n-triples", "application/ld+json"])
async def test_triples_come_as_rdf(network: Mapping[str, Site], media: str) -> None:
    query = "CONSTRUCT WHERE { ?c a <https://w3id.org/intercity/ns#City> }"
    async with await network["directory"].get(asked(query), Accept=media) as answer:
        assert answer.content_type == media


async def test_a_format_can_be_named_in_the_address(network: Mapping[str, Site]) -> None:
    async with await network["directory"].get(
        asked(CITIES, format="csv"), Accept="text/html"
    ) as answer:
        assert len(list(csv.reader(io.StringIO(await answer.text())))) == 4


async def test_an_answer_names_the_logs_it_was_made_from(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    async with await site.get(asked(CITIES), Accept=JSON) as answer:
        named = answer.headers["Intercity-Checkpoints"].split(", ")
        snapshot = answer.headers["Intercity-Snapshot"]
    origins = {line.split()[0]: int(line.split()[1]) for line in named}
    assert "localhost:8403/log/public" in origins
    hansol = network["hansol"].home
    head = await hansol.ledger.head(hansol.logs[Audience.PUBLIC])
    assert origins["localhost:8403/log/public"] == head.size
    async with await site.get("/data/checkpoints") as notes:
        assert notes.headers["Intercity-Snapshot"] == snapshot
        assert "localhost:8403/log/public\n" in await notes.text()


async def test_scripts_of_other_sites_may_ask(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    async with await site.client.options("/sparql") as answer:
        assert answer.status == 204
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    async with await site.get(asked(CITIES), Origin="https://else.example") as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_without_a_query_it_describes_itself(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    async with await site.get("/sparql", Accept="text/turtle") as answer:
        graph = Graph().parse(data=await answer.text(), format="turtle")
    endpoint = URIRef("http://www.w3.org/ns/sparql-service-description#endpoint")
    assert list(graph.objects(None, endpoint)) == [URIRef(f"{site.home.base_url}/sparql")]


async def test_a_browser_gets_a_form_and_a_table(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    assert "<textarea" in await site.page("/sparql")
    page = await site.page(asked(CITIES))
    assert "3 results" in page
    assert "/cities/localhost%3A8403" in page
    assert "Yes" in await site.page(asked("ASK { ?s ?p ?o }"))
    assert "<pre" in await site.page(asked("CONSTRUCT WHERE { ?s a ?o } LIMIT 3"))


async def test_a_page_offers_the_whole_answer_as_files(network: Mapping[str, Site]) -> None:
    """And each is of the same answer, of the dataset that was asked."""
    site = network["directory"]
    graph = f"{network['hansol'].home.base_url}/city"
    page = await site.page(asked(CITIES, **{"default-graph-uri": graph}))
    links = [html.unescape(one) for one in re.findall(r'href="(/sparql\?[^"]*format=[^"]*)"', page)]
    found = {}
    for link in links:
        async with await site.get(link, Accept="text/html") as answer:
            assert answer.status == 200
            name = answer.headers["Content-Disposition"].partition('"')[2].rstrip('"')
            found[name] = await answer.read()
    assert sorted(found) == [f"answer.{one}" for one in ("csv", "json", "tsv", "xlsx", "xml")]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(found["answer.xlsx"])).get_sheet_by_index(0)
    assert rows.to_python() == [["c"], [graph]]
    assert list(csv.reader(io.StringIO(found["answer.csv"].decode()))) == [["c"], [graph]]
    triples = await site.page(asked("CONSTRUCT WHERE { ?s a ?o } LIMIT 3"))
    assert "format=turtle" in triples
    assert "format=xlsx" not in triples


async def test_triples_are_no_workbook(network: Mapping[str, Site]) -> None:
    query = "CONSTRUCT WHERE { ?s a ?o } LIMIT 3"
    async with await network["directory"].get(asked(query, format="xlsx")) as answer:
        assert answer.status == 400
        assert "turtle" in (await answer.json(content_type=None))["detail"]


async def test_columns_that_allow_it_are_drawn(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    worked = {one.slug: one.text for one in worked_queries()}
    places = await site.page(asked(worked["places"]))
    assert places.count("<circle") == 3
    assert 'href="/cities/localhost%3A8403" aria-label=' in places
    coverage = await site.page(asked(worked["coverage"]))
    assert '<table class="bars">' in coverage
    assert "<code>inPlace</code>" in coverage
    right = await site.page(asked(worked["in-place"], lang="ar"))
    assert 'class="bar-1" x="0.00" width="100.00"' in right
    assert '<table class="bars">' not in await site.page(asked(CITIES))


@pytest.mark.parametrize("slug", [one.slug for one in worked_queries()])
async def test_every_worked_query_runs(network: Mapping[str, Site], slug: str) -> None:
    query = next(one.text for one in worked_queries() if one.slug == slug)
    async with await network["directory"].get(asked(query), Accept=JSON) as answer:
        assert answer.status == 200
        found = (await answer.json(content_type=JSON))["results"]["bindings"]
    assert found or slug == "exchanges"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SELECT",
        "SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "LOAD <file:///etc/passwd>",
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "DROP ALL",
        "\x00",
        "{" * 1000,
    ],
)
async def test_what_is_not_answered_is_refused_in_words(
    network: Mapping[str, Site], query: str
) -> None:
    site = network["directory"]
    async with await site.get(asked(query), Accept=JSON) as answer:
        assert answer.status == 400
        said = await answer.json(content_type=None)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert said["detail"]
    async with await site.get(asked(query), Accept="text/html") as page:
        assert page.status == 400
        assert 'role="alert"' in await page.text()


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", b"SELECT * {}", 415),
        ("application/json", b"{}", 415),
        ("application/sparql-update", b"DROP ALL", 415),
        ("application/sparql-query", b"\xff", 400),
        ("application/sparql-query", b" " * 70_000, 413),
        ("application/x-www-form-urlencoded", b"update=DROP+ALL", 400),
        ("application/x-www-form-urlencoded", b"query=ASK{}&query=ASK{}", 400),
        ("multipart/form-data", b"query=ASK{}", 415),
    ],
)
async def test_a_post_that_is_no_query_is_refused(
    network: Mapping[str, Site], kind: str, body: bytes, status: int
) -> None:
    async with await network["directory"].client.post(
        "/sparql", data=body, headers={"Content-Type": kind}
    ) as answer:
        assert answer.status == status


async def test_a_result_over_its_budget_is_an_error_and_never_cut(
    network: Mapping[str, Site],
) -> None:
    home = network["directory"].home
    tight = home.config.model_copy(update={"query": QuerySettings(max_rows=2)})
    async with (
        site_of(replace(home, config=tight)) as site,
        await site.get(asked(CITIES), Accept=JSON) as answer,
    ):
        assert answer.status == 413
        assert "LIMIT" in (await answer.json(content_type=None))["detail"]


async def test_a_dataset_can_be_named(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    graph = f"{network['hansol'].home.base_url}/city"
    path = asked(CITIES) + "&" + urlencode({"default-graph-uri": graph})
    async with await site.get(path, Accept=JSON) as answer:
        found = (await answer.json(content_type=JSON))["results"]["bindings"]
    assert [row["c"]["value"] for row in found] == [graph]
