"""Which pages there are, found as a visitor would: by following links.

One page of each kind is enough: of each route, and where a route shows many kinds of record, of
each of them. A page that somebody adds is looked at as soon as any other page leads to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from tests.browser.serving import Town
from tests.node.web.conftest import Site
from tests.node.web.reading import read

__all__ = ["ERRORS", "kinds_of_pages", "public_pages"]

ERRORS: Final = (
    "/no-such-page",
    "/cities/nowhere.example",
    "/compare?c=nowhere.example",
    "/search?q=zzzzqqq",
    "/practices?q=zzzzqqq",
    "/verify?u=nothing",
    "/sparql?query=SELECT",
    "/sign-in?link=used",
)
"""What a visitor sees where something is not there, does not fit or is refused."""


def kind_of_page(site: Site, path: str) -> str | None:
    """The route that answers a path, with the kind of record that it names."""
    app = site.client.app
    assert app is not None
    for resource in app.router.resources():
        info = resource.get_info()
        if info.get("path") == path:
            return path
        pattern = info.get("pattern")
        found = pattern.fullmatch(path) if isinstance(pattern, re.Pattern) else None
        if found is not None:
            named = found.groupdict()
            kind = named.get("kind") or named.get("plural") or named.get("space") or ""
            return f"{info['formatter']} {kind}"
    return None


async def kinds_of_pages(
    site: Site, start: Iterable[str], *, below: str = "/", most: int = 400, cookie: str = ""
) -> list[str]:
    """One path of each kind of page that links lead to, in the order found.

    Args:
        below: Only what begins so is gone to.
        most: Pages asked for, at most.
        cookie: Of somebody who is signed in.
    """
    waiting, seen, found = list(start), set[str](), dict[str, str]()
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        path = urlsplit(address).path
        kind = kind_of_page(site, path)
        if address in seen or kind is None or kind in found:
            continue
        seen.add(address)
        async with await site.get(address, Accept="text/html", Cookie=cookie) as answer:
            if "Location" in answer.headers:
                waiting.append(answer.headers["Location"])
            if answer.content_type != "text/html" or answer.status != 200:
                continue
            page = read(await answer.text())
        found[kind] = address
        for link in page.links:
            target = urlsplit(link)
            if not target.netloc and target.path.startswith(below) and "lang=" not in link:
                waiting.append(link.partition("#")[0])
    return list(found.values())


async def public_pages(town: Town) -> list[str]:
    """The whole addresses of every kind of public page: full, empty, and of errors."""
    full = {
        name: await kinds_of_pages(town.sites[name], ["/"])
        for name in ("directory", "villa-aurora")
    }
    seen = {re.sub(r"[0-9A-Z]{26}", "", path) for path in full["directory"]}
    own = [path for path in full["villa-aurora"] if re.sub(r"[0-9A-Z]{26}", "", path) not in seen]
    return [
        *(town.base("directory") + path for path in (*full["directory"], *ERRORS)),
        *(town.base("villa-aurora") + path for path in ("/", *own)),
    ]
