"""A city applies to a network by signed messages, and two people there decide."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from node.core.joining import fold
from node.errors import Changed, NodeError, Refused
from node.service import accounts
from node.service.admitting import approve, begin, checklist, refuse, settle_applications, tick
from node.service.applications import Application, application, applications, receive
from node.service.applying import Form, amend, apply, withdraw_application
from node.service.directory import members
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import deliver
from node.service.publish import publish
from node.service.replicate import sync_all
from peers.errors import Unreachable
from peers.notify import Join, JoinType
from tests.homes import Clock, Web, home_of, profile
from tests.node.service.test_pair import Post

CITY, NETWORK = "https://aurora.example", "https://network.example"
FORM = Form(
    office={"es": "Oficina de derechos humanos"},
    email="derechos@aurora.example",
    evidence="https://aurora.example/commitment/01J0000000000000000000000A",
    mandate_url="https://aurora.example/files/mandate.pdf",
    statement={"es": "Queremos aprender."},
    policy="1",
)


@dataclass(frozen=True, slots=True)
class Two:
    """A city and a network that do not know each other yet."""

    city: Home
    network: Home
    post: Post
    clock: Clock

    async def carry(self) -> None:
        """Time goes by, and every message that can be brought is."""
        for _ in range(3):
            self.clock.time += timedelta(hours=2)
            for home in (self.city, self.network):
                await deliver(home)

    async def seen(self) -> tuple[Application, Application]:
        """The newest application, as both sides see it."""
        [ours, *_] = await applications(self.city)
        return ours, await application(self.network, ours.id)

    async def checked(self) -> str:
        """An application of which everything was ticked; its ULID."""
        view = await apply(self.city, NETWORK, FORM)
        await self.carry()
        await begin(self.network, view.id, "one")
        for item in ("evidence", "mandate", "contact"):
            await tick(self.network, view.id, item, "one", note="by telephone")
        return view.id


@pytest.fixture
async def two() -> Two:
    clock, post = Clock(), Post(Web())
    city = await home_of(CITY, web=post.web, clock=clock, fetch=post)
    network = await home_of(NETWORK, role="network", web=post.web, clock=clock, fetch=post)
    await publish(city, profile())
    return Two(city, network, post, clock)


async def test_two_approvals_admit_a_city_and_it_hears_each_step(two: Two) -> None:
    identity = await two.checked()
    await two.carry()
    ours, theirs = await two.seen()
    assert ours.stand == theirs.stand
    assert (ours.stand.state, ours.stand.policy) == ("checking", "1")
    assert await approve(two.network, identity, "one") is None
    assert await approve(two.network, identity, "one") is None, "one person counts once"
    member = await approve(two.network, identity, "two")
    assert member is not None
    assert (member.valid_from, member.valid_until) == ("2026-01-01", "2028-12-31")
    await two.carry()
    ours, theirs = await two.seen()
    assert ours.stand == theirs.stand
    assert (ours.stand.state, ours.stand.valid_until) == ("member", "2028-12-31")
    assert [one.did for one in await members(two.network)] == ["did:web:aurora.example"]
    deeds = [(one.who, one.what) for one in await accounts.audit(two.network)]
    assert ("two", "approve-application") in deeds
    with pytest.raises(Refused, match="is a member of this network already"):
        await receive(two.network, word(two.city, 7))
    await sync_all(two.city)
    await catch_up(two.city)
    with pytest.raises(Refused, match=r"is a member there already \(member\)"):
        await apply(two.city, NETWORK, FORM)
    with pytest.raises(Refused, match="found member"):
        await refuse(two.network, identity, "one", "too late")


async def test_nothing_is_approved_before_everything_is_checked(two: Two) -> None:
    view = await apply(two.city, NETWORK, replace(FORM, policy="0"))
    await two.carry()
    with pytest.raises(Refused, match="begin with that"):
        await tick(two.network, view.id, "mandate", "one")
    await begin(two.network, view.id, "one")
    with pytest.raises(Refused, match="missing: evidence, mandate, contact, policy"):
        await approve(two.network, view.id, "one")
    with pytest.raises(Refused, match="expected one of evidence"):
        await tick(two.network, view.id, "policy", "one")
    for item in ("evidence", "mandate", "contact"):
        await tick(two.network, view.id, item, "one")
    await tick(two.network, view.id, "mandate", "one", done=False)
    assert (await checklist(two.network, view.id)).missing == ("mandate", "policy")


async def test_words_said_anew_are_checked_anew(two: Two) -> None:
    identity = await two.checked()
    await approve(two.network, identity, "one")
    await two.carry()
    await amend(two.city, identity, replace(FORM, email="derechos@mail.example"))
    await two.carry()
    found = await checklist(two.network, identity)
    assert (found.mail, found.approvals, len(found.missing)) == ("other", (), 3)
    with pytest.raises(Refused, match="expected a note on how the contact was confirmed"):
        await tick(two.network, identity, "contact", "one")


async def test_a_refusal_brings_its_reason_and_another_application_may_follow(two: Two) -> None:
    identity = await two.checked()
    with pytest.raises(Refused, match="expected a reason"):
        await refuse(two.network, identity, "one", " ")
    await refuse(two.network, identity, "one", "The letter names another city.")
    await two.carry()
    ours, theirs = await two.seen()
    assert ours.stand == theirs.stand
    assert (ours.stand.state, ours.stand.reason) == ("refused", "The letter names another city.")
    again = await apply(two.city, NETWORK, FORM)
    await two.carry()
    assert (await application(two.city, again.id)).stand.state == "received"
    with pytest.raises(Refused, match="waits for its decision"):
        await apply(two.city, NETWORK, FORM)


async def test_what_is_taken_back_cannot_be_approved(two: Two) -> None:
    identity = await two.checked()
    await two.carry()
    await withdraw_application(two.city, identity)
    await two.carry()
    with pytest.raises(Refused, match="found withdrawn"):
        await approve(two.network, identity, "one")
    with pytest.raises(Refused, match="found withdrawn"):
        await withdraw_application(two.city, identity)
    assert (await two.seen())[0].stand == (await two.seen())[1].stand


async def test_an_outage_delays_and_loses_nothing(two: Two) -> None:
    two.post.web.down.add(NETWORK)
    with pytest.raises(Unreachable):
        await apply(two.city, NETWORK, FORM)
    two.post.web.down.clear()
    view = await apply(two.city, NETWORK, FORM)
    two.post.web.down.add(NETWORK)
    await two.carry()
    waits = await application(two.city, view.id)
    assert (waits.waiting, waits.stand.state) == (1, "asked")
    two.post.web.down.clear()
    await two.carry()
    await begin(two.network, view.id, "one")
    for item in ("evidence", "mandate", "contact"):
        await tick(two.network, view.id, item, "one")
    await approve(two.network, view.id, "one")
    two.post.web.down.add(CITY)
    with pytest.raises((NodeError, Unreachable)):
        await approve(two.network, view.id, "two")
    assert await settle_applications(two.network) == 0
    two.post.web.down.clear()
    assert await settle_applications(two.network) == 1
    assert await settle_applications(two.network) == 0
    await two.carry()
    assert (await two.seen())[0].stand.state == "member"


async def test_at_the_same_moment_nobody_is_admitted_twice(two: Two) -> None:
    identity = await two.checked()
    both = await asyncio.gather(
        *(approve(two.network, identity, name) for name in ("one", "two")), return_exceptions=True
    )
    assert all(one is None or isinstance(one, Changed) or hasattr(one, "iri") for one in both)
    await asyncio.gather(
        approve(two.network, identity, "two"),
        settle_applications(two.network),
        return_exceptions=True,
    )
    if not await members(two.network):
        await approve(two.network, identity, "one")
    assert len(await members(two.network)) == 1
    await two.carry()
    assert (await two.seen())[0].stand.state == "member"


async def test_order_and_duplicates_change_nothing(two: Two) -> None:
    """Every word, many times, in many orders: both sides come to the same."""
    identity = await two.checked()
    await two.carry()
    await amend(two.city, identity, FORM)
    await two.carry()
    for item in ("evidence", "mandate", "contact"):
        await tick(two.network, identity, item, "one")
    await approve(two.network, identity, "one")
    await approve(two.network, identity, "two")
    await two.carry()
    words = list((await application(two.network, identity)).words)
    expected = fold(words)
    for seed in range(20):
        mixed = words * 2
        random.Random(seed).shuffle(mixed)  # noqa: S311 - the order is what is tried
        assert fold(mixed) == expected
    for side, word in words * 2:
        await receive(two.network if side == "city" else two.city, word)
    assert (await two.seen())[0].stand == (await two.seen())[1].stand == expected


def word(city: Home, number: int, verb: str = "apply", **content: Any) -> Join:
    """A word of a city's node about an application of this number."""
    types = {"apply": JoinType.JOIN, "admit": JoinType.ACCEPT, "withdraw": JoinType.UNDO}
    said = {
        "step": 1,
        "name": {"es": "Aurora"},
        "office": {"es": "Oficina"},
        "email": "a@aurora.example",
        "evidence": "https://aurora.example/x",
        "mandate": {"sha256": "0" * 64},
    }
    return Join(
        id=f"{city.base_url}/message/{verb}{number}",
        actor=city.document.did,
        to=city.document.did,
        published="2026-01-01T00:00:00Z",
        type=types[verb],
        application=f"01J{number:023d}",
        verb=verb,
        content=({"step": 1} if verb == "withdraw" else said) | content,
    )


@pytest.mark.parametrize(
    "content",
    [
        {"email": "nobody"},
        {"email": "a@b"},
        {"office": {}},
        {"office": {"es": "x" * 201}},
        {"office": "Oficina"},
        {"name": {"no tag": "x"}},
        {"statement": {"es": "x" * 4001}},
        {"evidence": "file:///etc/passwd"},
        {"evidence": "javascript:alert(1)"},
        {"mandate": {}},
        {"mandate": {"sha256": "F" * 64}},
        {"mandate": {"sha256": "0" * 64, "more": "x"}},
        {"dataPolicy": "x" * 51},
        {"dataPolicy": 1},
        {"step": 0},
        {"step": True},
        {"more": "x"},
    ],
)
async def test_another_form_is_refused(two: Two, content: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="expected"):
        await receive(two.network, word(two.city, 1, **content))
    assert await applications(two.network) == []


async def test_strangers_are_bounded(two: Two) -> None:
    await receive(two.network, word(two.city, 1))
    with pytest.raises(Unreachable, match="one at a time"):
        await receive(two.network, word(two.city, 2))
    with pytest.raises(Refused, match="was made already"):
        await receive(two.network, replace(word(two.city, 1), id=f"{CITY}/message/x"))
    for number in range(1, 6):
        await receive(two.network, word(two.city, number, "withdraw"))
        if number < 5:
            await receive(two.network, word(two.city, number + 1))
    with pytest.raises(Unreachable, match="at most 5 applications in a day"):
        await receive(two.network, word(two.city, 6))
    other = await home_of("https://hansol.example", web=two.post.web, fetch=two.post)
    with pytest.raises(Refused, match="has no part"):
        await receive(two.network, replace(word(other, 1), id="https://hansol.example/message/1"))


async def test_a_word_is_taken_only_by_whom_it_is_for(two: Two) -> None:
    with pytest.raises(Refused, match="expected one of receive"):
        await receive(two.city, word(two.network, 1))
    told = word(two.network, 1, "admit", membership=f"{NETWORK}/membership/x")
    with pytest.raises(Refused, match="has made no application"):
        await receive(two.city, told)
    elsewhere = replace(told, content={"step": 1, "membership": "https://evil.example/membership"})
    with pytest.raises(Refused, match=r"a record of did:web:network\.example"):
        await receive(two.city, elsewhere)
    observer = await home_of("https://observer.example", role="observer", web=two.post.web)
    with pytest.raises(Refused, match="found an observer"):
        await receive(observer, word(two.city, 1))
    with pytest.raises(Refused, match="expected a city, found role"):
        await apply(two.network, CITY, FORM)
