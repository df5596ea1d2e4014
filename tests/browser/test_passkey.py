"""A passkey in a real browser, with a device that the browser itself plays."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.looking import View, opened
from tests.browser.serving import Town
from tests.browser.test_desk import sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_passkey_is_made_and_opens_the_desk_the_next_day(
    chromium: Browser, town: Town
) -> None:
    base = town.base("villa-aurora")
    async with opened(chromium, View()) as window:
        page = window.page
        devices = await page.context.new_cdp_session(page)
        await devices.send("WebAuthn.enable")
        await devices.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        await sign_in(window, town, "villa-aurora", "author")
        assert await window.show(f"{base}/desk/account") == []
        await page.fill("#name", "Laptop")
        await page.click("form[data-passkey] button")
        await page.wait_for_url("**/desk/account?done=1*")
        assert "Laptop" in await page.inner_text("main")
        await page.context.clear_cookies()
        assert await window.show(f"{base}/sign-in") == []
        await page.click("form[data-passkey] button")
        await page.wait_for_url("**/desk*")
        assert "Desk" in await page.inner_text("h1")


async def test_without_a_script_the_link_is_the_way_and_no_dead_button_is_shown(
    chromium: Browser, town: Town
) -> None:
    async with opened(chromium, View(scripts=False)) as window:
        await window.show(f"{town.base('villa-aurora')}/sign-in")
        assert not await window.page.is_visible("form[data-passkey]")
        assert "intercity user add" in await window.page.inner_text("main")
