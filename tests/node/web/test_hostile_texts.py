"""Hostile text in every field of every kind of record: it is shown as text, on every page."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
import pytest_asyncio

from node.service.export import export
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.records import own_records
from node.store.tantivy import open_tantivy
from tests.homes import home_of
from tests.hostile.records import covering, examples, poisoned, tampered
from tests.hostile.texts import TEXTS
from tests.node.web.conftest import Site, site_of
from tests.node.web.reading import read
from tests.node.web.test_pages import PAGES, check, crawl
from vocab.records import KINDS
from vocab.shapes import Severity
from vocab.shapes import check as check_record

pytestmark = pytest.mark.asyncio(loop_scope="session")

CITY = "http://localhost:8471"
NETWORK = "http://localhost:8472"
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")


async def poison(home: Home, agent: str) -> None:
    """Publish each type with each kind of text in each of its fields."""
    documents = covering(examples(home.base_url, agent))
    await publish_many(
        home,
        [
            poisoned(one, turn, home.entropy)
            for turn in range(len(TEXTS))
            for one in documents
            if turn == 0 or one["type"] not in {"City", "Organization"}
        ],
    )
    await catch_up(home)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def poisoned_city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A city whose every text is hostile, found by the index that nodes have."""
    async with open_tantivy(tmp_path_factory.mktemp("poisoned") / "text") as text:
        home = replace(await home_of(CITY), text=text)
        await poison(home, "city")
        async with site_of(home) as site:
            yield site


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def poisoned_network() -> AsyncIterator[Site]:
    """A network of which the same is true."""
    home = await home_of(NETWORK, role="network")
    await poison(home, "organization")
    async with site_of(home) as site:
        yield site


async def test_there_is_one_of_every_kind(poisoned_city: Site, poisoned_network: Site) -> None:
    assert len(TEXTS) == 43
    kinds, said = set(), ""
    for site in (poisoned_city, poisoned_network):
        for held in await own_records(site.home):
            assert held.body is not None
            kinds.add(json.loads(held.body.record)["type"])
            said += held.body.record.decode()
    assert kinds == set(KINDS)
    for name, text in TEXTS.items():
        assert json.dumps(text[:150], ensure_ascii=False)[1:-1].strip() in said, name


async def show_each(site: Site) -> int:
    """Show every record's page; how many there were."""
    shown = 0
    for held in await own_records(site.home):
        path = held.entry.object.removeprefix(site.home.base_url)
        async with await site.get(path, Accept="text/html") as answer:
            if answer.status == 303:
                continue
            page = read(await answer.text())
        check(page, hostile=True)
        assert not page.all("img"), path
        assert {one.get("action", "/")[0] for one in page.all("form")} <= {"/"}, path
        for link in page.links:
            assert urlsplit(link).scheme in {"", "http", "https", "mailto"}, link
        shown += 1
    return shown


async def test_every_record_is_shown_as_text(poisoned_city: Site) -> None:
    """The reader refuses scripts, styles and handlers, and any tag left open."""
    assert await show_each(poisoned_city) > 1200


async def test_so_are_those_of_a_network(poisoned_network: Site) -> None:
    assert await show_each(poisoned_network) > 100


async def test_every_list_shows_it_as_text(poisoned_city: Site) -> None:
    queries = ["/search?q=script", "/search?q=%3Cscript%3E", "/search?q=onerror", "/compare?c=x"]
    assert await crawl(poisoned_city, [*PAGES, *queries], most=130, hostile=True) > 100


@pytest.mark.parametrize(
    "path", ["/search?q={}", "/practices?city={}", "/cities?q={}", "/compare?c={}", "/verify?u={}"]
)
async def test_what_a_visitor_asks_comes_back_as_text(poisoned_city: Site, path: str) -> None:
    for name, text in TEXTS.items():
        asked = path.format(quote(text[:1500]))
        async with await poisoned_city.get(asked, Accept="text/html") as answer:
            assert answer.status < 500, name
            check(read(await answer.text()), hostile=True)


async def test_a_profile_is_shown_as_text_whatever_it_says() -> None:
    """The page that everybody sees first, in each of its versions."""
    home = await home_of("http://localhost:8473")
    [profile] = [one for one in examples(home.base_url) if one["type"] == "City"][:1]
    async with site_of(home) as site:
        for turn in range(len(TEXTS)):
            changed = poisoned(profile, turn, home.entropy)
            await publish_many(home, [{**changed, "version": turn + 1}])
            await catch_up(home)
            for path in ("/", "/cities", "/cities/localhost%3A8473", "/about", "/city/v/1"):
                check(read(await site.page(path)), hostile=True)


async def test_what_has_a_form_of_its_own_is_refused_or_shown_as_text() -> None:
    """Dates, addresses, codes and names of files: four kinds of text in each."""
    home = await home_of("http://localhost:8474")
    base, refused, taken = home.base_url, 0, []
    for document in [*examples(base), *examples(base, "organization")]:
        for where, kind, one in tampered(document):
            findings = [
                found for found in check_record(one) if found.severity is Severity.VIOLATION
            ]
            refused += bool(findings)
            assert all(found.message and found.mend for found in findings), (where, kind)
            if not findings:
                taken.append(poisoned(one, 0, home.entropy))
    assert refused > 1000
    assert 0 < len(taken) < 100
    await publish_many(home, taken)
    async with site_of(home) as site:
        assert await show_each(site) == len(taken)


async def test_a_sign_that_turns_text_round_is_kept_inside_its_field(poisoned_city: Site) -> None:
    """Everything a record says stands in a ``bdi`` or in a block with a direction of its own."""
    turned = 0
    for number in range(1, 6):
        html = await poisoned_city.page(f"/search?q=desrever&page={number}")
        for part in html.split("\u202e")[:-1]:
            turned += 1
            opened = max(part.rfind("<bdi"), part.rfind("<title"), part.rfind('="'))
            assert opened > max(part.rfind("</bdi"), part.rfind("</title"))
    assert turned


async def test_the_feed_stays_well_formed_to_its_end(poisoned_city: Site) -> None:
    path, entries = "/feed.atom", 0
    atom = "{http://www.w3.org/2005/Atom}"
    for _ in range(200):
        async with await poisoned_city.get(path) as answer:
            root = ElementTree.fromstring(await answer.read())  # noqa: S314 - our own feed
        entries += len(root.findall(f"{atom}entry"))
        links = {one.get("rel"): one.get("href", "") for one in root.findall(f"{atom}link")}
        if "next" not in links:
            break
        path = links["next"].removeprefix(CITY)
    assert entries > 1200


async def test_headers_stay_one_line_each(poisoned_city: Site) -> None:
    for held in (await own_records(poisoned_city.home))[:300]:
        path = held.entry.object.removeprefix(CITY)
        async with await poisoned_city.get(path, Accept="text/turtle") as answer:
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
            assert "evil" not in answer.headers.get("Link", "").replace("evil.example", "")


async def test_no_cell_of_an_export_is_a_formula(poisoned_city: Site, tmp_path: Path) -> None:
    """As a table of text a spreadsheet program shows what was said, and computes nothing."""
    done = await export(poisoned_city.home, "csv", tmp_path / "all.csv")
    assert done.count > 1200
    rows = list(csv.reader(io.StringIO((tmp_path / "all.csv").read_text("utf-8-sig"))))
    risky = {cell for row in rows for cell in row if FORMULA.match(cell)}
    assert not {cell for cell in risky if not NUMBER.fullmatch(cell)}
    guarded = [cell for row in rows for cell in row if cell.startswith("'=")]
    assert guarded, "what was published begins with a formula's sign"
    await export(poisoned_city.home, "xlsx", tmp_path / "all.xlsx")
    with ZipFile(tmp_path / "all.xlsx") as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        for name in sheets:
            text = book.read(name)
            assert b"<f>" not in text
            assert b"<f " not in text
            assert b"hyperlink" not in text
