"""The SPARQL 1.1 Protocol as an endpoint that only reads keeps it.

Each case has the name that it bears in the test suite of the W3C; requests and data are ours. The
graphs of a dataset are those that the node holds: none is fetched (section 2.1.4 leaves that open).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse
from pyoxigraph import RdfFormat, parse

from tests.node.web.conftest import BASES, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
RESULTS: Final = ("application/sparql-results+json", "application/sparql-results+xml")
TRIPLES: Final = ("text/turtle", "application/n-triples", "application/ld+json")
CITY: Final = "https://w3id.org/intercity/ns#City"
ONE, OTHER, THIRD = (f"{base}/city" for base in BASES[2:])
"""The graphs of three cities' profiles; each says of itself that it is a city."""


def named(name: str, graph: str) -> str:
    return f"{name}-graph-uri={quote(graph, safe='')}"


def default_has(*cities: str, but: str = "") -> str:
    """Whether the default graph tells of these cities, and not of another."""
    told = " ".join(f"<{city}> a <{CITY}> ." for city in cities)
    return f"ASK {{ {told} {f'FILTER NOT EXISTS {{ <{but}> a <{CITY}> }}' if but else ''} }}"


def named_are(*cities: str, but: str) -> str:
    """Whether these are graphs of the dataset, and another is none."""
    told = " ".join(f"GRAPH <{city}> {{ <{city}> a <{CITY}> }}" for city in cities)
    return f"ASK {{ {told} FILTER NOT EXISTS {{ GRAPH <{but}> {{ ?s ?p ?o }} }} }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request; the address and the form are written out as they are sent."""

    method: str = "POST"
    address: str = ""
    body: bytes | str | None = None
    media_type: str | None = None
    accept: str = ""


ANSWERED: Final[Mapping[str, Case]] = {
    "query_get": Case(method="GET", address="query=ASK%20%7B%7D"),
    "query_post_form": Case(body="query=ASK%20%7B%7D", media_type=FORM),
    "query_post_direct": Case(body="ASK {}", media_type=DIRECT),
    "query_dataset_default_graph": Case(
        address=named("default", ONE), body=default_has(ONE, but=OTHER), media_type=DIRECT
    ),
    "query_dataset_default_graphs_get": Case(
        method="GET",
        address=f"query={quote(default_has(ONE, OTHER, but=THIRD))}"
        f"&{named('default', ONE)}&{named('default', OTHER)}",
    ),
    "query_dataset_default_graphs_post": Case(
        body=f"query={quote(default_has(ONE, OTHER, but=THIRD))}"
        f"&{named('default', ONE)}&{named('default', OTHER)}",
        media_type=FORM,
    ),
    "query_dataset_named_graphs_get": Case(
        method="GET",
        address=f"query={quote(named_are(ONE, OTHER, but=THIRD))}"
        f"&{named('named', ONE)}&{named('named', OTHER)}",
    ),
    "query_dataset_named_graphs_post": Case(
        address=f"{named('named', ONE)}&{named('named', OTHER)}",
        body=named_are(ONE, OTHER, but=THIRD),
        media_type=DIRECT,
    ),
    "query_dataset_full": Case(
        address=f"{named('default', THIRD)}&{named('named', ONE)}&{named('named', OTHER)}",
        body=f"ASK {{ <{THIRD}> a <{CITY}> {named_are(ONE, OTHER, but=THIRD)[5:-1]}"
        f" FILTER NOT EXISTS {{ <{ONE}> a <{CITY}> }} }}",
        media_type=DIRECT,
    ),
    "query_multiple_dataset": Case(
        address=named("default", OTHER),
        body=default_has(OTHER, but=ONE).replace("ASK", f"ASK FROM <{ONE}>"),
        media_type=DIRECT,
    ),
    "a dataset in the address of a form": Case(
        address=named("default", ONE),
        body=f"query={quote(default_has(ONE, but=OTHER))}",
        media_type=FORM,
    ),
    "letters beyond ASCII": Case(
        body='ASK { FILTER(STRLEN("한솔") = 2) }', media_type=f"{DIRECT}; charset=utf-8"
    ),
}
"""Cases whose answer is "true"."""

OF_A_KIND: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "query_content_type_select": ("SELECT (1 AS ?value) {}", RESULTS),
    "query_content_type_ask": ("ASK {}", RESULTS),
    "query_content_type_describe": (f"DESCRIBE <{ONE}>", TRIPLES),
    "query_content_type_construct": ("CONSTRUCT { <urn:x> <urn:x> <urn:x> } {}", TRIPLES),
}
"""What is asked, and the media types of which one must come back."""

_TWO = "query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D"
_CLEAR = "CLEAR ALL"
REFUSED: Final[Mapping[str, tuple[Case, int]]] = {
    "bad_query_method": (Case(method="PUT", address="query=ASK%20%7B%7D"), 405),
    "bad_multiple_queries": (Case(method="GET", address=_TWO), 400),
    "bad_multiple_queries, in a form": (Case(body=_TWO, media_type=FORM), 400),
    "bad_multiple_queries, in two places": (
        Case(address="query=ASK%20%7B%7D", body="ASK {}", media_type=DIRECT),
        400,
    ),
    "bad_query_wrong_media_type": (Case(body="ASK {}", media_type="text/plain"), 415),
    "bad_query_missing_form_type": (Case(body=b"query=ASK%20%7B%7D"), 415),
    "bad_query_missing_direct_type": (Case(body=b"ASK {}"), 415),
    "bad_query_non_utf8": (
        Case(body="ASK {}".encode("utf-16"), media_type=f"{DIRECT}; charset=UTF-16"),
        400,
    ),
    "bad_query_non_utf8, in the address": (
        Case(method="GET", address="query=ASK%20%7B%20FILTER(%22%FF%22)%20%7D"),
        400,
    ),
    "bad_query_non_utf8, in a form": (
        Case(body="query=ASK%20%7B%20FILTER(%22%FF%22)%20%7D", media_type=FORM),
        400,
    ),
    "bad_query_syntax": (Case(method="GET", address="query=ASK%20%7B"), 400),
    "bad_update_get": (Case(method="GET", address="update=CLEAR%20ALL"), 400),
    "bad_multiple_updates": (
        Case(body="update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", media_type=FORM),
        400,
    ),
    "bad_update_wrong_media_type": (Case(body=_CLEAR, media_type="text/plain"), 415),
    "bad_update_missing_form_type": (Case(body=b"update=CLEAR%20ALL"), 415),
    "bad_update_syntax": (Case(body="update=CLEAR%20XYZ", media_type=FORM), 400),
    "update_post_form": (Case(body="update=CLEAR%20ALL", media_type=FORM), 400),
    "update_post_direct": (Case(body=_CLEAR, media_type=UPDATE), 415),
    "an update beside a query": (
        Case(body="query=ASK%20%7B%7D&update=CLEAR%20ALL", media_type=FORM),
        400,
    ),
    "an update as a query": (Case(body=_CLEAR, media_type=DIRECT), 400),
}
"""What is not answered, and with which status; an endpoint that only reads refuses each update."""


async def send(site: Site, case: Case) -> ClientResponse:
    headers = {"Accept": case.accept} if case.accept else {}
    if case.media_type:
        headers["Content-Type"] = case.media_type
    body = case.body.encode() if isinstance(case.body, str) else case.body
    # As the case writes it: encoded already.
    url = site.client.make_url("/sparql")
    url = url.with_query(None).__class__(f"{url}?{case.address}", encoded=True)
    return await site.client.session.request(
        case.method, url, data=body, headers=headers, skip_auto_headers={"Content-Type"}
    )


@pytest.mark.parametrize("name", ANSWERED)
async def test_what_the_protocol_asks_is_answered(network: Mapping[str, Site], name: str) -> None:
    async with await send(network["directory"], ANSWERED[name]) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type in RESULTS
        said: dict[str, Any] = await answer.json(content_type=None)
    assert said["boolean"] is True


@pytest.mark.parametrize("accept", ["", "*/*"])
@pytest.mark.parametrize("name", OF_A_KIND)
async def test_an_answer_is_of_the_querys_kind(
    network: Mapping[str, Site], name: str, accept: str
) -> None:
    query, expected = OF_A_KIND[name]
    case = Case(body=query, media_type=DIRECT, accept=accept)
    async with await send(network["directory"], case) as answer:
        assert answer.status == 200
        assert answer.content_type in expected
        if expected == TRIPLES:
            assert list(parse(await answer.read(), RdfFormat.from_media_type(answer.content_type)))


@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_protocol_forbids_is_refused_in_words(
    network: Mapping[str, Site], name: str
) -> None:
    case, status = REFUSED[name]
    async with await send(network["directory"], case) as answer:
        assert (answer.status, answer.content_type) == (status, "application/problem+json")
        assert (await answer.json(content_type=None))["title"]
        assert status != 405 or answer.headers["Allow"] == "GET,HEAD,OPTIONS,POST"
    async with await send(network["directory"], ANSWERED["query_get"]) as after:
        assert after.status == 200
