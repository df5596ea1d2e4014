"""Whole days at the desk in a real browser, with scripts and without, in English and in Arabic."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from node.service import accounts
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish_many
from node.web.catalogues import words_in
from peers.client import Fetcher
from peers.limits import Limits
from tests.browser.looking import View, Window, opened
from tests.browser.serving import Town, listening
from tests.homes import FW, home_of, profile
from tests.node.web.conftest import site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

S3 = f"{FW}action/complaint-oversight-redress-mechanism"
STATE = "https://w3id.org/intercity/ns#state"
TITLE = "Una oficina de quejas que va a los barrios"
MOST_PAGES, MOST_FIELDS = 6, 10
VIEWS = {
    "with scripts": View(),
    "without scripts": View(scripts=False),
    "in Arabic": View(language="ar", scripts=False),
}


@asynccontextmanager
async def office(*records: dict[str, Any], two_people: bool = False) -> AsyncIterator[Town]:
    """A city's node with its profile, and what else it has said."""
    held, base = listening()
    async with Fetcher(Limits(), allow_loopback=True) as fetch:
        home = await home_of(base, fetch=fetch, two_people=two_people)
        await publish_many(home, [profile(workingLanguages=["es"]), *records])
        await catch_up(home)
        async with site_of(home, held) as site:
            yield Town({"office": site})


class Walk:
    """Somebody at the desk, whose pages are counted."""

    def __init__(self, window: Window, view: View) -> None:
        self.window, self.page = window, window.page
        self.words = words_in(view.language or "en")
        self.seen: list[str] = []
        self.page.on("load", self._loaded)

    def _loaded(self, page: Page) -> None:
        self.seen.append(page.url.partition("?")[0])

    def say(self, sentence: str) -> str:
        return unescape(str(self.words.say(sentence)))

    async def text(self) -> str:
        return await self.page.inner_text("main")

    async def press(self, value: str) -> None:
        """The button that does this, and whatever page comes."""
        async with self.page.expect_navigation():
            await self.page.locator(f'main button[value="{value}"]:not(.vh)').first.click()

    async def sign_in(self, home: Home, name: str, *duties: str) -> None:
        """By a link, as somebody new."""
        contact = f"{name.lower()}@aurora.example"
        await self.page.context.clear_cookies()
        await accounts.invite(home, "operator", name, contact, duties)
        link = await accounts.sign_in_link(home, "operator", contact)
        assert not await self.window.show(f"{home.base_url}/sign-in?link={link}")
        async with self.page.expect_navigation(url="**/desk*"):
            await self.page.locator("main form button").first.click()


@asynccontextmanager
async def walking(chromium: Browser, view: View) -> AsyncIterator[Walk]:
    async with opened(chromium, view) as window:
        yield Walk(window, view)
        assert not window.said
        assert {host.partition(":")[0] for host in window.hosts} == {"localhost"}


@pytest.mark.parametrize("view", VIEWS)
async def test_an_officers_first_day_from_the_link_to_a_practice_that_holds(
    chromium: Browser, view: str
) -> None:
    async with office() as town, walking(chromium, VIEWS[view]) as walk:
        page, home = walk.page, town.sites["office"].home
        await walk.sign_in(home, "Amaru", "author", "publisher")
        async with page.expect_navigation():
            await page.locator("main a[href*='/desk/practices/new']").click()
        fields = 2
        required = page.locator("main form :required:not([type=hidden])")
        assert await required.count() + fields <= MOST_FIELDS
        spanish = page.locator('main button[value="text:es"]')
        if await spanish.get_attribute("aria-current") != "true":
            await walk.press("text:es")
        await page.fill('[name="title.es"]', TITLE)
        await page.check(f'[name="action"][value="{S3}"]')
        await walk.press("publish")
        await walk.press("publish")
        assert "/desk/receipts/" in page.url
        assert walk.say("It can be found and read by everybody now.") in await walk.text()
        assert len(walk.seen) <= MOST_PAGES, walk.seen
        await catch_up(home)
        assert not await walk.window.show(f"{home.base_url}/search")
        await page.get_by_role("searchbox").fill("quejas barrios")
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name=TITLE).click()
        assert TITLE in await page.inner_text("h1")
        await page.locator("main a[href*='/verify?u=']").first.click()
        assert walk.say(
            "It holds: the record is what its publisher signed, and it stands in the publisher's "
            "log."
        ) == await page.inner_text("main [role=status]")


@pytest.mark.parametrize("view", VIEWS)
async def test_an_approver_comments_returns_and_approves(chromium: Browser, view: str) -> None:
    async with office(two_people=True) as town, walking(chromium, VIEWS[view]) as walk:
        page, home = walk.page, town.sites["office"].home
        await walk.sign_in(home, "Amaru", "author", "publisher")
        await walk.window.show(f"{home.base_url}/desk/practices/new?text=es")
        await page.fill('[name="title.es"]', TITLE)
        await page.check(f'[name="action"][value="{S3}"]')
        await walk.press("look")
        name = page.url.partition("?")[0].rpartition("/")[2]
        review = f"{home.base_url}/desk/review/{name}"
        await walk.window.show(review)
        await walk.press("submit")
        assert walk.say("It waits for review.") in await walk.text()
        assert not await page.locator('button[value="approve"]').count(), "their own text"
        await walk.sign_in(home, "Benita", "reviewer")
        assert TITLE in await walk.text(), "it waits for the reviewer"
        await walk.window.show(review)
        await page.locator("details:has([name^='on.title']) > summary").first.click()
        await page.locator("[name^='on.title']").first.fill("Falta el año.")
        await page.fill('[name="reason"]', "Véase el título.")
        await walk.press("return")
        await walk.sign_in(home, "Clara", "author", "publisher")
        await walk.window.show(f"{home.base_url}/desk/drafts/{name}/basics?text=es")
        await page.fill('[name="title.es"]', f"{TITLE}, 2026")
        await walk.press("save")
        await walk.window.show(review)
        assert "Falta el año." in await walk.text()
        await walk.press("submit")
        await walk.sign_in(home, "Diego", "reviewer")
        await walk.window.show(review)
        await walk.press("approve")
        await walk.sign_in(home, "Elena", "publisher")
        await walk.window.show(f"{home.base_url}/desk/publish/{name}")
        await walk.press("publish")
        held = await home.ledger.latest(f"{home.base_url}/practice/{name}")
        assert held is not None
        assert held.body is not None
        assert f"{TITLE}, 2026".encode() in held.body.record


@pytest.mark.parametrize("view", VIEWS)
async def test_a_year_is_gone_through_reported_and_printed(chromium: Browser, view: str) -> None:
    last = {
        "type": "ProgressReport",
        "title": {"es": "Informe 2025"},
        "periodStart": "2025-01-01",
        "periodEnd": "2025-12-31",
        "setbacks": {"es": "Cerró la oficina del norte."},
    }
    status = {
        "type": "ActionStatus",
        "action": S3,
        "state": f"{STATE}/in-place",
        "reviewed": "2025-11-20",
    }
    async with office(last, status) as town, walking(chromium, VIEWS[view]) as walk:
        page, home = walk.page, town.sites["office"].home
        await walk.sign_in(home, "Amaru", "author", "publisher")
        await walk.window.show(f"{home.base_url}/desk/reports/2026")
        async with page.expect_navigation():
            await page.locator("form[action*='/desk/actions/S3/reviewed'] button").click()
        assert "/desk/reports/2026" in page.url
        assert not await page.locator("form[action*='/reviewed']").count()
        async with page.expect_navigation():
            await page.locator("form[action*='/desk/reports/2026'] button").click()
        assert await page.input_value('[name="periodEnd"]') == "2026-12-31"
        await walk.press("publish")
        await walk.press("publish")
        lang = VIEWS[view].language
        await walk.window.show(f"{home.base_url}/reports/2026" + (f"?lang={lang}" if lang else ""))
        assert "Informe 2026" in await page.inner_text("h1")
        assert "Cerró la oficina del norte." in await walk.text()
        direction = await page.get_attribute("html", "dir")
        assert direction == ("rtl" if lang == "ar" else "ltr")
        await page.emulate_media(media="print")
        assert not await page.is_visible("nav")
        assert await page.is_visible("table")
        async with page.expect_download() as saved:
            await page.locator("main a[href*='.docx']").click()
        assert (await saved.value).suggested_filename.startswith("report-2026-")
