"""Messages between nodes: written, read back, and refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from peers.did import parse_did
from peers.encoding import jcs, parse_canonical
from peers.errors import Malformed
from peers.limits import Limits
from peers.notify import (
    Announcement,
    ExchangeMessage,
    MessageType,
    announce,
    exchange_message,
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
