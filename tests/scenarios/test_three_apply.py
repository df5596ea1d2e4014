"""Three cities apply to a network whose node goes away twice, over a net that loses and repeats.

One is admitted and renewed, one is admitted and suspended, one is refused. Messages are lost, and
taken while their sender believes that they were not, and so come again, late and in another order.
In the end all nodes have the same picture.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from node.config import SyncSettings
from node.service.admitting import approve, begin, refuse, settle_applications, tick
from node.service.applications import application, applications, receive
from node.service.applying import Form, accept_policy, apply
from node.service.belonging import belongings
from node.service.discover import found
from node.service.home import Home
from node.service.index import catch_up
from node.service.lists import follow_lists
from node.service.memberships import renew, suspend
from node.service.outbox import deliver
from node.service.publish import publish
from node.service.replicate import sync_all
from peers.client import Answer
from peers.errors import Unreachable
from tests.homes import Clock, Web, home_of, profile
from tests.node.service.test_pair import Post
from vocab.records import Membership

NETWORK = "https://network.example"
NAMES = ("Aurora", "Hansol", "Marama")
STEPS = ("evidence", "mandate", "contact")


class Storm(Post):
    """Loses messages, and answers to messages that were taken, as the dice fall."""

    def __init__(self, web: Web, seed: int) -> None:
        super().__init__(web)
        self.dice = random.Random(seed)  # noqa: S311 - the same storm in every run

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        fate = self.dice.random()
        if fate < 0.25:
            raise Unreachable(url, "lost on the way")
        answer = await super().post(url, body, headers)
        if fate < 0.5:
            raise Unreachable(url, "taken, and the answer was lost")
        return answer


class Story:
    """A network and three cities that name it in their settings."""

    def __init__(self, seed: int) -> None:
        self.clock = Clock()
        self.post = Storm(Web(), seed)
        self.cities: dict[str, Home] = {}
        self.ids: dict[str, str] = {}

    async def begin(self) -> None:
        self.network = await home_of(
            NETWORK, role="network", web=self.post.web, clock=self.clock, fetch=self.post
        )
        for name in NAMES:
            base = f"https://{name.lower()}.example"
            home = await home_of(base, web=self.post.web, clock=self.clock, fetch=self.post)
            settings = SyncSettings(members_of=(NETWORK,))
            home = replace(home, config=home.config.model_copy(update={"sync": settings}))
            await publish(home, profile(name))
            self.cities[name] = home

    async def apply(self, name: str, policy: str = "1") -> None:
        home = self.cities[name]
        form = Form(
            office={"en": "Human Rights Office"},
            email=f"rights@{name.lower()}.example",
            evidence=f"{home.base_url}/commitment/01J0000000000000000000000A",
            mandate_sha256="0" * 64,
            policy=policy,
        )
        self.ids[name] = (await apply(home, NETWORK, form)).id

    async def days(self, number: int) -> None:
        """Time goes by; whoever is up looks at the others and sends what it owes."""
        for _ in range(number * 4):
            self.clock.time += timedelta(hours=6)
            for home in (self.network, *self.cities.values()):
                if home.base_url in self.post.web.down:
                    continue
                await deliver(home)
                await sync_all(home)
                await catch_up(home)
                await settle_applications(home)
                await follow_lists(home)

    async def checked(self, name: str) -> str:
        identity = self.ids[name]
        await begin(self.network, identity, "noor")
        for item in STEPS:
            await tick(self.network, identity, item, "noor")
        return identity

    async def stands(self, name: str) -> str:
        return (await application(self.cities[name], self.ids[name])).stand.state


async def told(home: Home) -> set[tuple[str, str, bool]]:
    """Who is a member until when, and who is suspended, as a node's own catalog has it."""
    records = [one.record for one in await found(home, kinds=["Membership"])]
    return {
        (one.member_did, one.valid_until or "", bool(one.suspended))
        for one in records
        if isinstance(one, Membership)
    }


async def check_same_picture(story: Story) -> None:
    """Each side of each application, and every catalog, says the same; nothing is left to send."""
    for name, home in story.cities.items():
        ours = await application(home, story.ids[name])
        theirs = await application(story.network, story.ids[name])
        assert ours.stand == theirs.stand, name
        assert {one.id for _, one in ours.words} == {one.id for _, one in theirs.words}
        assert (ours.waiting, theirs.waiting) == (0, 0)
        assert await told(home) == await told(story.network), name


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_three_cities_apply_through_outages_and_a_storm(seed: int) -> None:
    story = Story(seed)
    await story.begin()
    for name in NAMES:
        await story.apply(name, policy="" if name == "Hansol" else "1")
    story.post.web.down.add(NETWORK)
    await story.days(2)
    assert [await story.stands(name) for name in NAMES] == ["asked"] * 3
    story.post.web.down.clear()
    await story.days(3)
    assert [await story.stands(name) for name in NAMES] == ["received"] * 3
    await accept_policy(story.cities["Hansol"], story.ids["Hansol"])
    await story.days(3)

    aurora, hansol = await story.checked("Aurora"), await story.checked("Hansol")
    await begin(story.network, story.ids["Marama"], "noor")
    for identity in (aurora, hansol):
        await approve(story.network, identity, "noor", "2026-12-31")
    await approve(story.network, aurora, "imani")
    await approve(story.network, hansol, "imani")
    await refuse(story.network, story.ids["Marama"], "noor", "The letter names another city.")
    story.post.web.down.add(NETWORK)
    await story.days(2)
    story.post.web.down.clear()
    await story.days(3)
    states = [await story.stands(name) for name in NAMES]
    assert states == ["member", "member", "refused"]
    await check_same_picture(story)
    both = {one.did for one in await story.cities["Aurora"].desk.contacts()}
    assert both == {"did:web:network.example", "did:web:hansol.example"}

    await renew(story.network, "did:web:aurora.example", "imani", "2029-12-31")
    await suspend(story.network, "did:web:hansol.example", "noor", "No answer since May.")
    await story.days(3)
    await check_same_picture(story)
    assert await told(story.network) == {
        ("did:web:aurora.example", "2029-12-31", False),
        ("did:web:hansol.example", "2026-12-31", True),
    }
    [seen] = await belongings(story.cities["Hansol"])
    assert (seen.state, seen.reason) == ("suspended", "No answer since May.")
    [seen] = await belongings(story.cities["Marama"])
    assert (seen.state, seen.reason) == ("refused", "The letter names another city.")
    assert {one.did for one in await story.cities["Aurora"].desk.contacts()} == {
        "did:web:network.example"
    }, "who is suspended is not followed for the list's sake"

    before = [(one.id, one.stand) for one in await applications(story.network)]
    words = [
        (home, side, word)
        for name, home in story.cities.items()
        for side, word in (await application(home, story.ids[name])).words
    ]
    story.post.dice.shuffle(words)
    for home, side, word in words * 2:
        await receive(story.network if side == "city" else home, word)
    await story.days(1)
    assert [(one.id, one.stand) for one in await applications(story.network)] == before
    await check_same_picture(story)
