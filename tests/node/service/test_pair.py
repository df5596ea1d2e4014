"""Two cities agree by signed messages, whatever becomes of the messages on the way."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from node.core.conversation import TYPES
from node.core.exchange import note_digest
from node.errors import NodeError, NotFound, Refused
from node.service import inbox, matching, pair
from node.service.contacts import follow, set_state, unfollow
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import deliver
from node.service.publish import publish, withdraw
from node.service.records import document_of, own_records, record_at
from node.service.replicate import sync_all
from node.store.ports import Audience, Full
from peers.client import Answer
from peers.encoding import JsonObject
from peers.errors import PeerError, Unreachable
from peers.httpsig import Request
from peers.notify import ExchangeMessage, exchange_message, read_message
from tests.homes import FW, Clock, Web, WebFetcher, home_of, need, practice, profile
from vocab.records import Exchange, parse
from vocab.terms import ACTIONS, ExchangeState, OfferKind, State

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"
ACTION = f"{FW}action/human-rights-based-budgeting"
NOTE = {"es": "Asambleas de presupuesto en cuatro barrios."}


class Post(WebFetcher):
    """Carries messages to the inboxes of a web's homes.

    Attributes:
        kept: Where it is a list, messages are kept in it instead, and their senders believe that
            they were taken: for tests that deliver in an order of their own.
    """

    kept: list[Request] | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        base = url.removesuffix("/inbox")
        if base in self.web.down:
            raise Unreachable(url, "cannot be reached: nobody answers")
        low = {name.lower(): value for name, value in headers.items()}
        request = Request(method="POST", target=url, headers=low, body=body)
        if self.kept is not None:
            self.kept.append(request)
            return Answer(status=202, body=b"")
        return await self.bring(request)

    async def bring(self, request: Request) -> Answer:
        home = self.web.homes[request.target.removesuffix("/inbox")]
        try:
            await inbox.receive(home, request)
        except (NodeError, PeerError) as exc:
            return Answer(status=403, body=str(exc).encode())
        return Answer(status=202, body=b"")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post() -> Post:
    return Post(Web())


@pytest.fixture
async def aurora(post: Post, clock: Clock) -> Home:
    """A city that wants to learn."""
    home = await home_of(AURORA, web=post.web, clock=clock, fetch=post)
    await publish(home, profile())
    await publish(home, need(problem={"es": "El presupuesto no nombra derechos."}))
    return home


@pytest.fixture
async def hansol(post: Post, clock: Clock, aurora: Home) -> Home:
    """A city that could teach; the two follow each other."""
    home = await home_of(HANSOL, web=post.web, clock=clock, fetch=post)
    await publish(home, profile("Hansol", "KR"))
    await follow(aurora, HANSOL)
    await follow(home, AURORA)
    return home


async def asked(aurora: Home) -> str:
    view = await pair.ask(aurora, HANSOL, ACTION, {})
    await deliver(aurora)
    return view.id


async def spoken(home: Home, identity: str, *verbs: str) -> None:
    for verb in verbs:
        await pair.say(home, identity, verb)
        await deliver(home)


async def met(aurora: Home, hansol: Home) -> str:
    identity = await asked(aurora)
    await spoken(hansol, identity, "accept", "meet")
    return identity


async def states(identity: str, *homes: Home) -> list[str]:
    return [(await pair.exchange(home, identity)).state for home in homes]


async def told(home: Home) -> list[Exchange]:
    held = await own_records(home, kind="Exchange")
    records = [parse(document_of(one)) for one in held]
    return [one for one in records if isinstance(one, Exchange)]


async def test_a_request_carries_the_three_answers_of_the_need(aurora: Home, hansol: Home) -> None:
    identity = await asked(aurora)
    there = await pair.exchange(hansol, identity)
    assert (there.role, there.state, there.peer_agent) == ("helper", "asked", f"{AURORA}/#city")
    assert there.answers == {"problem": {"es": "El presupuesto no nombra derechos."}}
    assert there.may == ("accept", "decline")
    assert (await pair.exchange(aurora, identity)).may == ("withdraw",)


async def test_what_the_asker_answers_comes_before_its_need(aurora: Home, hansol: Home) -> None:
    answers = {"problem": {"es": "Otra cosa."}, "alreadyTried": {"es": "Nada."}}
    view = await pair.ask(aurora, HANSOL, ACTION, answers)
    assert view.answers == answers


async def test_a_concluded_exchange_stands_in_both_logs(aurora: Home, hansol: Home) -> None:
    identity = await met(aurora, hansol)
    await pair.say(aurora, identity, "adopt", note=NOTE)
    await deliver(aurora)
    assert (await pair.exchange(hansol, identity)).proposed
    assert await told(aurora) == await told(hansol) == []
    await pair.say(hansol, identity, "adopt")
    await deliver(hansol)
    [here], [there] = await told(aurora), await told(hansol)
    assert (here.counterpart, there.counterpart) == (there.id, here.id)
    assert here.note_digest == there.note_digest == note_digest(identity, "adopt", NOTE)
    assert here.note == there.note == NOTE
    assert here.outcome == ExchangeState.ADOPTED
    assert (here.learner_did, here.helper_did) == (
        "did:web:aurora.example",
        "did:web:hansol.example",
    )
    assert await states(identity, aurora, hansol) == ["closed", "closed"]


async def test_a_declined_request_and_every_reason_are_the_twos_own(
    aurora: Home, hansol: Home
) -> None:
    identity = await asked(aurora)
    before = [(await home.ledger.head(home.document.public_log)).size for home in (aurora, hansol)]
    await pair.say(hansol, identity, "decline", reason="No tenemos a nadie este año.")
    await deliver(hansol)
    assert await states(identity, aurora, hansol) == ["declined", "declined"]
    last = (await pair.exchange(aurora, identity)).words[-1]
    assert last.content["reason"] == "No tenemos a nadie este año."
    after = [(await home.ledger.head(home.document.public_log)).size for home in (aurora, hansol)]
    assert before == after


async def test_only_what_fits_can_be_said(aurora: Home, hansol: Home) -> None:
    identity = await asked(aurora)
    with pytest.raises(Refused, match="is asked: expected one of withdraw, found accept"):
        await pair.say(aurora, identity, "accept")
    await spoken(hansol, identity, "decline")
    with pytest.raises(Refused, match="expected one of nothing more, found withdraw"):
        await pair.say(aurora, identity, "withdraw")


async def test_a_conclusion_needs_a_note_that_can_be_published(aurora: Home, hansol: Home) -> None:
    identity = await met(aurora, hansol)
    with pytest.raises(Refused, match="expected a note on what was learned"):
        await pair.say(aurora, identity, "adopt")
    with pytest.raises(Refused, match="is not the tag of a language"):
        await pair.say(aurora, identity, "adopt", note={"español": "x"})
    assert await states(identity, aurora, hansol) == ["met", "met"]


async def test_agreeing_means_the_other_sides_note_and_not_our_own(
    aurora: Home, hansol: Home
) -> None:
    identity = await met(aurora, hansol)
    await pair.say(aurora, identity, "adopt", note=NOTE)
    with pytest.raises(Refused, match="expected a note"):
        await pair.say(aurora, identity, "adopt")


async def test_two_outcomes_are_no_agreement(aurora: Home, hansol: Home) -> None:
    identity = await met(aurora, hansol)
    await pair.say(aurora, identity, "adopt", note=NOTE)
    await deliver(aurora)
    await pair.say(hansol, identity, "not-adopt")
    await deliver(hansol)
    assert await states(identity, aurora, hansol) == ["met", "met"]
    await pair.say(aurora, identity, "not-adopt")
    await deliver(aurora)
    [record] = await told(hansol)
    assert record.outcome == ExchangeState.NOT_ADOPTED


async def test_notes_that_cross_end_as_one_in_both_logs(
    aurora: Home, hansol: Home, post: Post
) -> None:
    """Each agrees to the other's note before it has heard that the other agrees to its own."""
    identity = await met(aurora, hansol)
    await pair.say(aurora, identity, "adopt", note={"es": "La de Aurora."})
    await pair.say(hansol, identity, "adopt", note={"es": "La de Hansol."})
    await deliver(aurora)
    await deliver(hansol)
    await pair.say(aurora, identity, "adopt")
    await pair.say(hansol, identity, "adopt")
    first = [record.note for record in (*await told(aurora), *await told(hansol))]
    assert first[0] != first[1], "for a moment, each has told what it knew"
    await deliver(aurora)
    await deliver(hansol)
    [here], [there] = await told(aurora), await told(hansol)
    assert here.note == there.note
    assert here.note_digest == there.note_digest
    assert {here.version, there.version} == {1, 2}


@pytest.mark.parametrize("seed", range(12))
async def test_outages_repetitions_and_any_order_end_in_the_same_place(
    aurora: Home, hansol: Home, post: Post, seed: int
) -> None:
    post.kept = []
    chance = random.Random(seed)  # noqa: S311 - a test that can be run again
    view = await pair.ask(aurora, HANSOL, ACTION, {})
    turns: list[tuple[Home, str, Mapping[str, Any]]] = [
        (hansol, "accept", {}),
        (aurora, "schedule", {}),
        (hansol, "pause", {"reason": "Elecciones."}),
        (hansol, "meet", {}),
        (aurora, "adopt", {"note": NOTE}),
        (hansol, "adopt", {}),
    ]
    await deliver(aurora)
    everything = list(post.kept)
    for home, verb, more in turns:
        # What was kept arrives late, twice and in any order; each side says what it can.
        chance.shuffle(everything)
        for request in everything:
            await pair_receive(post, request)
        await pair.say(home, view.id, verb, **more)
        post.kept.clear()
        await deliver(home)
        everything += post.kept
    chance.shuffle(everything)
    for request in everything:
        await pair_receive(post, request)
    assert await states(view.id, aurora, hansol) == ["closed", "closed"]
    [here], [there] = await told(aurora), await told(hansol)
    assert here.note == there.note == NOTE
    assert (here.version, there.version) == (1, 1)


async def pair_receive(post: Post, request: Request) -> None:
    """Deliver below the inbox, whose nonces stop a repeated request before it comes here."""
    home = post.web.homes[request.target.removesuffix("/inbox")]
    message = read_message(request.body, home.limits)
    assert isinstance(message, ExchangeMessage)
    await pair.receive(home, message)


async def test_a_word_waits_until_the_other_side_can_be_reached(
    aurora: Home, hansol: Home, post: Post, clock: Clock
) -> None:
    post.web.down.add(HANSOL)
    identity = await asked(aurora)
    view = await pair.exchange(aurora, identity)
    assert (view.state, view.waiting) == ("asked", 1)
    assert "nobody answers" in view.trouble
    with pytest.raises(NotFound):
        await pair.exchange(hansol, identity)
    post.web.down.clear()
    clock.time += timedelta(hours=1)
    await deliver(aurora)
    assert (await pair.exchange(hansol, identity)).state == "asked"
    assert (await pair.exchange(aurora, identity)).waiting == 0


async def test_a_refusal_of_the_other_node_is_seen(aurora: Home, hansol: Home) -> None:
    await set_state(hansol, AURORA, "blocked")
    view = await pair.exchange(aurora, await asked(aurora))
    assert "nothing is taken from this node here" in view.trouble


async def test_a_full_disk_delays_a_record_and_loses_no_agreement(
    aurora: Home, hansol: Home
) -> None:
    identity = await met(aurora, hansol)
    await pair.say(aurora, identity, "adopt", note=NOTE)
    await deliver(aurora)
    commit = hansol.ledger.commit

    async def full(*args: Any, **more: Any) -> None:
        raise Full("no room on the disk")

    object.__setattr__(hansol, "ledger", Proxy(hansol.ledger, commit=full))
    with pytest.raises(Full):
        await pair.say(hansol, identity, "adopt")
    object.__setattr__(hansol, "ledger", Proxy(hansol.ledger, commit=commit))
    assert await told(hansol) == []
    assert await pair.settle(hansol) == 1
    assert await pair.settle(hansol) == 0
    assert len(await told(hansol)) == 1


class Proxy:
    """A store, but for what is given instead."""

    def __init__(self, store: object, **instead: Callable[..., Awaitable[Any]]) -> None:
        self._store, self._instead = store, instead

    def __getattr__(self, name: str) -> Any:
        return self._instead.get(name) or getattr(self._store, name)


async def test_what_we_withdrew_is_not_told_again(aurora: Home, hansol: Home) -> None:
    identity = await met(aurora, hansol)
    await pair.say(aurora, identity, "adopt", note=NOTE)
    await deliver(aurora)
    await spoken(hansol, identity, "adopt")
    view = await pair.exchange(aurora, identity)
    await withdraw(aurora, view.record, "mistake")
    assert await pair.settle(aurora) == 0
    assert await told(aurora) == []


async def test_an_open_request_is_not_made_twice(aurora: Home, hansol: Home) -> None:
    identity = await asked(aurora)
    with pytest.raises(Refused, match=f"the exchange {identity} about this action is open"):
        await pair.ask(aurora, HANSOL, ACTION, {})
    await spoken(hansol, identity, "decline")
    assert await asked(aurora) != identity


async def test_a_city_asks_cities_that_it_follows_about_actions(
    aurora: Home, hansol: Home, post: Post
) -> None:
    with pytest.raises(NotFound, match="framework's actions"):
        await pair.ask(aurora, HANSOL, f"{FW}area/tools", {})
    with pytest.raises(NotFound, match="expected a peer that we follow"):
        await pair.ask(aurora, "did:web:lyon.example", ACTION, {})
    network = await home_of("https://network.example", role="network", web=post.web, fetch=post)
    await follow(network, AURORA)
    with pytest.raises(Refused, match='role = "network"'):
        await pair.ask(network, AURORA, ACTION, {})
    await follow(aurora, "https://network.example")
    view = await pair.ask(aurora, "https://network.example", ACTION, {})
    await deliver(aurora)
    assert "as a city" in (await pair.exchange(aurora, view.id)).trouble


async def test_a_stranger_may_ask_and_a_blocked_city_may_not_be_asked(
    aurora: Home, hansol: Home
) -> None:
    await unfollow(hansol, AURORA)
    assert (await pair.exchange(hansol, await asked(aurora))).state == "asked"
    await set_state(aurora, HANSOL, "blocked")
    with pytest.raises(Refused, match="nothing is taken from this node here"):
        await pair.ask(aurora, HANSOL, ACTIONS["T10"], {})


def word(home: Home, other: Home, verb: str, exchange: str, **content: Any) -> ExchangeMessage:
    return ExchangeMessage(
        id=f"{home.base_url}/message/{verb}-{exchange}",
        actor=home.document.did,
        to=other.document.did,
        published="2026-01-01T00:00:00Z",
        type=TYPES[verb],
        exchange=exchange,
        verb=verb,
        content={"step": 2, **content},
    )


async def test_others_have_no_part_in_an_exchange(aurora: Home, hansol: Home, post: Post) -> None:
    identity = await asked(aurora)
    lyon = await home_of("https://lyon.example", web=post.web, fetch=post)
    with pytest.raises(Refused, match="has no part in the exchange"):
        await pair.receive(aurora, word(lyon, aurora, "accept", identity))
    other = "01ARYZ6S410000000000000001"
    with pytest.raises(Refused, match="expected a request first"):
        await pair.receive(aurora, word(lyon, aurora, "accept", other))
    assert await states(identity, aurora, hansol) == ["asked", "asked"]


async def test_whoever_is_asked_cannot_turn_the_roles_round(aurora: Home, hansol: Home) -> None:
    identity = await asked(aurora)
    turned = word(
        hansol,
        aurora,
        "ask",
        identity,
        step=1,
        action=ACTION,
        learner=hansol.agent,
        helper=aurora.agent,
    )
    with pytest.raises(Refused, match="was asked for already"):
        await pair.receive(aurora, turned)
    assert (await pair.exchange(aurora, identity)).role == "learner"


async def test_what_was_accepted_is_what_was_asked_first(aurora: Home, hansol: Home) -> None:
    identity = await asked(aurora)
    await spoken(hansol, identity, "accept")
    first = await pair.exchange(hansol, identity)
    other = word(
        aurora,
        hansol,
        "ask",
        identity,
        step=1,
        action=ACTIONS["T10"],
        learner=aurora.agent,
        helper=hansol.agent,
    )
    with pytest.raises(Refused, match="was asked for already"):
        await pair.receive(hansol, other)
    assert (await pair.exchange(hansol, identity)).action == first.action == ACTION


async def test_another_sides_message_cannot_hide_one_of_ours(aurora: Home, hansol: Home) -> None:
    identity = await asked(aurora)
    await spoken(hansol, identity, "accept")
    ours = next(
        one for one in (await pair.exchange(hansol, identity)).words if one.verb == "accept"
    )
    stolen = replace(word(aurora, hansol, "withdraw", identity), id=ours.id)
    with pytest.raises(Refused, match="expected an id of did:web:aurora"):
        await pair.receive(hansol, stolen)


async def test_requests_that_wait_are_bounded(aurora: Home, hansol: Home) -> None:
    for number in range(20):
        await pair.receive(hansol, request(aurora, hansol, number))
    await pair.receive(hansol, request(aurora, hansol, 3))
    with pytest.raises(Refused, match="at most 20 requests"):
        await pair.receive(hansol, request(aurora, hansol, 20))


def request(learner: Home, helper: Home, number: int) -> ExchangeMessage:
    content: JsonObject = {"action": ACTION, "learner": learner.agent, "helper": helper.agent}
    return word(learner, helper, "ask", f"01ARYZ6S41{number:016}", **content)


async def test_a_peer_that_counts_to_the_end_does_not_lock_us_out(
    aurora: Home, hansol: Home
) -> None:
    identity = await asked(aurora)
    far = replace(word(hansol, aurora, "accept", identity), content={"step": 2**53 - 1})
    await pair.receive(aurora, far)
    await pair.say(aurora, identity, "end")
    assert (await pair.exchange(aurora, identity)).state == "ended"


async def test_an_exchange_that_is_quiet_is_said_to_be_stalled(
    aurora: Home, hansol: Home, clock: Clock
) -> None:
    identity = await asked(aurora)
    assert not (await pair.exchange(aurora, identity)).stalled
    clock.time += timedelta(days=91)
    view = await pair.exchange(aurora, identity)
    assert (view.stalled, view.state) == (True, "asked")


DEFENDERS = ACTIONS["T11"]


@pytest.mark.parametrize(
    ("action", "audience"), [(DEFENDERS, None), (ACTIONS["T10"], Audience.MEMBERS)]
)
async def test_what_is_for_members_is_told_among_members(
    aurora: Home, hansol: Home, action: str, audience: Audience | None
) -> None:
    """By its subject, or because the need itself was for members."""
    if audience:
        slug = action.rpartition("/")[2]
        await publish(aurora, need(slug), audience=audience)
    identity = (await pair.ask(aurora, HANSOL, action, {})).id
    await deliver(aurora)
    await spoken(hansol, identity, "accept", "meet")
    await pair.say(hansol, identity, "adopt", note=NOTE)
    await deliver(hansol)
    await pair.say(aurora, identity, "adopt")
    held = await record_at(aurora, f"{AURORA}/exchange/{identity}")
    assert held.log == aurora.logs[Audience.MEMBERS]


async def test_exchanges_are_listed_newest_first(aurora: Home, hansol: Home) -> None:
    first = await asked(aurora)
    second = (await pair.ask(aurora, HANSOL, ACTIONS["T10"], {})).id
    assert [view.id for view in await pair.exchanges(aurora)] == [second, first]


async def test_a_message_that_comes_twice_changes_nothing(aurora: Home, hansol: Home) -> None:
    identity = await asked(aurora)
    message = word(hansol, aurora, "accept", identity)
    await pair.receive(aurora, message)
    await pair.receive(aurora, message)
    assert len((await pair.exchange(aurora, identity)).words) == 2
    assert exchange_message(message) in [
        one.body for one in await aurora.desk.messages(f"exchange:{identity}")
    ]


async def offering(home: Home, **more: Any) -> None:
    """What stands behind an offer: the state of the action, a document, and the offer."""
    documents: Sequence[JsonObject] = (
        {
            "type": "ActionStatus",
            "action": ACTION,
            "state": str(State.IN_PLACE),
            "reviewed": "2026-01-01",
        },
        practice(action=[ACTION], evidence=[{"contentUrl": f"{home.base_url}/a.pdf"}]),
        {
            "type": "Offer",
            "action": ACTION,
            "kind": str(OfferKind.MENTOR),
            "capacity": 1,
            "languages": ["es"],
            **more,
        },
    )
    for document in documents:
        await publish(home, document)


async def in_step(*homes: Home) -> None:
    for home in homes:
        await sync_all(home)
        await catch_up(home)


async def test_each_side_sees_the_same_number(aurora: Home, hansol: Home) -> None:
    await offering(hansol)
    await in_step(aurora, hansol)
    [proposal] = (await matching.suggestions(aurora)).proposals
    [seen] = await matching.learners(hansol)
    assert (proposal.helper, proposal.helper_did) == (hansol.agent, "did:web:hansol.example")
    assert (proposal.score, proposal.terms) == (seen.score, seen.terms)
    assert proposal.terms[0].help.documents == (f"{HANSOL}/a.pdf",)
    assert (proposal.rank, proposal.options) == (1, 1)


async def test_an_exchange_under_way_uses_up_room(aurora: Home, hansol: Home) -> None:
    await offering(hansol)
    await in_step(aurora, hansol)
    await asked(aurora)
    found = await matching.suggestions(aurora)
    assert found.proposals == ()
    assert [(one.reason, one.cities) for one in found.unmatched] == [("full", (hansol.agent,))]


async def test_a_city_without_a_profile_is_told_to_publish_one(post: Post) -> None:
    home = await home_of("https://lyon.example", web=post.web, fetch=post)
    with pytest.raises(NotFound, match="publish it first"):
        await matching.suggestions(home)


async def test_a_blocked_city_is_not_suggested(aurora: Home, hansol: Home) -> None:
    await offering(hansol)
    await in_step(aurora, hansol)
    await set_state(aurora, HANSOL, "blocked")
    found = await matching.suggestions(aurora)
    assert [one.reason for one in found.unmatched] == ["blocked"]
