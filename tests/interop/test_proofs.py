"""Digital Bazaar's Data Integrity believes our proofs, and we believe theirs; nobody a forgery."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from peers import proofs
from peers.did import DidDocument, did_of, read_document, write_document
from peers.encoding import JsonObject, jcs, parse_canonical
from peers.errors import BadSignature
from tests.interop.conftest import Node
from tests.simulator import key_of
from tests.vocab.examples import good

BASE = "https://saint-aubrac.example"
DID = did_of(BASE)
KEY = key_of("saint-aubrac record")
METHOD = f"{DID.text}#record-1"
DOCUMENT = write_document(
    DidDocument(
        did=DID,
        record_keys={METHOD: KEY.public},
        log_keys={f"{DID.text}#log-1": key_of("saint-aubrac log").public},
        http_keys={f"{DID.text}#http-1": key_of("saint-aubrac http").public},
        services={"log-public": f"{BASE}/log/public"},
    )
)
AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
RECORDS = {
    name: {key: value for key, value in record.items() if key != "proof"}
    for name, record in good().items()
}
OURS = {
    name: proofs.sign(record, KEY, method=METHOD, created=AT) for name, record in RECORDS.items()
}


@pytest.fixture(scope="module")
def theirs(node: Node) -> dict[str, JsonObject]:
    """The same records, signed by their software with the same key."""
    key = {
        "@context": "https://w3id.org/security/multikey/v1",
        "type": "Multikey",
        "id": METHOD,
        "controller": DID.text,
        "publicKeyMultibase": KEY.public.multikey,
        "secretKeyMultibase": KEY.multikey,
    }
    question = {"sign": RECORDS, "key": key, "date": AT.isoformat().replace("+00:00", "Z")}
    signed: dict[str, JsonObject] = node("proofs", question)
    return signed


def their_opinion(node: Node, records: dict[str, JsonObject]) -> dict[str, str | None]:
    """What their software finds wrong with each, given nothing but the DID document."""
    found: dict[str, str | None] = node("proofs", {"verify": records, "did": json.loads(DOCUMENT)})
    return found


def tampered(records: dict[str, JsonObject]) -> dict[str, JsonObject]:
    """Each record with one thing changed, in turn; named by the record and the change."""
    changes = {
        "version": lambda one: one.update(version=one["version"] + 1),
        "publisher": lambda one: one.update(publisher="https://other.example/city"),
        "context": lambda one: one["@context"].reverse(),
        "created": lambda one: one["proof"].update(created="2026-03-14T09:26:54Z"),
        "value": lambda one: one["proof"].update(proofValue=_flipped(one["proof"]["proofValue"])),
        "method": lambda one: one["proof"].update(verificationMethod=f"{DID.text}#log-1"),
    }
    found: dict[str, JsonObject] = {}
    for number, (name, record) in enumerate(records.items()):
        kind = list(changes)[number % len(changes)]
        changed: Any = copy.deepcopy(record)
        changes[kind](changed)
        assert changed != record
        found[f"{name}: {kind}"] = changed
    return found


def _flipped(value: str) -> str:
    return value[:40] + ("2" if value[40] != "2" else "3") + value[41:]


def test_our_records_verify_with_their_software(node: Node) -> None:
    wire = {name: parse_canonical(jcs(record)) for name, record in OURS.items()}
    assert their_opinion(node, wire) == dict.fromkeys(OURS)


def test_their_records_verify_with_ours(theirs: dict[str, JsonObject]) -> None:
    key = read_document(DOCUMENT, DID).record_keys[METHOD]
    assert theirs.keys() == RECORDS.keys()
    for record in theirs.values():
        found = proofs.verify(parse_canonical(jcs(record)), key, method=METHOD)
        assert found == proofs.Verified(METHOD, "2026-03-14T09:26:53Z")


def test_what_both_sign_is_the_same_to_the_byte(theirs: dict[str, JsonObject]) -> None:
    """Ed25519 signs alike each time: were one byte hashed otherwise, the proofs would differ."""
    assert {name: jcs(one) for name, one in theirs.items()} == {
        name: jcs(one) for name, one in OURS.items()
    }


def test_what_was_changed_is_refused_by_both(node: Node, theirs: dict[str, JsonObject]) -> None:
    for records in (OURS, theirs):
        changed = tampered(records)
        opinion = their_opinion(node, changed)
        assert opinion.keys() == changed.keys()
        assert [name for name, mistake in opinion.items() if mistake is None] == []
        for record in changed.values():
            with pytest.raises(BadSignature):
                proofs.verify(record, KEY.public, method=METHOD)


def test_a_context_that_a_relay_appends_gets_past_them_and_not_past_us(node: Node) -> None:
    """Section 3.3.2 compares beginnings; that is why ours must be the pinned pair."""
    [(name, record)] = list(OURS.items())[:1]
    appended = {**record, "@context": [*record["@context"], "https://other.example/words"]}
    assert their_opinion(node, {name: appended}) == {name: None}
    with pytest.raises(BadSignature):
        proofs.verify(appended, KEY.public, method=METHOD)
