"""Every kind of page in every view: nothing is held against any of them."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.looking import VIEWS, View, opened
from tests.browser.serving import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

BAD = """<!doctype html><html lang="en"><title>x</title><main><h1>A page</h1>
<p style="color:#bbb;background:#fff">Too pale</p><img src="x.png"><input type="text">
<p style="inline-size:400px">Too wide</p><p inert><button>No</button></p><p>
<a href="#" style="outline:none">Where?</a></p></main>"""


async def test_what_is_wrong_is_found(chromium: Browser, axe: str) -> None:
    """A page with faults of every sort: who judges is awake, in every view."""
    for view in VIEWS.values():
        async with opened(chromium, view) as window:
            await window.page.set_content(BAD)
            found = {one.partition(":")[0] for one in await window.violations(axe)}
            assert "color-contrast" in found
            assert view.rules or {"image-alt", "label"} <= found
            assert "Too wide" in str(await window.overflow())
            missed = str(await window.unreached())
            assert "not reached: <button" in missed
            assert "not seen in focus: <a" in missed


async def test_what_policy_forbids_is_told(chromium: Browser, town: Town) -> None:
    """A page of ours, made to run a script and to ask another host: the window says so."""
    async with opened(chromium, View()) as window:
        await window.show(town.base("empty") + "/about")
        await window.page.evaluate(
            """() => {
              document.body.insertAdjacentHTML('beforeend', '<img src="http://evil.example/x">');
              document.body.append(Object.assign(document.createElement('script'), {text: '1'}));
            }"""
        )
        await window.page.wait_for_timeout(100)
        assert "img-src" in str(window.said)
        assert "script-src" in str(window.said)


@pytest.mark.parametrize("view", VIEWS)
async def test_no_public_page_keeps_anybody_out(
    chromium: Browser, axe: str, public: list[str], view: str
) -> None:
    """axe-core has nothing to say, nor has the browser; nobody else is asked for anything.

    In the narrow window nothing scrolls sideways; in the wide one the keyboard comes to everything.
    """
    wrong = []
    async with opened(chromium, VIEWS[view]) as window:
        for address in public:
            found = await window.show(address)
            found += await window.violations(axe)
            found += await window.overflow() if view == "phone" else []
            found += await window.unreached() if view == "wide" else []
            wrong += [f"{address}: {one}" for one in found]
    assert not wrong, "\n".join(wrong)
