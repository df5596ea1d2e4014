"""The staff's way in, and a spreadsheet's way to the desk."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import FormData

from node.core.accounts import ABSOLUTE, IDLE
from node.service import accounts
from node.service.drafts import drafts
from node.service.records import own_records
from node.service.tokens import holder_of, tokens
from node.web.staff import cookie_of
from tests.homes import Clock, home_of
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk
from tests.node.web.reading import read

SHEET = (
    "título,acción,inicio\nUna defensoría que va a los barrios,S3,2017-03\nSin acción,S99,2019\n"
)
HOSTILE = "título,acción\n=HYPERLINK(A1),S3\n"


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with site_of(await home_of(BASE, clock=Clock())) as site:
        yield Desk(site)


async def test_a_link_shows_a_button_and_is_spent_by_it_alone(desk: Desk) -> None:
    await accounts.invite(desk.home, "operator", "Oficina", "o@aurora.example", ["author"])
    link = await accounts.sign_in_link(desk.home, "operator", "o@aurora.example")
    for _ in range(3):  # A mail program looks at it, too.
        async with await desk.get(f"/sign-in?link={link}") as answer:
            assert link in await answer.text()
    assert (await desk.post("/sign-in", {"link": link})).status == 303
    assert (await desk.get("/desk")).status == 200
    again = Desk(desk.site)
    async with await again.post("/sign-in", {"link": link}) as answer:
        assert answer.status == 403
        assert "used already" in await answer.text()
    assert again.cookie == ""


async def test_the_cookie_is_kept_from_scripts_and_other_sites(desk: Desk) -> None:
    await accounts.invite(desk.home, "operator", "Oficina", "o@aurora.example", ["author"])
    link = await accounts.sign_in_link(desk.home, "operator", "o@aurora.example")
    answer = await desk.post("/sign-in", {"link": link})
    said = answer.headers["Set-Cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said
    assert "Path=/" in said
    assert said.startswith("desk-8481=")


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("https://aurora.example", "__Host-desk"),
        ("https://aurora.example/rights", "__Secure-desk"),
        ("http://localhost:8481", "desk-8481"),
    ],
)
async def test_the_cookies_name_says_how_strict_it_is(base: str, name: str) -> None:
    assert cookie_of(await home_of(base)) == name


async def test_a_session_that_was_there_before_is_not_the_one_after(desk: Desk) -> None:
    desk.cookie = fixed = "chosen-by-somebody-else"
    await desk.sign_in("author")
    assert desk.cookie != fixed
    assert (await Desk(desk.site, fixed).get("/desk")).status == 303


@pytest.mark.parametrize("path", ["/desk", "/desk/import", "/desk/import/template"])
async def test_nobody_comes_in_without_a_session(desk: Desk, path: str) -> None:
    async with await desk.get(path) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert (await desk.post("/desk/publish", {})).status == 403


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("https://evil.example", {}),
        ("null", {}),
        ("", {}),
        (BASE, {"Sec-Fetch-Site": "cross-site"}),
        (f"{BASE}.evil.example", {}),
    ],
)
async def test_forms_of_other_sites_are_refused(
    desk: Desk, origin: str, headers: dict[str, str]
) -> None:
    await desk.sign_in("admin")
    token = await desk.token()
    for path in (
        "/desk/publish",
        "/sign-out",
        "/desk/import",
        "/desk/tokens",
        "/desk/tokens/revoke",
    ):
        answer = await desk.post(path, {"token": token}, origin=origin, **headers)
        assert answer.status == 403
    assert (await desk.get("/desk")).status == 200


async def test_a_form_needs_its_own_sessions_token(desk: Desk) -> None:
    await desk.sign_in("admin")
    other = Desk(desk.site)
    await other.sign_in("publisher")
    for token in ("", "0" * 32, await other.token()):
        assert (await desk.post("/sign-out", {"token": token})).status == 403
    assert (await desk.post("/sign-out", {"token": await desk.token()})).status == 303
    assert (await desk.get("/desk")).status == 303


async def test_removed_people_and_old_sessions_are_out_at_once(desk: Desk) -> None:
    await desk.sign_in("author")
    await accounts.remove(desk.home, "operator", "author@aurora.example")
    assert (await desk.get("/desk")).status == 303
    clock = desk.home.now
    assert isinstance(clock, Clock)
    for wait in (IDLE + 60, ABSOLUTE + 60):
        later = Desk(desk.site)
        await later.sign_in("publisher" if wait < ABSOLUTE else "reviewer")
        clock.time += timedelta(seconds=wait)
        assert (await later.get("/desk")).status == 303


async def test_who_may_do_what_is_asked_each_time(desk: Desk) -> None:
    await desk.sign_in("reviewer")
    assert (await desk.get("/desk/import")).status == 403
    async with await desk.post("/desk/publish", {"token": await desk.token()}) as answer:
        assert answer.status == 403
        assert "publisher" in await answer.text()


async def test_staff_pages_are_kept_by_nobody(desk: Desk) -> None:
    await desk.sign_in("author")
    for path in ("/desk", "/desk/import", "/sign-in"):
        async with await desk.get(path) as answer:
            assert answer.headers["Cache-Control"] == "no-store"


async def test_a_sheet_is_looked_through_then_taken_and_then_published(desk: Desk) -> None:
    await desk.sign_in("author", "publisher")
    page = await desk.upload(SHEET)
    assert "S99" in page
    assert await drafts(desk.home) == {}
    [key] = set(re.findall(r"/desk/import/([0-9A-Z]{26})\?", page))
    async with await desk.get(f"/desk/import/{key}/errors?lang=es") as file:
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert b"S99" in await file.read()
    done = await desk.post(f"/desk/import/{key}?lang=es", {"token": await desk.token()})
    assert done.status == 200
    [draft] = await drafts(desk.home)
    assert "<form" not in (await desk.upload(SHEET)).partition("<h2>1.")[0].partition("role=")[2]
    async with await desk.post(
        "/desk/publish", {"token": await desk.token(), "draft": draft}
    ) as answer:
        assert draft in await answer.text()
    assert [held.entry.object for held in await own_records(desk.home)] == [draft]
    assert await drafts(desk.home) == {}


async def test_what_is_hostile_in_a_sheet_stays_text(desk: Desk) -> None:
    await desk.sign_in("author")
    page = read(await desk.upload(HOSTILE))
    assert not page.all("script")
    page = read(await desk.upload("título,acción\n<script>alert(1)</script>,S3\n"))
    assert not page.all("script")


async def test_a_file_is_its_officers_alone(desk: Desk) -> None:
    await desk.sign_in("author")
    page = await desk.upload(SHEET)
    [key] = set(re.findall(r"/desk/import/([0-9A-Z]{26})\?", page))
    other = Desk(desk.site)
    await other.sign_in("publisher")
    assert (await other.get(f"/desk/import/{key}/errors")).status == 404


async def test_a_file_that_is_too_large_or_no_sheet_is_refused_in_words(desk: Desk) -> None:
    await desk.sign_in("author")
    form = FormData()
    form.add_field("token", await desk.token())
    form.add_field("file", io.BytesIO(b"x" * (11 * 1024 * 1024)), filename="x.csv")
    assert (await desk.post("/desk/import", form)).status == 413
    form = FormData()
    form.add_field("token", await desk.token())
    form.add_field("file", io.BytesIO(b"PK\x03\x04 no workbook"), filename="x.xlsx")
    async with await desk.post("/desk/import", form) as answer:
        assert answer.status == 422
        assert "problem" in await answer.text()


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_an_empty_sheet_speaks_the_officers_language(desk: Desk, form: str) -> None:
    await desk.sign_in("author")
    async with await desk.get(f"/desk/import/template?kind=Practice&form={form}&lang=es") as file:
        assert file.status == 200
        data = await file.read()
    assert data.startswith(b"PK") if form == "xlsx" else "Título" in data.decode("utf-8-sig")


async def test_a_token_is_made_on_a_page_shown_once_and_ended(desk: Desk) -> None:
    await desk.sign_in("author")
    form = {"token": await desk.token(), "purpose": "<Noche>", "scope": "drafts", "days": "30"}
    async with await desk.post("/desk/tokens", form) as answer:
        assert answer.status == 200
        found = re.search(r"intercity_[A-Za-z0-9_-]{43}", await answer.text())
    assert found is not None
    held = await holder_of(desk.home, found[0])
    assert held is not None
    async with await desk.get("/desk/tokens") as answer:
        page = await answer.text()
    assert found[0] not in page
    assert "&lt;Noche&gt;" in page
    form = {"token": await desk.token(), "key": held[0].id}
    assert (await desk.post("/desk/tokens/revoke", form)).status == 303
    assert await holder_of(desk.home, found[0]) is None


async def test_a_token_of_another_is_an_admins_to_end_and_none_reaches_too_far(desk: Desk) -> None:
    await desk.sign_in("author")
    form = {"token": await desk.token(), "purpose": "x", "scope": "publish", "days": "30"}
    async with await desk.post("/desk/tokens", form) as answer:
        assert answer.status == 400
        assert "found publish" in await answer.text()
    form["scope"] = "drafts"
    assert (await desk.post("/desk/tokens", form)).status == 200
    ((token, _),) = await tokens(desk.home)
    other = Desk(desk.site)
    await other.sign_in("publisher")
    end = {"token": await other.token(), "key": token.id}
    assert (await other.post("/desk/tokens/revoke", end)).status == 403
    async with await other.get("/desk/tokens") as answer:
        assert token.id not in await answer.text()
    await other.sign_in("admin")
    end = {"token": await other.token(), "key": token.id}
    assert (await other.post("/desk/tokens/revoke", end)).status == 303
    assert await tokens(desk.home) == []
