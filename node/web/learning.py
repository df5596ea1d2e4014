"""``/learning``: who learned what from whom, as a drawing, a table and data.

Everything is said by public records, each with its link; ``?city=`` a city's host names the one
whose lessons are shown. The data are the fields of these records that say who learned from whom;
what is signed stands at the records' own addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, unquote

from aiohttp import web

from node.core.sheets import Row, Table
from node.core.sheets.csv_file import write_csv
from node.service.lessons import Lesson
from node.web import shelf
from node.web.answers import HTML, REVALIDATE, Document, Link, send
from node.web.arrows import WIDTH, lay_out
from node.web.context import addresses_of
from node.web.formats import CSV, JSONLD, NTRIPLES, TURTLE, chosen, write
from node.web.pages import VARY, render, shell_of
from node.web.shell import Shell
from peers.encoding import JsonObject, parse_json
from vocab.framework import Action, load
from vocab.jsonld import CONTEXT, to_quads
from vocab.languages import LangMap

__all__ = ["page"]

_PATH: Final = "/learning"
_PAGE: Final = 100
"""Lessons on one page; the data has all."""
_FORMATS: Final = {"csv": CSV, "jsonld": JSONLD, "ttl": TURTLE, "nt": NTRIPLES}
_FIELDS: Final = (
    "id",
    "type",
    "publisher",
    "title",
    "action",
    "adaptedFrom",
    "learner",
    "helper",
    "usedPractice",
    "state",
    "outcome",
    "counterpart",
    "started",
    "ended",
)
"""What the data says of a record: its place, and who learned what from whom."""
_COLUMNS: Final = (
    "learner",
    "learner_name",
    "teacher",
    "teacher_name",
    "how",
    "actions",
    "outcome",
    "day",
    "records_of_both",
    "record",
    "origin",
)


async def page(request: web.Request) -> web.Response:
    """``/learning``; ``?start=`` how many lessons are before the first that is shown."""
    told = await shelf.lessons(request)
    host = quote(unquote(request.query.get("city", "")).lower(), safe="")
    entries = {entry.agent: entry for entry in await shelf.cities(request)}
    city = next((one for one in entries.values() if host and one.host == host), None)
    if host:
        told = [one for one in told if city and city.agent in {one.learner, one.teacher}]
    media = _asked(request)
    if media != HTML:
        return await _data(request, told, media)
    shell = await shell_of(
        request, demonstration=any(shelf.is_demonstration(one) for one in entries.values())
    )
    names = await shelf.names(request)
    called = _plain(shell, told, names)
    start = _start(request)
    here = addresses_of(request)
    query = {"city": host} if host else {}
    return await render(
        request,
        "learning.html",
        shell,
        section="partners",
        links=[
            Link(here.whole(f"{_PATH}.{suffix}", **query), "alternate", {"type": media})
            for suffix, media in _FORMATS.items()
        ],
        lessons=told[start : start + _PAGE],
        total=len(told),
        before=max(0, start - _PAGE) if start else None,
        after=start + _PAGE if start + _PAGE < len(told) else None,
        drawing=lay_out([(one.teacher, one.learner, one.how) for one in told], called),
        called=called,
        width=WIDTH,
        names=names,
        entries=sorted(entries.values(), key=lambda one: shell.plain(one.name).casefold()),
        hosts={agent: one.host for agent, one in entries.items()},
        city=city,
        host=host,
        query=query,
    )


def _asked(request: web.Request) -> str:
    suffix = request.match_info.get("suffix", "").removeprefix(".")
    return _FORMATS[suffix] if suffix else chosen(request, (HTML, *_FORMATS.values()))


def _start(request: web.Request) -> int:
    text = request.query.get("start", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _plain(shell: Shell, told: Sequence[Lesson], names: Mapping[str, LangMap]) -> dict[str, str]:
    """What each city is called, for a drawing: its name, else its host."""
    agents = {agent for one in told for agent in (one.teacher, one.learner)}
    return {
        agent: shell.plain(names.get(agent, {})) or agent.partition("://")[2].partition("/")[0]
        for agent in agents
    }


async def _data(request: web.Request, told: Sequence[Lesson], media: str) -> web.Response:
    if media == CSV:
        body = write_csv(_table(told, await shelf.names(request)))
    else:
        body = await write("".join(to_quads(_facts(one)) for one in told), media)
    return await send(
        request,
        Document(body=body, media_type=media, cache=REVALIDATE, vary=VARY),
    )


def _facts(lesson: Lesson) -> JsonObject:
    """The fields of the record behind a lesson that say it."""
    held = parse_json(lesson.told.put.stored)
    assert isinstance(held, dict)
    return {"@context": list(CONTEXT), **{key: held[key] for key in _FIELDS if key in held}}


def _table(told: Sequence[Lesson], names: Mapping[str, LangMap]) -> Table:
    rows = [
        (
            one.learner,
            _any_name(names, one.learner),
            one.teacher,
            _any_name(names, one.teacher),
            one.how,
            " ".join(_code(action) for action in one.actions),
            one.outcome.rpartition("/")[2],
            one.day,
            "yes" if one.both else "no",
            one.told.put.iri,
            one.origin,
        )
        for one in told
    ]
    return Table(_COLUMNS, tuple(Row(number, cells) for number, cells in enumerate(rows, 2)))


def _any_name(names: Mapping[str, LangMap], agent: str) -> str:
    """A name in whatever language: English where there is one, for a table has no reader's."""
    called = names.get(agent, {})
    return called.get("en") or next(iter(called.values()), "")


def _code(iri: str) -> str:
    action = load().concept(iri)
    return action.code if isinstance(action, Action) else iri
