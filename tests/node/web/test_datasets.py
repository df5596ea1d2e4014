"""Portals and people who count find the data, and what is said of it is so."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

import pytest
from rdflib import Graph, Namespace
from rdflib.namespace import RDF

from tests.node.web.conftest import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

VOID = Namespace("http://rdfs.org/ns/void#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")


async def test_void_counts_what_the_endpoint_counts(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    async with await site.get("/.well-known/void", Accept="text/turtle") as answer:
        assert (answer.status, answer.content_type) == (200, "text/turtle")
        graph = Graph().parse(data=await answer.text(), format="turtle")
    [dataset] = list(graph.subjects(RDF.type, VOID.Dataset))
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    async with await site.get(f"/sparql?query={query}", Accept="text/csv") as answer:
        counted = int((await answer.text()).split()[1])
    assert int(str(graph.value(dataset, VOID.triples))) == counted > 100
    assert len(list(graph.objects(dataset, VOID.classPartition))) > 3


async def test_the_catalogue_names_files_that_are_there(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    async with await site.get("/catalog.ttl") as answer:
        graph = Graph().parse(data=await answer.text(), format="turtle")
    assert len(list(graph.subjects(RDF.type, DCAT.Dataset))) >= 10
    base = site.home.base_url
    for url in set(graph.objects(None, DCAT.downloadURL)):
        path = str(url).removeprefix(base)
        if path != "/sparql":
            async with await site.get(path) as answer:
                assert answer.status == 200, path
    async with await site.get("/catalog", Accept="text/html") as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/data")


async def test_tables_are_of_now_and_safe_to_open(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    for name in ("cities-actions", "practices", "exchanges"):
        async with await site.get(f"/data/{name}.csv") as answer:
            assert (answer.status, answer.content_type) == (200, "text/csv")
            assert "Intercity-Snapshot" in answer.headers
            rows = list(csv.DictReader(io.StringIO(await answer.text())))
        assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
        if name != "exchanges":
            assert rows
    async with await site.get("/data/codebook.csv") as answer:
        assert "not reported, which is not no" in await answer.text()


async def test_the_map_of_the_site_names_pages_that_are_there(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    async with await site.get("/robots.txt") as answer:
        assert f"Sitemap: {site.home.base_url}/sitemap.xml" in await answer.text()
    async with await site.get("/sitemap.xml") as answer:
        places = re.findall(r"<loc>([^<]*)</loc>", await answer.text())
    assert len(places) > 10
    for place in places:
        async with await site.get(place.removeprefix(site.home.base_url) or "/") as answer:
            assert answer.status == 200, place
