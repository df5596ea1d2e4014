"""Importing: what a city's officer may expect of a file, good or bad."""

from __future__ import annotations

import base64
import csv
import io
from pathlib import Path
from typing import Any

import pytest

from node.core.review import text_digest
from node.core.sheets.table import ROWS
from node.errors import Invalid, Refused
from node.service import drafts
from node.service.drafts import draft, review_of
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish
from node.service.records import own_records
from node.service.reviews import approve, submit
from node.service.sheet_calls import import_call, list_drafts_call
from node.service.sheet_files import sheet_of, template
from node.service.sheets import Imported, ImportWish, import_sheet
from tests.homes import home_of, practice

SHEET = """título,acción,inicio,responsable de prensa
Una defensoría que va a los barrios,S3,2017-03,Ana
Consejo con la mitad de sus asientos,S2,2019,
"""


async def imported(home: Home, text: str | bytes, **wish: Any) -> Imported:
    data = text.encode() if isinstance(text, str) else text
    return await import_sheet(home, data, ImportWish(**{"language": "es", **wish}))


def states(done: Imported) -> list[str]:
    return [row.state for row in done.rows]


async def test_good_rows_become_drafts_and_nothing_is_published() -> None:
    home = await home_of()
    done = await imported(home, SHEET)
    assert states(done) == ["new", "new"]
    kept = await drafts.drafts(home)
    assert list(kept) == done.drafted
    assert {one["title"]["es"] for one in kept.values()} >= {"Consejo con la mitad de sus asientos"}
    assert await own_records(home) == []


async def test_columns_that_nobody_knows_are_kept_as_notes_and_named() -> None:
    home = await home_of()
    done = await imported(home, SHEET)
    assert done.outcomes[0].unknown == ("responsable de prensa",)
    assert await drafts.notes_of(home, done.drafted[0]) == {"responsable de prensa": "Ana"}
    assert await drafts.notes_of(home, done.drafted[1]) == {}


async def test_a_dry_run_finds_the_same_and_keeps_nothing() -> None:
    home = await home_of()
    dry = await imported(home, SHEET + "Otra,X9,2020,\n", dry_run=True)
    assert states(dry) == ["new", "new", "wrong"]
    assert await drafts.drafts(home) == {}
    wet = await imported(home, SHEET + "Otra,X9,2020,\n")
    assert [row.findings for row in wet.rows] == [row.findings for row in dry.rows]


async def test_the_same_file_twice_changes_nothing_before_and_after_publishing() -> None:
    home = await home_of()
    keys = (await imported(home, SHEET)).drafted
    kept = await home.desk.pages(drafts.DRAFT)
    assert states(await imported(home, SHEET)) == ["unchanged", "unchanged"]
    assert await home.desk.pages(drafts.DRAFT) == kept
    receipts = await drafts.publish_drafts(home, keys)
    assert [receipt.iri for receipt in receipts] == keys
    assert states(await imported(home, SHEET)) == ["unchanged", "unchanged"]
    assert await drafts.drafts(home) == {}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_export_imports_again_without_change(form: str) -> None:
    home = await home_of()
    receipts = [
        await publish(home, practice(title, started="2021")) for title in ("Uno", "=Dos", "Tres")
    ]
    data = sheet_of([await drafts.published(home, one.iri) or {} for one in receipts], form, "fr")
    done = await imported(home, data, language="ko")
    assert states(done) == ["unchanged"] * 3
    assert done.outcomes[0].unknown == ()


async def test_an_edited_export_changes_what_was_edited() -> None:
    home = await home_of()
    receipt = await publish(home, practice("Una defensoría", started="2021"))
    document = await drafts.published(home, receipt.iri)
    assert document is not None
    data = sheet_of([document], "csv", "es").replace(b"2021", b"2019")
    done = await imported(home, data)
    assert states(done) == ["changed"]
    changed = await drafts.publish_draft(home, receipt.iri)
    assert changed is not None
    assert changed.version == 2
    newest = await drafts.published(home, receipt.iri)
    assert newest is not None
    assert newest["started"] == "2019"


async def test_a_sheet_with_few_columns_leaves_the_other_fields_alone() -> None:
    home = await home_of()
    receipt = await publish(home, {**practice(started="2021"), "title": {"es": "Una", "en": "One"}})
    done = await imported(home, f"id,título [es],inicio\n{receipt.iri},Otra,\n", kind="Practice")
    assert states(done) == ["changed"]
    kept = await drafts.draft(home, receipt.iri)
    assert kept["title"] == {"es": "Otra", "en": "One"}
    assert "action" in kept
    assert "started" not in kept, "an empty cell takes the field away"


async def test_there_is_one_status_of_an_action() -> None:
    home = await home_of()
    sheet = "acción,estado,desde\nS3,{},2021\nS2,Prevista,2026\n"
    first = await imported(home, sheet.format("En curso"))
    await drafts.publish_drafts(home, first.drafted)
    second = await imported(home, sheet.format("En vigor"))
    assert states(second) == ["changed", "unchanged"]
    assert second.drafted == first.drafted[:1]


async def test_rows_that_say_the_same_are_taken_once() -> None:
    home = await home_of()
    row = "Una defensoría,S3,2017\n"
    done = await imported(home, f"título,acción,inicio\n{row}{row}")
    assert states(done) == ["new", "unchanged"]
    assert [one.finding.code for one in done.rows[1].findings] == ["row-twice"]


async def test_an_address_that_stands_twice_is_found() -> None:
    home = await home_of()
    receipt = await publish(home, practice())
    rows = "".join(f"{receipt.iri},Título {n},S3\n" for n in (1, 2))
    done = await imported(home, f"id,título,acción\n{rows}")
    assert states(done) == ["changed", "wrong"]
    assert [one.finding.code for one in done.rows[1].findings] == ["id-twice"]


async def test_somebody_elses_record_is_not_changed() -> None:
    home = await home_of()
    iri = "https://hansol.example/practice/01KJ0PRKZ2WWA2WZ9G6J20C5RF"
    done = await imported(home, f"id,título,acción\n{iri},Título,S3\n")
    assert states(done) == ["wrong"]
    assert "not-ours" in {one.finding.code for one in done.rows[0].findings}


async def test_a_returned_sheet_with_mended_rows_brings_only_those() -> None:
    home = await home_of()
    answer = await import_call(
        home,
        data=base64.b64encode(f"{SHEET}Otra,X9,2020,\n".encode()).decode(),
        language="es",
        back="csv",
    )
    assert (answer["new"], answer["wrong"]) == (2, 1)
    file = base64.b64decode(answer["file"])
    assert file.decode("utf-8-sig").startswith("Errores,título")
    mended = file.replace(b"X9", b"T4")
    assert states(await imported(home, mended)) == ["unchanged", "unchanged", "new"]


@pytest.mark.parametrize(
    ("headings", "language"),
    [
        ("título,acción,inicio", "es"),
        ("titre,action,début", "fr"),
        ("العنوان,الإجراء,تاريخ البدء", "ar"),
        ("제목,조치,시작", "ko"),
        ("Titel,Maßnahme,Beginn", "de"),
        ("title,action code,start date", "en"),
        ("titel,masnahme,begin", "de"),
    ],
)
async def test_headings_are_known_in_every_language(headings: str, language: str) -> None:
    home = await home_of()
    done = await imported(home, f"{headings}\nX,S3,2021\n", language=language, dry_run=True)
    assert (done.outcomes[0].kind, done.outcomes[0].unknown) == ("Practice", ())
    assert states(done) == ["new"]
    assert done.outcomes[0].rows[0].document["title"] == {language: "X"}


async def test_a_heading_can_be_told() -> None:
    home = await home_of()
    done = await imported(
        home, "Obra,S\nX,S3\n", kind="Practice", given={"obra": "title", "S": "action"}
    )
    assert states(done) == ["new"]


HOSTILE = {
    "formula": ("=1+1,S3,2021", "formula"),
    "control characters": ("a\x01b,S3,2021", "control-character"),
    "no date": ("x,S3,2021-13-45", "partial-date"),
    "two dates in one": ("x,S3,5/3/2021", "partial-date"),
    "no action": ("x,S99,2021", "unknown-concept"),
    "two for one": ("x,S3;S3,2021", "repeated"),
    "too long": (f"{'x' * 201},S3,2021", "too-long"),
    "a megabyte": (f"{'x' * 2**20},S3,2021", "cell-too-large"),
    "nothing but spaces": ("   ,S3,2021", "missing"),
}


@pytest.mark.parametrize(("row", "code"), HOSTILE.values(), ids=list(HOSTILE))
async def test_hostile_cells_end_in_findings_and_never_in_half_a_row(row: str, code: str) -> None:
    home = await home_of()
    done = await imported(home, f"título,acción,inicio\n{row}\nBuena,S2,2020\n")
    assert states(done) == ["wrong", "new"]
    found = done.rows[0].findings
    assert code in {one.finding.code for one in found}
    assert all(one.row == 2 for one in found)
    assert len(await drafts.drafts(home)) == 1


async def test_a_file_that_is_wrong_throughout_is_refused_whole() -> None:
    home = await home_of()
    rows = "Buena,S2,2020\n" + "x,S99,mayo\n" * 20_000
    done = await imported(home, f"título,acción,inicio\n{rows}")
    assert [one.finding.code for _, one in done.findings] == ["too-many-findings"]
    assert set(states(done)) == {"wrong"}
    assert await drafts.drafts(home) == {}


async def test_fifty_thousand_rows_become_drafts_together() -> None:
    home = await home_of()
    rows = "".join(f"Práctica {n},S3,2021\n" for n in range(ROWS))
    done = await imported(home, f"título,acción,inicio\n{rows}")
    assert done.count("new") == ROWS
    assert len(await home.desk.pages(drafts.DRAFT)) == ROWS


async def test_what_cannot_be_read_is_refused_in_the_officers_language() -> None:
    home = await home_of()
    with pytest.raises(Invalid, match="comilla"):
        await imported(home, 'título\n"')
    done = await imported(home, "a,b\n1,2\n")
    assert [one.finding.code for _, one in done.findings] == ["no-type"]


async def test_a_template_filled_in_is_imported() -> None:
    home = await home_of()
    text = template("ActionStatus", ["es"], "es", "csv").decode("utf-8-sig")
    headings = text.strip().split(",")
    words = {"Acción": "S3", "Estado": "En vigor", "Desde": "2021"}
    cells = [words.get(one, "") for one in headings]
    done = await imported(home, f"{text}{','.join(cells)}\n")
    assert states(done) == ["new"]
    with pytest.raises(Invalid, match="ActionStatus"):
        template("Invoice", ["es"], "es")


async def test_json_ld_is_imported_as_it_is() -> None:
    home = await home_of()
    lines = '{"type":"Practice","title":{"es":"Una"},"action":["%s"]}\n{"type":"Practice"}\n3\n'
    action = "https://w3id.org/intercity/framework/action/annual-report"
    done = await imported(home, lines % action, name="all.jsonld")
    assert states(done) == ["new", "wrong", "wrong"]
    assert {one.heading for one in done.rows[1].findings} == {"/title", "/action"}
    assert states(await imported(home, lines % action, name="all.jsonld"))[0] == "unchanged"
    with pytest.raises(Invalid, match="expected JSON-LD"):
        await imported(home, "{", name="x.json")


async def test_drafts_are_listed_published_and_dropped() -> None:
    home = await home_of()
    keys = (await imported(home, SHEET)).drafted
    listed = (await list_drafts_call(home, language="es"))["drafts"]
    assert {one["key"] for one in listed} == set(keys)
    await drafts.drop_draft(home, keys[0])
    assert await drafts.publish_draft(home, keys[1]) is not None
    assert await drafts.drafts(home) == {}


async def test_importing_again_publishes_the_drafts_that_wait() -> None:
    home = await home_of()
    data = base64.b64encode(SHEET.encode()).decode()
    await import_call(home, data=data, language="es")
    answer = await import_call(home, data=data, language="es", publish=True)
    assert (answer["unchanged"], len(answer["receipts"])) == (2, 2)
    assert await drafts.drafts(home) == {}


async def test_publishing_a_draft_again_after_a_crash_says_nothing_twice() -> None:
    home = await home_of()
    key = await drafts.put_draft(home, practice())
    document = await drafts.draft(home, key)
    assert await drafts.publish_draft(home, key) is not None
    await drafts.put_draft(home, document)
    assert await drafts.publish_draft(home, key) is None
    assert len(await own_records(home)) == 1


async def test_the_facts_about_real_cities_import_without_loss(shared: Path) -> None:
    """City, country and code are enough: the column of slugs only says the codes again."""
    home = await home_of("https://observatory.example", role="observer")
    data = (shared / "data" / "human_rights_city_facts.csv").read_bytes()
    answer = await import_call(
        home, data=base64.b64encode(data).decode(), filename="facts.csv", publish=True
    )
    assert (answer["new"], answer["wrong"], len(answer["receipts"])) == (68, 0, 68)
    assert answer["sheets"][0]["type"] == "Assessment"
    assert answer["sheets"][0]["unknown"] == []
    await catch_up(home)
    said = [await drafts.published(home, one["iri"]) or {} for one in answer["receipts"]]
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    for row, record in zip(rows, said, strict=True):
        assert record["subjectName"] == {"en": row["city"]}
        assert record["subjectCountry"] == row["country_iso2"]
        assert record["action"].endswith(f"/{row['action']}")
        assert record["statement"] == {"en": row["statement"]}
        assert record["source"] == row["source"]
        assert record.get("date", "") == row["date"]
        assert record["subject"].startswith("https://sws.geonames.org/")


async def test_whoever_sends_a_sheet_has_written_what_it_says() -> None:
    home = await home_of("https://aurora.example", two_people=True)
    sheet = "título,acción\nUna oficina,S3\n".encode()
    wish = ImportWish(name="obras.csv", language="es", tag="es", who="amaru")
    done = await import_sheet(home, sheet, wish)
    (key,) = done.drafted
    assert (await review_of(home, key)).writers == ("amaru",)
    await submit(home, "benita", key)
    with pytest.raises(Refused, match="yourself"):
        await approve(home, "amaru", key, text_digest(await draft(home, key)))
