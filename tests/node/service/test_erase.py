"""Erasing: nothing of the text is left, here and at whoever follows, and everybody hears of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.errors import Gone, NotFound, Refused
from node.service.append import open_logs
from node.service.contacts import follow
from node.service.erase import erase, erase_withdrawn, erased, take_receipt
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish, withdraw
from node.service.replicate import sync_all
from node.store.oxigraph import open_oxigraph
from node.store.ports import SearchWish
from node.store.sqlite import open_sqlite
from node.store.tantivy import open_tantivy
from peers.keychange import recovery_hash
from peers.limits import Limits
from peers.log import EntryKind
from peers.notify import ErasureReceipt, read_message
from tests.homes import Web, home_of, practice, recovery_of

NAME = "Zqxjkv-the-name-that-must-not-stay"


@dataclass(frozen=True, slots=True)
class Pair:
    """A city, and a city that follows it."""

    aurora: Home
    hansol: Home
    iri: str
    base: str


@pytest.fixture
async def pair() -> Pair:
    web = Web()
    aurora = await home_of("https://aurora.example", web=web)
    hansol = await home_of("https://hansol.example", web=web)
    await follow(hansol, aurora.base_url)
    await follow(aurora, hansol.base_url)
    first = await publish(aurora, practice("Una oficina nueva"))
    await publish(aurora, {**practice(NAME), "id": first.iri})
    await sync_all(hansol)
    await catch_up(hansol)
    return Pair(aurora, hansol, first.iri, aurora.base_url)


async def texts(home: Home, iri: str) -> list[bytes]:
    """The text of each version before the withdrawal that is still held."""
    versions = await home.ledger.versions(iri)
    return [
        one.body.record
        for one in versions
        if one.body is not None and one.entry.kind is not EntryKind.DELETE
    ]


async def receipts(home: Home, iri: str) -> list[ErasureReceipt]:
    """What the home owes about a record."""
    messages = [read_message(one.body, Limits()) for one in await home.desk.messages(iri)]
    return [one for one in messages if isinstance(one, ErasureReceipt)]


async def test_a_plain_withdrawal_erases_nothing(pair: Pair) -> None:
    await withdraw(pair.aurora, pair.iri, "outdated")
    await sync_all(pair.hansol)
    assert await erase_withdrawn(pair.hansol) == 0
    assert len(await texts(pair.aurora, pair.iri)) == len(await texts(pair.hansol, pair.iri)) == 2


async def test_an_erasure_reaches_the_follower_and_its_receipt_comes_back(pair: Pair) -> None:
    await erase(pair.aurora, pair.iri, "privacy")
    assert await texts(pair.aurora, pair.iri) == []
    assert len(await texts(pair.hansol, pair.iri)) == 2
    await sync_all(pair.hansol)
    assert await erase_withdrawn(pair.hansol) == 1
    assert await texts(pair.hansol, pair.iri) == []
    [before] = await erased(pair.aurora)
    assert list(before.waiting) == [pair.hansol.document.did.text]
    assert before.receipts == {}
    [receipt] = await receipts(pair.hansol, pair.iri)
    await take_receipt(pair.aurora, receipt)
    [after] = await erased(pair.aurora, pair.iri)
    assert list(after.receipts) == [pair.hansol.document.did.text]
    assert after.waiting == {}
    kept = datetime.fromisoformat(after.backups[pair.hansol.document.did.text])
    assert kept.replace(tzinfo=UTC) > pair.hansol.now() + timedelta(days=28)


async def test_erasing_twice_does_nothing_more(pair: Pair) -> None:
    await erase(pair.aurora, pair.iri, "privacy")
    await sync_all(pair.hansol)
    assert await erase_withdrawn(pair.hansol) == 1
    assert await erase_withdrawn(pair.hansol) == 0
    assert len(await receipts(pair.hansol, pair.iri)) == 1
    with pytest.raises(Gone):
        await erase(pair.aurora, pair.iri, "privacy")


async def test_an_interrupted_erasure_is_done_again(pair: Pair) -> None:
    """The mark is lost with a restored desk: what the log asks for is done again, to the end."""
    await erase(pair.aurora, pair.iri, "privacy")
    await sync_all(pair.hansol)
    await erase_withdrawn(pair.hansol)
    for audience in ("public", "members"):
        await pair.hansol.desk.drop_page("erasure-mark", audience)
    assert await erase_withdrawn(pair.hansol) == 1
    assert len(await receipts(pair.hansol, pair.iri)) == 1


async def test_what_was_withdrawn_can_be_erased_later(pair: Pair) -> None:
    await withdraw(pair.aurora, pair.iri, "outdated")
    await sync_all(pair.hansol)
    await erase(pair.aurora, pair.iri, "privacy")
    assert await texts(pair.aurora, pair.iri) == []
    await sync_all(pair.hansol)
    assert await erase_withdrawn(pair.hansol) == 1
    assert await texts(pair.hansol, pair.iri) == []


async def test_a_record_that_is_published_again_stays(pair: Pair) -> None:
    await erase(pair.aurora, pair.iri, "privacy")
    await publish(pair.aurora, {**practice("Una oficina, sin nombres"), "id": pair.iri})
    await sync_all(pair.hansol)
    await erase_withdrawn(pair.hansol)
    [kept] = await texts(pair.hansol, pair.iri)
    assert json.loads(kept)["title"] == {"es": "Una oficina, sin nombres"}


async def test_a_late_follower_takes_the_log_without_the_text(pair: Pair) -> None:
    await erase(pair.aurora, pair.iri, "privacy")
    web = Web()
    web.homes[pair.base] = pair.aurora
    late = await home_of("https://marama.example", web=web)
    await follow(late, pair.base)
    [report] = await sync_all(late)
    assert report.error == ""
    assert report.quarantined == ()
    assert await texts(late, pair.iri) == []


async def test_only_our_own_records_are_erased(pair: Pair) -> None:
    with pytest.raises(NotFound):
        await erase(pair.hansol, pair.iri, "privacy")


async def test_a_receipt_for_what_was_never_asked_is_refused(pair: Pair) -> None:
    await withdraw(pair.aurora, pair.iri, "outdated")
    held = await pair.aurora.ledger.latest(pair.iri)
    assert held is not None
    receipt = ErasureReceipt(
        id="urn:uuid:1",
        actor=pair.hansol.document.did,
        to=pair.aurora.document.did,
        published="2026-01-01T00:00:00Z",
        entry=held.entry.id,
        record=pair.iri,
    )
    with pytest.raises(Refused, match="asked for erasure"):
        await take_receipt(pair.aurora, receipt)


async def test_a_dry_run_erases_nothing(pair: Pair) -> None:
    await erase(pair.aurora, pair.iri, "privacy", dry_run=True)
    assert len(await texts(pair.aurora, pair.iri)) == 2


@pytest.fixture
async def stored(tmp_path: Path) -> AsyncIterator[Home]:
    """A node whose stores are files."""
    async with AsyncExitStack() as stack:
        ledger, desk = await stack.enter_async_context(open_sqlite(tmp_path / "node.sqlite"))
        home = replace(
            await home_of("https://aurora.example"),
            ledger=ledger,
            desk=desk,
            text=await stack.enter_async_context(open_tantivy(tmp_path / "text")),
            members_text=await stack.enter_async_context(open_tantivy(tmp_path / "members")),
            graph=await stack.enter_async_context(open_oxigraph(tmp_path / "graph")),
        )
        await open_logs(home, recovery_hash(recovery_of(home.base_url).public))
        yield home


async def test_no_file_of_the_node_keeps_the_text(stored: Home, tmp_path: Path) -> None:
    others = [practice(f"Práctica número {n}") for n in range(20)]
    receipt = await publish(stored, practice(NAME))
    for other in others:
        await publish(stored, other)
    await catch_up(stored)
    assert (await stored.text.search(SearchWish(words="Zqxjkv"))).total == 1
    assert files_with(tmp_path, "Zqxjkv"), "the search for it can find it"
    await erase(stored, receipt.iri, "privacy")
    assert (await stored.text.search(SearchWish(words="Zqxjkv"))).total == 0
    assert files_with(tmp_path, "Zqxjkv") == []
    assert (await stored.text.search(SearchWish(words="práctica"))).total == 20


def files_with(folder: Path, text: str) -> list[str]:
    """Files that hold a text, in capitals or small letters, in any of the usual encodings."""
    forms = {
        form.encode(coding)
        for form in (text, text.lower(), text.upper())
        for coding in ("utf-8", "utf-16-le", "utf-32-le")
    }
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]
