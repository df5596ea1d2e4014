"""The page of a year, and its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import pytest

from tests.node.web.conftest import Site
from tests.node.web.reading import read
from tests.node.web.test_pages import check

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_page_shows_figures_with_their_denominators(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    text = await site.page("/movement/2026")
    page = read(text)
    check(page)
    assert "What member cities report, as it stood on 1 January 2026." in page.text
    assert "Of 3 cities." in page.text
    assert text.count('<table class="bars">') == 4
    rows = list(csv.DictReader(io.StringIO(await _file(site, "/movement/2026.csv", "text/csv"))))
    world = {row["action"]: row for row in rows if row["region_m49"] == "001"}
    assert {row["cities"] for row in world.values()} == {"3"}
    for row in world.values():
        states = ("planned", "under-way", "in-place", "stopped", "not-applicable")
        assert int(row["reported"]) == sum(int(row[state]) for state in states) <= 3
    assert sum(int(row["in-place"]) for row in world.values()) > 0


async def test_an_observer_counts_every_city_that_it_holds(network: Mapping[str, Site]) -> None:
    page = read(await network["hansol"].page("/movement/2026"))
    check(page)
    assert "What the cities held here report" in page.text


async def test_a_year_without_records_is_not_there(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    async with await site.get("/movement/2031", Accept="text/html") as answer:
        assert answer.status == 404
        assert "2026" in await answer.text()
    async with await site.get("/movement") as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/movement/2026"


async def test_a_node_without_cities_says_so(empty: Site) -> None:
    page = read(await empty.page("/movement/2026"))
    check(page)
    assert "No city was counted here by then." in page.text


async def _file(site: Site, path: str, media: str) -> str:
    async with await site.get(path) as answer:
        assert answer.status == 200
        assert answer.content_type == media
        return await answer.text()
