"""What we owe other nodes: signed, tried again, and told once for each growth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.service.contacts import follow, set_grant, set_state
from node.service.home import Home
from node.service.outbox import announce, backoff, deliver, queue
from node.service.publish import publish
from node.store.ports import Audience
from peers.client import Answer
from peers.errors import Unreachable
from peers.httpsig import Request, content_digest, read_claim, verify_request
from peers.notify import Announcement, read_message
from tests.homes import Clock, Web, WebFetcher, home_of, practice

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"
PEER = "did:web:hansol.example"


class Postbox(WebFetcher):
    """Takes what is posted, or answers as it is told."""

    def __init__(self, web: Web) -> None:
        super().__init__(web)
        self.taken: list[Request] = []
        self.status = 202

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        if self.status == 0:
            raise Unreachable(url, "cannot be reached: nobody answers")
        low = {name.lower(): value for name, value in headers.items()}
        self.taken.append(Request(method="POST", target=url, headers=low, body=body))
        return Answer(status=self.status, body=b"said why")


@pytest.fixture
async def web() -> Web:
    web = Web()
    await home_of(HANSOL, web=web)
    return web


@pytest.fixture
def postbox(web: Web) -> Postbox:
    return Postbox(web)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def aurora(web: Web, postbox: Postbox, clock: Clock) -> Home:
    home = await home_of(AURORA, web=web, clock=clock, fetch=postbox)
    await follow(home, HANSOL)
    return home


async def test_a_growth_is_told_once(aurora: Home, postbox: Postbox) -> None:
    assert await announce(aurora) == 1
    assert await announce(aurora) == 0
    await publish(aurora, practice())
    await publish(aurora, practice())
    assert await announce(aurora) == 1
    message = read_message(postbox.taken[-1].body, aurora.limits)
    assert isinstance(message, Announcement)
    assert message.actor == aurora.document.did
    assert message.log == f"{AURORA}/log/public"
    assert message.note == await aurora.ledger.note(aurora.document.public_log)


async def test_a_message_is_signed_for_its_inbox(aurora: Home, postbox: Postbox) -> None:
    await announce(aurora)
    [request] = postbox.taken
    assert request.target == f"{HANSOL}/inbox"
    claim = read_claim(request, "test")
    assert claim.keyid == "did:web:aurora.example#http-1"
    now = int(aurora.now().timestamp())
    verify_request(claim, request, aurora.keys.http.public, about="test", now=now)
    assert request.headers["content-digest"] == content_digest(request.body)


async def test_a_silent_peer_is_told_later(aurora: Home, postbox: Postbox, clock: Clock) -> None:
    postbox.status = 0
    assert await announce(aurora) == 0
    postbox.status = 202
    assert await announce(aurora) == 0
    clock.time += timedelta(hours=1)
    assert await announce(aurora) == 1


async def test_a_peer_that_refuses_is_not_pressed(aurora: Home, postbox: Postbox) -> None:
    postbox.status = 403
    assert await announce(aurora) == 0
    postbox.status = 202
    assert await announce(aurora) == 0
    await publish(aurora, practice())
    assert await announce(aurora) == 1


async def test_a_paused_peer_is_told_nothing(aurora: Home, postbox: Postbox) -> None:
    await set_state(aurora, HANSOL, "paused")
    assert await announce(aurora) == 0
    assert postbox.taken == []


async def test_of_the_members_log_only_those_hear_who_may_read_it(
    aurora: Home, web: Web, postbox: Postbox, clock: Clock
) -> None:
    await home_of("https://brisa.example", web=web)
    await follow(aurora, "https://brisa.example")
    await announce(aurora)
    postbox.taken.clear()
    title = "Una frase que nadie más ha de oír"
    await publish(aurora, practice(title), audience=Audience.MEMBERS)
    assert await announce(aurora) == 0
    await set_grant(aurora, HANSOL, granted=True)
    clock.time += timedelta(minutes=6)
    assert await announce(aurora) == 1
    assert await announce(aurora) == 0
    [request] = postbox.taken
    assert request.target == f"{HANSOL}/inbox"
    assert title.encode() not in request.body
    message = read_message(request.body, aurora.limits)
    assert isinstance(message, Announcement)
    assert message.log == f"{AURORA}/log/members"


async def test_a_message_is_owed_until_it_is_taken(
    aurora: Home, postbox: Postbox, clock: Clock
) -> None:
    await queue(aurora, PEER, b'{"a":1}', id="urn:1", topic="exchange/1")
    await queue(aurora, PEER, b'{"a":1}', id="urn:1", topic="exchange/1")
    postbox.status = 503
    assert await deliver(aurora) == 0
    [owed] = await aurora.desk.messages("exchange/1")
    assert (owed.attempts, owed.done) == (1, "")
    assert "answered 503: said why" in owed.error
    postbox.status = 202
    clock.time += timedelta(hours=1)
    assert await deliver(aurora) == 1
    [owed] = await aurora.desk.messages("exchange/1")
    assert (owed.attempts, owed.error) == (2, "")
    assert owed.done
    assert await deliver(aurora) == 0


async def test_a_refused_message_is_done_with_its_reason(aurora: Home, postbox: Postbox) -> None:
    await queue(aurora, PEER, b"{}", id="urn:1", topic="exchange/1")
    postbox.status = 422
    assert await deliver(aurora) == 0
    [owed] = await aurora.desk.messages("exchange/1")
    assert owed.done
    assert "answered 422" in owed.error


async def test_a_node_that_we_do_not_follow_can_be_written_to(
    web: Web, aurora: Home, postbox: Postbox
) -> None:
    await home_of("https://lyon.example", web=web)
    await queue(aurora, "did:web:lyon.example", b"{}", id="urn:1", topic="exchange/1")
    await queue(aurora, "did:web:nobody.example", b"{}", id="urn:2", topic="exchange/2")
    assert await deliver(aurora) == 1
    assert postbox.taken[0].target == "https://lyon.example/inbox"


@given(st.integers(0, 1000), st.floats(0, 1))
def test_waiting_grows_and_is_never_over_an_hour(attempts: int, fraction: float) -> None:
    wait = backoff(attempts, fraction)
    assert timedelta(0) <= wait <= timedelta(hours=1)
    assert wait <= backoff(attempts + 1, fraction)
