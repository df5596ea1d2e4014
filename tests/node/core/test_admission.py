"""What is admitted, and what each refusal says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.admission import Verdict, admit
from node.core.identity import genesis_of, identity_of
from peers.did import LogId
from peers.encoding import jcs
from peers.history import KeyHistory, Term
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


def keys_in(log: LogId) -> KeyHistory:
    """The history of a log whose keys never changed."""
    terms = {
        method: Term(key, 0)
        for keys in (DOCUMENT.record_keys, DOCUMENT.log_keys, DOCUMENT.http_keys)
        for method, key in keys.items()
    }
    return KeyHistory(did=DOCUMENT.did, log=log, terms=terms, recovery="")


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
    prev: int | None = None,
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
        prev=prev if prev is not None or version == 1 else 0,
        digest=body.digest,
    )
    return admit(entry, body, log, DOCUMENT, keys_in(log), Limits())


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


@pytest.mark.parametrize(
    ("kind", "version", "prev"),
    [
        (EntryKind.UPDATE, 1, None),
        (EntryKind.DELETE, 1, None),
        (EntryKind.CREATE, 1, 0),
    ],
)
def test_a_first_version_is_created_and_follows_on_nothing(
    kind: EntryKind, version: int, prev: int | None
) -> None:
    verdict = judged(practice(), kind=kind, version=version, prev=prev)
    assert "a Create of version 1, or a later version" in verdict.reason


def test_a_record_that_was_withdrawn_may_come_back() -> None:
    assert judged({**practice(), "version": 3}, version=3, prev=7).admitted


def test_a_refusal_tells_the_first_findings_and_how_many_more_there_are() -> None:
    draft = practice()
    draft.update(title={}, titel="x", summary=[], issued="soon", results={"fr": ""})
    reason = judged(draft).reason
    assert all(path in reason for path in ("/issued", "/results/fr", "/summary"))
    assert reason.endswith("(and 2 more)")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
MEMBERS = [*practice(), "proof", "evidence", "object", "version", "element", "measures", "state"]


@given(st.sampled_from(MEMBERS), JSON, st.booleans())
def test_whatever_a_member_holds_the_log_goes_on(name: str, value: object, early: bool) -> None:
    """A verdict, never an exception: one hostile record must not stop a log."""
    draft = practice()
    if early and name != "proof":
        judged({**draft, name: value})
    else:
        judged(draft, after=change(**{name: value}))


@given(st.sampled_from(["type", "created", "verificationMethod", "proofValue", "@context"]), JSON)
def test_whatever_a_proof_holds_the_log_goes_on(name: str, value: object) -> None:
    verdict = judged(practice(), after=lambda draft: draft["proof"].update({name: value}))
    assert not verdict.admitted


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
    kept = judged({**practice(), "version": 2}, kind=EntryKind.DELETE, version=2)
    assert "a Withdrawal as the body of a Delete" in kept.reason
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
    assert admit(entry, None, LOG, DOCUMENT, keys_in(LOG), Limits()).admitted


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
    assert "canonical" in admit(entry, body, LOG, DOCUMENT, keys_in(LOG), Limits()).reason


def test_a_genesis_is_admitted_with_the_documents_own_keys() -> None:
    url = f"https://{LOG}"
    good = genesis_of(DOCUMENT, url, "zQm" + "1" * 44)
    assert judged(good, kind=EntryKind.GENESIS, iri=f"{url}/genesis").admitted
    other = identity_of(BASE, KEY.public, OTHER.public, OTHER.public)
    bad = genesis_of(other, url, "zQm" + "1" * 44)
    assert "expected the key" in judged(bad, kind=EntryKind.GENESIS, iri=f"{url}/genesis").reason


def test_who_is_who_is_said_in_the_public_log_alone() -> None:
    city = {
        **practice(),
        "id": f"{BASE}/city",
        "type": "City",
        "name": {"fr": "Lyon"},
        "country": "FR",
    }
    del city["title"], city["action"]
    assert judged(city, iri=f"{BASE}/city").admitted
    members = judged(city, iri=f"{BASE}/city", log=LogId("lyon.example/log/members"))
    assert "a City in the public log" in members.reason


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
