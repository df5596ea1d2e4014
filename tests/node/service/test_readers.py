"""Who may read a members' log, at each moment, and what finding that out may cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from node.control import run
from node.service.contacts import contact_of, hint, set_grant, set_state
from node.service.directory import admit, members, revoke, suspend
from node.service.home import Home, Own
from node.service.index import catch_up
from node.service.publish import publish, withdraw
from node.service.readers import networks, reader_of
from node.service.replicate import PeerReport, follow, sync_all, unfollow
from node.store.ports import Audience
from peers.checkpoint import NoteSigner
from peers.did import did_of
from peers.httpsig import LIFETIME, Request, sign_read
from peers.log import extend
from peers.witness import timed
from tests.homes import Clock, Web, document_of, home_of, practice, profile
from vocab.terms import NodeRole

NETWORK, AURORA, HANSOL, BRISA = (
    f"https://{name}.example" for name in ("network", "aurora", "hansol", "brisa")
)
ORGANIZATION = {"type": "Organization", "name": {"en": "Network"}, "role": str(NodeRole.NETWORK)}
URL = f"{AURORA}/log/members/checkpoint"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
async def network(web: Web, clock: Clock) -> Home:
    home = await home_of(NETWORK, role="network", web=web, clock=clock)
    await publish(home, {**ORGANIZATION, "did": home.document.did.text})
    return home


@pytest.fixture
async def aurora(web: Web, clock: Clock, network: Home) -> Home:
    """A member of the network, which it follows, with a record for members."""
    home = await home_of(AURORA, web=web, clock=clock)
    await publish(home, profile())
    await admit(network, AURORA)
    await follow(home, NETWORK)
    await publish(home, practice("Para miembros"), audience=Audience.MEMBERS)
    await up_to_date(home)
    return home


@pytest.fixture
async def hansol(web: Web, clock: Clock, aurora: Home) -> Home:
    """Another city that follows both, and is no member yet."""
    home = await home_of(HANSOL, web=web, clock=clock)
    await publish(home, profile("Hansol", "KR"))
    await follow(home, AURORA)
    await follow(home, NETWORK)
    return home


async def up_to_date(*homes: Home) -> list[PeerReport]:
    """Let each ask its peers, and index what came; returns what the last one heard."""
    reports: list[PeerReport] = []
    for home in homes:
        reports = await sync_all(home)
        assert [one.error for one in reports if one.error] == []
        await catch_up(home)
    return reports


async def reads(home: Home, reader: Home) -> bool:
    """Whether a node is answered that asks for the members' log of another now."""
    return await reader_of(home, signed(reader)) is not None


def signed(reader: Home, url: str = URL, *, late: int = 0) -> Request:
    now = int(reader.now().timestamp()) - late
    headers = sign_read(url, reader.keys.http, keyid=reader.http_method, now=now)
    return Request(
        method="GET", target=url, headers={name.lower(): one for name, one in headers.items()}
    )


class TestALifeOfAMembership:
    async def test_a_stranger_reads_nothing_and_a_member_does(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        assert not await reads(aurora, hansol)
        await admit(network, HANSOL)
        assert not await reads(aurora, hansol), "aurora has not heard of it yet"
        await up_to_date(aurora)
        assert await reads(aurora, hansol)

    async def test_the_network_knows_its_members_at_once(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        url = f"{NETWORK}/log/members/checkpoint"
        assert await reader_of(network, signed(hansol, url)) is None
        assert await reader_of(network, signed(aurora, url)) == aurora.document.did
        await suspend(network, AURORA)
        assert await reader_of(network, signed(aurora, url)) is None
        await admit(network, AURORA)
        assert await reader_of(network, signed(aurora, url)) == aurora.document.did
        await revoke(network, AURORA)
        assert await reader_of(network, signed(aurora, url)) is None

    async def test_a_suspended_member_is_refused_as_soon_as_the_word_is_here(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        await admit(network, HANSOL)
        await up_to_date(aurora)
        await suspend(network, HANSOL)
        await sync_all(aurora)  # The ledger says it; the index has not been told.
        assert not await reads(aurora, hansol)

    async def test_a_member_that_has_left_is_served_no_more(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        await admit(network, HANSOL)
        await up_to_date(aurora)
        await revoke(network, HANSOL)
        await sync_all(aurora)
        assert not await reads(aurora, hansol)

    async def test_a_term_begins_and_ends_on_its_days(
        self, network: Home, aurora: Home, hansol: Home, clock: Clock
    ) -> None:
        await admit(network, HANSOL, valid_from="2026-02-01", valid_until="2026-02-28")
        await up_to_date(aurora)
        answers = {}
        for day in ("01-31", "02-01", "02-28", "03-01"):
            clock.time = clock.time.replace(month=int(day[:2]), day=int(day[3:]))
            answers[day] = await reads(aurora, hansol)
        assert answers == {"01-31": False, "02-01": True, "02-28": True, "03-01": False}

    @pytest.mark.usefixtures("aurora", "hansol")
    async def test_a_network_says_which_memberships_hold(self, network: Home, clock: Clock) -> None:
        await admit(network, HANSOL, valid_from="2026-02-01", valid_until="2026-02-28")
        states = []
        for month in (1, 2, 3):
            clock.time = clock.time.replace(month=month)
            states.append({one.did: one.state for one in await members(network)})
        assert [one["did:web:hansol.example"] for one in states] == ["coming", "member", "over"]
        await suspend(network, AURORA)
        states = [{one.did: one.state for one in await members(network)}]
        assert states[0]["did:web:aurora.example"] == "suspended"

    async def test_whoever_is_suspended_itself_knows_no_members(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        await admit(network, HANSOL)
        await up_to_date(aurora)
        assert [one.did.text for one in await networks(aurora)] == ["did:web:network.example"]
        await suspend(network, AURORA)
        await up_to_date(aurora)
        assert await networks(aurora) == []
        assert not await reads(aurora, hansol)


class TestOtherGrounds:
    async def test_the_operator_may_let_a_peer_read(self, aurora: Home, hansol: Home) -> None:
        await follow(aurora, HANSOL)
        await set_grant(aurora, HANSOL, granted=True)
        assert await reads(aurora, hansol)
        await set_grant(aurora, HANSOL, granted=False)
        assert not await reads(aurora, hansol)

    async def test_the_network_itself_reads_what_its_members_may(
        self, network: Home, aurora: Home
    ) -> None:
        assert await reads(aurora, network)

    async def test_a_blocked_member_reads_nothing(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        await admit(network, HANSOL)
        await follow(aurora, HANSOL)
        await set_grant(aurora, HANSOL, granted=True)
        await up_to_date(aurora)
        await set_state(aurora, HANSOL, "blocked")
        assert not await reads(aurora, hansol)

    async def test_nobody_admits_members_to_a_network_of_others(
        self, web: Web, aurora: Home, hansol: Home, clock: Clock
    ) -> None:
        """A network that has not admitted us may say of whom it likes that they are members."""
        other = await home_of("https://other.example", role="network", web=web, clock=clock)
        await publish(other, {**ORGANIZATION, "did": other.document.did.text})
        await admit(other, HANSOL)
        await follow(aurora, "https://other.example")
        await up_to_date(aurora)
        assert not await reads(aurora, hansol)


class TestASignature:
    async def test_it_covers_one_address_and_lives_for_minutes(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        await admit(network, HANSOL)
        await up_to_date(aurora)
        asked = signed(hansol)
        assert await reader_of(aurora, asked) == hansol.document.did
        for other in (
            replace(asked, target=f"{AURORA}/log/members/e/1"),
            replace(asked, target=URL.replace("aurora", "hansol")),
            replace(asked, method="HEAD"),
            replace(asked, headers={}),
            signed(hansol, late=LIFETIME + 60),
        ):
            assert await reader_of(aurora, other) is None

    async def test_nobody_reads_in_the_name_of_a_member(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        await admit(network, HANSOL)
        await up_to_date(aurora)
        for method in (hansol.http_method, hansol.record_method):
            headers = sign_read(
                URL, aurora.keys.http, keyid=method, now=int(aurora.now().timestamp())
            )
            forged = Request(
                method="GET", target=URL, headers={k.lower(): v for k, v in headers.items()}
            )
            assert await reader_of(aurora, forged) is None


class TestWhatItCosts:
    async def test_an_unknown_reader_is_not_dialled(
        self, web: Web, aurora: Home, hansol: Home
    ) -> None:
        web.asked.clear()
        assert not await reads(aurora, hansol)
        assert web.asked == []

    async def test_a_member_that_is_not_followed_is_dialled_once_in_a_while(
        self, web: Web, network: Home, aurora: Home, hansol: Home, clock: Clock
    ) -> None:
        await admit(network, HANSOL)
        await up_to_date(aurora)
        web.down.add(HANSOL)
        web.asked.clear()
        for _ in range(20):
            assert not await reads(aurora, hansol)
        assert len(web.asked) == 1
        web.down.clear()
        clock.time += timedelta(minutes=11)
        web.asked.clear()
        for _ in range(20):
            assert await reads(aurora, hansol)
        assert web.asked == [
            f"{HANSOL}/.well-known/did.json",
            f"{HANSOL}/log/public/records/000.p/1",
        ]

    async def test_its_keys_are_those_to_which_its_network_commits(
        self, web: Web, network: Home, aurora: Home, hansol: Home
    ) -> None:
        """Whoever has taken the domain over has not taken the membership over with it."""
        await admit(network, HANSOL)
        await up_to_date(aurora)
        thief = await home_of(BRISA)
        stolen = replace(
            document_of(HANSOL),
            http_keys=dict(
                zip(hansol.document.http_keys, thief.document.http_keys.values(), strict=True)
            ),
        )
        web.homes[HANSOL] = replace(hansol, own=Own(stolen, hansol.keys))
        headers = sign_read(
            URL, thief.keys.http, keyid=hansol.http_method, now=int(thief.now().timestamp())
        )
        asked = Request(
            method="GET", target=URL, headers={name.lower(): one for name, one in headers.items()}
        )
        assert await reader_of(aurora, asked) is None


class TestFollowing:
    async def test_a_member_follows_the_members_log_as_it_does_the_public_one(
        self, web: Web, network: Home, aurora: Home, hansol: Home
    ) -> None:
        await admit(network, HANSOL)
        await up_to_date(aurora)
        reports = await up_to_date(hansol)
        theirs = next(one for one in reports if one.base_url == AURORA)
        log = aurora.logs[Audience.MEMBERS]
        assert theirs.held == {Audience.PUBLIC: 2, Audience.MEMBERS: 2}
        assert (theirs.new, theirs.size) == (2, 2)
        assert await hansol.ledger.head(log) == await aurora.ledger.head(log)
        web.asked.clear()
        [again] = await sync_all(hansol, [AURORA])
        asked = [f"{AURORA}/log/{one}/checkpoint" for one in ("public", "members")]
        assert web.asked == [*asked, f"{AURORA}/data/checkpoints"]
        assert (again.new, again.requests) == (0, 2)

    async def test_whoever_may_not_read_it_asks_rarely_and_calls_it_no_error(
        self, web: Web, aurora: Home, hansol: Home, clock: Clock
    ) -> None:
        await up_to_date(hansol)
        assert (await hansol.ledger.head(aurora.logs[Audience.MEMBERS])).size == 0
        contact = await contact_of(hansol, AURORA)
        assert (contact.error, contact.failures) == ("", 0)
        web.asked.clear()
        await sync_all(hansol)
        assert not [url for url in web.asked if "/log/members/" in url]
        clock.time += timedelta(hours=2)
        await sync_all(hansol)
        assert [url for url in web.asked if "/log/members/" in url] == [
            f"{AURORA}/log/members/checkpoint",
            f"{NETWORK}/log/members/checkpoint",
        ]

    async def test_word_of_a_members_log_makes_us_ask_for_it_again(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        await up_to_date(hansol)
        await admit(network, HANSOL)
        await up_to_date(aurora)
        await hint(hansol, aurora.document.did.text, f"{AURORA}/log/members")
        await up_to_date(hansol)
        assert (await hansol.ledger.head(aurora.logs[Audience.MEMBERS])).size == 2

    async def test_what_was_withdrawn_among_members_is_withdrawn_there(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        receipt = await publish(aurora, practice("Otra"), audience=Audience.MEMBERS)
        await admit(network, HANSOL)
        await up_to_date(aurora, hansol)
        await withdraw(aurora, receipt.iri, "mistake")
        reports = await up_to_date(hansol)
        assert [one.withdrawn for one in reports if one.base_url == AURORA] == [1]

    async def test_two_histories_among_members_freeze_a_peer(
        self, web: Web, network: Home, aurora: Home, hansol: Home
    ) -> None:
        log = aurora.logs[Audience.MEMBERS]
        shorter = await aurora.ledger.head(log)
        await publish(aurora, practice("Otra"), audience=Audience.MEMBERS)
        await admit(network, HANSOL)
        await up_to_date(aurora, hansol)
        signer, later = NoteSigner(log, aurora.keys.log), int(aurora.now().timestamp()) + 60
        web.instead[URL] = timed(extend(shorter, [], signer).note, signer, later)
        [report] = await sync_all(hansol, [AURORA])
        assert (report.state, report.exit_code) == ("frozen", 4)
        # Pages and journal say that something is wrong, the operator hears what.
        contact = await contact_of(hansol, AURORA)
        assert "shrank" not in f"{report.error} {contact.error}"
        assert "shrank from 3 to 2" in contact.trail(Audience.MEMBERS).error
        assert len(contact.evidence) == 2
        shown = (await run(hansol, "peers.evidence", {"peer": AURORA}))["evidence"]
        assert shown["log"] == "aurora.example/log/members"
        assert await hansol.desk.messages(f"flag {contact.log}") == []
        assert await hansol.desk.messages(f"flag {aurora.document.public_log}") == []

    async def test_forgetting_a_peer_drops_both_copies(
        self, network: Home, aurora: Home, hansol: Home
    ) -> None:
        await admit(network, HANSOL)
        await up_to_date(aurora, hansol)
        await unfollow(hansol, AURORA, forget=True)
        assert [(await hansol.ledger.head(log)).size for log in aurora.logs.values()] == [0, 0]

    def test_the_document_says_where_the_members_log_lies(self) -> None:
        document = document_of(AURORA)
        assert document.members_log == "aurora.example/log/members"
        assert document.did == did_of(AURORA)
