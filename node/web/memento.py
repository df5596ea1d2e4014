"""Versions of a record in time: Memento (RFC 7089).

A record's own address is its time gate: asked with ``Accept-Datetime``, it leads to the version
that was newest then, by the times of its publisher's log. ``…/timemap`` lists them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from aiohttp import web

from node.errors import NotFound
from node.store.ports import Audience, Held, audience_of
from node.web.answers import Document, Link, send
from node.web.context import home_of

__all__ = ["LINK_FORMAT", "at_time", "memento_date", "memento_links", "send_timemap", "versions"]

LINK_FORMAT: Final = "application/link-format"


async def versions(request: web.Request, iri: str) -> list[Held]:
    """Every admitted public version of a record, oldest first, withdrawals included.

    Raises:
        NotFound: There is none that everyone may read.
    """
    held = [
        one
        for one in await home_of(request).ledger.versions(iri)
        if one.verdict.admitted and audience_of(one.log) is Audience.PUBLIC
    ]
    if not held:
        raise NotFound("Expected a record that this node holds, found none under this address.")
    return sorted(held, key=lambda one: one.entry.version)


def at_time(asked: str, held: Sequence[Held]) -> Held:
    """The version that was newest at a time; the first one where none was there yet.

    Args:
        asked: ``Accept-Datetime``, as HTTP writes dates.

    Raises:
        web.HTTPBadRequest: It is no date (RFC 7089, section 4.5.3).
    """
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        raise web.HTTPBadRequest(
            text="Accept-Datetime: expected a date such as Tue, 20 Oct 2026 12:00:00 GMT, found "
            f"{asked[:60]!r}."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    before = [one for one in held if _moment(one) <= moment]
    return before[-1] if before else held[0]


def memento_date(held: Held) -> str:
    """When a version became the newest, as HTTP writes dates."""
    return format_datetime(_moment(held), usegmt=True)


def memento_links(held: Held, *, fixed: bool) -> list[Link]:
    """Where the other versions are.

    Args:
        fixed: Whether a certain version was asked for.
    """
    iri = held.entry.object
    links = [
        Link(iri, "original"),
        Link(iri, "timegate"),
        Link(f"{iri}/timemap", "timemap", {"type": LINK_FORMAT}),
    ]
    if not fixed:
        links.append(_memento(held))
    return links


async def send_timemap(request: web.Request, iri: str, held: Sequence[Held]) -> web.Response:
    """The list of versions (RFC 7089, section 5)."""
    spans = {"from": memento_date(held[0]), "until": memento_date(held[-1])}
    links = [
        Link(iri, "original"),
        Link(iri, "timegate"),
        Link(f"{iri}/timemap", "self", {"type": LINK_FORMAT, **spans}),
        *(_memento(one) for one in held),
    ]
    body = ",\n".join(str(link) for link in links) + "\n"
    return await send(request, Document(body=body.encode(), media_type=LINK_FORMAT))


def _memento(held: Held) -> Link:
    entry = held.entry
    return Link(f"{entry.object}/v/{entry.version}", "memento", {"datetime": memento_date(held)})


def _moment(held: Held) -> datetime:
    return datetime.fromisoformat(held.entry.published).astimezone(UTC)
