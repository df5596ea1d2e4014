"""Checking step by step: what holds, and which step fails on which forgery."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from node.core.evidence import evidence_of
from node.core.steps import Step
from node.service.home import Home
from node.service.publish import publish, publish_many, withdraw
from node.service.records import receipt, record_at
from node.service.replicate import follow, sync_all
from node.service.verify import probe, verify
from node.store.ports import Audience
from peers.checkpoint import NoteSigner, NoteVerifier
from peers.encoding import jcs
from peers.log import LogId
from peers.tiles import bundle_path, pack, pack_records, records_path
from peers.witness import timed
from tests.homes import Web, home_of, practice, profile

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
async def hansol(web: Web) -> Home:
    return await home_of(HANSOL, web=web)


def failed(steps: list[Step]) -> list[str]:
    return [step.name for step in steps if not step.ok]


async def published(aurora: Home, web: Web) -> str:
    """A record with its receipt, as its node serves them."""
    made = await publish(aurora, practice())
    await publish(aurora, practice("Otra"))
    web.instead[f"{made.iri}/v/1/receipt.json"] = jcs(await receipt(aurora, made.iri))
    return made.iri


class TestAnAddress:
    async def test_a_record_of_a_stranger_holds(self, web: Web, aurora: Home, hansol: Home) -> None:
        steps = await verify(hansol, await published(aurora, web))
        assert failed(steps) == []
        assert [step.name for step in steps][:2] == [
            "the address is a node's",
            "the city's identity is known",
        ]
        assert "the entry stands in the log" in {step.name for step in steps}

    async def test_our_own_copy_is_asked_too(self, web: Web, aurora: Home, hansol: Home) -> None:
        iri = await published(aurora, web)
        await follow(hansol, AURORA)
        await sync_all(hansol)
        steps = await verify(hansol, iri)
        assert failed(steps) == []
        assert steps[-1].name == "our own copy of the log says the same"
        assert "as pinned on" in steps[1].detail

    async def test_a_withdrawn_record_is_shown_to_be_withdrawn(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        made = await publish(aurora, practice())
        await withdraw(aurora, made.iri, "outdated")
        web.instead[f"{made.iri}/v/2/receipt.json"] = jcs(await receipt(aurora, made.iri))
        steps = await verify(hansol, made.iri)
        assert failed(steps) == []
        assert "Withdrawal, version 2" in {step.detail for step in steps}

    async def test_a_tampered_text_fails_at_the_signature(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        iri = await published(aurora, web)
        body = (await web.get(iri, "")).body
        web.instead[iri] = body.replace("defensoría".encode(), b"alcancia")
        assert failed(await verify(hansol, iri)) == ["the signature fits exactly this text"]

    async def test_another_citys_record_at_this_address_fails_at_the_key(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        iri = await published(aurora, web)
        other = await publish(hansol, practice())
        web.instead[iri] = (await web.get(other.iri, "")).body
        assert failed(await verify(hansol, iri)) == ["the key is one of the city's record keys"]

    async def test_another_record_of_the_same_city_fails_at_the_address(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        iri = await published(aurora, web)
        other = await publish(aurora, practice("Tercera"))
        web.instead[iri] = (await web.get(other.iri, "")).body
        assert failed(await verify(hansol, iri)) == ["the record is the one of this address"]

    @pytest.mark.parametrize(
        ("change", "step"),
        [
            ({"index": 0}, "the entry stands in the log"),
            ({"path": []}, "the entry stands in the log"),
            ({"leaf": "bm8="}, "the entry stands in the log"),
            ({"index": "2"}, "the entry stands in the log"),
            ({"salt": "AAAAAAAAAAAAAAAAAAAAAA"}, "the log's entry commits to exactly this record"),
            ({"checkpoint": "x"}, "the checkpoint is signed by the city's log key"),
        ],
    )
    async def test_a_forged_receipt_fails_where_it_is_forged(
        self, web: Web, aurora: Home, hansol: Home, change: dict[str, Any], step: str
    ) -> None:
        iri = await published(aurora, web)
        url = f"{iri}/v/1/receipt.json"
        web.instead[url] = jcs({**json.loads((await web.get(url, "")).body), **change})
        assert failed(await verify(hansol, iri)) == [step]

    async def test_nobody_at_the_address_is_said(self, hansol: Home) -> None:
        steps = await verify(hansol, "https://nobody.example/practice/1")
        assert failed(steps) == ["the city's identity is known"]
        assert "nobody answers" in steps[-1].detail


class TestAFile:
    async def test_a_signed_record_holds(self, aurora: Home, hansol: Home, tmp_path: Path) -> None:
        made = await publish(aurora, practice())
        held = await record_at(aurora, made.iri)
        assert held.body is not None
        path = tmp_path / "record.jsonld"
        path.write_bytes(held.body.record)
        assert failed(await verify(hansol, str(path))) == []
        path.write_bytes(held.body.record.replace(b"barrios", b"bancos"))
        assert failed(await verify(hansol, str(path))) == ["the signature fits exactly this text"]

    async def test_a_receipt_holds_with_and_without_the_record(
        self, aurora: Home, hansol: Home, tmp_path: Path
    ) -> None:
        made = await publish(aurora, practice())
        path = tmp_path / "receipt.json"
        path.write_bytes(jcs(await receipt(aurora, made.iri)))
        without = await verify(hansol, str(path))
        assert failed(without) == []
        assert "nothing is said of it" in without[-1].detail
        await follow(hansol, AURORA)
        await sync_all(hansol)
        assert "commits to exactly this record" in (await verify(hansol, str(path)))[-1].name

    async def test_two_roots_for_one_size_prove_a_fork(
        self, aurora: Home, hansol: Home, tmp_path: Path
    ) -> None:
        fork = await home_of(AURORA)
        await publish(fork, profile("Otra historia"))
        notes = [await aurora.ledger.note(LOG), await fork.ledger.note(LOG)]
        verifier = NoteVerifier(LOG, aurora.keys.log.public)
        evidence = evidence_of(LOG, verifier, [note for note in notes if note], "a fork")
        path = tmp_path / "evidence.json"
        path.write_bytes(jcs(evidence))
        steps = await verify(hansol, str(path))
        assert failed(steps) == []
        assert steps[-1].detail == "proven: two roots for 2 entries: a fork"
        path.write_bytes(jcs({**evidence, "notes": evidence["notes"][:1] * 2}))
        assert failed(await verify(hansol, str(path))) == [
            "the notes prove that the log has shown two histories"
        ]
        forged = [evidence["notes"][0], evidence["notes"][1].replace("\n2\n", "\n3\n")]
        path.write_bytes(jcs({**evidence, "notes": forged}))
        assert failed(await verify(hansol, str(path))) == ["note 2 is signed by the log's key"]

    async def test_a_rollback_is_said_for_what_it_is(
        self, aurora: Home, hansol: Home, tmp_path: Path
    ) -> None:
        old = await aurora.ledger.note(LOG)
        await publish(aurora, practice())
        new = await aurora.ledger.note(LOG)
        assert old is not None
        assert new is not None
        verifier = NoteVerifier(LOG, aurora.keys.log.public)
        path = tmp_path / "evidence.json"
        path.write_bytes(jcs(evidence_of(LOG, verifier, [new, old], "shrank")))
        step = (await verify(hansol, str(path)))[-1]
        assert (step.ok, step.detail.partition(":")[0]) == (False, "not proven")
        later = timed(old, NoteSigner(LOG, aurora.keys.log), int(aurora.now().timestamp()) + 60)
        path.write_bytes(jcs(evidence_of(LOG, verifier, [new, later], "shrank")))
        steps = await verify(hansol, str(path))
        assert failed(steps) == []
        assert "after it had signed 3: a rollback" in steps[-1].detail
        path.write_bytes(jcs(evidence_of(LOG, verifier, [old, new], "grew")))
        assert "both may be true" in (await verify(hansol, str(path)))[-1].detail

    @pytest.mark.parametrize(
        "text", ["", "[1]", '{"a": 1}', '{"type": "ForkEvidence"}', "{", "\x00"]
    )
    async def test_anything_else_fails_in_words(
        self, hansol: Home, tmp_path: Path, text: str
    ) -> None:
        path = tmp_path / "thing"
        path.write_text(text)
        steps = await verify(hansol, str(path))
        assert len(failed(steps)) == 1
        assert steps[-1].detail

    async def test_a_missing_file_is_said(self, hansol: Home, tmp_path: Path) -> None:
        steps = await verify(hansol, str(tmp_path / "absent"))
        assert "cannot be read" in steps[-1].detail


async def copied(home: Home, folder: Path) -> None:
    """A log as its files are served."""
    log = home.logs[Audience.PUBLIC]
    size = (await home.ledger.head(log)).size
    note = await home.ledger.note(log)
    held = await home.ledger.entries(log, 0, size)
    for path, data in {
        "checkpoint": note or b"",
        bundle_path(0, size): pack(await home.ledger.leaves(log, 0, size)),
        records_path(0, size): pack_records([one.body for one in held]),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


class TestAFolder:
    async def test_a_copy_of_a_log_holds(self, aurora: Home, hansol: Home, tmp_path: Path) -> None:
        await publish_many(aurora, [practice(f"Número {n}") for n in range(9)])
        await copied(aurora, tmp_path)
        steps = await verify(hansol, str(tmp_path))
        assert failed(steps) == []
        assert steps[-1].detail == "11 of 11"

    async def test_a_changed_copy_fails(self, aurora: Home, hansol: Home, tmp_path: Path) -> None:
        await publish(aurora, practice())
        await copied(aurora, tmp_path)
        bundle = tmp_path / bundle_path(0, 3)
        bundle.write_bytes(bundle.read_bytes().replace(b"Create", b"Update", 1))
        steps = await verify(hansol, str(tmp_path))
        assert failed(steps) == ["the entries add up to the root that the city signed"]

    async def test_a_changed_record_is_named(
        self, aurora: Home, hansol: Home, tmp_path: Path
    ) -> None:
        await publish(aurora, practice())
        await copied(aurora, tmp_path)
        page = tmp_path / records_path(0, 3)
        page.write_bytes(page.read_bytes().replace(b"barrios", b"bancos"))
        steps = await verify(hansol, str(tmp_path))
        assert failed(steps) == ["entry 2: the record is what the log commits to"]


class TestANodeThatWeMightFollow:
    async def test_it_is_asked_everything_and_nothing_is_kept(
        self, aurora: Home, hansol: Home
    ) -> None:
        assert failed(await probe(hansol, AURORA)) == []
        assert await hansol.desk.contacts() == []
        assert (await hansol.ledger.head(LOG)).size == 0
        assert (await aurora.ledger.head(LOG)).size == 2

    async def test_what_is_wrong_with_it_is_said(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        web.instead[f"{AURORA}/log/public/checkpoint"] = None
        steps = await probe(hansol, f"{aurora.base_url}/")
        assert failed(steps) == ["the entries add up to the root that the city signed"]
        assert "no checkpoint" in steps[-1].detail
