"""What becomes of a membership, and what the member hears and sees of it."""

from __future__ import annotations

from datetime import date

import pytest

from node.errors import NotFound, Refused
from node.service.admitting import approve
from node.service.applications import application
from node.service.belonging import belongings
from node.service.contacts import follow
from node.service.directory import admit, members
from node.service.index import catch_up
from node.service.memberships import days_left, lift, remarks, renew, revoke, suspend
from node.service.publish import publish
from node.service.replicate import sync_all
from tests.homes import home_of, profile
from tests.node.service.test_applications import CITY, Two, two

__all__ = ["two"]


async def joined(two: Two) -> str:
    identity = await two.checked()
    await approve(two.network, identity, "one")
    await approve(two.network, identity, "two")
    await heard(two)
    return identity


async def heard(two: Two) -> None:
    await two.carry()
    await sync_all(two.city)
    await catch_up(two.city)


async def test_a_term_is_renewed_from_its_end(two: Two) -> None:
    identity = await joined(two)
    done = await renew(two.network, CITY, "one")
    assert (done.valid_from, done.valid_until) == ("2026-01-01", "2031-12-30")
    with pytest.raises(Refused, match="expected a day after 2031-12-30"):
        await renew(two.network, CITY, "one", "2031-12-30")
    with pytest.raises(Refused, match="found '2031-13-30'"):
        await renew(two.network, CITY, "one", "2031-13-30")
    await heard(two)
    [seen] = await belongings(two.city)
    assert (seen.state, seen.valid_until) == ("member", "2031-12-30")
    assert (await application(two.city, identity)).stand.valid_until == "2031-12-30"
    assert days_left(done, date(2031, 12, 23)) == 7


async def test_a_suspension_and_its_end_are_heard_with_the_reason(two: Two) -> None:
    await joined(two)
    with pytest.raises(Refused, match="expected a reason"):
        await suspend(two.network, CITY, "one", "")
    await suspend(two.network, CITY, "one", "No answer since May.")
    renewed = await renew(two.network, CITY, "one")
    assert renewed.state == "suspended", "a new term lifts nothing"
    await heard(two)
    [seen] = await belongings(two.city)
    assert (seen.state, seen.reason) == ("suspended", "No answer since May.")
    assert (await remarks(two.network))["did:web:aurora.example"].reason == "No answer since May."
    await lift(two.network, CITY, "one")
    with pytest.raises(Refused, match="expected a member that is suspended"):
        await lift(two.network, CITY, "one")
    await heard(two)
    [seen] = await belongings(two.city)
    assert (seen.state, seen.reason) == ("member", "")


async def test_an_end_is_heard_and_the_record_is_gone(two: Two) -> None:
    await joined(two)
    with pytest.raises(Refused, match="expected a reason, one of mistake"):
        await revoke(two.network, CITY, "one", "left")
    await revoke(two.network, CITY, "one", "outdated", "The office was closed.")
    await heard(two)
    [seen] = await belongings(two.city)
    assert (seen.state, seen.reason, seen.record) == (
        "over",
        "outdated: The office was closed.",
        "",
    )
    assert await members(two.network) == []
    with pytest.raises(NotFound):
        await renew(two.network, CITY, "one")


async def test_a_member_that_did_not_apply_sees_the_record(two: Two) -> None:
    other = await home_of("https://hansol.example", web=two.post.web, clock=two.clock)
    await publish(other, profile("Hansol", "KR"))
    await admit(two.network, other.base_url, valid_until="2026-12-31")
    await suspend(two.network, other.base_url, "one", "By mistake.")
    await lift(two.network, other.base_url, "one")
    await follow(other, two.network.base_url)
    await sync_all(other)
    await catch_up(other)
    [seen] = await belongings(other)
    assert (seen.state, seen.application, seen.valid_until) == ("member", None, "2026-12-31")
