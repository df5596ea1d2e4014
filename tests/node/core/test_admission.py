"""What is admitted, and what each refusal says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from node.core.admission import Verdict, admit
from node.core.identity import genesis_of, identity_of
from peers.did import LogId
from peers.encoding import jcs
from peers.keys import SecretKey
from peers.limits import Limits
from peers.log import Body, Entry, EntryKind
from peers.proofs import sign
from tests.simulator import key_of
from vocab.records import CONTEXT
from vocab.terms import ACTIONS

BASE = "https://lyon.example"
LOG = LogId("lyon.example/log/public")
IRI = f"{BASE}/practice/01ARYZ6S410000000000000000"
KEY, OTHER = key_of("lyon"), key_of("another city")
DOCUMENT = identity_of(BASE, KEY.public, key_of("log").public, key_of("http").public)
METHOD = "did:web:lyon.example#record-1"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Draft = dict[str, Any]


def practice() -> Draft:
    return {
        "@context": list(CONTEXT),
        "id": IRI,
        "type": "Practice",
        "version": 1,
        "publisher": f"{BASE}/#city",
        "title": {"fr": "Assemblées du budget"},
        "action": [ACTIONS["T6"]],
    }


def judged(
    draft: Draft,
    *,
    kind: EntryKind = EntryKind.CREATE,
    iri: str = IRI,
    version: int = 1,
    key: SecretKey = KEY,
    method: str = METHOD,
    log: LogId = LOG,
    after: Callable[[Draft], None] = lambda _: None,
) -> Verdict:
    """Sign a draft, let ``after`` change it, and ask for the verdict."""
    secured = sign(draft, key, method=method, created=NOW)
    after(secured)
    body = Body(b"s" * 16, jcs(secured))
    entry = Entry(
        id=f"https://{log}/e/0",
        kind=kind,
        object=iri,
        published="2026-01-01T00:00:00Z",
        version=version,
        prev=None,
        digest=body.digest,
    )
    return admit(entry, body, log, DOCUMENT, Limits())


def test_a_city_is_believed_about_itself() -> None:
    assert judged(practice()) == Verdict(admitted=True)


def change(**members: object) -> Callable[[Draft], None]:
    return lambda draft: draft.update(members)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (change(publisher="https://nice.example/#city"), "publisher"),
        (change(id="https://nice.example/practice/01ARYZ6S410000000000000000"), "expected the id"),
        (change(version=2), "version 1 within the record"),
        (change(titel={"fr": "x"}), "titel"),
        (change(title={}), "title"),
        (change(action=["https://w3id.org/intercity/framework/action/unknown"]), "action"),
        (change(type="Practise"), "a record of the vocabulary"),
        (change(title={"fr": "x" * 300}), "200"),
        (change(**{"@context": [*CONTEXT, "https://evil.example/c.jsonld"]}), "@context"),
        (change(title={"fr": {"@context": {}}}), "@context at the top"),
        (change(**{"@graph": []}), "@graph"),
    ],
)
def test_a_malformed_or_foreign_record_is_refused_in_words(
    before: Callable[[Draft], None], words: str
) -> None:
    draft = practice()
    before(draft)
    verdict = judged(draft)
    assert not verdict.admitted
    assert words in verdict.reason


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (change(title={"fr": "Autre chose"}), "does not fit"),
        (lambda draft: draft.pop("proof"), "found none"),
        (lambda draft: draft["proof"].update(proofPurpose="authentication"), "assertionMethod"),
        (lambda draft: draft["proof"].update(cryptosuite="eddsa-rdfc-2022"), "eddsa-jcs-2022"),
        (lambda draft: draft["proof"].update(created="2026-01-02T00:00:00Z"), "does not fit"),
        (lambda draft: draft["proof"].update(proofValue="z1"), "64 bytes"),
        (lambda draft: draft.update(proof=[draft["proof"]] * 2), "one proof"),
        (
            lambda draft: draft["proof"].update(verificationMethod="did:web:nice.example#record-1"),
            "key",
        ),
    ],
)
def test_what_was_changed_after_signing_is_refused(
    after: Callable[[Draft], None], words: str
) -> None:
    verdict = judged(practice(), after=after)
    assert not verdict.admitted
    assert words in verdict.reason


def test_another_citys_key_is_refused() -> None:
    assert "does not fit" in judged(practice(), key=OTHER).reason
    assert (
        "record key" in judged(practice(), key=OTHER, method="did:web:nice.example#record-1").reason
    )


@pytest.mark.parametrize(
    "iri",
    [
        "https://nice.example/practice/01ARYZ6S410000000000000000",
        f"{BASE}.evil.example/practice/01ARYZ6S410000000000000000",
        "http://lyon.example/practice/01ARYZ6S410000000000000000",
        f"{BASE}/commitment/01ARYZ6S410000000000000000",
        f"{BASE}/practice/../city",
        f"{BASE}/practice/title-of-it",
    ],
)
def test_a_record_under_another_address_is_refused(iri: str) -> None:
    verdict = judged({**practice(), "id": iri}, iri=iri)
    assert not verdict.admitted
    assert "expected" in verdict.reason or "address" in verdict.reason


def test_a_log_of_another_node_is_refused() -> None:
    assert "a log of" in judged(practice(), log=LogId("nice.example/log/public")).reason


def withdrawal(iri: str = IRI) -> Draft:
    return {
        "@context": list(CONTEXT),
        "id": f"{IRI}/v/2",
        "type": "Withdrawal",
        "version": 2,
        "publisher": f"{BASE}/#city",
        "object": iri,
        "withdrawalReason": "https://w3id.org/intercity/ns#withdrawal-reason/outdated",
        "invalidatedAt": "2026-01-01T00:00:00Z",
    }


def test_a_withdrawal_stands_in_a_delete_alone() -> None:
    assert judged(withdrawal(), kind=EntryKind.DELETE, version=2).admitted
    assert "Withdrawal" in judged(practice(), kind=EntryKind.DELETE).reason
    assert not judged(withdrawal(), kind=EntryKind.UPDATE, version=2).admitted
    other = withdrawal(f"{BASE}/practice/01ARYZ6S410000000000000001")
    assert not judged(other, kind=EntryKind.DELETE, version=2).admitted


def test_what_was_erased_is_admitted_without_a_body() -> None:
    entry = Entry(
        id=f"https://{LOG}/e/0",
        kind=EntryKind.CREATE,
        object=IRI,
        published="2026-01-01T00:00:00Z",
        version=1,
        prev=None,
        digest=Body(b"s" * 16, b"{}").digest,
    )
    assert admit(entry, None, LOG, DOCUMENT, Limits()).admitted


def test_bytes_that_are_not_canonical_are_refused() -> None:
    secured = sign(practice(), KEY, method=METHOD, created=NOW)
    body = Body(b"s" * 16, jcs(secured) + b"\n")
    entry = Entry(
        id=f"https://{LOG}/e/0",
        kind=EntryKind.CREATE,
        object=IRI,
        published="2026-01-01T00:00:00Z",
        version=1,
        prev=None,
        digest=body.digest,
    )
    assert "canonical" in admit(entry, body, LOG, DOCUMENT, Limits()).reason


def test_a_genesis_is_admitted_with_the_documents_own_keys() -> None:
    url = f"https://{LOG}"
    good = genesis_of(DOCUMENT, url, "zQm" + "1" * 44)
    assert judged(good, kind=EntryKind.GENESIS, iri=f"{url}/genesis").admitted
    other = identity_of(BASE, KEY.public, OTHER.public, OTHER.public)
    bad = genesis_of(other, url, "zQm" + "1" * 44)
    assert "keys" in judged(bad, kind=EntryKind.GENESIS, iri=f"{url}/genesis").reason


def test_what_is_for_members_is_not_admitted_to_the_public_log() -> None:
    need = {
        **practice(),
        "id": f"{BASE}/need/01ARYZ6S410000000000000000",
        "type": "Need",
        "action": ACTIONS["T11"],
        "strength": "0.5",
    }
    del need["title"]
    verdict = judged(need, iri=str(need["id"]))
    assert "may stand in this log" in verdict.reason
