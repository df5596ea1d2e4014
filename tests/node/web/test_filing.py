"""Evidence that staff uploads: kept under its hash, handed over, and never shown as a page."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import FormData

from node.core.media import LARGEST
from node.service.drafts import draft, put_draft
from node.service.files import files
from tests.homes import Clock, home_of, practice
from tests.node.core.test_media import photo
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk

PDF = b"%PDF-1.7\nwhat the council decided"


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with site_of(await home_of(BASE, clock=Clock())) as site:
        yield Desk(site)


async def send(desk: Desk, data: bytes, name: str, reach: str = "public") -> tuple[int, str]:
    form = FormData(quote_fields=False)  # As browsers write a file's name.
    form.add_field("token", await desk.token("/desk/files"))
    form.add_field("reach", reach)
    form.add_field("file", io.BytesIO(data), filename=name, content_type="text/html")
    async with await desk.post("/desk/files", form) as answer:
        return answer.status, await answer.text()


async def test_a_public_file_is_handed_over_under_its_hash(desk: Desk) -> None:
    await desk.sign_in("author")
    status, page = await send(desk, PDF, "Acta del pleno.html")
    digest = hashlib.sha256(PDF).hexdigest()
    assert status == 200
    assert f"{BASE}/files/{digest}/Acta-del-pleno.pdf" in page
    stranger = Desk(desk.site)
    async with await stranger.get(f"/files/{digest}/Acta-del-pleno.pdf") as answer:
        assert (answer.status, await answer.read()) == (200, PDF)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_internal_file_is_there_for_staff_alone(desk: Desk) -> None:
    await desk.sign_in("author")
    await send(desk, PDF, "nota.pdf", reach="internal")
    [kept] = await files(desk.home)
    assert (await desk.get(kept.path)).status == 200
    async with await Desk(desk.site).get(f"/files/{kept.sha256}/x") as refused:
        assert refused.status == 404
        assert "nota" not in await refused.text()


async def test_a_file_is_internal_where_nobody_said_otherwise(desk: Desk) -> None:
    await desk.sign_in("author")
    await send(desk, PDF, "nota.pdf", reach="")
    [kept] = await files(desk.home)
    assert kept.reach == "internal"


async def test_a_picture_is_kept_without_its_place(desk: Desk) -> None:
    await desk.sign_in("author")
    await send(desk, photo(), "plaza.jpg")
    [kept] = await files(desk.home)
    async with await desk.get(kept.path) as answer:
        assert b"A telephone" not in await answer.read()


@pytest.mark.parametrize("data", [b"<svg onload=alert(1)>", b"", b"MZ" + bytes(99)])
async def test_what_is_no_document_is_refused_in_words(desk: Desk, data: bytes) -> None:
    await desk.sign_in("author")
    status, page = await send(desk, data, "acta.pdf")
    assert status == 422
    assert "expected" in page
    assert await files(desk.home) == []


async def test_what_is_too_large_is_not_read_to_its_end(desk: Desk) -> None:
    await desk.sign_in("author")
    status, _ = await send(desk, b"%PDF-1.7" + bytes(LARGEST + 10), "big.pdf")
    assert status == 413
    assert await files(desk.home) == []


async def test_a_file_is_named_in_a_draft_once_with_its_hash(desk: Desk) -> None:
    await desk.sign_in("author")
    key = await put_draft(desk.home, practice())
    await send(desk, PDF, "acta.pdf")
    for _ in range(2):
        page = await desk.open("/desk/files")
        page = await desk.press(page, "attach", {"draft": key})
        assert "named in the draft" in page.text
    [part] = (await draft(desk.home, key))["evidence"]
    [kept] = await files(desk.home)
    assert part["contentUrl"] == f"{BASE}{kept.path}"
    assert part["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (part["encodingFormat"], part["contentSize"]) == ("application/pdf", len(PDF))


async def test_an_internal_file_is_no_evidence_for_everybody(desk: Desk) -> None:
    await desk.sign_in("author")
    key = await put_draft(desk.home, practice())
    await send(desk, PDF, "acta.pdf", reach="internal")
    [kept] = await files(desk.home)
    token = await desk.token("/desk/files")
    form = {"token": token, "do": "attach", "draft": key}
    async with await desk.post(f"/desk/files/{kept.sha256}", form) as answer:
        assert answer.status == 422
        assert "public file" in await answer.text()
    assert "evidence" not in await draft(desk.home, key)


async def test_a_file_that_was_taken_away_is_gone(desk: Desk) -> None:
    await desk.sign_in("publisher")
    await send(desk, PDF, "acta.pdf")
    [kept] = await files(desk.home)
    page = await desk.open("/desk/files")
    await desk.press(page, "away")
    assert (await desk.get(kept.path)).status == 404
    assert await files(desk.home) == []


async def test_a_reviewer_reads_and_adds_nothing(desk: Desk) -> None:
    await desk.sign_in("reviewer")
    assert (await desk.get("/desk/files")).status == 200
    assert (await desk.post("/desk/files", {"token": "x"})).status == 403
