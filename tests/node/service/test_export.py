"""One file with what is public: whole, countable, and the same each time."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import orjson
import pytest

from node.errors import NodeError
from node.service.export import export
from node.service.home import Home
from node.service.publish import publish, withdraw
from node.service.replicate import follow, sync_all
from node.service.sheets import ImportWish, import_sheet
from node.store.ports import Audience
from peers.encoding import parse_canonical
from peers.proofs import verify
from tests.homes import Web, home_of, need, practice, profile


@pytest.fixture
async def home() -> Home:
    web = Web()
    aurora = await home_of("https://aurora.example", web=web)
    hansol = await home_of("https://hansol.example", web=web)
    await publish(hansol, profile("Hansol", "KR"))
    await publish(aurora, profile())
    await publish(aurora, practice('=HYPERLINK("https://evil.example")'))
    gone = await publish(aurora, practice("Retirada"))
    await withdraw(aurora, gone.iri, "mistake")
    await publish(aurora, need("annual-report"), audience=Audience.MEMBERS)
    await follow(aurora, "https://hansol.example")
    await sync_all(aurora)
    return aurora


async def test_json_lines_are_the_signed_records(home: Home, tmp_path: Path) -> None:
    done = await export(home, "jsonld", tmp_path / "records.jsonld")
    lines = done.path.read_bytes().splitlines()
    records = [parse_canonical(line) for line in lines]
    assert [record["id"] for record in records] == sorted(record["id"] for record in records)
    assert done.count == len(records) == 3
    assert done.sha256 == hashlib.sha256(done.path.read_bytes()).hexdigest()
    own = next(record for record in records if record["id"] == home.profile_iri)
    verify(own, home.keys.record.public)


async def test_n_quads_are_the_graph_stores_own(home: Home, tmp_path: Path) -> None:
    done = await export(home, "nquads", tmp_path / "records.nq")
    assert done.path.read_bytes() == await home.graph.dump()


async def test_a_table_opens_in_a_spreadsheet_without_running_anything(
    home: Home, tmp_path: Path
) -> None:
    done = await export(home, "csv", tmp_path / "records.csv")
    text = done.path.read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0][:2] == ["Type", "Id"]
    assert len(rows) > 2
    assert not [cell for row in rows[1:] for cell in row if cell[:1] in "=+-@" and cell]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_a_table_imports_again_and_changes_nothing(
    form: str, home: Home, tmp_path: Path
) -> None:
    done = await export(home, form, tmp_path / f"records.{form}", own=True)
    read = await import_sheet(home, done.path.read_bytes(), ImportWish())
    assert [row.state for row in read.rows] == ["unchanged"] * done.count


async def test_our_own_alone(home: Home, tmp_path: Path) -> None:
    done = await export(home, "jsonld", tmp_path / "own.jsonld", own=True)
    agents = {orjson.loads(line)["publisher"] for line in done.path.read_bytes().splitlines()}
    assert agents == {home.agent}


async def test_the_same_records_give_the_same_file(home: Home, tmp_path: Path) -> None:
    for form in ("jsonld", "nquads", "csv", "xlsx"):
        one = await export(home, form, tmp_path / f"1.{form}")
        two = await export(home, form, tmp_path / f"2.{form}")
        assert one.sha256 == two.sha256


async def test_what_cannot_be_written_is_said_and_leaves_nothing(
    home: Home, tmp_path: Path
) -> None:
    with pytest.raises(NodeError, match="cannot be written"):
        await export(home, "csv", tmp_path / "absent" / "x.csv")
    with pytest.raises(NodeError, match="expected a form"):
        await export(home, "docx", tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
