"""Two years of a network of twelve nodes, one of which is away from the first day to the last.

Eight cities begin, three join, one is suspended, one changes its keys; a round is run, six
exchanges go their ways, and a practice is adapted. In the end every node shows the same.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from node.errors import Refused
from node.service import pair, rounds
from node.service.contacts import follow
from node.service.directory import admit, members, suspend
from node.service.discover import found
from node.service.home import Home
from node.service.index import catch_up
from node.service.lessons import lessons
from node.service.outbox import deliver
from node.service.publish import publish
from node.service.replicate import sync_all
from node.service.rotate import rotate
from tests.homes import Clock, Web, home_of, need, practice, profile
from tests.node.service.test_pair import ACTION, Post
from tests.node.service.test_rounds import offer, status

FOUNDERS = ("aurora", "hansol", "marama", "qasr", "claire", "tolmin", "kisumo", "altamar")
LATER = ("norrby", "sabana", "ostrov")
AWAY = "altamar"
DECLINED, WITHDRAWN, STALLED, ENDED, ADOPTED, NOT_ADOPTED = range(6)


class Story:
    """The nodes, by name, and what is done at several of them at once."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.post = Post(Web())
        self.homes: dict[str, Home] = {}

    def __getitem__(self, name: str) -> Home:
        return self.homes[name]

    @property
    def up(self) -> list[Home]:
        """Every node that answers."""
        down = self.post.web.down
        return [home for home in self.homes.values() if home.base_url not in down]

    async def found(self, name: str) -> Home:
        """A city with a profile, and a need or an offer; it follows all others, and they it."""
        base = f"https://{name}.example"
        home = await home_of(base, web=self.post.web, clock=self.clock, fetch=self.post)
        teaches = len(self.homes) % 2 == 1
        await publish(home, profile(name.title()))
        for document in [status(), offer()] if teaches else [need()]:
            await publish(home, document)
        for other in self.up:
            await follow(home, other.base_url)
            await follow(other, base)
        self.homes[name] = home
        return home

    async def days(self, number: int) -> None:
        """Time goes by; everyone that is up looks at everyone else, and messages are brought."""
        self.clock.time += timedelta(days=number)
        for _ in range(2):
            for home in self.up:
                await deliver(home)
                await sync_all(home)
                await catch_up(home)

    async def say(self, home: Home, identity: str, *verbs: str) -> None:
        for verb in verbs:
            await pair.say(home, identity, verb)
            await self.days(1)


async def begun() -> Story:
    """The network and the eight cities that begin it; one of them then goes away."""
    story = Story()
    network = "https://network.example"
    story.homes["network"] = await home_of(
        network, role="network", web=story.post.web, clock=story.clock, fetch=story.post
    )
    for name in FOUNDERS:
        await admit(story["network"], (await story.found(name)).base_url)
    await story.days(1)
    story.post.web.down.add(story[AWAY].base_url)
    return story


async def exchanged(story: Story, ways: int) -> list[str]:
    """Exchanges that are asked for: (learner, helper) are neighbours in the order of founding."""
    asked = []
    cities = [story[name] for name in (*FOUNDERS[:-1], *LATER) if name != "claire"]
    for learner, helper in list(pairwise(cities))[:ways]:
        view = await pair.ask(learner, helper.base_url, ACTION, {"problem": {"en": "A question."}})
        asked.append(view.id)
    await story.days(1)
    return asked


async def sides(story: Story, identity: str) -> list[Home]:
    """The two nodes that know of an exchange, learner first; nobody else does."""
    known = {}
    for home in story.homes.values():
        for view in await pair.exchanges(home):
            if view.id == identity:
                known[view.role] = home
    assert set(known) == {"learner", "helper"}
    return [known["learner"], known["helper"]]


async def told(home: Home) -> set[tuple[str, str, int, int]]:
    """The public picture: every record that a visitor finds, with its version and place."""
    return {(one.put.iri, one.put.log, one.put.version, one.put.index) for one in await found(home)}


async def held(home: Home) -> bytes:
    """Every byte of every log that a node holds."""
    parts = []
    for log in await home.ledger.logs():
        size = (await home.ledger.head(log)).size
        parts += [one.body.record for one in await home.ledger.entries(log, 0, size) if one.body]
    return b"".join(parts)


async def grown(story: Story) -> None:
    """Three more join, one is suspended, one changes every key that it has."""
    for name in LATER:
        await admit(story["network"], (await story.found(name)).base_url)
    await suspend(story["network"], story["claire"].base_url)
    await story.days(1)
    await rotate(story["tolmin"], ["record", "log", "http"])
    await publish(story["tolmin"], practice("Signed with a new key"))
    await story.days(1)


async def paired(story: Story) -> tuple[str, bytes]:
    """A round, which every node makes anew that has met all members: its address, its document."""
    network = story["network"]
    opened = await rounds.open_round(network, {"en": "Round of the second spring"})
    identity = opened.iri.rpartition("/")[2]
    made = await rounds.compute_round(network, identity)
    await rounds.publish_round(network, identity)
    text = await rounds.held_text(network, opened.iri)
    assert text is not None
    await story.days(1)
    assert made.pairs
    everyone = {*made.learners, *made.helpers}
    assert story["claire"].agent not in everyone, "it is suspended"
    assert {story[name].agent for name in (*LATER, AWAY)} <= everyone
    for home in story.up:
        if home in [story[name] for name in LATER]:
            with pytest.raises(Refused, match=f"{AWAY}.example/log/public: expected .* follow"):
                await rounds.check_round(home, opened.iri, text)
        else:
            assert (await rounds.check_round(home, opened.iri, text)).solved, home.base_url
    return opened.iri, text


async def talked(story: Story) -> tuple[list[str], list[list[Home]]]:
    """Six exchanges, each with another end, and a practice that one city adapts from another.

    Returns:
        Their names, and of each the two nodes, learner first.
    """
    ways = await exchanged(story, 6)
    two = [await sides(story, one) for one in ways]
    await story.say(two[DECLINED][1], ways[DECLINED], "decline")
    await story.say(two[WITHDRAWN][0], ways[WITHDRAWN], "withdraw")
    await story.say(two[STALLED][1], ways[STALLED], "accept")
    await story.say(two[ENDED][1], ways[ENDED], "accept", "meet", "end")
    for number, verb in ((ADOPTED, "adopt"), (NOT_ADOPTED, "not-adopt")):
        learner, helper = two[number]
        await story.say(helper, ways[number], "accept", "meet")
        await pair.say(learner, ways[number], verb, note={"en": f"We did: {verb}."})
        await story.days(1)
        await story.say(helper, ways[number], verb)
    learner, helper = two[ADOPTED]
    shown = await publish(helper, practice("Budget assemblies"))
    await story.days(1)
    await publish(learner, {**practice("Our assemblies"), "adaptedFrom": shown.iri})
    await story.days(120)
    return ways, two


async def back(story: Story) -> None:
    """The node that was away comes back, and gets to know who joined meanwhile."""
    assert await told(story[AWAY]) != await told(story["network"])
    story.post.web.down.clear()
    for name in LATER:
        await follow(story[AWAY], story[name].base_url)
        await follow(story[name], story[AWAY].base_url)
    await story.days(1)


@pytest.mark.timeout(300)
async def test_two_years_of_twelve_nodes() -> None:
    story = await begun()
    network = story["network"]
    await grown(story)
    address, text = await paired(story)
    ways, two = await talked(story)
    states = ["declined", "withdrawn", "accepted", "ended", "closed", "closed"]
    for way, both, state in zip(ways, two, states, strict=True):
        assert [(await pair.exchange(home, way)).state for home in both] == [state, state]
    assert (await pair.exchange(two[STALLED][0], ways[STALLED])).stalled

    await back(story)
    for name in (AWAY, *LATER):
        assert (await rounds.check_round(story[name], address, text)).solved, name
    assert len(story.homes) == 12
    public = await told(network)
    for home in story.homes.values():
        assert await told(home) == public, home.base_url
        learned = {(one.learner, one.teacher, one.how) for one in await lessons(home)}
        assert learned == {
            (two[ADOPTED][0].agent, two[ADOPTED][1].agent, "adapted"),
            (two[ADOPTED][0].agent, two[ADOPTED][1].agent, "exchanged"),
            (two[NOT_ADOPTED][0].agent, two[NOT_ADOPTED][1].agent, "exchanged"),
        }
        bodies = await held(home)
        assert bodies.count(b'"noteDigest"') == 4, "two notes, each in both cities' logs"
        seen = [way.encode() in bodies for way in ways]
        assert seen == [False, False, False, False, True, True], "the rest is the business of two"
    assert [await sides(story, way) for way in ways] == two
    listed = {one.agent: one.state for one in await members(network)}
    assert len(listed) == 11
    assert {agent for agent, state in listed.items() if state == "suspended"} == {
        story["claire"].agent
    }
