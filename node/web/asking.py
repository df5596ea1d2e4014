"""The query page: a plain form; under it a table, and bars or a map where the columns allow it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from node.core.solutions import Solutions, bars, read_solutions, spots
from node.errors import NodeError, QueryBusy
from node.service.home import Home
from node.store.ports import Budget, Rows
from node.web.addresses import host_of
from node.web.context import home_of
from node.web.formats import JSONLD, NTRIPLES, TURTLE
from node.web.pages import render, shell_of
from node.web.queries import worked_queries
from node.web.shell import Shell
from node.web.state import stated
from node.web.wording import iri_address
from node.web.worldmap import HEIGHT, WIDTH, Place, land, lay_out

__all__ = ["FILES", "RESULTS", "Question", "page", "select"]

RESULTS: Final = "application/sparql-results+json"
FILES: Final[Mapping[str, str]] = {
    "csv": "text/csv",
    "json": RESULTS,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "tsv": "text/tab-separated-values",
    "xml": "application/sparql-results+xml",
    "turtle": TURTLE,
    "ntriples": NTRIPLES,
    "jsonld": JSONLD,
}
"""Short names, for ``?format=``: a link can ask for a file, where a header cannot be sent."""
_OF_ROWS: Final = ("csv", "json", "xlsx", "tsv", "xml")
_OF_TRIPLES: Final = ("turtle", "ntriples", "jsonld")
_SHOWN: Final = 500
"""Rows of the table on the page; a file holds all."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks (SPARQL 1.1 Protocol, section 2.1)."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


async def select(home: Home, question: Question, accept: str) -> Rows:
    """The whole answer, within what the operator grants to one query.

    Raises:
        QueryRefused, QueryTooCostly, QueryBusy: See ``node.store.ports.GraphStore.select``.
    """
    settings = home.config.query
    return await home.graph.select(
        question.query,
        Budget(
            seconds=settings.timeout.total_seconds(),
            rows=settings.max_rows,
            bytes=settings.max_answer,
        ),
        accept=accept,
        default_graphs=question.default_graphs,
        named_graphs=question.named_graphs,
    )


async def page(request: web.Request, question: Question | None = None) -> web.Response:
    """The form and, under it, an answer or what is wrong with the query."""
    home, shell = home_of(request), await shell_of(request)
    hosts = {host_of(f"https://{log}") for log in await home.ledger.logs()}
    status, problem, headers = 200, "", {}
    shown: dict[str, Any] = {"found": None, "text": "", "files": ()}
    if question is not None:
        try:
            rows = await select(home, question, f"{RESULTS}, {TURTLE};q=0.9")
        except NodeError as exc:
            status, problem = exc.status, str(exc)
            if isinstance(exc, QueryBusy):
                headers = {"Retry-After": str(exc.retry_after)}
        else:
            headers = await stated(home, rows.position)
            shown |= _shown(rows, shell, hosts)
    response = await render(
        request,
        "sparql.html",
        shell,
        status=status,
        section="data",
        query=question.query if question else worked_queries()[0].text,
        graphs=_graphs(question),
        problem=problem,
        limit=_SHOWN,
        snapshot=headers.get("Intercity-Snapshot", ""),
        worked=worked_queries(),
        formats=FILES,
        hosts=hosts,
        settings=home.config.query,
        **shown,
    )
    response.headers.update(headers)
    return response


def _shown(rows: Rows, shell: Shell, hosts: Collection[str]) -> dict[str, Any]:
    if rows.media_type != RESULTS:
        return {"text": rows.body.decode(), "files": _OF_TRIPLES}
    found = read_solutions(rows.body)
    series, drawn = bars(found)
    return {
        "found": found,
        "series": series,
        "bars": drawn,
        "dots": lay_out(_places(found, shell, hosts)),
        "land": land(),
        "map_width": WIDTH,
        "map_height": HEIGHT,
        "files": _OF_ROWS if found.truth is None else (),
    }


def _places(found: Solutions, shell: Shell, hosts: Collection[str]) -> list[Place]:
    return [
        Place(spot.name, iri_address(shell, spot.iri, hosts), spot.latitude, spot.longitude)
        for spot in spots(found)[:_SHOWN]
    ]


def _graphs(question: Question | None) -> Mapping[str, tuple[str, ...]]:
    """The dataset that was asked for, as fields: a file must be of the same answer."""
    if question is None:
        return {}
    named = {
        "default-graph-uri": question.default_graphs,
        "named-graph-uri": question.named_graphs,
    }
    return {name: graphs for name, graphs in named.items() if graphs}
