"""Drafts go to the log by way of those who look at them, and when their time has come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node.control.recording import publish_documents
from node.core.review import Review, Stage, text_digest
from node.errors import NotFound, Refused
from node.service.accounts import audit
from node.service.drafts import draft, drafts, drop_draft, publish_drafts, published, review_of
from node.service.home import Home
from node.service.publish import publish, withdraw
from node.service.reviews import (
    approve,
    audience_before,
    cancel_schedule,
    comment,
    give_back,
    iri_named,
    publish_due,
    publish_reviewed,
    save_draft,
    schedule,
    submit,
    why_not_yet,
)
from node.store.ports import Audience
from tests.homes import Clock, home_of, practice

NAME = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


async def desk(*, two_people: bool = False) -> tuple[Home, str]:
    """A node, and a draft that Amaru wrote there."""
    home = await home_of("https://aurora.example", clock=Clock(), two_people=two_people)
    key = f"{home.base_url}/practice/{NAME}"
    assert await save_draft(home, "amaru", key, practice(), None)
    return home, key


async def digest_of(home: Home, key: str) -> str:
    return text_digest(await draft(home, key))


async def test_a_draft_is_kept_as_it_was_written_and_its_writer_is_known() -> None:
    home, key = await desk()
    assert await iri_named(home, NAME) == key
    assert (await review_of(home, key)).writers == ("amaru",)
    before = await draft(home, key)
    assert await save_draft(home, "benita", key, {**before, "started": "nunca"}, before)
    assert (await review_of(home, key)).writers == ("amaru", "benita")
    assert not await save_draft(home, "clara", key, {**before, "ended": "2020"}, before)
    assert (await draft(home, key))["started"] == "nunca"
    deeds = [(one.who, one.what) for one in await audit(home)]
    assert deeds == [("amaru", "write"), ("benita", "write"), ("clara", "write")]


async def test_one_person_publishes_where_one_is_enough() -> None:
    home, key = await desk()
    assert await why_not_yet(home, key) == ""
    receipt = await publish_reviewed(
        home, "amaru", key, Audience.PUBLIC, digest=await digest_of(home, key)
    )
    assert receipt is not None
    assert receipt.iri == key
    assert await home.text.get(key) is not None
    assert not await drafts(home)
    assert await review_of(home, key) == Review()
    assert (await audit(home))[-1].what == "publish"


async def test_where_two_are_asked_for_the_second_is_somebody_else() -> None:
    home, key = await desk(two_people=True)
    digest = await digest_of(home, key)
    with pytest.raises(Refused, match="has not written it"):
        await publish_reviewed(home, "amaru", key, Audience.PUBLIC, digest=digest)
    with pytest.raises(Refused, match="has not written it"):
        await publish_drafts(home, [key])
    await submit(home, "amaru", key)
    with pytest.raises(Refused, match="yourself"):
        await approve(home, "amaru", key, digest)
    await approve(home, "benita", key, digest)
    assert await publish_reviewed(home, "amaru", key, Audience.PUBLIC, digest=digest)


async def test_the_command_line_is_no_way_round_the_second_person() -> None:
    home, _ = await desk(two_people=True)
    with pytest.raises(Refused, match="two_people"):
        await publish_documents(home, documents=[practice()])
    assert (await publish_documents(home, documents=[practice()], dry_run=True))["receipts"]


async def test_a_withdrawal_never_waits_for_a_second_person() -> None:
    home, key = await desk(two_people=True)
    await submit(home, "amaru", key)
    digest = await digest_of(home, key)
    await approve(home, "benita", key, digest)
    await publish_reviewed(home, "amaru", key, Audience.PUBLIC, digest=digest)
    await withdraw(home, key, "outdated")
    assert await published(home, key) is None


async def test_a_text_that_changed_after_the_approval_is_not_published() -> None:
    home, key = await desk(two_people=True)
    await submit(home, "amaru", key)
    digest = await digest_of(home, key)
    await approve(home, "benita", key, digest)
    before = await draft(home, key)
    await save_draft(home, "amaru", key, {**before, "started": "2020"}, before)
    for asked in (digest, await digest_of(home, key)):
        with pytest.raises(Refused):
            await publish_reviewed(home, "amaru", key, Audience.PUBLIC, digest=asked)
    with pytest.raises(Refused, match="changed"):
        await approve(home, "benita", key, digest)


async def test_it_is_returned_with_comments_and_mended() -> None:
    home, key = await desk()
    await submit(home, "amaru", key)
    await comment(home, "benita", key, "title.es", "¿Qué barrio?")
    await give_back(home, "benita", key, "Falta el barrio")
    review = await review_of(home, key)
    assert (review.stage, review.reason) == (Stage.RETURNED, "Falta el barrio")
    assert [(one.field, one.text) for one in review.comments] == [("title.es", "¿Qué barrio?")]
    with pytest.raises(NotFound):
        await comment(home, "benita", f"{key[:-1]}0", "", "¿Dónde?")


async def test_a_draft_is_published_at_its_time_and_not_before() -> None:
    home, key = await desk()
    clock = home.now
    assert isinstance(clock, Clock)
    at = (clock.time + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    await schedule(home, "amaru", key, Audience.PUBLIC, at, digest=await digest_of(home, key))
    assert await publish_due(home) == 0
    assert await published(home, key) is None
    clock.time += timedelta(days=2)
    assert await publish_due(home) == 1
    assert await published(home, key) is not None
    assert await publish_due(home) == 0
    assert [one.who for one in await audit(home) if one.what == "publish"] == ["amaru"]


async def test_what_cannot_be_published_at_its_time_stays_with_the_reason() -> None:
    home, key = await desk()
    clock = home.now
    assert isinstance(clock, Clock)
    before = await draft(home, key)
    await save_draft(home, "amaru", key, {**before, "started": "hacia 2020"}, before)
    at = (clock.time + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = await digest_of(home, key)
    await schedule(home, "amaru", key, Audience.PUBLIC, at, digest=digest)
    clock.time += timedelta(hours=2)
    assert await publish_due(home) == 0
    review = await review_of(home, key)
    assert review.publish_at == ""
    assert "Started" in review.problem
    assert await publish_due(home) == 0


async def test_a_schedule_is_taken_back_by_a_change_or_by_hand() -> None:
    home, key = await desk()
    clock = home.now
    assert isinstance(clock, Clock)
    at = (clock.time + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = await digest_of(home, key)
    await schedule(home, "amaru", key, Audience.PUBLIC, at, digest=digest)
    before = await draft(home, key)
    await save_draft(home, "amaru", key, {**before, "started": "2020"}, before)
    assert (await review_of(home, key)).publish_at == ""
    digest = await digest_of(home, key)
    await schedule(home, "amaru", key, Audience.PUBLIC, at, digest=digest)
    await cancel_schedule(home, "amaru", key)
    clock.time += timedelta(hours=2)
    assert await publish_due(home) == 0
    with pytest.raises(Refused, match="still to come"):
        await schedule(home, "amaru", key, Audience.PUBLIC, at, digest=digest)


async def test_a_record_is_found_by_its_name_and_whom_it_was_published_to() -> None:
    home, key = await desk()
    assert await audience_before(home, key) is None
    receipt = await publish(home, practice(), audience=Audience.MEMBERS)
    assert await audience_before(home, receipt.iri) is Audience.MEMBERS
    assert await iri_named(home, receipt.iri.rpartition("/")[2]) == receipt.iri
    await withdraw(home, receipt.iri, "outdated")
    with pytest.raises(NotFound):
        await iri_named(home, receipt.iri.rpartition("/")[2])
    name = receipt.iri.rpartition("/")[2]
    assert await iri_named(home, name, withdrawn=True) == receipt.iri
    await drop_draft(home, key)
    assert await review_of(home, key) == Review()


async def test_an_approval_is_for_an_audience_or_a_narrower_one() -> None:
    home, key = await desk(two_people=True)
    digest = await digest_of(home, key)
    await submit(home, "amaru", key, "members")
    await approve(home, "benita", key, digest)
    with pytest.raises(Refused, match="members; found public"):
        await publish_reviewed(home, "amaru", key, Audience.PUBLIC, digest=digest)
    with pytest.raises(Refused, match="members; found public"):
        await schedule(home, "amaru", key, Audience.PUBLIC, "2030-01-01T00:00:00Z", digest=digest)
    assert await publish_reviewed(home, "amaru", key, Audience.MEMBERS, digest=digest)
    other = f"{home.base_url}/practice/{NAME[:-1]}W"
    await save_draft(home, "amaru", other, practice("Otra"), None)
    await submit(home, "amaru", other, "public")
    await approve(home, "benita", other, await digest_of(home, other))
    assert await publish_reviewed(
        home, "amaru", other, Audience.MEMBERS, digest=await digest_of(home, other)
    )
