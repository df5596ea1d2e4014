"""The drawing of who learned from whom, in every view: seen, reached by keyboard, told in words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.looking import VIEWS, View, opened
from tests.node.web.conftest import Site
from tests.node.web.test_learning import learned

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """A directory of cities that have learned from each other."""
    async with learned() as site:
        yield site


@pytest.mark.parametrize("view", VIEWS)
async def test_the_drawing_keeps_nobody_out(
    chromium: Browser, axe: str, site: Site, view: str
) -> None:
    async with opened(chromium, VIEWS[view]) as window:
        wrong = await window.show(str(site.client.make_url("/learning")))
        assert await window.page.locator(".arrows a").count() == 2, "two cities are drawn"
        wrong += await window.violations(axe)
        wrong += await window.overflow()
        if view == "wide":
            wrong += await window.unreached()
        assert wrong == []


async def test_without_scripts_a_city_in_the_drawing_leads_to_its_lessons(
    chromium: Browser, site: Site
) -> None:
    async with opened(chromium, View(scripts=False)) as window:
        await window.show(str(site.client.make_url("/learning")))
        await window.page.locator(".arrows a").first.click()
        assert "city=" in window.page.url
        assert await window.page.locator("select#city").input_value() != ""
