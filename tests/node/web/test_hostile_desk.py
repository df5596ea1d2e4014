"""Hostile text in every field of a form, in comments and names: it is shown as text, and kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from node.service import accounts
from node.service.drafts import draft, drafts
from tests.homes import Clock, home_of
from tests.hostile.texts import TEXTS
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk, Page
from tests.node.web.reading import read

TYPES = ["practices", "strategies", "observation-sets"]
SHORT = [text for text in TEXTS.values() if len(text) < 300 and text == text.strip()]
"""Of a length that a title may have, and without ends that a form does not keep."""
CASES = [(text, plural) for n, text in enumerate(SHORT) for plural in TYPES[: 1 if n % 8 else 3]]
_KEPT = frozenset({"token", "record-kind", "text-tag", "as-seen", "go"})


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """Somebody with a hostile name, who may do everything."""
    async with site_of(await home_of(BASE, clock=Clock())) as site:
        officer = Desk(site)
        await accounts.invite(
            site.home, "operator", "<script>alert(1)</script>", "x@aurora.example", ["admin"]
        )
        link = await accounts.sign_in_link(site.home, "operator", "x@aurora.example")
        assert (await officer.post("/sign-in", {"link": link})).status == 303
        yield officer


def look(page: Page) -> None:
    """Nothing of the text has become markup, a script, or a request to elsewhere."""
    assert page.status in {200, 422}, (page.path, page.text[:300])
    seen = read(page.html)
    names = [name for name, _ in seen.tags]
    assert not {"script", "img", "iframe", "object"} & set(names), page.path
    assert all(not key.startswith("on") for _, said in seen.tags for key in said), page.path
    for address in seen.loads:
        assert not urlsplit(address).netloc, page.path
    for address in seen.links:
        assert urlsplit(address).scheme in {"", "http", "https"}, (page.path, address)


@pytest.mark.parametrize(("text", "plural"), CASES)
async def test_every_field_shows_it_as_text_and_keeps_it(
    desk: Desk, plural: str, text: str
) -> None:
    page = await desk.open(f"/desk/{plural}/new?text=es")
    parts = [value for _, value, _ in page.form("save").buttons if value.startswith("part:")]
    for part in parts:
        page = await desk.press(page, part)
        look(page)
        names = page.form("save").names - _KEPT - {"other-tag"}
        page = await desk.press(page, "save", dict.fromkeys(names, text))
        look(page)
        again = await desk.press(page, "save")
        look(again)
        for name, value in page.form("save").fields.items():
            if name not in _KEPT:
                assert again.form("save").fields[name] == value, (part, name)
    (key,) = await drafts(desk.home)
    name = key.rpartition("/")[2]
    document = await draft(desk.home, key)
    whole = json.dumps(document, ensure_ascii=False)
    assert json.dumps(text.strip(), ensure_ascii=False)[1:-1] in whole
    for path in (f"/desk/drafts/{name}", f"/desk/review/{name}", f"/desk/publish/{name}", "/desk"):
        look(await desk.open(path))


@pytest.mark.parametrize("text", SHORT)
async def test_comments_reasons_and_languages_are_text_as_well(desk: Desk, text: str) -> None:
    page = await desk.open("/desk/practices/new?text=es")
    page = await desk.press(page, "other", {"title.es": text, "other-tag": text})
    look(page)
    (key,) = await drafts(desk.home)
    name = key.rpartition("/")[2]
    page = await desk.press(await desk.open(f"/desk/review/{name}"), "submit")
    page = await desk.press(page, "return", {"on.title.es": text, "on.": text, "reason": text})
    look(page)
    look(await desk.open("/desk"))
    look(await desk.open(f"/desk/drafts/{name}/basics?text=es"))
    for path in (
        f"/desk/drafts/{name}/basics?text={'<script>'}&saved=1&lang={'<b>'}",
        "/desk/practices/new?action=<script>&text=%22%3E%3Cscript%3E",
        "/desk/actions?done=%3Cscript%3E&waits=1",
    ):
        look(await desk.open(path))
