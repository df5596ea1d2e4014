"""Hostile text in every field of every kind of record: it is shown as text, on every page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import pytest_asyncio

from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.records import own_records
from tests.homes import home_of
from tests.node.web.conftest import Site, site_of
from tests.node.web.reading import read
from tests.node.web.test_pages import PAGES, crawl
from vocab.records import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea><svg/onload=alert(1)>",
    "[x](javascript:alert(1)) <https://evil.example>",
    "![x](https://evil.example/x.png)",
    "{{ 7*7 }} {% raw %} %(n)s %s ${x}",
    "\u202edesrever\u2066 \u200b\ufeff",
    "]]> --> <!-- <![CDATA[",
    '=HYPERLINK("http://evil.example")',
    "&lt;b&gt; &amp; &#x202e;",
    "𝕳 \U0001f3f3\ufe0f\u200d\U0001f308 \u0e01\u0e49\u0e49\u0e49\u0e49\u0e49",
    "http://evil.example/ data:text/html,<script>1</script>",
]
BASE = "http://localhost:8471"


def poisoned(value: Any, counter: list[int]) -> Any:
    """A document of ours with every language map filled with hostile text."""
    if isinstance(value, list):
        return [poisoned(one, counter) for one in value]
    if not isinstance(value, dict):
        return value
    if value and "id" not in value and "type" not in value:
        counter[0] += 1
        return {tag: f"{HOSTILE[counter[0] % len(HOSTILE)]} {counter[0]}" for tag in value}
    return {key: poisoned(one, counter) for key, one in value.items() if key != "proof"}


def moved(document: dict[str, Any]) -> dict[str, Any]:
    """An example as this node's own: its base replaced by ours wherever it stands."""
    old = document["publisher"].partition("/#")[0]
    text = json.dumps(document).replace(f"{old}/", f"{BASE}/").replace(f'"{old}"', f'"{BASE}"')
    changed: dict[str, Any] = json.loads(text.replace(f"{BASE}/files/", f"{old}/files/"))
    dids = {"did", "learnerDid", "helperDid"}
    return {key: value for key, value in changed.items() if key not in dids} | {"version": 1}


def examples() -> list[dict[str, Any]]:
    """One poisoned example of each kind that a city publishes, and more where there are more."""
    counter = [0]
    found: dict[str, dict[str, Any]] = {}
    folder = files("vocab").joinpath("data", "examples")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".jsonld") or "internal" in file.name:
            continue
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["type"] == "Withdrawal" or not document["publisher"].endswith("/#city"):
            continue
        if document["type"] == "City" and any(one["type"] == "City" for one in found.values()):
            continue
        whole = poisoned(moved(document), counter)
        found[whole["id"]] = whole
    return list(found.values())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def poisoned_city() -> AsyncIterator[Site]:
    """A city whose every text is hostile."""
    home = await home_of(BASE)
    await publish_many(home, examples())
    await catch_up(home)
    async with site_of(home) as site:
        yield site


async def test_there_is_one_of_every_kind_that_a_city_publishes(poisoned_city: Site) -> None:
    kinds = set()
    for held in await own_records(poisoned_city.home):
        assert held.body is not None
        kinds.add(json.loads(held.body.record)["type"])
    assert kinds >= set(KINDS) - {"Organization", "Membership"} - {"Assessment"}


async def test_every_page_shows_it_as_text(poisoned_city: Site) -> None:
    """The reader of ``crawl`` refuses scripts, styles and handlers, and any tag left open."""
    queries = ["/search?q=script", "/search?q=%3Cscript%3E", "/search?q=onerror"]
    assert await crawl(poisoned_city, [*PAGES, *queries], most=800, hostile=True) > 150


async def test_links_lead_to_the_web_or_to_us(poisoned_city: Site) -> None:
    for held in await own_records(poisoned_city.home):
        path = held.entry.object.removeprefix(BASE)
        async with await poisoned_city.get(path, Accept="text/html") as answer:
            if answer.status == 303:
                continue
            page = read(await answer.text())
        for link in page.links:
            assert urlsplit(link).scheme in {"", "http", "https", "mailto"}, link
        assert not page.all("img")


async def test_a_sign_that_turns_text_round_is_kept_inside_its_field(poisoned_city: Site) -> None:
    """Everything a record says stands in a ``bdi`` or in a block with a direction of its own."""
    html = await poisoned_city.page("/search")
    for part in html.split("\u202e")[:-1]:
        opened = max(part.rfind("<bdi"), part.rfind("<title"), part.rfind('="'))
        assert opened > max(part.rfind("</bdi"), part.rfind("</title"))


async def test_the_feed_stays_well_formed(poisoned_city: Site) -> None:
    async with await poisoned_city.get("/feed.atom") as answer:
        root = ElementTree.fromstring(await answer.read())  # noqa: S314 - our own feed
    assert len(root.findall("{http://www.w3.org/2005/Atom}entry")) > 10


async def test_headers_stay_one_line_each(poisoned_city: Site) -> None:
    for held in await own_records(poisoned_city.home):
        path = held.entry.object.removeprefix(BASE)
        async with await poisoned_city.get(path, Accept="text/turtle") as answer:
            assert answer.status == 200
            assert "evil" not in answer.headers.get("Link", "").replace("evil.example", "")
