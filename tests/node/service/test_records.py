"""Reading what is held, and the receipts that prove it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from node.errors import Gone, NotFound
from node.service.home import Home
from node.service.publish import publish, publish_many, withdraw
from node.service.records import document_of, own_records, receipt, record_at
from node.store.ports import Audience
from peers.checkpoint import NoteVerifier, open_note
from peers.encoding import digest_of, parse_canonical
from peers.log import EntryKind
from peers.merkle import leaf_hash, verify_inclusion
from tests.homes import home_of, need, practice, profile


@pytest.fixture
async def home() -> Home:
    return await home_of()


def check_receipt(proof: dict[str, Any], record: bytes) -> None:
    """Everything that a receipt proves of a record's bytes."""
    verifier = NoteVerifier.from_text(proof["key"])
    checkpoint = open_note(proof["checkpoint"].encode(), verifier)
    leaf = base64.b64decode(proof["leaf"])
    path = [base64.b64decode(one) for one in proof["path"]]
    verify_inclusion(leaf_hash(leaf), proof["index"], checkpoint.size, path, checkpoint.root)
    salt = base64.urlsafe_b64decode(proof["salt"] + "==")
    assert parse_canonical(leaf)["digestMultibase"] == digest_of(salt, record)


async def test_a_record_is_read_by_its_address(home: Home) -> None:
    first = await publish(home, practice("Uno"))
    await publish(home, practice("Dos", id=first.iri))
    assert document_of(await record_at(home, first.iri))["title"] == {"es": "Dos"}
    assert document_of(await record_at(home, first.iri, 1))["title"] == {"es": "Uno"}


async def test_a_withdrawn_record_answers_with_its_withdrawal(home: Home) -> None:
    published = await publish(home, practice())
    await withdraw(home, published.iri, "outdated")
    with pytest.raises(Gone) as caught:
        await record_at(home, published.iri)
    assert parse_canonical(caught.value.withdrawal)["object"] == published.iri
    assert (await record_at(home, published.iri, 1)).entry.kind is EntryKind.CREATE
    assert (await record_at(home, published.iri, 2)).entry.kind is EntryKind.DELETE


async def test_what_is_not_held_is_not_found(home: Home) -> None:
    published = await publish(home, practice())
    with pytest.raises(NotFound):
        await record_at(home, "https://aurora.example/practice/none")
    with pytest.raises(NotFound, match="version 9"):
        await record_at(home, published.iri, 9)
    with pytest.raises(NotFound):
        await receipt(home, "https://aurora.example/practice/none")


async def test_an_erased_record_has_no_text_and_no_receipt(home: Home) -> None:
    published = await publish(home, practice())
    await home.ledger.erase(published.digest)
    with pytest.raises(Gone, match="erased"):
        await record_at(home, published.iri)
    with pytest.raises(Gone, match="erased"):
        await receipt(home, published.iri)


async def test_our_records_are_listed_once_each(home: Home) -> None:
    await publish(home, profile())
    first = await publish(home, practice("Uno"))
    await publish(home, practice("Dos", id=first.iri))
    second = await publish(home, practice("Tres"))
    await withdraw(home, second.iri, "mistake")
    inside = await publish(home, need("annual-report"), audience=Audience.MEMBERS)
    listed = [(held.entry.object, held.entry.version) for held in await own_records(home)]
    assert listed == [(home.profile_iri, 1), (first.iri, 2), (inside.iri, 1)]
    [only] = await own_records(home, kind="Practice")
    assert only.entry.object == first.iri
    assert len(await own_records(home, withdrawn=True)) == 4


@pytest.mark.parametrize("count", [1, 2, 7, 300])
async def test_a_receipt_proves_a_record_to_whoever_has_its_bytes(home: Home, count: int) -> None:
    published = await publish_many(home, [practice(f"Número {n}") for n in range(count)])
    for one in {published[0], published[count // 2], published[-1]}:
        proof = await receipt(home, one.iri)
        held = await record_at(home, one.iri)
        assert held.body is not None
        check_receipt(proof, held.body.record)
        with pytest.raises(AssertionError):
            check_receipt(proof, held.body.record + b" ")


async def test_a_withdrawal_has_a_receipt_too(home: Home) -> None:
    published = await publish(home, practice())
    await withdraw(home, published.iri, "outdated")
    held = await record_at(home, published.iri, 2)
    assert held.body is not None
    check_receipt(await receipt(home, published.iri), held.body.record)
