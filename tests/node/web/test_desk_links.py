"""Every link and form of the desk leads somewhere, behind a proxy that routes by a path, too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest_asyncio

from node.service.accounts import invite, sign_in_link
from node.service.index import catch_up
from node.service.publish import publish
from node.service.reviews import save_draft, submit
from tests.homes import FW, Clock, home_of, practice
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk
from tests.node.web.reading import read

S3 = f"{FW}action/complaint-oversight-redress-mechanism"
STATE = "https://w3id.org/intercity/ns#state/in-place"
PREFIX = "/rights"
NAMES = ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAW")


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """An admin at a node with something published, something drafted and something waiting."""
    home = await home_of(f"{BASE}{PREFIX}", clock=Clock())
    async with site_of(home) as site:
        await publish(home, practice())
        await publish(home, {"type": "ActionStatus", "action": S3, "state": STATE})
        first, second = (f"{home.base_url}/practice/{name}" for name in NAMES)
        for key in (first, second):
            await save_draft(home, "somebody", key, practice("Un borrador"), None)
        await submit(home, "somebody", second)
        await catch_up(home)
        await invite(home, "operator", "Amaru", "amaru@aurora.example", ["admin"])
        link = await sign_in_link(home, "operator", "amaru@aurora.example")
        officer = Desk(site)
        assert (await officer.post(f"{PREFIX}/sign-in", {"link": link})).status == 303
        yield officer


async def test_no_link_of_the_desk_is_broken_or_leaves_the_prefix(desk: Desk) -> None:
    found, todo = {f"{PREFIX}/desk"}, [f"{PREFIX}/desk?lang=es"]
    while todo:
        path = todo.pop()
        page = await desk.open(path)
        assert page.status == 200, (path, page.status, page.text[:300])
        if "<main" not in page.html:
            continue
        seen = read(page.html)
        assert len(seen.ids) == len(set(seen.ids)), path
        for link in (*page.links, *(form.action for form in page.forms)):
            parts = urlsplit(link)
            if parts.netloc:
                assert link.startswith(("https://", f"{BASE}{PREFIX}/", "http://metadata.un.org"))
                continue
            assert parts.path.startswith(f"{PREFIX}/") or not parts.path, (path, link)
            plain = parts.path
            if plain.startswith(f"{PREFIX}/desk") and plain not in found:
                found.add(plain)
                if any(form.action == link and form.method == "post" for form in page.forms):
                    continue
                if "template" not in plain:
                    todo.append(link)
    assert len(found) > 60, sorted(found)
    for expected in ("publish", "review", "drafts", "records", "withdraw", "receipts", "actions"):
        assert any(f"/desk/{expected}" in one for one in found), expected
