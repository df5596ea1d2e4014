"""``/sparql``: SPARQL 1.1 Query by its Protocol, for machines; for people ``node.web.asking``.

An answer is whole, or an error in words that says which budget it met. Queries run in processes of
their own (``node.store.workers``); here they are only read, bounded and handed on. Every answer
says which state of which logs it was made from, so that it can be cited.
"""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict

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
_FIELDS: Final = 200
"""Of one request: a query and the graphs of its dataset."""
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}


async def get(request: web.Request) -> web.Response:
    """A query in the address; without one the form, or the service's description."""
    asked = _fields(request.rel_url.raw_query_string)
    if "query" in asked or "update" in asked:
        return await _answer(request, _question(asked))
    if media_type(request.headers.get("Accept", ""), [TURTLE, NTRIPLES, JSONLD, HTML]) == HTML:
        return await page(request)
    return await _description(request)


async def post(request: web.Request) -> web.Response:
    """A query as the body itself, or as a form."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise web.HTTPUnsupportedMediaType(text="Expected no Content-Encoding.")
    if request.content_type == _QUERY:
        asked = _fields(request.rel_url.raw_query_string)
        return await _answer(request, _question(asked, await _text(request)))
    if request.content_type == _FORM:
        fields = _fields(await _text(request))
        # A dataset named in the address counts as well: to leave it out would answer another query.
        fields.extend(_fields(request.rel_url.raw_query_string))
        return await _answer(request, _question(fields), fields.get("format", ""))
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


def _question(asked: MultiDict[str], *direct: str) -> Question:
    """What the fields of a request ask; ``direct`` is a body that is a query itself."""
    if "update" in asked:
        raise web.HTTPBadRequest(text="This endpoint only reads: expected query, found update.")
    queries = [*asked.getall("query", []), *direct]
    if len(queries) != 1:
        raise web.HTTPBadRequest(text=f"Expected one query, found {len(queries)}.")
    return Question(
        queries[0],
        tuple(asked.getall("default-graph-uri", [])),
        tuple(asked.getall("named-graph-uri", [])),
    )


def _fields(encoded: str) -> MultiDict[str]:
    """The fields of an address or a form, read strictly: what is not UTF-8 is no query."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except UnicodeDecodeError as exc:
        raise web.HTTPBadRequest(text=f"Expected a query in UTF-8: {exc.reason}.") from exc
    except ValueError as exc:
        raise web.HTTPBadRequest(text=f"Expected up to {_FIELDS} fields, found more.") from exc
    return MultiDict(pairs)


async def _text(request: web.Request) -> str:
    try:
        return (await request.read()).decode("utf-8")
    except UnicodeDecodeError as exc:
        raise web.HTTPBadRequest(text=f"Expected a query in UTF-8: {exc.reason}.") from exc
