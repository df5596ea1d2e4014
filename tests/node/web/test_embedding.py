"""The card of a city: other sites may frame it, and nothing else of a node."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

import pytest

from node.service.index import catch_up
from node.service.publish import publish
from tests.homes import home_of, profile
from tests.node.web.conftest import Site, site_of
from tests.node.web.reading import read
from tests.node.web.test_pages import check

pytestmark = pytest.mark.asyncio(loop_scope="session")
CARD = "/cities/localhost%3A8403/card"


async def test_a_card_may_be_framed_and_can_do_nothing(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    async with await site.get(CARD, Accept="text/html") as answer:
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors *" in policy
        assert "form-action 'none'" in policy
        assert "script-src" not in policy
        assert "X-Frame-Options" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        page = read(await answer.text())
    check(page)
    assert not page.all("form")
    assert "Reported by the city itself." in page.text
    assert "28 actions:" in page.text
    outward = [link for link in page.all("a") if link.get("target") == "_blank"]
    assert len(outward) == len(page.all("a")) == 2
    assert all(link["rel"] == "noopener" for link in outward)


async def test_every_other_page_may_not(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    for path in ("/", "/cities/localhost%3A8403", "/sign-in", "/no-such-page"):
        async with await site.get(path, Accept="text/html") as answer:
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Frame-Options"] == "DENY"


async def test_the_page_of_a_city_gives_the_line_to_copy(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    page = await site.page("/cities/localhost%3A8403?lang=ko")
    [line] = re.findall(r"&lt;iframe src=.*?&lt;/iframe&gt;", page)
    copied = html.unescape(line)
    assert f'src="{site.home.base_url}{CARD}?lang=ko"' in copied


async def test_a_name_with_markup_is_inert_where_the_line_is_pasted() -> None:
    name = '"><script>alert(1)</script>'
    home = await home_of("http://localhost:8400")
    await publish(home, profile(name=name))
    await catch_up(home)
    async with site_of(home) as site:
        page = await site.page("/cities/localhost%3A8400")
    [line] = re.findall(r"&lt;iframe src=.*?&lt;/iframe&gt;", page)
    pasted = html.unescape(line)
    assert "<script" not in pasted
    assert html.unescape(pasted).count(name) == 1


async def test_a_city_that_is_not_held_has_no_card(network: Mapping[str, Site]) -> None:
    path = "/cities/nowhere.example/card"
    async with await network["directory"].get(path, Accept="text/html") as answer:
        assert answer.status == 404
