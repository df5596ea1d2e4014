"""``/sparql``: SPARQL 1.1 Query by its Protocol, for machines; a plain form and a table for people.

An answer is whole, or an error in words that says which budget it met. Queries run in processes of
their own (``node.store.workers``); here they are only read, bounded and handed on. Every answer
says which state of which logs it was made from, so that it can be cited.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from node.core.negotiate import media_type
from node.errors import NodeError
from node.service.home import Home
from node.store.ports import Budget, Rows
from node.web.addresses import host_of
from node.web.answers import HTML, Document, send
from node.web.context import addresses_of, home_of
from node.web.formats import JSONLD, NTRIPLES, TURTLE, write
from node.web.pages import render, shell_of
from node.web.queries import worked_queries
from node.web.state import stated

__all__ = ["get", "options", "post"]

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_RESULTS: Final = "application/sparql-results+json"
_SHOWN: Final = 500
"""Rows of the table on the page; a file holds all."""
_FORMATS: Final = {
    "json": _RESULTS,
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": TURTLE,
    "ntriples": NTRIPLES,
    "jsonld": JSONLD,
}
"""Short names, for ``?format=``: a link can ask for a file, where a header cannot be sent."""
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True, slots=True)
class _Question:
    """What a request asks (SPARQL 1.1 Protocol, section 2.1)."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


async def get(request: web.Request) -> web.Response:
    """A query in the address; without one the form, or the service's description."""
    if "query" in request.query:
        return await _answer(request, _question(request.query, request.query.getall("query")))
    if "update" in request.query:
        raise web.HTTPBadRequest(text="This endpoint only reads: expected query, found update.")
    if media_type(request.headers.get("Accept", ""), [TURTLE, NTRIPLES, JSONLD, HTML]) == HTML:
        return await _page(request)
    return await _description(request)


async def post(request: web.Request) -> web.Response:
    """A query as the body itself, or as a form."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise web.HTTPUnsupportedMediaType(text="Expected no Content-Encoding.")
    if request.content_type == _QUERY:
        return await _answer(request, _question(request.query, [await _text(request)]))
    if request.content_type == _FORM:
        fields = await request.post()
        asked = _question(fields, fields.getall("query", []))
        form = fields.get("format", "")
        return await _answer(request, asked, form if isinstance(form, str) else "")
    raise web.HTTPUnsupportedMediaType(text=f"Expected {_QUERY} or {_FORM}.")


async def options(_request: web.Request) -> web.Response:
    """What scripts of other sites may ask (CORS preflight)."""
    return web.Response(status=204, headers=_CORS)


async def _answer(request: web.Request, question: _Question, form: str = "") -> web.Response:
    form = form or request.query.get("format", "")
    accept: str = _FORMATS.get(form, request.headers.get("Accept", ""))
    if form not in _FORMATS and media_type(accept, [_RESULTS, TURTLE, HTML]) == HTML:
        return await _page(request, question)
    home = home_of(request)
    rows = await _select(home, question, accept)
    return await send(
        request,
        Document(
            body=rows.body,
            media_type=rows.media_type,
            cache="no-cache",
            vary=["Accept"],
            headers=await stated(home, rows.position),
        ),
    )


async def _select(home: Home, question: _Question, accept: str) -> Rows:
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


async def _page(request: web.Request, question: _Question | None = None) -> web.Response:
    """The form and, under it, an answer or what is wrong with the query."""
    home, shell = home_of(request), await shell_of(request)
    status, problem, table, text, headers = 200, "", None, "", {}
    if question is not None:
        try:
            rows = await _select(home, question, f"{_RESULTS}, {TURTLE};q=0.9")
        except NodeError as exc:
            status, problem = exc.status, str(exc)
        else:
            headers = await stated(home, rows.position)
            table = _table(rows.body) if rows.media_type == _RESULTS else None
            text = "" if table else rows.body.decode()
    response = await render(
        request,
        "sparql.html",
        shell,
        status=status,
        section="data",
        query=question.query if question else worked_queries()[0].text,
        asked=question is not None,
        problem=problem,
        table=table,
        text=text,
        shown=_SHOWN,
        snapshot=headers.get("Intercity-Snapshot", ""),
        worked=worked_queries(),
        formats=_FORMATS,
        hosts={host_of(f"https://{log}") for log in await home.ledger.logs()},
        settings=home.config.query,
    )
    response.headers.update(headers)
    return response


async def _description(request: web.Request) -> web.Response:
    """SPARQL 1.1 Service Description of this endpoint."""
    here = addresses_of(request).whole("/sparql")
    sd, formats = (
        "http://www.w3.org/ns/sparql-service-description#",
        "http://www.w3.org/ns/formats/",
    )
    offered = [f"SPARQL_Results_{name}" for name in ("JSON", "XML", "CSV", "TSV")]
    offered += ["Turtle", "N-Triples", "JSON-LD"]
    said = [
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{sd}Service"),
        (f"{sd}endpoint", here),
        (f"{sd}supportedLanguage", f"{sd}SPARQL11Query"),
        (f"{sd}feature", f"{sd}UnionDefaultGraph"),
        *((f"{sd}resultFormat", f"{formats}{name}") for name in offered),
    ]
    triples = "".join(f"<{here}#service> <{name}> <{value}> .\n" for name, value in said)
    media = media_type(request.headers.get("Accept", ""), [TURTLE, NTRIPLES, JSONLD]) or TURTLE
    return await send(
        request, Document(body=await write(triples, media), media_type=media, vary=["Accept"])
    )


def _question(asked: MultiMapping[Any], queries: list[Any]) -> _Question:
    if len(queries) != 1 or not isinstance(queries[0], str):
        raise web.HTTPBadRequest(text=f"Expected one query, found {len(queries)}.")
    return _Question(
        queries[0],
        tuple(str(iri) for iri in asked.getall("default-graph-uri", [])),
        tuple(str(iri) for iri in asked.getall("named-graph-uri", [])),
    )


async def _text(request: web.Request) -> str:
    try:
        return (await request.read()).decode("utf-8")
    except UnicodeDecodeError as exc:
        raise web.HTTPBadRequest(text=f"Expected a query in UTF-8: {exc.reason}.") from exc


def _table(body: bytes) -> dict[str, Any]:
    """A results document as head and rows of (kind, value, language), or the answer of an ASK."""
    said = json.loads(body)
    if "boolean" in said:
        return {"boolean": said["boolean"]}
    names = said["head"]["vars"]
    rows = said["results"]["bindings"]
    return {
        "names": names,
        "total": len(rows),
        "rows": [[row.get(name) for name in names] for row in rows[:_SHOWN]],
    }
