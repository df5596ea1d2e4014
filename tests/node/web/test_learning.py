"""``/learning``: who learned what from whom, as a drawing, a table and data that say the same."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pyoxigraph import RdfFormat, parse

from node.service.index import catch_up
from node.service.publish import publish
from node.service.replicate import sync_all
from node.web.catalogues import INTERFACE
from tests.homes import Web, practice
from tests.node.service.test_lessons import ACTION
from tests.node.web.conftest import Site, network_of, site_of
from tests.node.web.reading import read
from tests.node.web.test_pages import check
from vocab.terms import IC

FORMATS = {"jsonld": RdfFormat.JSON_LD, "ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES}


@asynccontextmanager
async def learned() -> AsyncIterator[Site]:
    """A directory whose two cities have learned from each other, once each way."""
    homes = await network_of(Web())
    aurora, hansol, directory = homes["villa-aurora"], homes["hansol"], homes["directory"]
    first = await publish(hansol, practice("Budget <forum>"))
    await publish(aurora, {**practice("Our forum"), "adaptedFrom": first.iri, "started": "2025"})
    exchange = {
        "id": f"{hansol.base_url}/exchange/01J9Z5K3D0000000000000000A",
        "type": "Exchange",
        "learner": hansol.agent,
        "helper": aurora.agent,
        "publisherRole": f"{IC}exchange-role/learner",
        "action": ACTION,
        "state": f"{IC}exchange-state/closed",
        "outcome": f"{IC}exchange-state/not-adopted",
        "ended": "2026-05",
    }
    await publish(hansol, exchange)
    await sync_all(directory)
    await catch_up(directory)
    async with site_of(directory) as site:
        yield site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with learned() as site:
        yield site


async def test_the_page_draws_and_tells_each_lesson(site: Site) -> None:
    text = await site.page("/learning")
    page = read(text)
    check(page)
    ways = [one for tag, one in page.tags if tag == "path" and "marker-end" in one]
    assert sorted(str(one["class"]) for one in ways) == ["way adapted", "way exchanged"]
    assert "2 things learned" in page.text
    assert "Our forum" in page.text
    assert "only one of the two cities tells of it here" in page.text
    assert "/exchanges/" in " ".join(page.links)
    assert text.count("<tr") == 3


async def test_a_city_s_page_leads_to_its_lessons(site: Site) -> None:
    city = read(await site.page("/cities/localhost%3A8402"))
    (link,) = [one for one in city.links if "/learning" in one]
    assert "2 things learned" in read(await site.page(link)).text
    partners = read(await site.page("/partners"))
    assert [one for one in partners.links if one.endswith("/learning")]
    other = read(await site.page("/learning?city=localhost%3A8401"))
    check(other)
    assert "No city has published yet" in other.text
    stranger = read(await site.page("/learning?city=nowhere.example"))
    assert "No city of the address nowhere.example is held here" in stranger.text


async def test_the_data_say_what_the_table_says(site: Site) -> None:
    graphs = []
    for suffix, form in FORMATS.items():
        async with await site.get(f"/learning.{suffix}") as answer:
            assert answer.status == 200
            graphs.append({str(one.triple) for one in parse(await answer.read(), format=form)})
    for graph in graphs:
        assert sum("prov#wasDerivedFrom" in one for one in graph) == 1
        assert sum(f"{IC}learner>" in one for one in graph) == 1
        assert graph == graphs[0]
    async with await site.get("/learning", Accept="text/csv") as answer:
        rows = list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert [(one["how"], one["day"], one["records_of_both"]) for one in rows] == [
        ("exchanged", "2026-05", "no"),
        ("adapted", "2025", "yes"),
    ]
    assert rows[0]["outcome"] == "not-adopted"
    assert {one["learner_name"] for one in rows} == {"Villa Aurora", "Hansol"}


async def test_the_page_names_its_data(site: Site) -> None:
    async with await site.get("/learning", Accept="text/html") as answer:
        links = answer.headers.getall("Link")
    assert any('learning.csv>; rel="alternate"; type="text/csv"' in one for one in links)


@pytest.mark.parametrize("language", INTERFACE)
async def test_it_is_told_in_every_language(site: Site, language: str) -> None:
    page = read(await site.page(f"/learning?lang={language}"))
    assert page.all("html")[0]["lang"] == language
    assert ("Who learned what from whom" in page.text) == (language == "en")
