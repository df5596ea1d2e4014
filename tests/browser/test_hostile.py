"""Hostile text in a real browser: nothing runs, nothing is asked elsewhere, nothing breaks out."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Dialog

from node.service.drafts import put_draft
from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.records import own_records
from tests.browser.looking import View, Window, opened
from tests.browser.pages import kinds_of_pages
from tests.browser.serving import Town, listening
from tests.homes import home_of
from tests.hostile.records import covering, examples, poisoned
from tests.hostile.texts import TEXTS
from tests.node.web.conftest import site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

_STRANGE = """() => [...document.querySelectorAll(
  'script:not([src*="/static/passkey-"]), style, iframe, object, embed, base, img, ' +
  'meta[http-equiv], form[action*="evil"]')]
  .map(one => one.outerHTML.slice(0, 200))"""
"""What no page of ours has; whatever the browser made of a text that broke out is such."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def poisoned_town() -> AsyncIterator[Town]:
    """A city of which each practice has another kind of text first; and drafts like them."""
    held, base = listening()
    home = await home_of(base)
    documents = covering(examples(base))
    practice = next(one for one in documents if one["type"] == "Practice")
    turns = [*range(len(TEXTS))]
    await publish_many(
        home,
        [
            *(poisoned(one, 7 * n, home.entropy) for n, one in enumerate(documents)),
            *(poisoned(practice, turn, home.entropy) for turn in turns),
        ],
    )
    await catch_up(home)
    for number, one in enumerate(documents):
        if one["type"] not in {"City", "ActionStatus"}:
            await put_draft(home, poisoned(one, 5 * number, home.entropy))
    async with site_of(home, held) as site:
        yield Town({"city": site})


async def look(window: Window, addresses: list[str]) -> list[str]:
    """What is wrong with each page: complaints, foreign elements, a width that breaks out."""
    wrong = []
    for address in addresses:
        found = await window.show(address)
        found += await window.page.evaluate(_STRANGE)
        found += await window.overflow(375)
        wrong += [f"{address}: {one}" for one in found]
    return wrong


async def test_nothing_runs_on_any_page(chromium: Browser, poisoned_town: Town) -> None:
    """Public pages of each kind, each type's record, forty-three practices; then the desk."""
    site, base = poisoned_town.sites["city"], poisoned_town.base("city")
    records = [one.entry.object for one in await own_records(site.home)]
    assert len(records) > 43
    lists = await kinds_of_pages(site, ["/", "/feed.atom"])
    dialogs: list[str] = []

    async def asked(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        await dialog.dismiss()

    async with opened(chromium, View()) as window:
        window.page.on("dialog", asked)
        wrong = await look(window, [*(base + path for path in lists), *records])
        await window.show(await poisoned_town.link("city", "admin"))
        await window.page.locator("main form button").click()
        [cookie] = await window.page.context.cookies()
        said = f"{cookie['name']}={cookie['value']}"
        desk = await kinds_of_pages(site, ["/desk"], below="/desk", cookie=said)
        assert len(desk) > 5
        wrong += await look(window, [base + path for path in desk])
    assert not wrong, "\n".join(wrong)
    assert not dialogs
