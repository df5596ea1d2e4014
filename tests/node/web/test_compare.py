"""Cities beside each other: in every number, from none to too many."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.node.web.conftest import Site
from tests.node.web.reading import read
from tests.node.web.test_pages import check

pytestmark = pytest.mark.asyncio(loop_scope="session")

CITIES = ["localhost%3A8401", "localhost%3A8402", "localhost%3A8403"]


def asked(*hosts: str) -> str:
    return "/compare?" + "&".join(f"c={host}" for host in hosts)


async def test_cities_stand_in_the_order_in_which_they_were_chosen(
    network: Mapping[str, Site],
) -> None:
    for chosen in (CITIES[:2], CITIES[::-1]):
        html = await network["directory"].page(asked(*chosen))
        page = read(html)
        check(page)
        drawn = [one for one in page.all("svg") if one.get("role") == "img"]
        assert len(drawn) == len(chosen)
        links = [link for link in page.links if link.startswith("/cities/")]
        assert list(dict.fromkeys(links)) == [f"/cities/{host}" for host in chosen]
        assert html.count('scope="row"') == 28
        assert "%" not in page.text, "no percentage is shown"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/compare", "Choose two to four cities"),
        (asked(CITIES[0]), "Choose at least one more"),
        (asked(CITIES[0], CITIES[0], ""), "Choose at least one more"),
        (asked(CITIES[0], "nowhere.example"), "nowhere.example is held here"),
        (asked(*CITIES, "a.example", "b.example"), "Only the first 4 cities"),
        (asked("%3Cscript%3E", "x" * 400), "is held here"),
    ],
)
async def test_what_is_missing_is_asked_for(
    network: Mapping[str, Site], path: str, said: str
) -> None:
    page = read(await network["directory"].page(path))
    check(page)
    assert said in page.text


async def test_a_host_may_be_written_with_its_port(network: Mapping[str, Site]) -> None:
    page = read(await network["directory"].page("/compare?c=LOCALHOST:8401&c=localhost:8402"))
    assert len(page.all("table")) == 4


async def test_a_node_without_cities_says_why_there_is_nothing(empty: Site) -> None:
    page = read(await empty.page("/compare"))
    assert "fewer are held here" in page.text
    assert not [one for one in page.all("form") if one["action"] == "/compare"]
