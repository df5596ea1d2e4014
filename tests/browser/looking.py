"""A window onto our pages that takes note of what a person would not see.

Whatever a page writes to the console, asks of another host or fails to load is kept, and so is each
thing that axe-core or the layout would hold against it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, Request

__all__ = ["VIEWS", "View", "Window", "opened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How somebody looks at a page.

    Attributes:
        width: Of the window, in CSS pixels.
        language: Asked for with ``?lang=``; empty: what the page says by itself.
        scripts: Whether pages may run any.
        rules: Those of axe-core that can find here what the wide view does not; empty: all.
    """

    width: int = 1280
    dark: bool = False
    language: str = ""
    scripts: bool = True
    rules: tuple[str, ...] = ()


VIEWS: Final = {
    "wide": View(),
    "phone": View(width=375),
    "dark": View(dark=True, rules=("color-contrast", "link-in-text-block")),
    "arabic": View(language="ar"),
}
"""The four that every page is judged in."""

_RUN: Final = """async rules => {
  const only = rules.length ? {runOnly: {type: 'rule', values: rules}} : {};
  const found = await axe.run(document, {resultTypes: ['violations'], ...only});
  return found.violations.flatMap(one =>
    one.nodes.map(node => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}"""
_OVERFLOW: Final = """() => {
  const root = document.documentElement;
  Object.assign(root.style, {lineHeight: 1.5, letterSpacing: '.12em', wordSpacing: '.16em'});
  const wide = root.clientWidth;
  if (root.scrollWidth <= wide) return [];
  return [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.right > wide + 1 || box.left < -1;
  }).map(one => `<${one.tagName} ${one.getAttribute('class')}> ${one.textContent.slice(0, 40)}`)
    .slice(0, 8);
}"""
_FOCUS: Final = """() => {
  const seen = one => one.checkVisibility({visibilityProperty: true});
  const reach = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
  const left = '[tabindex="-1"], :disabled';
  window.waiting = new Set([...document.querySelectorAll(reach)]
    .filter(one => seen(one) && !one.matches(left)));
  window.faint = [];
  document.addEventListener('focusin', event => {
    const one = event.target, drawn = one.querySelector?.('circle') ?? one;
    // Of radio buttons with one name, Tab comes to one; arrow keys lead to the others.
    const group = one.type === 'radio'
      ? [...one.form.elements].filter(it => it.name === one.name) : [one];
    for (const other of group) window.waiting.delete(other);
    const style = getComputedStyle(one), inner = getComputedStyle(drawn);
    const ringed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const box = one.getBoundingClientRect();
    const shown = box.bottom > 0 && box.top < innerHeight && box.width > 0;
    if (!shown || !(ringed || parseFloat(inner.strokeWidth) >= 4))
      window.faint.push(`not seen in focus: ${one.outerHTML.slice(0, 160)}`);
  });
  return window.waiting.size;
}"""
_MISSED: Final = """() => [...window.faint,
  ...[...window.waiting].map(one => `not reached: ${one.outerHTML.slice(0, 160)}`)]"""


@dataclass(slots=True)
class Window:
    """One window.

    Attributes:
        said: What the browser complained of (console, blocked by policy, failed), in order.
        hosts: Every host that was asked for anything.
        judged: Whether axe-core is in every page that is shown from now on.
    """

    page: Page
    view: View
    said: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    judged: bool = False

    async def show(self, address: str) -> list[str]:
        """Go to an address, which must answer; what the browser complained of meanwhile.

        That a page which is not there is answered by 404 is no complaint.
        """
        self.said.clear()
        self.hosts.clear()
        if self.view.language:
            address += f"{'&' if '?' in address else '?'}lang={self.view.language}"
        answer = await self.page.goto(address, wait_until="load")
        assert answer is not None, address
        host = urlsplit(address).netloc
        return [
            *(one for one in self.said if answer.ok or "Failed to load resource" not in one),
            *(f"asked {other}" for other in self.hosts - {host}),
        ]

    async def violations(self, axe: str) -> list[str]:
        """What axe-core finds on the page: rule, element, how to mend it."""
        if not self.judged:
            self.judged = True
            await self.page.context.add_init_script(axe)
            await self.page.evaluate(axe)
        found: list[str] = await self.page.evaluate(_RUN, list(self.view.rules))
        return found

    async def overflow(self, width: int = 320) -> list[str]:
        """What makes the page wider than a window of this width, with spaced-out text.

        WCAG 2.2, 1.4.10 (reflow) and 1.4.12 (text spacing). Empty where nobody scrolls sideways.
        """
        await self.page.set_viewport_size({"width": width, "height": 900})
        found: list[str] = await self.page.evaluate(_OVERFLOW)
        await self.page.set_viewport_size({"width": self.view.width, "height": 900})
        return found

    async def unreached(self) -> list[str]:
        """What the Tab key does not come to, or comes to without anybody seeing it.

        As many presses as there are elements, and the one that leaves each control: whoever is
        caught in one does not come to the next.
        """
        for _ in range(await self.page.evaluate(_FOCUS) + 2):
            await self.page.keyboard.press("Tab")
        found: list[str] = await self.page.evaluate(_MISSED)
        return found


@asynccontextmanager
async def opened(browser: Browser, view: View) -> AsyncIterator[Window]:
    """A window with a jar of its own, until the block ends."""
    context = await browser.new_context(
        viewport={"width": view.width, "height": 900},
        color_scheme="dark" if view.dark else "light",
        java_script_enabled=view.scripts,
    )
    page = await context.new_page()
    window = Window(page, view)

    def asked(request: Request) -> None:
        window.hosts.add(urlsplit(request.url).netloc)

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # Left before it was there.
            window.said.append(f"{request.url}: {request.failure}")

    def told(message: ConsoleMessage) -> None:
        window.said.append(f"{message.type}: {message.text}")

    def crashed(error: Any) -> None:
        window.said.append(f"script: {error}")

    page.on("request", asked)
    page.on("requestfailed", failed)
    page.on("console", told)
    page.on("pageerror", crashed)
    try:
        yield window
    finally:
        await context.close()
