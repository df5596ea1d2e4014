"""How this node knows of a record: on its page, at an address of its own, and in the endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from rdflib import Graph, URIRef

from node.web.linkset import HAS_PROVENANCE
from node.web.queries import worked_queries
from tests.node.web.conftest import Site
from vocab.terms import IC

pytestmark = pytest.mark.asyncio(loop_scope="session")

GENERATED = URIRef("http://www.w3.org/ns/prov#wasGeneratedBy")


async def a_practice(site: Site) -> tuple[str, str]:
    """The IRI of a practice of the first city, and its page on this node."""
    path = "/api/v1/records?type=Practice&publisher=http%3A%2F%2Flocalhost%3A8401%2F%23city"
    async with await site.get(path) as answer:
        first = (await answer.json())["items"][0]
    return first["id"], first["page"].removeprefix(site.home.base_url)


@pytest.mark.parametrize("form", ["text/turtle", "application/n-triples"])
@pytest.mark.parametrize("node", ["directory", "own"])
async def test_it_is_had_where_the_record_says(
    network: Mapping[str, Site], node: str, form: str
) -> None:
    iri, _ = await a_practice(network["directory"])
    base = iri.partition("/practice/")[0] if node == "own" else "http://localhost:8400"
    site = next(one for one in network.values() if one.home.base_url == base)
    _, page = await a_practice(site)
    async with await site.get(page, Accept="text/html") as answer:
        address = str(answer.links[HAS_PROVENANCE]["url"])
    assert address.startswith(site.home.base_url)
    async with await site.get(address.removeprefix(site.home.base_url), Accept=form) as answer:
        assert (answer.status, answer.content_type) == (200, form)
        graph = Graph().parse(data=await answer.text(), format=form)
        assert answer.headers["ETag"]
    (entry,) = graph.objects(URIRef(iri), GENERATED)
    (log,) = graph.objects(entry, URIRef("http://purl.org/dc/terms/isPartOf"))
    (checkpoint,) = graph.objects(log, URIRef(f"{IC}checkpoint"))
    assert list(graph.objects(checkpoint, URIRef(f"{IC}rootHash")))
    checked = list(graph.objects(log, URIRef(f"{IC}checked")))
    assert len(checked) == (1 if node == "directory" else 0)


async def test_it_is_json_ld_as_well(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    iri, page = await a_practice(site)
    async with await site.get(f"{page}/provenance.jsonld") as answer:
        assert answer.content_type == "application/ld+json"
        assert iri in {one["@id"] for one in json.loads(await answer.text())}


async def test_profiles_have_it_too(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    for path in ("/cities/localhost%3A8401", "/organizations/localhost%3A8409"):
        async with await site.get(path, Accept="text/turtle") as answer:
            address = str(answer.links[HAS_PROVENANCE]["url"])
        # The client's library writes the port's colon plainly.
        assert address == f"{site.home.base_url}{path}/provenance".replace("%3A", ":")
        async with await site.get(f"{path}/provenance") as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/practice/01HF7YAT00GXQAQKZJSNGR0PHB/provenance",
        "/cities/nowhere.example/provenance",
        "/practices/nowhere.example/01HF7YAT00GXQAQKZJSNGR0PHB/provenance",
    ],
)
async def test_of_what_is_not_held_nothing_is_known(network: Mapping[str, Site], path: str) -> None:
    async with await network["directory"].get(path) as answer:
        assert answer.status == 404


async def test_a_records_page_tells_checkpoint_witnesses_and_last_check(
    network: Mapping[str, Site],
) -> None:
    site = network["directory"]
    _, page = await a_practice(site)
    shown = await site.page(page)
    log = site.home
    for words in ("Checkpoint", "Witnesses", "Log checked to its end"):
        assert f"<dt>{words}</dt>" in shown
    head = await log.ledger.head(next(one for one in await log.ledger.logs() if "8401" in one))
    assert head.root().hex() in shown


async def test_the_worked_query_answers_for_every_record(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    query = next(one.text for one in worked_queries() if one.slug == "provenance")
    path = "/sparql?" + urlencode({"query": query})
    async with await site.get(path, Accept="application/sparql-results+json") as answer:
        assert answer.status == 200, await answer.text()
        rows = json.loads(await answer.text())["results"]["bindings"]
    async with await site.get("/api/v1/records?limit=1") as answer:
        assert len(rows) == (await answer.json())["total"]
    assert all({"entries", "witnesses"} <= row.keys() for row in rows)
    peers = [row for row in rows if "8400" not in row["log"]["value"]]
    assert all("checked" in row for row in peers)
