"""The 28 actions at the desk: what counts, where the city stands, and that it still holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest_asyncio

from node.service.drafts import drafts, published, review_of
from node.service.publish import publish
from node.service.records import own_records
from tests.homes import FW, Clock, home_of
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk
from tests.node.web.reading import read

S3 = f"{FW}action/complaint-oversight-redress-mechanism"
STATE = "https://w3id.org/intercity/ns#state"


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """Amaru, who writes and publishes, at a node that has said nothing of any action."""
    async with site_of(await home_of(BASE, clock=Clock())) as site:
        officer = Desk(site)
        await officer.sign_in_as("Amaru", "author", "publisher")
        yield officer


def status(**more: object) -> dict[str, object]:
    """S3 is in place."""
    return {"type": "ActionStatus", "action": S3, "state": f"{STATE}/in-place", **more}


async def test_there_is_a_card_for_each_action_and_none_is_scored_before_somebody_speaks(
    desk: Desk,
) -> None:
    page = await desk.open("/desk/actions")
    cards = [one for one in page.links if one.startswith("/desk/actions/")]
    assert len(cards) == len(set(cards)) == 28
    assert page.text.count("Not reported") == 28
    assert "%" not in page.text


async def test_every_action_says_what_counts_and_what_does_not(desk: Desk) -> None:
    for link in (await desk.open("/desk/actions")).links:
        if link.startswith("/desk/actions/"):
            page = await desk.open(link)
            assert page.status == 200
            assert "Does not count:" in page.text
            ids = read(page.html).ids
            assert len(ids) == len(set(ids)), link
    page = await desk.open("/desk/actions/S3")
    assert "legal basis of a commission, ombudsperson" in page.text
    assert (await desk.open("/desk/actions/S9")).status == 404


async def test_an_assessment_is_written_from_the_card_and_published(desk: Desk) -> None:
    page = await desk.open("/desk/actions/S3")
    assert page.form("publish").fields["action"] == [S3]
    fields = {"state": f"{STATE}/in-place", "since": "2019"}
    page = await desk.press(page, "publish", fields)
    page = await desk.press(page, "publish")
    assert "Published" in page.text, page.text[:400]
    cards = await desk.open("/desk/actions")
    assert cards.text.count("Not reported") == 27
    again = await desk.open("/desk/actions/S3")
    assert again.form("publish").fields["since"] == ["2019"]
    await desk.press(again, "publish", {"since": "2018"})
    held = await own_records(desk.home, kind="ActionStatus")
    assert len(held) == 1
    assert list(await drafts(desk.home)) == [held[0].entry.object]


async def test_still_true_says_it_anew_with_today(desk: Desk) -> None:
    receipt = await publish(desk.home, status(reviewed="2020-01-01"))
    clock = desk.home.now
    assert isinstance(clock, Clock)
    clock.time += timedelta(hours=1)
    today = clock.time.date()
    page = await desk.open("/desk/actions")
    page = await desk.press(page, receipt.iri.rpartition("/")[2])
    assert "S3 is said anew, reviewed today." in page.text
    said = await published(desk.home, receipt.iri)
    assert said is not None
    assert said["reviewed"] == today.isoformat()
    assert date.fromisoformat(str(said["reviewed"])) == today
    assert not await drafts(desk.home)


async def test_still_true_waits_where_somebody_else_publishes(desk: Desk) -> None:
    receipt = await publish(desk.home, status(reviewed="2020-01-01"))
    other = Desk(desk.site)
    await other.sign_in_as("Clara", "author")
    page = await other.press(await other.open("/desk/actions/S3"), receipt.iri.rpartition("/")[2])
    assert "S3 waits for somebody who may publish it." in page.text
    said = await published(desk.home, receipt.iri)
    assert said is not None
    assert said["reviewed"] == "2020-01-01"
    assert (await review_of(desk.home, receipt.iri)).stage == "waiting"
    assert receipt.iri.rpartition("/")[2] not in [
        value for form in (await other.open("/desk/actions")).forms for _, value, _ in form.buttons
    ]


async def test_a_district_stands_beside_the_whole_city(desk: Desk) -> None:
    await publish(desk.home, status())
    await publish(desk.home, status(state=f"{STATE}/planned", district={"es": "Barrio del Puerto"}))
    page = await desk.open("/desk/actions/S3")
    assert "Barrio del Puerto" in page.text
    assert page.form("publish").fields["state"] == [f"{STATE}/in-place"]
    assert "You have reported 1 of them." in (await desk.open("/desk/actions")).text


async def test_what_is_not_there_or_not_ours_is_not_said_anew(desk: Desk) -> None:
    token = await desk.token()
    for name in ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "", "city"):
        answer = await desk.post("/desk/actions/S3/reviewed", {"token": token, "record": name})
        assert answer.status == 404
    reviewer = Desk(desk.site)
    await reviewer.sign_in_as("Benita", "reviewer")
    answer = await reviewer.post("/desk/actions/S3/reviewed", {"token": await reviewer.token()})
    assert answer.status == 403
    answer = await desk.post("/desk/actions/S3/reviewed", {"token": "0" * 32})
    assert answer.status == 403
