"""Who sent a message is shown by its signature; everything else is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from node.errors import Refused
from node.service.contacts import contact_of, follow, set_state
from node.service.home import Home
from node.service.inbox import receive
from node.service.publish import publish
from node.service.replicate import sync_all, sync_hinted
from node.service.rotate import rotate
from peers.encoding import jcs
from peers.errors import BadSignature, Malformed, PeerError, Unreachable
from peers.httpsig import Request, sign_request
from peers.keys import Signer
from peers.notify import ExchangeMessage, MessageType, announce, exchange_message
from tests.homes import Clock, Web, home_of, profile

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def aurora(web: Web, clock: Clock) -> Home:
    home = await home_of(AURORA, web=web, clock=clock)
    await publish(home, profile())
    return home


@pytest.fixture
async def hansol(web: Web, clock: Clock) -> Home:
    return await home_of(HANSOL, web=web, clock=clock)


def message(home: Home, nonce: str = "n" * 20) -> Request:
    """An announcement of a home, signed for hansol's inbox."""
    body = announce(
        id=f"{home.base_url}/announcement/1",
        actor=home.document.did,
        published=home.stamp(),
        log=f"{home.base_url}/log/public",
        note=b"a note",
    )
    return signed(home, body, nonce)


def signed(home: Home, body: bytes, nonce: str = "n" * 20, signer: Signer | None = None) -> Request:
    headers = {"content-type": "application/ld+json"}
    request = Request(method="POST", target=f"{HANSOL}/inbox", headers=headers, body=body)
    added = sign_request(
        request,
        signer or home.keys.http,
        keyid=home.http_method,
        now=int(home.now().timestamp()),
        nonce=nonce,
    )
    lower = {name.lower(): value for name, value in added.items()}
    return replace(request, headers={**headers, **lower})


async def hints(home: Home) -> list[str]:
    return list(await home.desk.pages("hint"))


async def test_an_announcement_of_a_peer_makes_us_ask(aurora: Home, hansol: Home) -> None:
    await follow(hansol, AURORA)
    await receive(hansol, message(aurora))
    assert await hints(hansol) == ["did:web:aurora.example"]


async def test_an_announcement_of_a_stranger_is_taken_and_not_kept(
    aurora: Home, hansol: Home
) -> None:
    await receive(hansol, message(aurora))
    assert await hansol.desk.pages("hint") == {}


async def test_nobody_is_asked_for_a_key_to_what_is_refused_without(
    aurora: Home, hansol: Home, web: Web, clock: Clock
) -> None:
    late, other = message(aurora), message(aurora, "o" * 20)
    with pytest.raises(BadSignature, match="Content-Digest"):
        await receive(hansol, replace(other, body=other.body.replace(b"a note", b"a word")))
    clock.time += timedelta(minutes=10)
    with pytest.raises(BadSignature, match="clocks"):
        await receive(hansol, late)
    assert web.asked == []


async def test_the_same_request_is_taken_once(aurora: Home, hansol: Home) -> None:
    request = message(aurora)
    await receive(hansol, request)
    with pytest.raises(BadSignature, match="was taken before"):
        await receive(hansol, request)
    await receive(hansol, message(aurora, nonce="m" * 20))


async def test_a_key_that_we_have_not_heard_of_yet_is_no_refusal_for_good(
    aurora: Home, hansol: Home, clock: Clock
) -> None:
    await follow(hansol, AURORA)
    await sync_all(hansol)
    await rotate(aurora, ["http"])
    with pytest.raises(Unreachable, match="come back then"):
        await receive(hansol, message(aurora, "o" * 20))
    assert await hints(hansol) == [], "it was asked a moment ago"
    clock.time += timedelta(minutes=2)
    with pytest.raises(Unreachable, match="come back then"):
        await receive(hansol, message(aurora, "p" * 20))
    assert await hints(hansol) == ["did:web:aurora.example"]
    await sync_hinted(hansol)
    await receive(hansol, message(aurora, "q" * 20))


async def test_a_key_that_was_replaced_is_refused_for_good(aurora: Home, hansol: Home) -> None:
    await follow(hansol, AURORA)
    before = message(aurora)
    await rotate(aurora, ["http"])
    await sync_all(hansol)
    with pytest.raises(BadSignature, match="request keys"):
        await receive(hansol, before)
    assert await hints(hansol) == []


async def test_a_request_signed_with_another_key_is_refused(aurora: Home, hansol: Home) -> None:
    forged = signed(aurora, message(aurora).body, signer=hansol.keys.http)
    with pytest.raises(BadSignature, match="does not fit"):
        await receive(hansol, forged)


async def test_a_message_by_somebody_else_is_refused(aurora: Home, hansol: Home) -> None:
    body = message(aurora).body
    lyon = await home_of("https://lyon.example", web=Web())
    hansol.fetch.web.homes["https://lyon.example"] = lyon  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="expected its own message"):
        await receive(hansol, signed(replace(lyon, now=aurora.now), body))


async def test_the_pinned_key_counts_and_not_the_one_of_today(
    web: Web, aurora: Home, hansol: Home
) -> None:
    await follow(hansol, AURORA)
    web.instead[f"{AURORA}/.well-known/did.json"] = b"{}"
    await receive(hansol, message(aurora))
    assert await hints(hansol)


async def test_a_blocked_peer_is_refused(aurora: Home, hansol: Home) -> None:
    await follow(hansol, AURORA)
    await set_state(hansol, AURORA, "blocked")
    with pytest.raises(Refused, match="nothing is taken from this node here"):
        await receive(hansol, message(aurora))
    assert (await contact_of(hansol, AURORA)).state == "blocked"


async def test_an_old_request_is_refused(aurora: Home, hansol: Home, clock: Clock) -> None:
    request = message(aurora)
    clock.time += timedelta(minutes=6)
    with pytest.raises(BadSignature, match="check the clocks"):
        await receive(hansol, request)


async def test_a_sender_that_cannot_be_asked_is_out_of_reach(
    web: Web, aurora: Home, hansol: Home
) -> None:
    web.down.add(AURORA)
    with pytest.raises(Unreachable):
        await receive(hansol, message(aurora))


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        {"content-encoding": "gzip"},
        {"signature": ""},
        {"signature-input": ""},
        {"content-digest": "sha-256=:AAAA:"},
    ],
)
async def test_what_is_not_signed_as_it_must_be_is_refused(
    aurora: Home, hansol: Home, headers: dict[str, str]
) -> None:
    request = message(aurora)
    with pytest.raises(PeerError):
        await receive(hansol, replace(request, headers={**request.headers, **headers}))
    assert await hints(hansol) == []


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", jcs({"type": "Like"}), b"\xff" * 80_000])
async def test_what_is_no_message_is_refused(aurora: Home, hansol: Home, body: bytes) -> None:
    with pytest.raises(Malformed):
        await receive(hansol, signed(aurora, body))


async def test_a_word_to_somebody_else_is_refused(aurora: Home, hansol: Home) -> None:
    word = ExchangeMessage(
        id=f"{AURORA}/message/1",
        actor=aurora.document.did,
        to=aurora.document.did,
        published=datetime(2026, 1, 1, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        type=MessageType.OFFER,
        exchange="01KJ0PRKZ2WWA2WZ9G6J20C5RF",
        verb="ask",
        content={},
    )
    with pytest.raises(Refused, match=r"expected a message to did:web:hansol\.example"):
        await receive(hansol, signed(aurora, exchange_message(word)))
