"""``/dates.ics``: the days on which commitments are reaffirmed, as a calendar (RFC 5545).

Our own city's comes with alarms; those of the other cities that are held here without.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from aiohttp import web
from icalendar import Alarm, Calendar, Event, vRecur
from markupsafe import Markup

from node.core.report import REMINDERS, next_reaffirmation
from node.service.discover import CityEntry
from node.web import shelf
from node.web.answers import Document, send
from node.web.context import home_of
from node.web.pages import shell_of
from node.web.shell import Shell
from vocab.records import City

__all__ = ["calendar"]

_PRODUCT: Final = "-//Intercity//Dates//EN"


async def calendar(request: web.Request) -> web.Response:
    """An event a year for each city."""
    home, shell = home_of(request), await shell_of(request)
    made = Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    made.add("x-wr-calname", _plain(shell.words.say("Human rights cities: reaffirmations")))
    today = home.now().date()
    for entry in sorted(await shelf.cities(request), key=lambda one: one.agent):
        city = entry.profile.record
        assert isinstance(city, City)
        made.add_component(_event(shell, entry, city, today))
    return await send(
        request,
        Document(
            body=made.to_ical(sorted=True),
            media_type="text/calendar",
            cache="public, max-age=3600, must-revalidate",
            vary=["Accept-Language"],
        ),
    )


def _event(shell: Shell, entry: CityEntry, city: City, today: date) -> Event:
    on = next_reaffirmation(city, today)
    said = shell.words.say(
        "%(city)s reaffirms its commitment to human rights", city=shell.plain(city.name)
    )
    event = Event()
    event.add("uid", f"reaffirmation@{entry.host}")
    # The same until the day changes: a calendar that looks again is told of nothing new.
    event.add("dtstamp", datetime.fromisoformat(f"{on.year}-01-01T00:00:00Z"))
    event.add("dtstart", on)
    event.add("rrule", vRecur({"FREQ": "YEARLY"}))
    event.add("summary", _plain(said))
    event.add(
        "url", shell.addresses.whole(f"/desk/reports/{on.year}") if entry.own else entry.agent
    )
    event.add("transp", "TRANSPARENT")
    for days in REMINDERS if entry.own else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _plain(said))
        alarm.add("trigger", timedelta(days=-days))
        event.add_component(alarm)
    return event


def _plain(said: Markup) -> str:
    return said.striptags()
