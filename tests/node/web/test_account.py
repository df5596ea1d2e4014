"""Staff signs in with a passkey; whatever is not the very passkey, page and person is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from html import unescape

import pytest
import pytest_asyncio

from node.service import accounts
from node.service.passkeys import LIFE, options_to_enter, passkeys_of
from tests.authenticators import Device
from tests.homes import Clock, home_of
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk, Page


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with site_of(await home_of(BASE, clock=Clock())) as site:
        made = Desk(site)
        await made.sign_in_as("Amaru", "author")
        yield made


def options_of(page: Page) -> str:
    found = re.search(r'data-options="([^"]*)"', page.html)
    assert found is not None
    return unescape(found[1])


async def add(desk: Desk, device: Device, name: str = "Laptop") -> Page:
    """Add a passkey as the page's script would."""
    page = await desk.open("/desk/account")
    sent = {
        "token": await desk.token("/desk/account"),
        "do": "add",
        "credential": device.make(options_of(page)),
        "name": name,
    }
    async with await desk.post("/desk/account", sent) as answer:
        if answer.status == 303:
            return await desk.open(answer.headers["Location"])
        text = await answer.text()
        return Page("/desk/account", answer.status, text, text, [], [])


async def enter(desk: Desk, device: Device, options: str = "") -> int:
    """Sign in as the page's script would; the answer's status."""
    browser = Desk(desk.site)
    options = options or options_of(await browser.open("/sign-in"))
    sent = {"credential": device.show(options)}
    async with await browser.post("/sign-in/passkey", sent) as answer:
        if answer.status == 303:
            assert (await browser.open("/desk")).path.startswith("/desk")
        return answer.status


async def test_a_passkey_is_added_used_and_removed(desk: Desk) -> None:
    device = Device(BASE)
    page = await add(desk, device)
    assert "Laptop" in page.text
    device.count = 2
    assert await enter(desk, device) == 303
    page = await desk.open("/desk/account")
    assert "last used" in page.text
    assert "You are signed in on 2 browsers." in page.text
    page = await desk.press(page, "end")
    assert "You are signed in on 1 browser." in page.text
    await desk.press(page, "drop")
    device.count = 3
    assert await enter(desk, device) == 403


BENT: dict[str, Callable[[Device], None]] = {
    "a page that looks like ours": lambda one: setattr(one, "origin", "https://evil.example"),
    "another port": lambda one: setattr(one, "origin", "http://localhost:9"),
    "another site's passkey": lambda one: setattr(one, "rp", "evil.example"),
    "no finger and no PIN": lambda one: setattr(one, "verifies", False),
    "another key": lambda one: setattr(one, "key", Device(BASE).key),
    "a passkey that is not kept": lambda one: setattr(one, "id", b"0123456789abcdef"),
    "a copy on another device": lambda one: setattr(one, "count", 1),
}


@pytest.mark.parametrize("bend", BENT)
async def test_what_is_not_the_very_passkey_opens_nothing(desk: Desk, bend: str) -> None:
    device = Device(BASE, count=5)
    await add(desk, device)
    device.count = 6
    assert await enter(desk, device) == 303
    device.count = 7
    BENT[bend](device)
    assert await enter(desk, device) == 403


async def test_an_answer_is_good_once_and_not_for_long(desk: Desk) -> None:
    device = Device(BASE, count=0)
    await add(desk, device)
    options = await options_to_enter(desk.home)
    assert await enter(desk, device, options) == 303
    assert await enter(desk, device, options) == 403
    late = await options_to_enter(desk.home)
    assert isinstance(desk.home.now, Clock)
    desk.home.now.time += timedelta(seconds=LIFE + 1)
    assert await enter(desk, device, late) == 403
    adding = options_of(await desk.open("/desk/account"))
    asked = adding.replace('"rp":', '"rpId": "localhost", "rp":')
    assert await enter(desk, device, asked) == 403, "a challenge for something else"


async def test_a_passkey_cannot_be_added_for_another_person_or_twice(desk: Desk) -> None:
    other = Desk(desk.site)
    await other.sign_in_as("Benita", "author")
    options = options_of(await other.open("/desk/account"))
    device = Device(BASE)
    sent = {"token": await desk.token(), "do": "add", "credential": device.make(options)}
    async with await desk.post("/desk/account", sent) as answer:
        assert answer.status == 403
    assert (await add(desk, device)).status == 200
    assert (await add(other, device)).status == 403
    [person] = [one for one in await accounts.people(desk.home) if one.name == "Benita"]
    assert await passkeys_of(desk.home, person) == []


async def test_who_was_removed_has_no_passkey_left(desk: Desk) -> None:
    device = Device(BASE)
    await add(desk, device)
    await accounts.remove(desk.home, "operator", "amaru@aurora.example")
    device.count = 2
    assert await enter(desk, device) == 403
    assert await desk.home.desk.pages(accounts.PASSKEY) == {}


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", '{"id": 1}', "x" * 30_000, '{"id":"a","rawId":"b"}']
)
async def test_what_is_no_answer_of_a_device_is_refused(desk: Desk, sent: str) -> None:
    async with await Desk(desk.site).post("/sign-in/passkey", {"credential": sent}) as answer:
        assert answer.status == 403
        assert "expected a passkey" in await answer.text()


async def test_another_site_cannot_sign_anybody_in(desk: Desk) -> None:
    device = Device(BASE)
    await add(desk, device)
    device.count = 2
    sent = {"credential": device.show(await options_to_enter(desk.home))}
    browser = Desk(desk.site)
    async with await browser.post("/sign-in/passkey", sent, origin="https://evil.example") as said:
        assert said.status == 403
        assert "Set-Cookie" not in said.headers


async def test_scripts_run_on_these_two_pages_alone(desk: Desk) -> None:
    for path, allowed in (("/sign-in", True), ("/desk/account", True), ("/desk", False)):
        async with await desk.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert ("script-src 'self'" in policy) is allowed
        assert "unsafe" not in policy
