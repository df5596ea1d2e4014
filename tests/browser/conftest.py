"""Chromium, axe-core and the nodes that they look at; what is absent is named.

Debian's own ``chromium`` is driven, or the one that ``INTERCITY_CHROMIUM`` names: nothing is
downloaded.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.pages import public_pages
from tests.browser.serving import Town, town_of
from tests.needs import need

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Chromium without a window."""
    program = os.environ.get("INTERCITY_CHROMIUM") or shutil.which("chromium")
    need("browser", present=program is not None, reason="chromium is not installed: apt has it")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's program."""
    need(
        "browser",
        present=AXE.is_file(),
        reason="axe-core is not installed: npm ci --ignore-scripts --prefix tests/browser",
    )
    return AXE.read_text("utf-8")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town() -> AsyncIterator[Town]:
    """Served nodes with people at their desks; tests that use them publish nothing."""
    async with town_of() as served:
        yield served


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def public(town: Town) -> list[str]:
    """The address of one public page of each kind."""
    pages = await public_pages(town)
    assert len(pages) > 50
    return pages
