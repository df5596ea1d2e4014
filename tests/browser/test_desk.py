"""The staff's pages in every view, and a spreadsheet's way to the public without any script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import unescape

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload

from node.service.index import catch_up
from node.service.publish import publish_many
from node.web.catalogues import words_in
from node.web.staff import cookie_of
from peers.client import Fetcher
from peers.limits import Limits
from tests.browser.looking import VIEWS, View, Window, opened
from tests.browser.pages import kinds_of_pages
from tests.browser.serving import Town, listening
from tests.homes import home_of, profile
from tests.node.web.conftest import site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHEET = "título,acción,inicio\nUna defensoría que va a los barrios,S3,2017-03\nSin acción,S99,1\n"
HOLDS = "It holds: the record is what its publisher signed, and it stands in the publisher's log."


@pytest_asyncio.fixture(loop_scope="session")
async def office() -> AsyncIterator[Town]:
    """A city's node with its profile alone."""
    held, base = listening()
    async with Fetcher(Limits(), allow_loopback=True) as fetch:
        home = await home_of(base, fetch=fetch)
        await publish_many(home, [profile()])
        await catch_up(home)
        async with site_of(home, held) as site:
            yield Town({"office": site})


async def sign_in(window: Window, town: Town, name: str, *duties: str) -> None:
    """Follow a link and press its button, as a person does."""
    said = await window.show(await town.link(name, *duties))
    await window.page.locator("main form button").click()
    await window.page.wait_for_url("**/desk*")
    assert not said


async def send(window: Window, town: Town, name: str) -> None:
    """Have a sheet with a good and a bad row looked through."""
    await window.show(f"{town.base(name)}/desk/import")
    sheet = FilePayload(name="obras.csv", mimeType="text/csv", buffer=SHEET.encode())
    await window.page.set_input_files("#file", sheet)
    await window.page.select_option("#text2", "es")
    await window.page.locator("form[enctype] button").click()
    await window.page.locator("main [role=status]").wait_for()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["villa-aurora", "directory"])
async def test_no_page_of_the_staff_keeps_anybody_out(
    chromium: Browser, axe: str, town: Town, view: str, name: str
) -> None:
    base, site = town.base(name), town.sites[name]
    wrong = []
    async with opened(chromium, VIEWS[view]) as window:
        await sign_in(window, town, name, "admin")
        [cookie] = await window.page.context.cookies()
        assert cookie["name"] == cookie_of(site.home)
        said = f"{cookie['name']}={cookie['value']}"
        pages = await kinds_of_pages(site, ["/desk"], below="/desk", cookie=said)
        assert len(pages) >= 2
        for path in pages:
            found = await window.show(base + path)
            found += await window.violations(axe)
            if view == "phone":
                found += await window.overflow()
            if view == "wide":
                found += await window.unreached()
            wrong += [f"{path}: {one}" for one in found]
        await send(window, town, name)
        wrong += await window.violations(axe)
        await sign_in(window, town, name, "reviewer")
        wrong += await window.show(f"{base}/desk/import")
        assert "publisher" in await window.page.inner_text("main")
        wrong += await window.violations(axe)
        wrong += await window.show(f"{base}/sign-in")
        wrong += await window.violations(axe)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_sheet_becomes_a_practice_that_is_found(
    chromium: Browser, office: Town, language: str
) -> None:
    """From the link to the public page, with scripts off: nothing was lost without them."""
    words = words_in(language)

    def say(sentence: str) -> str:
        return unescape(str(words.say(sentence)))

    async with opened(chromium, View(language=language, scripts=False)) as window:
        page = window.page
        await sign_in(window, office, "office", "author", "publisher")
        await send(window, office, "office")
        assert "S99" in await page.inner_text("main")
        await page.locator("main [role=status] form button").click()
        await page.get_by_role("link", name=say("To the drafts")).click()
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name=say("Publish what is chosen")).click()
        assert say("Published, for everybody to see") in await page.inner_text("[role=status]")
        assert not await window.show(f"{office.base('office')}/search")
        await page.get_by_role("searchbox").fill("defensoría")
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Una defensoría que va a los barrios").click()
        assert "Una defensoría" in await page.inner_text("h1")
        assert await page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
        await page.locator("main a[href*='/verify?u=']").first.click()
        assert await page.inner_text("main [role=status]") == say(HOLDS)
        await page.goto(f"{office.base('office')}/desk?lang={language}")
        await page.get_by_role("button", name=say("Sign out")).click()
        assert "/sign-in" in page.url
        assert not window.said
