"""A calendar has each city's day, and alarms for our own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from node.service.contacts import follow
from node.service.index import catch_up
from node.service.publish import publish
from node.service.replicate import sync_all
from tests.homes import Clock, Web, home_of, profile
from tests.node.web.conftest import site_of

AURORA, HANSOL = "http://localhost:8511", "http://localhost:8512"


async def test_a_calendar_has_each_city_and_alarms_for_our_own() -> None:
    web = Web()
    clock = Clock(datetime(2026, 12, 11, tzinfo=UTC))
    aurora = await home_of(AURORA, web=web, clock=clock)
    hansol = await home_of(HANSOL, web=web)
    await publish(aurora, profile())
    await publish(hansol, profile("Hansol", "KR", reaffirmationDay="02-29"))
    await follow(aurora, hansol.base_url)
    await sync_all(aurora)
    await catch_up(aurora)
    async with site_of(aurora) as site, await site.get("/dates.ics?lang=es") as answer:
        assert (answer.status, answer.content_type) == (200, "text/calendar")
        read = Calendar.from_ical(await answer.read())
    events = {str(one["uid"]).partition("@")[2]: one for one in read.walk("VEVENT")}
    own, other = events["localhost%3A8511"], events["localhost%3A8512"]
    assert own.decoded("dtstart") == date(2027, 12, 10), "the next one, as this year's is over"
    assert other.decoded("dtstart") == date(2027, 3, 1), "no leap year"
    assert "Villa Aurora" in str(own["summary"])
    alarms = [one.decoded("trigger") for one in own.walk("VALARM")]
    assert alarms == [timedelta(days=-n) for n in (90, 30, 7, 0)]
    assert other.walk("VALARM") == []
