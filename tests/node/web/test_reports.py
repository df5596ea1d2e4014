"""A year is gone through item by item, reported on, and read by everybody in many forms."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import docx
import orjson
import pytest
import pytest_asyncio
from pypdf import PdfReader

from node.core.sheets.xlsx_reading import read_xlsx
from node.service.index import catch_up
from node.service.publish import publish_many
from node.web.paper import can_print
from peers.proofs import method_of, verify
from tests.homes import FW, Clock, home_of, practice, profile
from tests.needs import need
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk, Page

ACTION = f"{FW}action/complaint-oversight-redress-mechanism"
IN_PLACE = "https://w3id.org/intercity/ns#state/in-place"
LAST = {
    "type": "ProgressReport",
    "title": {"es": "Informe de derechos humanos 2025"},
    "periodStart": "2025-01-01",
    "periodEnd": "2025-12-31",
    "setbacks": {"es": "La oficina del norte cerró en agosto."},
    "whoWasConsulted": {"es": "Doce asambleas de barrio."},
}


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = Clock(datetime(2026, 11, 1, 9, tzinfo=UTC))
    home = await home_of(BASE, clock=clock)
    target = "http://metadata.un.org/sdg/16.7"
    status = {
        "type": "ActionStatus",
        "action": ACTION,
        "state": IN_PLACE,
        "since": "2019",
        "reviewed": "2025-11-20",
    }
    await publish_many(home, [profile(), status, practice(sdgTargets=[target]), LAST])
    await catch_up(home)
    async with site_of(home) as site:
        officer = Desk(site)
        await officer.sign_in_as("Amaru", "author", "publisher")
        yield officer


async def test_last_year_is_confirmed_item_by_item(desk: Desk) -> None:
    page = await desk.open("/desk/reports/2026")
    assert "Nobody has looked at these in 2026" in page.text
    page = await desk.press(page, "Still true, reviewed today S3")
    assert page.path.startswith("/desk/reports/2026?done=S3")
    assert "was looked at in 2026" in page.text
    assert "Nobody has looked" not in page.text


async def reported(desk: Desk) -> Page:
    """The year's own report, written and published."""
    page = await desk.press(await desk.open("/desk/reports/2026"), "Begin with last year's report")
    assert page.form("publish").fields["title.es"] == ["Informe de derechos humanos 2026"]
    assert page.form("publish").fields["periodEnd"] == ["2026-12-31"]
    page = await desk.press(page, "publish")
    page = await desk.press(page, "publish")
    assert page.path.startswith("/desk/receipts/"), page.text
    return page


async def test_the_year_is_public_once_its_report_is(desk: Desk) -> None:
    for path in ("/reports/2026", "/reports/2026/vlr", "/reports/2026.docx"):
        async with await desk.site.get(path) as answer:
            assert answer.status == 404
    await reported(desk)
    page = await desk.open("/reports/2026?lang=en")
    assert "Informe de derechos humanos 2026" in page.text
    assert "La oficina del norte cerró en agosto." in page.text
    assert "Doce asambleas de barrio." in page.text
    assert page.text.count("Not reported–") == 27
    page = await desk.open("/reports/2026/vlr?lang=en")
    assert "Target 16.7" in page.text
    assert "Una defensoría que va a los barrios" in page.text
    listed = await desk.open("/reports")
    assert {"/reports/2026", "/reports/2025"} <= set(listed.links)


async def test_a_report_that_was_begun_is_gone_on_with(desk: Desk) -> None:
    page = await desk.press(await desk.open("/desk/reports/2026"), "Begin with last year's report")
    await desk.press(page, "save")
    again = await desk.press(await desk.open("/desk/reports/2026"), "Go on writing")
    assert again.path.partition("?")[0] == page.path.partition("?")[0]


@pytest.mark.parametrize("year", ["2019", "2030"])
async def test_a_year_without_a_node_has_no_report(desk: Desk, year: str) -> None:
    assert (await desk.open(f"/desk/reports/{year}")).status == 404


@pytest.mark.parametrize("path", ["/reports/2026", "/reports/2026/vlr"])
async def test_every_file_says_the_same(desk: Desk, path: str) -> None:
    await reported(desk)
    said = (await desk.open(f"{path}?lang=ko")).text
    async with await desk.site.get(f"{path}.docx?lang=ko") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        document = docx.Document(io.BytesIO(await answer.read()))
    assert document.core_properties.language == "ko"
    paragraphs = [one.text for one in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for text in (*paragraphs, *cells):
        assert " ".join(text.split()) in said
    async with await desk.site.get(f"{path}.jsonld") as answer:
        records = orjson.loads(await answer.read())
    assert records
    for record in records:
        method = method_of(record)
        verify(record, desk.home.document.record_keys[method], method=method)
    async with await desk.site.get(f"{path}.xlsx?lang=es") as answer:
        sheets = read_xlsx(await answer.read())
    assert sum(len(sheet.rows) for sheet in sheets) >= len(records)


@pytest.mark.parametrize("language", ["ar", "zh", "en"])
async def test_the_pdf_is_tagged_and_says_its_language(desk: Desk, language: str) -> None:
    need("pdf", present=can_print(), reason="WeasyPrint, or the Pango that it needs, is not here")
    await reported(desk)
    async with await desk.site.get(f"/reports/2026.pdf?lang={language}") as answer:
        data = await answer.read()
        assert (answer.status, answer.content_type) == (200, "application/pdf")
    pdf = PdfReader(io.BytesIO(data))
    assert "'/Marked': True" in str(pdf.root_object["/MarkInfo"])
    assert str(pdf.root_object["/Lang"]) == language
    assert [one.title for one in pdf.outline if not isinstance(one, list)]
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Informe de derechos humanos 2026"
    fonts = {one for page in pdf.pages for one in page._get_fonts()[0]}
    assert any(one.endswith("+Paper") for one in fonts), "our own font, not whatever is installed"
