"""Following: what an honest peer costs, and what every kind of bad one gets."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from node.core.admission import RULES, Verdict
from node.errors import NotFound, Refused
from node.service.append import put, stage_of
from node.service.contacts import hint
from node.service.home import Home
from node.service.publish import publish, publish_many, withdraw
from node.service.replicate import (
    PeerReport,
    contact_of,
    follow,
    rejudge,
    set_state,
    sync_all,
    sync_hinted,
    sync_peer,
    unfollow,
)
from node.store.memory import MemoryLedger
from node.store.ports import Audience, Full
from peers.checkpoint import Checkpoint, NoteSigner, seal_note
from peers.did import write_document
from peers.encoding import jcs
from peers.errors import Malformed, Unreachable, Untrusted
from peers.log import Body, Entry, EntryKind, LogId, extend
from peers.merkle import Frontier
from peers.proofs import RECORD_CONTEXT, sign
from peers.witness import timed
from tests.homes import Web, document_of, home_of, practice, profile

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"
LOG = LogId("aurora.example/log/public")


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
async def aurora(web: Web) -> Home:
    home = await home_of(AURORA, web=web)
    await publish(home, profile())
    return home


@pytest.fixture
async def hansol(web: Web, aurora: Home) -> Home:
    home = await home_of(HANSOL, web=web)
    await follow(home, AURORA)
    return home


async def ask(home: Home) -> PeerReport:
    [report] = await sync_all(home)
    return report


async def same_log(one: Home, other: Home) -> bool:
    return await one.ledger.head(LOG) == await other.ledger.head(LOG)


class TestFollowing:
    async def test_the_first_contact_pins_who_it_is(self, aurora: Home, hansol: Home) -> None:
        contact = await contact_of(hansol, AURORA)
        assert contact.document == write_document(aurora.document)
        assert (contact.log, contact.base_url, contact.state) == (LOG, AURORA, "following")
        assert contact == await contact_of(hansol, "did:web:aurora.example")

    async def test_following_again_changes_nothing_pinned(self, hansol: Home) -> None:
        before = await contact_of(hansol, AURORA)
        assert await follow(hansol, f"{AURORA}/") == before

    async def test_another_identity_at_the_same_address_is_an_alarm(
        self, web: Web, hansol: Home
    ) -> None:
        own, other = document_of(AURORA), document_of("https://other.example")
        [method], [key] = own.record_keys, other.record_keys.values()
        forged = replace(own, record_keys={method: key})
        web.instead[f"{AURORA}/.well-known/did.json"] = write_document(forged)
        with pytest.raises(Untrusted, match="record keys are other than those pinned"):
            await follow(hansol, AURORA)

    async def test_nobody_follows_themselves(self, hansol: Home) -> None:
        with pytest.raises(Refused, match="our own node"):
            await follow(hansol, HANSOL)

    @pytest.mark.parametrize(
        ("url", "error"),
        [
            ("https://nobody.example", Unreachable),
            ("http://aurora.example", Malformed),
            ("https://203.0.113.5", Malformed),
        ],
    )
    async def test_an_address_without_a_node_is_refused(
        self, hansol: Home, url: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            await follow(hansol, url)

    async def test_a_paused_peer_is_asked_nothing(self, web: Web, hansol: Home) -> None:
        await set_state(hansol, AURORA, "paused")
        web.asked.clear()
        assert await sync_all(hansol) == []
        assert (await sync_all(hansol, [AURORA]))[0].state == "paused"
        assert web.asked == []
        await set_state(hansol, AURORA, "following")
        assert (await ask(hansol)).new == 1

    async def test_a_peer_can_be_left_and_forgotten(self, hansol: Home) -> None:
        await ask(hansol)
        await unfollow(hansol, AURORA, forget=True)
        assert (await hansol.ledger.head(LOG)).size == 0
        with pytest.raises(NotFound):
            await contact_of(hansol, AURORA)
        await follow(hansol, AURORA)
        assert (await ask(hansol)).new == 1


class TestAnHonestPeer:
    async def test_everything_it_published_arrives_verified(
        self, aurora: Home, hansol: Home
    ) -> None:
        published = await publish_many(aurora, [practice(f"Número {n}") for n in range(300)])
        report = await ask(hansol)
        assert (report.new, report.size, report.error) == (301, 302, "")
        assert await same_log(aurora, hansol)
        for one in published[::50]:
            held = await hansol.ledger.latest(one.iri)
            assert held == replace(
                await aurora.ledger.latest(one.iri),  # type: ignore[type-var]
                recorded=held.recorded if held else "",
            )

    async def test_an_unchanged_peer_costs_one_conditional_request(
        self, web: Web, hansol: Home
    ) -> None:
        await ask(hansol)
        web.asked.clear()
        report = await ask(hansol)
        assert web.asked == [f"{AURORA}/log/public/checkpoint"]
        assert (report.new, report.requests, report.error) == (0, 1, "")

    async def test_changes_and_withdrawals_are_counted(self, aurora: Home, hansol: Home) -> None:
        one = await publish(aurora, practice("Uno"))
        two = await publish(aurora, practice("Dos"))
        await ask(hansol)
        await publish(aurora, practice("Uno, otra vez", id=one.iri))
        await withdraw(aurora, two.iri, "outdated")
        report = await ask(hansol)
        assert (report.new, report.changed, report.withdrawn) == (0, 1, 1)

    async def test_a_hint_is_enough_to_be_asked_soon(self, hansol: Home) -> None:
        await hint(hansol, "did:web:aurora.example")
        await hint(hansol, "did:web:stranger.example")
        [report] = await sync_hinted(hansol)
        assert report.new == 1
        assert await sync_hinted(hansol) == []


class TestABadPeer:
    async def test_out_of_reach_is_said_in_words_and_gets_over(
        self, web: Web, hansol: Home
    ) -> None:
        web.down.add(AURORA)
        for failures in (1, 2):
            report = await ask(hansol)
            assert (report.exit_code, report.state) == (3, "following")
            contact = await contact_of(hansol, AURORA)
            assert contact.failures == failures
            assert "nobody answers" in contact.error
        web.down.clear()
        assert (await ask(hansol)).error == ""
        contact = await contact_of(hansol, AURORA)
        assert (contact.failures, contact.error) == (0, "")

    async def test_a_shrunk_log_freezes_it_with_the_evidence(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        shorter = await aurora.ledger.head(LOG)
        await publish(aurora, practice())
        await ask(hansol)
        new = await aurora.ledger.note(LOG)
        signer = NoteSigner(LOG, aurora.keys.log)
        later = int(aurora.now().timestamp()) + 60
        old = timed(extend(shorter, [], signer).note, signer, later)
        web.instead[f"{AURORA}/log/public/checkpoint"] = old
        report = await ask(hansol)
        assert (report.state, report.exit_code) == ("frozen", 4)
        assert "shrank from 3 to 2" in report.error
        contact = await contact_of(hansol, AURORA)
        assert contact.evidence == (new, old)
        assert (await hansol.ledger.head(LOG)).size == 3
        with pytest.raises(Refused, match="two histories"):
            await set_state(hansol, AURORA, "following")
        with pytest.raises(Refused, match="two histories"):
            await follow(hansol, AURORA)

    async def test_a_state_that_it_had_before_is_said_and_is_no_alarm(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        old = await aurora.ledger.note(LOG)
        await publish(aurora, practice())
        await ask(hansol)
        web.instead[f"{AURORA}/log/public/checkpoint"] = old
        report = await ask(hansol)
        assert (report.state, report.exit_code, report.size) == ("following", 1, 3)
        assert "2 entries, signed before the 3 that we hold" in report.error
        web.instead.clear()
        assert (await ask(hansol)).error == ""

    async def test_a_state_that_it_never_had_freezes_it_whatever_time_it_claims(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        await publish(aurora, practice())
        await ask(hansol)
        signer = NoteSigner(LOG, aurora.keys.log)
        other = seal_note(Checkpoint(LOG, 2, b"r" * 32), signer)
        web.instead[f"{AURORA}/log/public/checkpoint"] = timed(other, signer, 1)
        report = await ask(hansol)
        assert (report.state, report.exit_code) == ("frozen", 4)
        assert len((await contact_of(hansol, AURORA)).evidence) == 2

    async def test_a_forked_log_freezes_it(self, web: Web, hansol: Home) -> None:
        await ask(hansol)
        fork = await home_of(AURORA)
        await publish(fork, profile("Otra historia"))
        await publish(fork, practice())
        web.homes[AURORA] = fork
        report = await ask(hansol)
        assert report.state == "frozen"
        assert "do not add up" in report.error

    async def test_a_tampered_record_is_quarantined(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        forged = await publish(aurora, practice("Bueno"))
        after = await publish(aurora, practice("Después"))
        url = f"{AURORA}/log/public/records/000.p/4"
        page = (await web.get(url, "")).body
        web.instead[url] = page.replace(b"Bueno", b"Mejor")
        report = await ask(hansol)
        assert (report.new, len(report.quarantined)) == (2, 1)
        assert f"expected {forged.digest}" in report.quarantined[0]
        assert await hansol.ledger.latest(forged.iri) is None
        assert await hansol.ledger.latest(after.iri) is not None

    async def test_a_changed_identity_is_an_alarm_and_no_update(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        await ask(hansol)
        thief = await home_of("https://thief.example")
        stolen = replace(
            aurora.document,
            record_keys=dict(
                zip(aurora.document.record_keys, thief.document.record_keys.values(), strict=True)
            ),
        )
        web.instead[f"{AURORA}/.well-known/did.json"] = write_document(stolen)
        await publish(aurora, practice())
        report = await ask(hansol)
        assert report.exit_code == 4
        assert "its log does not say so" in report.error
        assert (await hansol.ledger.head(LOG)).size == 2
        assert (await contact_of(hansol, AURORA)).document == write_document(aurora.document)

    async def test_a_new_service_is_no_alarm(self, web: Web, aurora: Home, hansol: Home) -> None:
        changed = replace(
            aurora.document, services={**aurora.document.services, "feed": f"{AURORA}/feed"}
        )
        web.instead[f"{AURORA}/.well-known/did.json"] = write_document(changed)
        assert (await ask(hansol)).error == ""
        assert (await contact_of(hansol, AURORA)).document == write_document(changed)

    async def test_one_bad_peer_costs_the_others_nothing(self, web: Web, hansol: Home) -> None:
        lyon = await home_of("https://lyon.example", web=web)
        await publish(lyon, profile("Lyon"))
        await follow(hansol, "https://lyon.example")
        web.instead[f"{AURORA}/log/public/checkpoint"] = b"\xff\x00 not a note"
        bad, good = await sync_all(hansol)
        assert (bad.exit_code, good.new) == (1, 1)


async def test_our_own_full_disk_is_no_fault_of_the_peer(aurora: Home, hansol: Home) -> None:
    async def full(*args: object, **named: object) -> None:
        raise Full("a test says so")

    commit = hansol.ledger.commit
    hansol.ledger.commit = full  # type: ignore[method-assign]
    with pytest.raises(Full):
        await sync_all(hansol)
    assert (await contact_of(hansol, AURORA)).failures == 0
    hansol.ledger.commit = commit  # type: ignore[method-assign]
    assert (await ask(hansol)).new == 1
    assert await same_log(aurora, hansol)


async def test_two_tasks_that_ask_the_same_peer_take_it_once(aurora: Home, hansol: Home) -> None:
    await publish_many(aurora, [practice(f"Número {n}") for n in range(5)])
    contact = await contact_of(hansol, AURORA)
    reports = await asyncio.gather(*(sync_peer(hansol, contact) for _ in range(4)))
    assert {report.error for report in reports} == {""}
    assert await same_log(aurora, hansol)


def _signed(home: Home, document: dict[str, Any]) -> Body:
    made = {"@context": list(RECORD_CONTEXT), **document}
    secured = sign(
        made, home.keys.record, method=home.record_method, created=datetime(2026, 1, 1, tzinfo=UTC)
    )
    return Body(b"s" * 16, jcs(secured))


async def append(home: Home, iri: str, version: int, prev: int | None, body: Body) -> None:
    """Put something into a log that ``publish`` would refuse."""
    log = home.logs[Audience.PUBLIC]
    base = await home.ledger.head(log)
    entry = Entry(
        id=f"{home.base_url}/log/public/e/{base.size}",
        kind=EntryKind.CREATE if version == 1 else EntryKind.UPDATE,
        object=iri,
        published="2026-06-01T00:00:00Z",
        version=version,
        prev=prev,
        digest=body.digest,
    )
    batch = extend(base, [entry.leaf], NoteSigner(log, home.keys.log))
    await home.ledger.commit(batch, [body], [Verdict(admitted=True)], recorded=home.stamp())


IRI = f"{AURORA}/practice/01KJ0PRKZ2WWA2WZ9G6J20C5RF"


class TestABadRecord:
    """Each is quarantined with its reason, and what comes after it is taken."""

    @pytest.mark.parametrize(
        ("iri", "document", "said"),
        [
            (IRI, practice(id=IRI, version=1, publisher=f"{AURORA}/#city", colour="red"), "colour"),
            (IRI, practice(id=IRI, version=2, publisher=f"{AURORA}/#city"), "version"),
            (IRI, practice(id=IRI, version=1, publisher=f"{HANSOL}/#city"), "publisher"),
            (
                f"{HANSOL}/practice/01KJ0PRKZ2WWA2WZ9G6J20C5RF",
                practice(
                    id=f"{HANSOL}/practice/01KJ0PRKZ2WWA2WZ9G6J20C5RF",
                    version=1,
                    publisher=f"{HANSOL}/#city",
                ),
                "expected a record below",
            ),
        ],
    )
    async def test_it_is_quarantined(
        self, aurora: Home, hansol: Home, iri: str, document: dict[str, Any], said: str
    ) -> None:
        await append(aurora, iri, 1, None, _signed(aurora, document))
        good = await publish(aurora, practice("Después"))
        report = await ask(hansol)
        assert len(report.quarantined) == 1
        assert said in report.quarantined[0]
        assert report.error == ""
        assert await hansol.ledger.latest(good.iri) is not None
        assert len(await hansol.ledger.quarantined()) == 1

    async def test_an_appended_context_is_quarantined(self, aurora: Home, hansol: Home) -> None:
        document = {
            **practice(id=IRI, version=1, publisher=f"{AURORA}/#city"),
            "@context": [*RECORD_CONTEXT, "https://example.org/evil.jsonld"],
        }
        await append(aurora, IRI, 1, None, _signed(aurora, document))
        report = await ask(hansol)
        assert "@context" in report.quarantined[0]

    async def test_a_replayed_version_is_quarantined(self, aurora: Home, hansol: Home) -> None:
        first = await publish(aurora, practice(id=IRI))
        held = await aurora.ledger.latest(IRI)
        assert held is not None
        assert held.body is not None
        await publish(aurora, practice("Otra", id=IRI))
        await append(aurora, IRI, 1, None, held.body)
        report = await ask(hansol)
        assert len(report.quarantined) == 1
        assert "expected version 3 after entry 3, found version 1" in report.quarantined[0]
        newest = await hansol.ledger.latest(first.iri)
        assert newest is not None
        assert newest.entry.version == 2

    async def test_what_older_rules_refused_is_judged_again(
        self, aurora: Home, hansol: Home
    ) -> None:
        await publish(aurora, practice(id=IRI))
        await ask(hansol)
        old = Verdict(admitted=False, reason="too strict", rules=RULES - 1)
        await hansol.ledger.judge(LOG, 2, old, recorded=hansol.stamp())
        assert await rejudge(hansol) == 1
        assert await hansol.ledger.quarantined() == []
        assert await rejudge(hansol) == 0


async def test_a_log_that_does_not_begin_with_its_genesis_is_not_taken(web: Web) -> None:
    aurora = await home_of(AURORA, web=web)
    hansol = await home_of(HANSOL, web=web)
    bare = replace(aurora, ledger=MemoryLedger("bare"))
    web.homes[AURORA] = bare
    document = {
        "@context": list(RECORD_CONTEXT),
        **practice(id=IRI, version=1, publisher=aurora.agent),
    }
    await put(bare, [stage_of(bare, LOG, document, IRI, EntryKind.CREATE)])
    await follow(hansol, AURORA)
    report = await ask(hansol)
    assert report.exit_code == 4
    assert "expected the log to begin with the Genesis of its keys" in report.error
    assert await hansol.ledger.head(LOG) == Frontier()
