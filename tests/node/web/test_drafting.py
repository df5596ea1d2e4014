"""A record is written at the desk, part by part, and nothing that was sent is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from node.core.accounts import ABSOLUTE, IDLE, LATE
from node.service.accounts import audit, change_duties, remove
from node.service.drafts import drafts
from node.service.index import catch_up
from node.service.publish import publish
from tests.homes import FW, Clock, home_of, practice
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk
from tests.node.web.reading import read

S3 = f"{FW}action/complaint-oversight-redress-mechanism"


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with site_of(await home_of(BASE, clock=Clock())) as site:
        officer = Desk(site)
        await officer.sign_in_as("Amaru", "author")
        yield officer


async def test_a_practice_is_begun_saved_and_shown_as_it_will_be(desk: Desk) -> None:
    page = await desk.open("/desk/practices/new?lang=es")
    page = await desk.press(page, "save", {"title.es": "Una oficina", "action": [S3]})
    assert "saved=1" in page.path
    assert page.form("save").fields["title.es"] == ["Una oficina"]
    ((key, document),) = (await drafts(desk.home)).items()
    assert (document["title"], document["action"]) == ({"es": "Una oficina"}, [S3])
    page = await desk.press(page, "next", {"summary.es": "Atiende en los barrios."})
    assert "/story" in page.path
    page = await desk.press(page, "look", {"whatWasDone.es": "Primero\n\nDespués"})
    assert page.path.startswith(f"/desk/drafts/{key.rpartition('/')[2]}?")
    for text in ("Una oficina", "Atiende en los barrios.", "Primero", "Después"):
        assert text in page.text


async def test_an_unfinished_draft_is_kept_and_says_what_it_needs(desk: Desk) -> None:
    page = await desk.open("/desk/practices/new?lang=es&text=es")
    assert "Falta" not in page.text
    page = await desk.press(page, "save", {"started": "hacia 2020"})
    assert page.status == 200
    assert page.form("save").fields["started"] == ["hacia 2020"]
    assert 'aria-invalid="true"' in page.html
    assert 'href="#f-started"' in page.html
    ((_, document),) = (await drafts(desk.home)).items()
    assert document["started"] == "hacia 2020"
    desk_page = await desk.open("/desk")
    assert "hacia 2020" in desk_page.text


async def test_every_part_of_every_type_opens_and_is_well_made(desk: Desk) -> None:
    begun = await desk.open("/desk")
    starts = [one for one in begun.links if one.endswith("/new")]
    assert len(starts) >= 10
    for start in (*starts, "/desk/drafts/city/basics"):
        page = await desk.open(start)
        seen = read(page.html)
        assert len(seen.ids) == len(set(seen.ids)), start
        parts = [value for _, value, _ in page.form("save").buttons if value.startswith("part:")]
        assert 2 <= len(parts) <= 5, start
        for part in parts:
            page = await desk.press(page, part)
            assert page.status == 200, (start, part, page.text)
            assert read(page.html).tags


async def test_another_language_is_another_tab_of_the_same_text(desk: Desk) -> None:
    page = await desk.open("/desk/practices/new?text=es")
    page = await desk.press(page, "other", {"title.es": "Una oficina", "other-tag": "한국어"})
    assert page.form("save").fields["title.ko"] == [""]
    assert "Una oficina" in page.text
    page = await desk.press(page, "text:es", {"title.ko": "사무소"})
    assert page.form("save").fields["title.es"] == ["Una oficina"]
    ((_, document),) = (await drafts(desk.home)).items()
    assert document["title"] == {"es": "Una oficina", "ko": "사무소"}


async def test_each_document_that_is_saved_makes_room_for_the_next(desk: Desk) -> None:
    page = await desk.press(await desk.open("/desk/practices/new?text=es"), "part:documents")
    first, second = "https://aurora.example/1.pdf", "https://aurora.example/2.pdf"
    page = await desk.press(page, "save", {"evidence.0.contentUrl": first})
    page = await desk.press(
        page, "save", {"evidence.1.contentUrl": second, "evidence.1.caption.es": "Acta"}
    )
    ((_, document),) = (await drafts(desk.home)).items()
    assert [one["contentUrl"] for one in document["evidence"]] == [first, second]
    page = await desk.press(page, "save", {"evidence.0.contentUrl": ""})
    ((_, document),) = (await drafts(desk.home)).items()
    assert [one["contentUrl"] for one in document["evidence"]] == [second]


async def test_pressing_twice_makes_one_draft(desk: Desk) -> None:
    page = await desk.open("/desk/practices/new?text=es")
    for _ in range(2):
        await desk.press(page, "save", {"title.es": "Una oficina"})
    assert len(await drafts(desk.home)) == 1


async def test_two_who_write_in_one_part_see_both_versions(desk: Desk) -> None:
    other = Desk(desk.site)
    await other.sign_in_as("Benita", "author")
    page = await desk.press(await desk.open("/desk/practices/new?text=es"), "save")
    mine = await desk.open(page.path)
    theirs = await other.open(page.path)
    await other.press(theirs, "save", {"title.es": "Lo de Benita", "started": "2020"})
    clash = await desk.press(mine, "save", {"title.es": "Lo de Amaru"})
    assert clash.status == 409
    assert clash.form("save").fields["title.es"] == ["Lo de Amaru"]
    assert "Lo de Benita" in clash.text
    ((_, document),) = (await drafts(desk.home)).items()
    assert document["title"] == {"es": "Lo de Benita"}
    await desk.press(clash, "save", {"started": "2020"})
    ((_, document),) = (await drafts(desk.home)).items()
    assert (document["title"], document["started"]) == ({"es": "Lo de Amaru"}, "2020")


async def test_two_who_write_in_different_parts_do_not_meet(desk: Desk) -> None:
    page = await desk.press(await desk.open("/desk/practices/new?text=es"), "save")
    story = await desk.open(page.path.replace("/basics", "/story"))
    await desk.press(page, "save", {"title.es": "Una oficina"})
    page = await desk.press(story, "save", {"results.es": "Menos quejas"})
    assert page.status == 200
    ((_, document),) = (await drafts(desk.home)).items()
    assert document["title"]
    assert document["results"]


async def test_a_correction_begins_from_what_is_published(desk: Desk) -> None:
    receipt = await publish(desk.home, practice("Una oficina"))
    name = receipt.iri.rpartition("/")[2]
    page = await desk.open(f"/desk/drafts/{name}")
    assert "Una oficina" in page.text
    assert not await drafts(desk.home)
    page = await desk.open(f"/desk/drafts/{name}/basics?text=es")
    await desk.press(page, "save", {"title.es": "Una oficina móvil"})
    ((key, document),) = (await drafts(desk.home)).items()
    assert key == receipt.iri
    assert document["title"]["es"] == "Una oficina móvil"
    assert "version" not in document


async def test_a_draft_that_is_forgotten_is_gone_with_all_that_was_said_of_it(desk: Desk) -> None:
    page = await desk.press(await desk.open("/desk/practices/new?text=es"), "look")
    page = await desk.press(page, "Forget the draft")
    assert page.path == "/desk"
    assert not await drafts(desk.home)
    deeds = [one.what for one in await audit(desk.home)]
    assert deeds[-2:] == ["write", "drop"]


@pytest.mark.parametrize("duties", [("reviewer",)])
async def test_who_does_not_write_opens_no_form(desk: Desk, duties: tuple[str, ...]) -> None:
    other = Desk(desk.site)
    await other.sign_in_as("Clara", *duties)
    assert (await other.open("/desk/practices/new")).status == 403
    page = await desk.press(await desk.open("/desk/practices/new?text=es"), "save")
    path = page.path.partition("?")[0]
    token = await other.token()
    assert (await other.post(path, {"token": token, "title.es": "no"})).status == 403
    ((_, document),) = (await drafts(desk.home)).items()
    assert "title" not in document


async def test_a_form_of_another_session_or_site_is_refused(desk: Desk) -> None:
    page = await desk.open("/desk/practices/new?text=es")
    path = page.form("save").action
    for token in ("", "0" * 32):
        answer = await desk.post(path, {"token": token, "record-kind": "Practice"})
        assert answer.status == 403
    answer = await desk.post(
        path,
        {"token": await desk.token(), "record-kind": "Practice"},
        origin="https://evil.example",
    )
    assert answer.status == 403
    assert not await drafts(desk.home)


@pytest.mark.parametrize(
    "path",
    [
        "/desk/drafts/01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "/desk/drafts/01ARZ3NDEKTSV4RRFFQ69G5FAV/basics",
        "/desk/drafts/city/documents",
        "/desk/cities/new",
    ],
)
async def test_what_is_not_there_says_so(desk: Desk, path: str) -> None:
    assert (await desk.open(path)).status == 404


async def test_what_is_sent_after_the_session_ended_is_saved_and_nothing_is_shown(
    desk: Desk,
) -> None:
    page = await desk.press(await desk.open("/desk/practices/new?text=es"), "save")
    clock = desk.home.now
    assert isinstance(clock, Clock)
    clock.time += timedelta(seconds=IDLE + 60)
    assert (await desk.get(page.path)).status == 303
    page = await desk.press(page, "look", {"title.es": "Escrito hasta tarde"})
    assert page.path.startswith("/sign-in?saved=1")
    assert "what you wrote is saved" in page.text
    assert "Escrito hasta tarde" not in page.html
    ((_, document),) = (await drafts(desk.home)).items()
    assert document["title"] == {"es": "Escrito hasta tarde"}
    assert (await desk.get("/desk")).status == 303


async def test_what_is_sent_late_over_anothers_text_is_kept_beside_it(desk: Desk) -> None:
    mine = await desk.press(await desk.open("/desk/practices/new?text=es"), "save")
    clock = desk.home.now
    assert isinstance(clock, Clock)
    clock.time += timedelta(seconds=IDLE + 60)
    other = Desk(desk.site)
    await other.sign_in_as("Benita", "author")
    await other.press(await other.open(mine.path), "save", {"title.es": "Lo de Benita"})
    page = await desk.press(mine, "save", {"title.es": "Lo de Amaru"})
    assert page.path.startswith("/sign-in")
    assert "Benita" not in page.html
    page = await other.open(mine.path)
    assert page.form("save").fields["title.es"] == ["Lo de Benita"]
    assert "Lo de Amaru" in page.text


@pytest.mark.parametrize("end", ["signed out", "removed", "another role", "too late", "forged"])
async def test_an_ended_session_saves_nothing_where_it_did_not_end_by_its_age(
    desk: Desk, end: str
) -> None:
    page = await desk.press(await desk.open("/desk/practices/new?text=es"), "save")
    clock = desk.home.now
    assert isinstance(clock, Clock)
    match end:
        case "signed out":
            kept = desk.cookie
            await desk.post("/sign-out", {"token": await desk.token()})
            desk.cookie = kept
        case "removed":
            await remove(desk.home, "operator", "amaru@aurora.example")
        case "another role":
            await change_duties(desk.home, "operator", "amaru@aurora.example", ["reviewer"])
        case "too late":
            clock.time += timedelta(seconds=ABSOLUTE + LATE + 60)
        case _:
            clock.time += timedelta(seconds=IDLE + 60)
            page.form("save").fields["token"] = ["0" * 32]
    answer = await desk.press(page, "save", {"title.es": "No"})
    assert answer.status == 403
    ((_, document),) = (await drafts(desk.home)).items()
    assert "title" not in document


async def test_records_are_chosen_by_their_titles_beside_written_addresses(desk: Desk) -> None:
    first = await publish(desk.home, practice("Una oficina fija"))
    second = await publish(desk.home, practice("Una oficina móvil"))
    await catch_up(desk.home)
    page = await desk.press(await desk.open("/desk/offers/new?text=es"), "part:details")
    assert "Una oficina fija" in page.text
    elsewhere = "https://hansol.example/practice/1"
    page = await desk.press(page, "save", {"practices": [elsewhere, second.iri]})
    ((_, document),) = (await drafts(desk.home)).items()
    assert document["practices"] == [elsewhere, second.iri]
    assert page.form("save").fields["practices"] == [elsewhere, second.iri]
    await desk.press(page, "save", {"practices": [first.iri, elsewhere]})
    ((_, document),) = (await drafts(desk.home)).items()
    assert document["practices"] == [elsewhere, first.iri]
    page = await desk.press(await desk.open("/desk/practices/new?text=es"), "part:details")
    assert '<option value="https://creativecommons.org/licenses/by/4.0/">' in page.html
