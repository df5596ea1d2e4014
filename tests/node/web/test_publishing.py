"""What is published was looked at, by a second person where one is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from node.service.accounts import audit
from node.service.drafts import drafts, published
from node.service.publish import publish
from node.service.reviews import publish_due
from node.store.ports import Audience
from tests.homes import FW, Clock, home_of, practice
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk, Page
from tests.node.web.reading import read

S3 = f"{FW}action/complaint-oversight-redress-mechanism"
RELOCATION = f"{FW}action-element/temporary-relocation"
T11 = f"{FW}action/protection-of-human-rights-defenders"


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """Amaru, who may do all that is asked for here, at a node where one person is enough."""
    async with site_of(await home_of(BASE, clock=Clock())) as site:
        officer = Desk(site)
        await officer.sign_in_as("Amaru", "author", "publisher")
        yield officer


@pytest_asyncio.fixture
async def pair() -> AsyncIterator[tuple[Desk, Desk]]:
    """An author and a reviewer, at a node where two people are asked for."""
    async with site_of(await home_of(BASE, clock=Clock(), two_people=True)) as site:
        author, reviewer = Desk(site), Desk(site)
        await author.sign_in_as("Amaru", "author", "publisher")
        await reviewer.sign_in_as("Benita", "reviewer")
        yield author, reviewer


async def begun(desk: Desk, button: str = "publish", **more: str) -> Page:
    """A practice that is written, and the page that the button leads to."""
    page = await desk.open("/desk/practices/new?text=es")
    fields = {"title.es": "Una oficina que va a los barrios", "action": S3}
    return await desk.press(page, button, fields | more)


def name_of(page: Page) -> str:
    return page.path.partition("?")[0].rpartition("/")[2]


async def test_it_is_published_found_and_checked(desk: Desk) -> None:
    page = await begun(desk)
    assert "Who will see this" in page.text
    assert page.form("publish").fields["audience"] == ["public"]
    page = await desk.press(page, "publish")
    name = name_of(page)
    assert page.path.startswith("/desk/receipts/")
    assert "It can be found and read by everybody now." in page.text
    assert "It holds" in page.text
    held = await desk.home.ledger.latest(f"{BASE}/practice/{name}")
    assert held is not None
    for said in (held.entry.digest, str(held.index), f"{BASE}/practice/{name}", held.log):
        assert said in page.text
    assert read(page.html).links
    found = await desk.open("/search?q=barrios")
    assert "Una oficina que va a los barrios" in found.text
    assert not await drafts(desk.home)


async def test_what_is_for_members_is_shown_to_nobody_else(desk: Desk) -> None:
    page = await begun(desk)
    page = await desk.press(page, "publish", {"audience": "members"})
    assert "Members of your networks" in page.text
    assert (await desk.open(f"/practice/{name_of(page)}")).status == 404
    found = await desk.open("/search?q=barrios")
    assert "Una oficina" not in found.text


async def test_whom_it_was_published_to_does_not_change(desk: Desk) -> None:
    receipt = await publish(desk.home, practice(), audience=Audience.MEMBERS)
    name = receipt.iri.rpartition("/")[2]
    page = await desk.open(f"/desk/drafts/{name}/basics?text=es")
    page = await desk.press(page, "publish", {"title.es": "Otra"})
    assert page.form("publish").fields["audience"] == ["members"]
    assert 'value="public"' not in page.html
    page = await desk.press(page, "publish", {"audience": "public"})
    assert (page.status, "Choose who will see it." in page.text) == (422, True)


async def test_what_may_be_about_persons_is_looked_at_first(desk: Desk) -> None:
    page = await begun(desk, **{"summary.es": "Escriba a la Sra. Quispe, ana@correo.example"})
    for words in ("Sra. Quispe", "ana@correo.example", "a person's name", "an e-mail address"):
        assert words in page.text
    refused = await desk.press(page, "publish")
    assert refused.status == 422
    assert len(await drafts(desk.home)) == 1
    digest = page.form("publish").fields["digest"]
    page = await desk.press(refused, "publish", {"looked": digest})
    assert page.path.startswith("/desk/receipts/")


async def test_the_list_publishes_nothing_that_may_be_about_persons(desk: Desk) -> None:
    await begun(desk, **{"summary.es": "Escriba a ana@correo.example"})
    (key,) = await drafts(desk.home)
    page = await desk.open("/desk")
    assert "disabled" in page.html
    token = await desk.token()
    async with await desk.post("/desk/publish", {"token": token, "draft": key}) as answer:
        assert answer.status == 422
    assert len(await drafts(desk.home)) == 1


async def test_what_could_endanger_people_is_offered_to_nobody(desk: Desk) -> None:
    page = await begun(desk, "part:scope", action=T11)
    page = await desk.press(page, "publish", {"element": RELOCATION})
    assert "This stays inside" in page.text
    assert not [one for one in page.forms if any("publish" in it for it in one.buttons)]
    page = await begun(desk, "publish", action=T11)
    assert page.form("publish").fields["audience"] == ["members"]
    assert 'value="public"' not in page.html


async def test_an_unfinished_draft_says_what_it_needs_and_is_not_published(desk: Desk) -> None:
    page = await desk.press(await desk.open("/desk/practices/new?text=es"), "publish")
    assert "before this can be published" in page.text
    name, token = name_of(page), await desk.token()
    fields = {"token": token, "audience": "public", "go": "publish", "digest": "0"}
    assert (await desk.post(f"/desk/publish/{name}", fields)).status == 403
    assert len(await drafts(desk.home)) == 1


async def test_a_text_that_changed_since_it_was_looked_at_is_not_published(desk: Desk) -> None:
    looked = await begun(desk)
    again = await desk.open(f"/desk/drafts/{name_of(looked)}/basics?text=es")
    await desk.press(again, "save", {"title.es": "Otra cosa"})
    page = await desk.press(looked, "publish")
    assert page.status == 403
    assert "changed" in page.text
    assert len(await drafts(desk.home)) == 1


async def test_it_is_published_later_and_seen_by_nobody_before(desk: Desk) -> None:
    clock = desk.home.now
    assert isinstance(clock, Clock)
    page = await begun(desk)
    past = await desk.press(page, "later", {"at": "2020-01-01T08:00"})
    assert past.status == 422
    at = (clock.time + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    page = await desk.press(past, "later", {"at": at})
    assert "It is published by itself on" in page.text
    assert "It is published by itself on" in (await desk.open("/desk")).text
    name = name_of(page)
    assert (await desk.open(f"/practice/{name}")).status == 404
    page = await desk.press(page, "unschedule")
    assert "Publish now" in page.html
    page = await desk.press(page, "later", {"at": at})
    clock.time += timedelta(hours=1, minutes=1)
    assert await publish_due(desk.home) == 1
    assert await published(desk.home, f"{BASE}/practice/{name}")


async def test_a_second_person_looks_comments_returns_and_approves(
    pair: tuple[Desk, Desk],
) -> None:
    author, reviewer = pair
    page = await begun(author)
    assert "Somebody else must approve it first" in page.text
    page = await author.press(page, "submit")
    assert "It waits for review." in page.text
    name = name_of(page)
    todo = await reviewer.open("/desk")
    assert f"/desk/review/{name}" in todo.links
    page = await reviewer.open(f"/desk/review/{name}")
    assert "Una oficina que va a los barrios" in page.text
    page = await reviewer.press(page, "return", {"on.title.es": "¿Qué barrios?", "reason": ""})
    assert page.status == 403
    page = await reviewer.press(page, "return", {"reason": "Falta decir dónde"})
    assert "Falta decir dónde" in page.text
    form = await author.open(f"/desk/drafts/{name}/basics?text=es")
    assert "¿Qué barrios?" in form.text
    page = await author.press(form, "look", {"title.es": "Una oficina que va a dos barrios"})
    page = await author.open(f"/desk/review/{name}")
    page = await author.press(page, "submit")
    assert "so somebody else approves it" in page.text
    page = await reviewer.open(f"/desk/review/{name}")
    page = await reviewer.press(page, "approve")
    assert "Approved by Benita" in page.text
    page = await author.press(await author.open(f"/desk/publish/{name}"), "publish")
    assert page.path.startswith("/desk/receipts/")
    deeds = [one.what for one in await audit(author.home)]
    assert [one for one in deeds if one not in {"invite", "link", "sign-in"}] == [
        "write",
        "submit",
        "comment",
        "return",
        "submit",
        "approve",
        "publish",
    ]


async def test_a_correction_is_shown_word_by_word(desk: Desk) -> None:
    receipt = await publish(desk.home, practice("Una oficina fija"))
    name = receipt.iri.rpartition("/")[2]
    form = await desk.open(f"/desk/drafts/{name}/basics?text=es")
    await desk.press(form, "save", {"title.es": "Una oficina móvil", "started": "2020"})
    page = await desk.open(f"/desk/review/{name}")
    assert "<del>fija</del><ins>móvil</ins>" in page.html
    assert "<ins>2020</ins>" in page.html
    assert "complaint-oversight" not in page.html


async def test_roles_are_asked_at_every_step(pair: tuple[Desk, Desk]) -> None:
    author, reviewer = pair
    name = name_of(await begun(author))
    token = await reviewer.token()
    for path, go in (
        (f"/desk/publish/{name}", "publish"),
        (f"/desk/publish/{name}", "later"),
        (f"/desk/review/{name}", "submit"),
        (f"/desk/drafts/{name}/drop", ""),
        (f"/desk/drafts/{name}/basics", "save"),
    ):
        answer = await reviewer.post(path, {"token": token, "go": go, "audience": "public"})
        assert answer.status == 403, path
    writer = Desk(author.site)
    await writer.sign_in_as("Clara", "author")
    token = await writer.token()
    for path, go in (
        (f"/desk/publish/{name}", "publish"),
        (f"/desk/review/{name}", "approve"),
        (f"/desk/review/{name}", "return"),
        (f"/desk/review/{name}", "comment"),
    ):
        answer = await writer.post(path, {"token": token, "go": go, "audience": "public"})
        assert answer.status == 403, (path, go)
    assert len(await drafts(author.home)) == 1


@pytest.mark.parametrize("page", ["publish", "review"])
async def test_forms_of_other_sites_are_refused(desk: Desk, page: str) -> None:
    name = name_of(await begun(desk))
    token = await desk.token()
    fields = {"token": token, "go": "publish", "audience": "public"}
    path = f"/desk/{page}/{name}"
    assert (await desk.post(path, fields, origin="https://evil.example")).status == 403
    assert (await desk.post(path, {**fields, "token": "0" * 32})).status == 403
    assert len(await drafts(desk.home)) == 1


async def test_whoever_approves_sees_who_will_see_it(pair: tuple[Desk, Desk]) -> None:
    author, reviewer = pair
    page = await author.press(await begun(author), "submit", {"audience": "members"})
    name = name_of(page)
    page = await reviewer.open(f"/desk/review/{name}")
    assert "Who will see this: Members of your networks" in page.text
    await reviewer.press(page, "approve")
    page = await author.open(f"/desk/publish/{name}")
    assert 'value="public"' not in page.html
    page = await author.press(page, "publish")
    assert "Members of your networks" in page.text
