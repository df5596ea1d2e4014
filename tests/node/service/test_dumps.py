"""A day's dump can be made again to the byte, and holds nothing that was erased."""

from __future__ import annotations

import asyncio
import csv
import gzip
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from node.app import build, make_node
from node.app.building import now
from node.config import load
from node.control import run
from node.errors import NodeError, NotFound
from node.service.dumps import at, dumps, file_of, make_due, make_dump
from node.service.erase import erase, erase_withdrawn
from node.service.home import Home
from node.service.publish import publish, publish_many, withdraw
from tests.homes import FW, Clock, practice

DAY = date(2026, 3, 1)
BASE = "http://localhost:8532"
ACTION = f"{FW}action/complaint-oversight-redress-mechanism"
STATE = "https://w3id.org/intercity/ns#state"


@pytest_asyncio.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """A city's node, made for real a moment ago; its clock goes on from then."""
    await asyncio.to_thread(
        partial(make_node, tmp_path / "a", name={"es": "Villa Aurora"}, country="AR", base_url=BASE)
    )
    config = load(tmp_path / "a" / "config.toml", {})
    async with build(config, clock=Clock(now())) as made:
        yield made


def clock_of(home: Home) -> Clock:
    assert isinstance(home.now, Clock)
    return home.now


def next_day(home: Home) -> date:
    """Let the day end; the day that has ended."""
    clock = clock_of(home)
    day = clock.time.date()
    clock.time = datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(days=1)
    return day


def content(home: Home, day: date, name: str) -> bytes:
    data = file_of(home, day.isoformat(), name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


async def test_a_past_day_is_made_again_to_the_byte_a_hundred_records_later(
    home: Home, tmp_path: Path
) -> None:
    [kept] = await publish_many(home, [practice()])
    [gone] = await publish_many(home, [practice("Otra")])
    day = next_day(home)
    assert await make_due(home) == 1
    assert await make_due(home) == 0, "once a day"
    first = {name: content(home, day, name) for name in ("records.jsonl.gz", "records.nq.gz")}
    await publish(home, practice("Cambiada", id=kept.iri))
    await withdraw(home, gone.iri, "outdated")
    await publish_many(home, [practice(f"Práctica {n}") for n in range(100)])
    for form, name in (("jsonld", "records.jsonl.gz"), ("nquads", "records.nq.gz")):
        out = tmp_path / name
        asked = {"format": form, "path": str(out), "at": day.isoformat()}
        await run(home, "export", asked)
        assert out.read_bytes() == first[name]
    now = await at(home, clock_of(home).time.date())
    assert len(now) == len(first["records.jsonl.gz"].splitlines()) + 100 - 1


async def test_the_manifest_says_what_is_in_the_files(home: Home) -> None:
    await publish(home, practice())
    day = next_day(home)
    dump = await make_dump(home, day)
    assert dump == (await dumps(home))[0]
    for one in dump.files:
        data = file_of(home, dump.day, one.name).read_bytes()
        assert (one.size, one.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    [log] = dump.logs
    assert (log.origin, log.size) == (home.logs["public"], 3)  # type: ignore[index]
    assert log.checkpoint.startswith(log.origin)


async def test_tables_count_what_is_not_reported_and_keep_three_dates_apart(home: Home) -> None:
    status = {"type": "ActionStatus", "action": ACTION, "state": f"{STATE}/planned"}
    first = await publish(home, {**status, "since": "2019", "reviewed": "2025-11-20"})
    await publish(home, {**status, "id": first.iri, "state": f"{STATE}/in-place"})
    day = next_day(home)
    await make_dump(home, day)
    text = content(home, day, "cities-actions.csv").decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 27 + 2, "every action, and each version of what was said"
    assert {row["name_es"] or row["name_en"] for row in rows} == {"Villa Aurora"}
    said = [row for row in rows if row["action"] == "S3"]
    assert [row["state"] for row in said] == ["planned", "in-place"]
    assert [row["newest"] for row in said] == ["", "yes"]
    assert (said[0]["since"], said[0]["reviewed"]) == ("2019", "2025-11-20")
    assert said[0]["logged"].startswith(day.isoformat())
    assert {row["state"] for row in rows if row["action"] != "S3"} == {""}
    book = list(csv.DictReader(io.StringIO(content(home, day, "codebook.csv").decode())))
    columns = [row["column"] for row in book if row["table"] == "cities-actions"]
    assert columns == list(rows[0])


async def test_a_text_that_was_erased_is_in_no_dump(home: Home) -> None:
    receipt = await publish(home, practice("Un nombre que no debía estar"))
    days = [next_day(home)]
    await make_due(home)
    days.append(next_day(home))
    await make_due(home)
    assert b"que no deb" in content(home, days[0], "records.jsonl.gz")
    await erase(home, receipt.iri, "privacy")
    await erase_withdrawn(home)
    for dump in await dumps(home):
        assert dump.remade
        for one in dump.files:
            data = content(home, date.fromisoformat(dump.day), one.name)
            assert "que no debía".encode() not in data
            assert b"que no deb" not in data


async def test_old_dumps_are_thinned_to_the_first_of_each_month(home: Home) -> None:
    await publish(home, practice())
    for _ in range(70):
        next_day(home)
        await make_due(home)
    days = [date.fromisoformat(one.day) for one in await dumps(home)]
    newest = days[0]
    assert [one for one in days if newest - one <= timedelta(days=30)] == days[:31]
    assert {one.day for one in days[31:]} <= {1}


@pytest.mark.parametrize("name", ["../node.db", "dump.json/..", "x", "", "node.db"])
async def test_nothing_else_is_given_out(home: Home, name: str) -> None:
    await publish(home, practice())
    day = next_day(home)
    await make_dump(home, day)
    with pytest.raises(NotFound):
        file_of(home, day.isoformat(), name)
    with pytest.raises(NotFound):
        file_of(home, "../keys", "record-1.key")
    with pytest.raises(NodeError, match="expected a day that is over"):
        await make_dump(home, clock_of(home).time.date())
