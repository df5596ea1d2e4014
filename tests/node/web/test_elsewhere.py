"""Cities without a node: listed from sourced records, marked so, and replaced by their own word."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.service.directory import admit
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish, publish_many
from node.service.replicate import sync_all
from tests.homes import FW, Clock, Web, home_of, profile
from tests.node.web.conftest import Site, site_of
from tests.node.web.reading import read
from tests.node.web.test_pages import check

GRAZ = "https://sws.geonames.org/2778067/"
F1 = f"{FW}action/public-commitment"


def said_of(row: dict[str, str]) -> dict[str, Any]:
    """A row of the table as what a third party states, with how sure it is."""
    sure = f"Compiled from the source; confidence: {row['confidence']}. {row['note']}".strip()
    date = row["date_precise"] or row["year"]
    return {
        "type": "Assessment",
        "subject": f"https://sws.geonames.org/{row['geonameid']}/",
        "subjectName": {"en": row["city"]},
        "subjectCountry": row["country_iso2"],
        "action": F1,
        "mode": "https://w3id.org/intercity/ns#assessment-mode/independent",
        "statement": {"en": row["commitment_title"]},
        "source": row["source"].partition(" ;")[0],
        "method": {"en": sure},
        **({"date": date} if date else {}),
    }


@pytest.fixture
def rows(shared: Path) -> list[dict[str, Any]]:
    """Every row whose source can be looked at."""
    with (shared / "data" / "human_rights_cities.csv").open(encoding="utf-8", newline="") as file:
        table = [said_of(row) for row in csv.DictReader(file)]
    return [row for row in table if row["source"].startswith("http")]


class Directory:
    """A network that has published what the table says, and the sites of its cities."""

    def __init__(self, home: Home, site: Site, web: Web, clock: Clock) -> None:
        self.home, self.site, self.web, self.clock = home, site, web, clock

    async def admit(self, base: str, **more: Any) -> Home:
        """Let a city with a node be admitted."""
        city = await home_of(base, web=self.web, clock=self.clock)
        await publish(city, profile(**more))
        await admit(self.home, base)
        await sync_all(self.home)
        await catch_up(self.home)
        return city


@pytest.fixture
async def directory(rows: list[dict[str, Any]]) -> AsyncIterator[Directory]:
    web, clock = Web(), Clock()
    home = await home_of("http://localhost:8410", role="network", web=web, clock=clock)
    organization = {
        "type": "Organization",
        "name": {"en": "Network"},
        "role": "https://w3id.org/intercity/ns#node-role/network",
    }
    await publish_many(home, [organization, *rows])
    await catch_up(home)
    async with site_of(home) as site:
        yield Directory(home, site, web, clock)


async def test_cities_of_the_table_are_listed_and_marked(
    directory: Directory, rows: list[dict[str, Any]]
) -> None:
    page = await directory.site.page("/cities")
    check(read(page))
    subjects = {row["subject"] for row in rows}
    assert len(subjects) > 25
    assert f"{len(subjects)} cities without a node" in page
    assert page.count("told by others") == len(subjects)
    assert page.count('<circle class="told"') == len(subjects)
    assert "0 cities" in page, "they are counted among no node's cities"
    for row in rows:
        assert f'href="/places/{row["subject"].rstrip("/").rpartition("/")[2]}"' in page


async def test_a_place_says_who_says_what_from_where(directory: Directory) -> None:
    text = await directory.site.page("/places/2778067")
    page = read(text)
    check(page)
    assert "Graz" in text
    assert "Menschenrechtserklärung der Stadt Graz" in text
    assert 'href="https://radiograz.at/?p=1376"' in text
    assert "This city publishes nothing here." in text
    assert "confidence: high" in text
    arabic = await directory.site.page("/places/2778067?lang=ar")
    assert 'dir="rtl"' in arabic


async def test_the_list_is_searched_and_refined(directory: Directory) -> None:
    named = await directory.site.page("/cities?q=graz")
    assert "1 city without a node" in named
    american = await directory.site.page("/cities?region=019")
    assert "/places/3838583" not in american, "Rosario's source is no address"
    assert "/places/2778067" not in american
    assert "told by others" not in await directory.site.page("/cities?speaks=es")


async def test_an_admitted_city_takes_the_place_of_what_was_said(directory: Directory) -> None:
    before = await directory.site.page("/cities")
    await directory.admit("http://localhost:8411", name="Graz", country="AT", place=GRAZ)
    after = await directory.site.page("/cities")
    assert "/places/2778067" in before
    assert "/places/2778067" not in after
    assert "/cities/localhost%3A8411" in after
    async with await directory.site.get("/places/2778067") as answer:
        assert answer.status == 303
        assert answer.headers["Location"].replace(":", "%3A") == "/cities/localhost%3A8411"
    own = await directory.site.page("/cities/localhost%3A8411")
    assert "Menschenrechtserklärung der Stadt Graz" in own, "beside its own word, marked"


async def test_a_name_alone_replaces_nothing(directory: Directory) -> None:
    """Two cities may bear one name: only the city itself says which place it is."""
    await directory.admit("http://localhost:8411", name="Graz", country="AT")
    assert "/places/2778067" in await directory.site.page("/cities")


async def test_a_place_of_which_nobody_speaks_is_not_there(directory: Directory) -> None:
    async with await directory.site.get("/places/1", Accept="text/html") as answer:
        assert answer.status == 404
