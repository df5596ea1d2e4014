"""What the first entry of a log pins, and what is refused of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from node.core.identity import check_genesis, genesis_of, identity_of, log_address
from peers.did import parse_did, read_document, write_document
from peers.encoding import JsonObject
from peers.errors import BadSignature, Malformed, Untrusted
from peers.keychange import recovery_hash
from peers.keys import SecretKey
from peers.log import LogId
from peers.proofs import sign
from tests.simulator import key_of

LOG = LogId("city.example/log/public")
URL = "https://city.example/log/public"
RECORD, LOG_KEY, HTTP, RECOVERY = (key_of(name) for name in ("record", "log", "http", "paper"))
DOCUMENT = identity_of("https://city.example", RECORD.public, LOG_KEY.public, HTTP.public)


def signed(document: JsonObject, key: SecretKey = RECORD) -> JsonObject:
    method = f"{DOCUMENT.did}#record-1"
    return sign(document, key, method=method, created=datetime(2026, 1, 1, tzinfo=UTC))


def genesis() -> JsonObject:
    return genesis_of(DOCUMENT, URL, recovery_hash(RECOVERY.public))


def test_a_document_made_here_is_read_there() -> None:
    assert read_document(write_document(DOCUMENT), parse_did("did:web:city.example")) == DOCUMENT
    assert DOCUMENT.base_url == "https://city.example"
    assert DOCUMENT.public_log == LOG


def test_the_base_url_may_have_a_path() -> None:
    made = identity_of("https://x.example/rights", RECORD.public, LOG_KEY.public, HTTP.public)
    assert made.did.text == "did:web:x.example"
    assert made.public_log == "x.example/rights/log/public"


def test_a_genesis_names_the_keys_that_the_log_began_with() -> None:
    secured = signed(genesis())
    check_genesis(secured, DOCUMENT, LOG)
    assert secured["keys"]["log"]["publicKeyMultibase"] == LOG_KEY.public.multikey
    assert secured["nextRecoveryHash"].startswith("zQm")


def test_a_genesis_with_another_key_is_refused() -> None:
    other = genesis()
    other["keys"]["log"]["publicKeyMultibase"] = RECOVERY.public.multikey
    with pytest.raises(Untrusted, match="expected the key"):
        check_genesis(signed(other), DOCUMENT, LOG)


def test_a_genesis_of_another_log_is_refused() -> None:
    with pytest.raises(Untrusted, match="expected id"):
        check_genesis(signed(genesis()), DOCUMENT, LogId("city.example/log/members"))


def test_a_genesis_that_somebody_else_signed_is_refused() -> None:
    with pytest.raises(BadSignature):
        check_genesis(signed(genesis(), RECOVERY), DOCUMENT, LOG)


def test_a_genesis_that_says_more_is_refused() -> None:
    with pytest.raises(Malformed, match="expected"):
        check_genesis(signed({**genesis(), "more": 1}), DOCUMENT, LOG)


def test_a_log_keeps_the_scheme_of_its_node() -> None:
    did = parse_did("did:web:localhost%3A8401")
    assert log_address(did, LogId("localhost:8401/log/public")) == (
        "http://localhost:8401/log/public"
    )
