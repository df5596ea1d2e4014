"""Messages between nodes: written, read back, and refused in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from peers.checkpoint import Checkpoint, NoteSigner, seal_note
from peers.did import parse_did
from peers.encoding import jcs, parse_canonical
from peers.errors import Malformed
from peers.keys import SecretKey
from peers.limits import Limits
from peers.log import LogId
from peers.notify import (
    Announcement,
    ErasureReceipt,
    ExchangeMessage,
    ForkFlag,
    Join,
    JoinType,
    MessageType,
    announce,
    erasure_receipt,
    exchange_message,
    fork_flag,
    join,
    read_message,
)

LYON, NICE = parse_did("did:web:lyon.example"), parse_did("did:web:nice.example")
WORD = ExchangeMessage(
    id="urn:uuid:1",
    actor=LYON,
    to=NICE,
    published="2026-01-01T00:00:00Z",
    type=MessageType.OFFER,
    exchange="01ARYZ6S410000000000000000",
    verb="ask",
    content={"problem": {"fr": "…"}},
)


def test_an_announcement_is_read_back() -> None:
    data = announce(
        id="urn:uuid:2",
        actor=LYON,
        published="2026-01-01T00:00:00Z",
        log="https://lyon.example/log/public",
        note=b"lyon.example/log/public\n",
    )
    assert read_message(data, Limits()) == Announcement(
        id="urn:uuid:2",
        actor=LYON,
        published="2026-01-01T00:00:00Z",
        log="https://lyon.example/log/public",
        note=b"lyon.example/log/public\n",
    )


def test_a_word_about_an_exchange_is_read_back() -> None:
    assert read_message(exchange_message(WORD), Limits()) == WORD


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Like"},
        {"actor": "https://lyon.example"},
        {"actor": "did:web:10.0.0.1"},
        {"to": 1},
        {"published": "yesterday"},
        {"id": ""},
        {"id": "x" * 201},
        {"@context": "https://evil.example"},
        {"@context": ["https://www.w3.org/ns/activitystreams"]},
        {"more": 1},
        {"object": {"exchange": "1", "verb": "ask", "content": {}}},
        {"object": {"exchange": WORD.exchange, "verb": "ASK!", "content": {}}},
        {"object": {"exchange": WORD.exchange, "verb": "ask", "content": {}, "more": 1}},
        {"object": "text"},
    ],
)
def test_another_form_is_refused(change: dict[str, Any]) -> None:
    value = parse_canonical(exchange_message(WORD))
    with pytest.raises(Malformed, match="expected"):
        read_message(jcs({**value, **change}), Limits())


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"null", b'{"b":1,"a":2}', b" " * 70_000])
def test_bytes_that_are_no_message_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_message(data, Limits())


KEY = SecretKey.from_seed(bytes(32))
LOG = LogId("lyon.example/log/public")


def _note(size: int, origin: str = LOG) -> bytes:
    return seal_note(Checkpoint(origin, size, bytes([size]) * 32), NoteSigner(origin, KEY))


APPLICATION = Join(
    id="urn:uuid:3",
    actor=LYON,
    to=NICE,
    published="2026-01-01T00:00:00Z",
    type=JoinType.JOIN,
    application="01ARYZ6S410000000000000000",
    verb="apply",
    content={"evidence": "https://lyon.example/declaration"},
)
RECEIPT = ErasureReceipt(
    id="urn:uuid:4",
    actor=LYON,
    to=NICE,
    published="2026-01-01T00:00:00Z",
    entry="https://nice.example/log/public/e/7",
    record="https://nice.example/practice/01ARYZ6S410000000000000000",
    backups_until="2026-02-01",
)
FLAG = ForkFlag(
    id="urn:uuid:5",
    actor=NICE,
    to=LYON,
    published="2026-01-01T00:00:00Z",
    log=LOG,
    notes=(_note(1), _note(2)),
)


def test_an_application_a_receipt_and_a_flag_are_read_back() -> None:
    assert read_message(join(APPLICATION), Limits()) == APPLICATION
    assert read_message(erasure_receipt(RECEIPT), Limits()) == RECEIPT
    assert read_message(fork_flag(FLAG), Limits()) == FLAG


@pytest.mark.parametrize(
    "change",
    [
        {"entry": "https://lyon.example/log/public/e/7"},
        {"entry": "https://nice.example/log/public/e/07"},
        {"entry": "https://nice.example@evil.example/log/public/e/7"},
        {"record": "https://lyon.example/practice/1"},
        {"record": "https://nice.example/../practice/1"},
        {"backups_until": "2026-13-01"},
        {"backups_until": "soon"},
    ],
)
def test_a_receipt_speaks_of_its_receivers_own_log_and_record(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="expected"):
        read_message(erasure_receipt(replace(RECEIPT, **change)), Limits())


@pytest.mark.parametrize(
    "change",
    [
        {"notes": (_note(1), _note(1))},
        {"notes": (_note(1), _note(2, "paris.example/log/public"))},
        {"notes": (_note(1), b"no note")},
        {"log": LogId("paris.example/log/public")},
    ],
)
def test_a_flag_shows_two_different_checkpoints_of_the_log_that_it_names(
    change: dict[str, Any],
) -> None:
    with pytest.raises(Malformed):
        read_message(fork_flag(replace(FLAG, **change)), Limits())
