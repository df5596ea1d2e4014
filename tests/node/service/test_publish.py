"""Publishing: what is filled in, what is refused, and what the log says afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from node.core.ulid import is_ulid
from node.errors import Gone, Invalid, NotFound, Refused
from node.service.append import open_logs, resume, stage_of
from node.service.home import Home
from node.service.publish import publish, publish_many, withdraw
from node.store.ports import Audience, Conflict
from peers.checkpoint import NoteVerifier, open_note
from peers.encoding import parse_canonical
from peers.log import EntryKind
from peers.proofs import verify
from tests.homes import Clock, home_of, need, practice, profile


@pytest.fixture
async def home() -> Home:
    return await home_of()


async def record_of(home: Home, iri: str) -> dict[str, Any]:
    held = await home.ledger.latest(iri)
    assert held is not None
    assert held.body is not None
    return parse_canonical(held.body.record)


async def check_everything(home: Home) -> None:
    """Every log's note, tree, digests, order, versions and proofs."""
    for audience, log in home.logs.items():
        head = await home.ledger.head(log)
        note = await home.ledger.note(log)
        assert note is not None
        checkpoint = open_note(note, NoteVerifier(log, home.keys.log.public))
        assert (checkpoint.size, checkpoint.root) == (head.size, head.root())
        entries = await home.ledger.entries(log, 0, head.size)
        assert entries[0].entry.kind is EntryKind.GENESIS
        assert sorted(one.entry.published for one in entries) == [
            one.entry.published for one in entries
        ]
        newest: dict[str, tuple[int, int]] = {}
        for held in entries:
            assert held.entry.id == f"{home.base_url}/log/{audience}/e/{held.index}"
            version, place = newest.get(held.entry.object, (0, None))
            assert (held.entry.version, held.entry.prev) == (version + 1, place)
            newest[held.entry.object] = held.entry.version, held.index
            assert held.body is not None
            assert held.body.digest == held.entry.digest
            record = parse_canonical(held.body.record)
            verify(record, home.keys.record.public)
            assert record["version"] == held.entry.version


async def test_a_log_begins_with_its_genesis_once(home: Home) -> None:
    await open_logs(home, "another hash, for logs that have begun already")
    for log in home.logs.values():
        assert (await home.ledger.head(log)).size == 1
    await check_everything(home)


async def test_what_can_be_known_is_filled_in(home: Home) -> None:
    receipt = await publish(
        home, practice(evidence=[{"contentUrl": "https://aurora.example/files/informe.pdf"}])
    )
    record = await record_of(home, receipt.iri)
    base, kind, ulid = receipt.iri.rsplit("/", 2)
    assert (base, kind, is_ulid(ulid)) == ("https://aurora.example", "practice", True)
    assert record["publisher"] == "https://aurora.example/#city"
    assert record["version"] == receipt.version == 1
    assert record["evidence"][0]["id"] == f"{receipt.iri}#evidence-1"
    assert (receipt.kind, receipt.index) == (EntryKind.CREATE, 1)
    await check_everything(home)


async def test_a_profile_has_the_address_that_everyone_knows(home: Home) -> None:
    first = await publish(home, profile())
    second = await publish(home, profile("Aurora"))
    assert first.iri == second.iri == "https://aurora.example/city" == home.profile_iri
    assert (second.version, second.kind) == (2, EntryKind.UPDATE)
    await check_everything(home)


async def test_an_edited_copy_becomes_the_next_version(home: Home) -> None:
    receipt = await publish(home, practice())
    copy = await record_of(home, receipt.iri)
    copy["title"]["en"] = "An ombudsperson who goes to the districts"
    second = await publish(home, copy)
    assert second.version == 2
    with pytest.raises(Refused, match=r"expected version 2 .* found 1: somebody else"):
        await publish(home, copy)
    await check_everything(home)


@pytest.mark.parametrize(("language", "words"), [("es", "Aquí no existe el campo"), ("ko", "필드")])
async def test_a_refusal_is_told_in_the_language_that_was_asked_for(
    home: Home, language: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        await publish_many(home, [practice(colour="red")], language=language)


async def test_many_are_published_together_or_not_at_all(home: Home) -> None:
    good, bad = practice(), practice(action=["https://example.org/unknown"], colour="red")
    with pytest.raises(Invalid) as caught:
        await publish_many(home, [good, bad])
    paths = {getattr(finding, "path") for finding in caught.value.findings}  # noqa: B009
    assert {"/1/colour", "/1/action/0"} <= paths
    assert (await home.ledger.head(home.logs[Audience.PUBLIC])).size == 1
    receipts = await publish_many(home, [profile(), good, need()])
    assert [receipt.index for receipt in receipts] == [1, 2, 3]
    await check_everything(home)


async def test_a_dry_run_checks_everything_and_writes_nothing(home: Home) -> None:
    [receipt] = await publish_many(home, [practice()], dry_run=True)
    assert receipt.index == -1
    assert await home.ledger.latest(receipt.iri) is None
    assert await home.desk.staged() == []


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (practice(id="https://hansol.example/practice/01KJ0PRKZ2WWA2WZ9G6J20C5RF"), "publisher"),
        (
            practice(
                id="https://hansol.example/practice/01KJ0PRKZ2WWA2WZ9G6J20C5RF",
                publisher="https://hansol.example/#city",
            ),
            "expected a record below https://aurora.example/",
        ),
        (practice(version=7), "found 7"),
        (practice(version="1"), "version"),
        ({"title": {"es": "Sin tipo"}}, "type"),
        ({"type": "Recipe"}, "type"),
    ],
)
async def test_what_is_not_ours_or_not_well_made_is_refused(
    home: Home, document: dict[str, Any], said: str
) -> None:
    with pytest.raises((Invalid, Refused)) as caught:
        await publish(home, document)
    assert said in f"{caught.value} {getattr(caught.value, 'findings', '')}"
    assert (await home.ledger.head(home.logs[Audience.PUBLIC])).size == 1
    assert await home.desk.staged() == []


DEFENDERS = "protection-of-human-rights-defenders"


async def test_what_defenders_need_goes_to_members_at_widest(home: Home) -> None:
    with pytest.raises(Refused, match="to members, not to everyone"):
        await publish(home, need(DEFENDERS))
    receipt = await publish(home, need(DEFENDERS), audience=Audience.MEMBERS)
    assert receipt.log == "aurora.example/log/members"
    await check_everything(home)


async def test_how_defenders_are_relocated_never_enters_a_log(home: Home) -> None:
    element = "https://w3id.org/intercity/framework/action-element/temporary-relocation"
    document = practice(
        action=[f"https://w3id.org/intercity/framework/action/{DEFENDERS}"], element=[element]
    )
    for audience in Audience:
        with pytest.raises(Refused, match="it may not be published"):
            await publish(home, document, audience=audience)
    assert await home.desk.staged() == []


async def test_a_profile_is_public_and_an_audience_stays(home: Home) -> None:
    with pytest.raises(Refused, match="a City is public"):
        await publish(home, profile(), audience=Audience.MEMBERS)
    receipt = await publish(home, practice())
    copy = await record_of(home, receipt.iri)
    with pytest.raises(Refused, match="audience does not change"):
        await publish(home, copy, audience=Audience.MEMBERS)


async def test_a_withdrawal_stands_in_the_log_and_keeps_the_history(home: Home) -> None:
    receipt = await publish(home, practice())
    gone = await withdraw(home, receipt.iri, "outdated", note={"es": "Ya no se hace."})
    assert (gone.kind, gone.version, gone.iri) == (EntryKind.DELETE, 2, receipt.iri)
    record = await record_of(home, receipt.iri)
    assert record["id"] == f"{receipt.iri}/v/2"
    assert record["object"] == receipt.iri
    first = await home.ledger.find(receipt.log, receipt.iri, 1)
    assert first is not None
    assert first.body is not None
    with pytest.raises(Gone):
        await withdraw(home, receipt.iri, "outdated")
    await check_everything(home)


async def test_what_was_withdrawn_can_come_back_under_the_next_version(home: Home) -> None:
    receipt = await publish(home, practice())
    await withdraw(home, receipt.iri, "mistake")
    again = await publish(home, practice(id=receipt.iri))
    assert (again.kind, again.version) == (EntryKind.CREATE, 3)
    await check_everything(home)


async def test_a_wrong_reason_lists_the_right_ones(home: Home) -> None:
    receipt = await publish(home, practice())
    with pytest.raises(Invalid, match=r"one of mistake, outdated, replaced.*found 'whim'"):
        await withdraw(home, receipt.iri, "whim")
    with pytest.raises(NotFound):
        await withdraw(home, "https://hansol.example/practice/x", "outdated")


async def test_a_clock_set_back_does_not_set_the_log_back() -> None:
    clock = Clock()
    home = await home_of(clock=clock)
    await publish(home, practice())
    clock.time = clock.time.replace(year=2020)
    await publish(home, practice())
    await check_everything(home)


async def test_twenty_writers_at_once_all_succeed(home: Home) -> None:
    receipts = await asyncio.gather(*(publish(home, practice()) for _ in range(20)))
    assert sorted(receipt.index for receipt in receipts) == list(range(1, 21))
    await check_everything(home)


async def test_somebody_faster_makes_us_try_again(home: Home) -> None:
    commit = home.ledger.commit
    log = home.logs[Audience.PUBLIC]
    rivals = 3

    async def overtaken(*args: Any, **named: Any) -> None:
        nonlocal rivals
        if rivals:
            rivals -= 1
            raise Conflict(log)
        await commit(*args, **named)

    home.ledger.commit = overtaken  # type: ignore[method-assign]
    await publish(home, practice())
    await check_everything(home)


class TestAfterACrash:
    """What was staged when the process ended."""

    async def test_a_record_that_was_not_committed_is_finished(self, home: Home) -> None:
        iri = "https://aurora.example/practice/01KJ0PRKZ2WWA2WZ9G6J20C5RF"
        await self._stage(home, iri)
        [receipt] = await resume(home)
        assert (receipt.iri, receipt.version, receipt.kind) == (iri, 1, EntryKind.CREATE)
        assert await home.desk.staged() == []
        await check_everything(home)

    async def test_a_record_that_was_committed_is_not_repeated(self, home: Home) -> None:
        receipt = await publish(home, practice())
        await self._stage(home, receipt.iri)
        assert await resume(home) == []
        assert await home.desk.staged() == []
        assert len(await home.ledger.versions(receipt.iri)) == 1

    async def test_doing_it_twice_is_harmless(self, home: Home) -> None:
        await self._stage(home, "https://aurora.example/practice/01KJ0PRKZ2WWA2WZ9G6J20C5RF")
        assert len(await resume(home)) == 1
        assert await resume(home) == []

    async def _stage(self, home: Home, iri: str) -> None:
        ready = {
            "@context": [
                "https://w3id.org/intercity/context/v1.jsonld",
                "https://w3id.org/security/data-integrity/v2",
            ],
            **practice(id=iri, version=1, publisher=home.agent),
        }
        log = home.logs[Audience.PUBLIC]
        await home.desk.stage([stage_of(home, log, ready, iri, EntryKind.CREATE)])


async def test_a_failed_commit_leaves_nothing_on_the_desk(home: Home) -> None:
    log = home.logs[Audience.PUBLIC]

    async def refuse(*args: Any, **named: Any) -> None:
        raise Conflict(log)

    home.ledger.commit = refuse  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        await publish(home, practice())
    assert await home.desk.staged() == []


async def test_what_is_stored_is_what_was_signed(home: Home) -> None:
    receipt = await publish(home, practice("Äpfel & Birnen — ‘é’ 인권"))
    held = await home.ledger.latest(receipt.iri)
    assert held is not None
    assert held.body is not None
    assert orjson.loads(held.body.record)["title"] == {"es": "Äpfel & Birnen — ‘é’ 인권"}
