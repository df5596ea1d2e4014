"""What was published is corrected and withdrawn at the desk, for everybody to see."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from node.service.accounts import audit
from node.service.drafts import published
from node.service.index import catch_up
from node.service.publish import publish
from node.store.ports import Audience
from tests.homes import Clock, home_of, practice
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk
from tests.node.web.reading import read


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """A publisher, at a node that has said who it is and published two practices."""
    home = await home_of(BASE, clock=Clock(), two_people=True)
    async with site_of(home) as site:
        await publish(home, practice("Una oficina fija"))
        await publish(home, practice("Solo para socias"), audience=Audience.MEMBERS)
        await catch_up(home)
        officer = Desk(site)
        await officer.sign_in_as("Amaru", "author", "publisher")
        yield officer


async def name_of(desk: Desk, title: str) -> str:
    """The name of the record with this title, from the list of what is published."""
    page = await desk.open("/desk/records")
    assert title in page.text
    (link,) = [
        link
        for link in page.links
        if link.startswith("/desk/receipts/") and title in (await desk.open(link)).text
    ]
    return link.rpartition("/")[2]


async def test_everything_that_is_published_is_listed_for_whoever_may_mend_it(desk: Desk) -> None:
    page = await desk.open("/desk/records")
    assert "Una oficina fija" in page.text
    assert "Solo para socias" in page.text
    assert len([link for link in page.links if "/desk/withdraw/" in link]) == 2
    other = Desk(desk.site)
    await other.sign_in_as("Clara", "reviewer")
    page = await other.open("/desk/records")
    assert not [link for link in page.links if "withdraw" in link or "drafts" in link]


async def test_a_withdrawal_needs_no_second_person_and_is_seen_by_everybody(desk: Desk) -> None:
    name = await name_of(desk, "Una oficina fija")
    page = await desk.open(f"/desk/withdraw/{name}")
    assert read(page.html).links
    refused = await desk.press(page, "Withdraw it for everybody to see")
    assert refused.status == 422
    fields = {"reason": "outdated", "note": "La oficina cerró"}
    page = await desk.press(refused, "Withdraw it for everybody to see", fields)
    assert page.path == f"/desk/receipts/{name}"
    assert "Withdrawn" in page.text
    assert "Una oficina fija" in page.text
    public = await desk.open(f"/practice/{name}")
    assert public.status == 410
    assert "La oficina cerró" in public.text
    assert await published(desk.home, f"{BASE}/practice/{name}") is None
    assert "Una oficina fija" not in (await desk.open("/search?q=oficina")).text
    assert [one.what for one in await audit(desk.home)][-1] == "withdraw"
    again = await desk.open(f"/desk/withdraw/{name}")
    again = await desk.press(again, "Withdraw it for everybody to see", {"reason": "mistake"})
    assert again.status == 410


async def test_a_text_that_endangers_somebody_is_erased(desk: Desk) -> None:
    name = await name_of(desk, "Una oficina fija")
    page = await desk.open(f"/desk/withdraw/{name}")
    fields = {"reason": "safety", "erase": "1"}
    page = await desk.press(page, "Withdraw it for everybody to see", fields)
    assert "Withdrawn" in page.text
    held = await desk.home.ledger.versions(f"{BASE}/practice/{name}")
    assert held[0].body is None
    assert [one.what for one in await audit(desk.home)][-1] == "erase"
    assert "Una oficina fija" not in (await desk.open("/desk/records")).text


async def test_what_was_withdrawn_without_erasure_can_be_erased_afterwards(desk: Desk) -> None:
    name = await name_of(desk, "Una oficina fija")
    for fields in ({"reason": "mistake"}, {"reason": "privacy", "erase": "1"}):
        page = await desk.open(f"/desk/withdraw/{name}")
        page = await desk.press(page, "Withdraw it for everybody to see", fields)
        assert page.status == 200
    held = await desk.home.ledger.versions(f"{BASE}/practice/{name}")
    assert held[0].body is None


@pytest.mark.parametrize("duty", ["author", "reviewer"])
async def test_only_a_publisher_withdraws(desk: Desk, duty: str) -> None:
    name = await name_of(desk, "Una oficina fija")
    other = Desk(desk.site)
    await other.sign_in_as("Clara", duty)
    assert (await other.open(f"/desk/withdraw/{name}")).status == 403
    fields = {"token": await other.token(), "reason": "outdated"}
    assert (await other.post(f"/desk/withdraw/{name}", fields)).status == 403
    assert await published(desk.home, f"{BASE}/practice/{name}")


async def test_a_forged_withdrawal_is_refused(desk: Desk) -> None:
    name = await name_of(desk, "Una oficina fija")
    fields = {"token": await desk.token(), "reason": "outdated"}
    path = f"/desk/withdraw/{name}"
    assert (await desk.post(path, fields, origin="https://evil.example")).status == 403
    assert (await desk.post(path, {**fields, "token": ""})).status == 403
    assert (await desk.open("/desk/withdraw/01ARZ3NDEKTSV4RRFFQ69G5FAV")).status == 404
    assert await published(desk.home, f"{BASE}/practice/{name}")


async def test_the_profile_of_the_node_is_written_like_any_record(desk: Desk) -> None:
    page = await desk.open("/desk/drafts/city/basics?text=es")
    page = await desk.press(page, "look", {"name.es": "Aurora", "country": "PE"})
    assert "Aurora" in page.text
