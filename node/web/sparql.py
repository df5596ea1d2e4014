"""``/sparql``: SPARQL 1.1 Query by its Protocol, for machines; for people ``node.web.asking``.

An answer is whole, or an error in words that says which budget it met. Queries run in processes of
their own (``node.store.workers``); here they are only read, bounded and handed on. Every answer
says which state of which logs it was made from, so that it can be cited.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from node.core.negotiate import media_type
from node.core.solutions import read_solutions, write_workbook
from node.errors import QueryRefused
from node.store.ports import Rows
from node.web.answers import HTML, Document, send
from node.web.asking import FILES, RESULTS, Question, page, select
from node.web.context import addresses_of, home_of
from node.web.formats import JSONLD, NTRIPLES, TURTLE, write
from node.web.state import stated

__all__ = ["get", "options", "post"]

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}


async def get(request: web.Request) -> web.Response:
    """A query in the address; without one the form, or the service's description."""
    if "query" in request.query:
        return await _answer(request, _question(request.query, request.query.getall("query")))
    if "update" in request.query:
        raise web.HTTPBadRequest(text="This endpoint only reads: expected query, found update.")
    if media_type(request.headers.get("Accept", ""), [TURTLE, NTRIPLES, JSONLD, HTML]) == HTML:
        return await page(request)
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


async def _answer(request: web.Request, question: Question, form: str = "") -> web.Response:
    form = form or request.query.get("format", "")
    accept = FILES.get(form, request.headers.get("Accept", ""))
    if form not in FILES and media_type(accept, [RESULTS, TURTLE, HTML]) == HTML:
        return await page(request, question)
    home = home_of(request)
    rows = await select(home, question, RESULTS if form == "xlsx" else accept)
    headers = await stated(home, rows.position)
    if form in FILES:
        headers["Content-Disposition"] = f'attachment; filename="answer.{form}"'
    return await send(
        request,
        Document(
            body=await asyncio.to_thread(_workbook, rows) if form == "xlsx" else rows.body,
            media_type=FILES[form] if form == "xlsx" else rows.media_type,
            compress=form != "xlsx",
            cache="no-cache",
            vary=["Accept"],
            headers=headers,
        ),
    )


def _workbook(rows: Rows) -> bytes:
    if rows.media_type != RESULTS:
        raise QueryRefused(
            "A workbook holds the rows of a SELECT, and this query yields triples: ask for turtle,"
            " ntriples or jsonld."
        )
    return write_workbook(read_solutions(rows.body))


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


def _question(asked: MultiMapping[Any], queries: list[Any]) -> Question:
    if len(queries) != 1 or not isinstance(queries[0], str):
        raise web.HTTPBadRequest(text=f"Expected one query, found {len(queries)}.")
    return Question(
        queries[0],
        tuple(str(iri) for iri in asked.getall("default-graph-uri", [])),
        tuple(str(iri) for iri in asked.getall("named-graph-uri", [])),
    )


async def _text(request: web.Request) -> str:
    try:
        return (await request.read()).decode("utf-8")
    except UnicodeDecodeError as exc:
        raise web.HTTPBadRequest(text=f"Expected a query in UTF-8: {exc.reason}.") from exc
