"""Every address of records, concepts and cities: formats, links, validators, digests, versions."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import pytest
import pytest_asyncio
from aiohttp import ClientResponse

from node.service.index import catch_up
from node.service.publish import publish, publish_many, withdraw
from node.web.linkset import LINKSET
from node.web.memento import LINK_FORMAT
from tests.homes import FW, Clock, home_of, practice, profile
from tests.node.web.conftest import Site, site_of
from vocab.terms import IC

pytestmark = pytest.mark.asyncio(loop_scope="session")

BASE = "https://aurora.example"
ULID = "01HF7YAT00GXQAQKZJSNGR0PHB"
GONE = "01HF7YAT00GXQAQKZJSNGR0PHC"
RDF = ("application/ld+json", "text/turtle", "application/n-triples")
SUFFIXES = dict(zip((".jsonld", ".ttl", ".nt"), RDF, strict=True))
THINGS = {
    f"/practice/{ULID}": f"{BASE}/practice/{ULID}",
    f"/practice/{ULID}/v/1": f"{BASE}/practice/{ULID}",
    f"/practice/{ULID}/v/2": f"{BASE}/practice/{ULID}",
    "/city": f"{BASE}/city",
    "/cities/aurora.example": f"{BASE}/cities/aurora.example",
    "/vocab": f"{BASE}/vocab",
    "/vocab/framework": "https://w3id.org/intercity/framework/",
    "/vocab/framework/action": "https://w3id.org/intercity/framework/action",
    "/vocab/framework/group/marginalized-or-vulnerable": "https://w3id.org/intercity/framework/group/marginalized-or-vulnerable",
    "/vocab/ns": "https://w3id.org/intercity/ns#",
    "/vocab/ns/state/in-place": "https://w3id.org/intercity/ns#state/in-place",
    "/vocab/ns/Practice": "https://w3id.org/intercity/ns#Practice",
    "/actions/S3": "https://w3id.org/intercity/framework/action/"
    "complaint-oversight-redress-mechanism",
}
"""Path → the IRI that its page is canonically known by."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def city() -> AsyncIterator[Site]:
    """A city with a practice of three versions and a withdrawn one."""
    clock = Clock()
    home = await home_of(BASE, clock=clock)
    one = {"id": f"{BASE}/practice/{ULID}"}
    await publish_many(home, [profile(), practice("Primera", **one)])
    await publish(home, practice("Retirada", id=f"{BASE}/practice/{GONE}"))
    for title in ("Segunda", "Tercera"):
        clock.time = clock.time.replace(day=clock.time.day + 1)
        await publish(home, practice(title, **one))
    await withdraw(home, f"{BASE}/practice/{GONE}", "outdated")
    await catch_up(home)
    async with site_of(home) as site:
        yield site


def of(answer: ClientResponse, rel: str) -> list[str]:
    """Targets of an answer's links of a relation, as the client's library reads them."""
    return [str(one["url"]) for one in answer.links.getall(rel, [])]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("path", THINGS)
async def test_a_suffix_and_accept_give_the_same_with_validator_and_digest(
    city: Site, path: str, suffix: str
) -> None:
    async with await city.get(path, Accept=SUFFIXES[suffix]) as one:
        body, tag = await one.read(), one.headers["ETag"]
        assert one.status == 200
        assert one.content_type == SUFFIXES[suffix]
        assert "Accept" in one.headers["Vary"].split(", ")
        assert one.headers["Access-Control-Allow-Origin"] == "*"
    async with await city.get(path + suffix, Accept="image/png") as other:
        assert await other.read() == body
        assert other.headers["ETag"] == tag
        digest = hashlib.sha256(body).digest()
        if "Content-Encoding" not in other.headers:
            said = f"sha-256=:{base64.b64encode(digest).decode()}:"
            assert other.headers["Content-Digest"] == said
    async with await city.get(path + suffix, If_None_Match=tag) as again:
        assert again.status == 304
        assert again.headers["ETag"] == tag
        assert again.headers["Vary"] == other.headers["Vary"]
        assert await again.read() == b""
    async with await city.get(path + suffix, If_None_Match='"another"') as anew:
        assert anew.status == 200


@pytest.mark.parametrize("path", THINGS)
async def test_a_digest_is_of_the_bytes_that_were_sent(city: Site, path: str) -> None:
    async with city.client.get(f"{path}.jsonld", headers={"Accept-Encoding": "identity"}) as answer:
        digest = base64.b64encode(hashlib.sha256(await answer.read()).digest()).decode()
        assert answer.headers["Content-Digest"] == f"sha-256=:{digest}:"


@pytest.mark.parametrize("path", THINGS)
async def test_every_thing_is_signposted_on_two_levels(city: Site, path: str) -> None:
    async with await city.get(path, Accept="text/turtle") as answer:
        links = answer.headers["Link"]
        (first, *_), (licence,) = of(answer, "canonical"), of(answer, "license")
        assert licence == "https://creativecommons.org/licenses/by/4.0/"
        assert of(answer, "describedby")
        (address,) = of(answer, "linkset")
        size = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
        assert size < 3500, "what proxies read of headers by default is one page of memory"
    assert address.startswith(BASE)
    async with await city.get(address.removeprefix(BASE)) as answer:
        assert answer.content_type == LINKSET
        about, *formats = json.loads(await answer.read())["linkset"]
    # The client's library drops the empty fragment of a namespace.
    assert (about["anchor"] if about["anchor"] != IC else IC[:-1]) == first
    first = about["anchor"]
    targets = [one["href"] for rel, ones in about.items() if rel != "anchor" for one in ones]
    for target in targets:
        assert f"<{target}>" in links
    assert {one["anchor"] for one in formats} == {
        one["href"] for one in about["alternate"] if one["href"] != first
    }
    assert all(one["describes"] == [{"href": first}] for one in formats)
    async with await city.get(path, Accept=LINKSET) as answer:
        assert json.loads(await answer.read())["linkset"][0] == about


@pytest.mark.parametrize("path", THINGS)
async def test_every_link_below_us_leads_somewhere(city: Site, path: str) -> None:
    async with await city.get(f"{path}.linkset") as answer:
        about = json.loads(await answer.read())["linkset"][0]
    ours = {
        one["href"]
        for rel, ones in about.items()
        if rel not in {"anchor", "http://www.w3.org/ns/ldp#inbox"}
        for one in ones
        if one["href"].startswith(BASE)
    }
    for address in sorted(ours):
        async with await city.get(
            address.removeprefix(BASE).partition("#")[0], Accept="*/*"
        ) as answer:
            assert answer.status in {200, 303}, address


@pytest.mark.parametrize("path", THINGS)
async def test_a_format_that_there_is_not_is_refused_with_those_that_there_are(
    city: Site, path: str
) -> None:
    async with await city.get(path, Accept="image/png, text/turtle;q=0") as answer:
        assert answer.status == 406
        assert "application/ld+json" in (await answer.json(content_type=None))["detail"]
    async with await city.get(f"{path}.png") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", [*THINGS, "/cities", "/actions", "/practices", "/search?q=a"])
async def test_a_browser_is_shown_a_page(city: Site, path: str) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    async with await city.client.get(path, headers={"Accept": accept}) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"


@pytest.mark.parametrize(
    ("page", "same"),
    [
        ("/cities", "/api/v1/cities"),
        ("/actions", "/api/v1/actions"),
        ("/practices", "/api/v1/records?type=Practice"),
        ("/search?q=tercera", "/api/v1/search?q=tercera"),
        ("/search?kind=Practice&country=AR", "/api/v1/records?type=Practice&country=AR"),
        (
            f"/practices?action={FW}action/complaint-oversight-redress-mechanism",
            "/api/v1/records?action=S3&type=Practice",
        ),
    ],
)
async def test_a_list_is_had_as_json_where_the_api_answers_the_same(
    city: Site, page: str, same: str
) -> None:
    async with await city.get(page, Accept="text/html") as answer:
        assert f"{BASE}{same}" in of(answer, "alternate")
    async with await city.get(page, Accept="application/json") as answer:
        assert (answer.status, answer.headers["Location"]) == (303, BASE + same)
        assert answer.headers["Vary"] == "Accept"
    async with await city.get(same) as answer:
        assert answer.status == 200
        assert (await answer.json())["total"] > 0


async def test_a_list_names_its_items_and_an_item_its_list(city: Site) -> None:
    iri = f"{BASE}/practice/{ULID}"
    async with await city.get("/practices", Accept="text/html") as answer:
        assert of(answer, "item") == [iri]
    async with await city.get(f"/practice/{ULID}") as answer:
        assert of(answer, "collection") == [f"{BASE}/practices"]
        assert of(answer, "author") == [f"{BASE}/#city"]
        assert of(answer, "type") == ["https://w3id.org/intercity/ns#Practice"]


async def test_versions_know_each_other(city: Site) -> None:
    iri = f"{BASE}/practice/{ULID}"
    expected: dict[int, tuple[list[str], list[str]]] = {
        1: ([], [f"{iri}/v/2"]),
        2: ([f"{iri}/v/1"], [f"{iri}/v/3"]),
        3: ([f"{iri}/v/2"], []),
    }
    for number, (before, after) in expected.items():
        async with await city.get(f"/practice/{ULID}/v/{number}") as answer:
            assert of(answer, "predecessor-version") == before
            assert of(answer, "successor-version") == after
            assert of(answer, "latest-version") == of(answer, "original") == [iri]
            assert of(answer, "cite-as") == [f"{iri}/v/{number}"]


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 1),
        ("Thu, 01 Jan 2026 12:00:00 GMT", 1),
        ("Fri, 02 Jan 2026 12:00:00 GMT", 2),
        ("Sat, 03 Jan 2026 12:00:00 GMT", 3),
        ("Fri, 31 Dec 2066 00:00:00 GMT", 3),
    ],
)
async def test_a_record_is_its_own_time_gate(city: Site, asked: str, version: int) -> None:
    for suffix in ("", ".ttl"):
        async with await city.get(f"/practice/{ULID}{suffix}", Accept_Datetime=asked) as answer:
            assert answer.status == 302
            assert "Accept-Datetime" in answer.headers["Vary"]
            location = answer.headers["Location"]
            assert location == f"{BASE}/practice/{ULID}/v/{version}{suffix}"
        async with await city.get(location.removeprefix(BASE), Accept="text/turtle") as answer:
            became = parsedate_to_datetime(answer.headers["Memento-Datetime"])
            assert became <= parsedate_to_datetime(asked) or version == 1


@pytest.mark.parametrize("asked", ["yesterday", "2026-01-01", "Thu, 99 Jan 2026 00:00:00 GMT"])
async def test_a_time_that_is_none_is_refused_in_words(city: Site, asked: str) -> None:
    async with await city.get(f"/practice/{ULID}", Accept_Datetime=asked) as answer:
        assert answer.status == 400
        assert "expected a date such as" in (await answer.json(content_type=None))["detail"]


async def test_a_time_map_names_every_version_with_its_time(city: Site) -> None:
    async with await city.get(f"/practice/{ULID}/timemap") as answer:
        assert answer.content_type == LINK_FORMAT
        text = await answer.text()
    lines = text.strip().split(",\n")
    mementos = [line for line in lines if 'rel="memento"' in line]
    for number, line in enumerate(mementos, 1):
        assert line.startswith(f"<{BASE}/practice/{ULID}/v/{number}>")
        async with await city.get(f"/practice/{ULID}/v/{number}") as answer:
            assert f'datetime="{answer.headers["Memento-Datetime"]}"' in line
    assert len(mementos) == 3
    assert f'<{BASE}/practice/{ULID}>; rel="original"' in lines


async def test_what_was_withdrawn_keeps_its_versions_and_says_so(city: Site) -> None:
    async with await city.get(f"/practice/{GONE}.ttl") as answer:
        assert answer.status == 410
        assert of(answer, "predecessor-version") == [f"{BASE}/practice/{GONE}/v/1"]
        assert of(answer, "type") == ["https://w3id.org/intercity/ns#Withdrawal"]
    async with await city.get(f"/practice/{GONE}.linkset") as answer:
        assert answer.status == 410
    async with await city.get(f"/practice/{GONE}/timemap") as answer:
        assert (await answer.text()).count('rel="memento"') == 2


async def test_a_page_of_a_record_lists_its_versions(city: Site) -> None:
    page = await city.page(f"/practice/{ULID}")
    for number in (1, 2, 3):
        assert f"Version {number}" in page
    for number in (1, 2):
        assert f'href="/practice/{ULID}/v/{number}"' in page


async def test_nothing_has_no_time_map(city: Site) -> None:
    async with await city.get(f"/practice/{ULID[:-1]}Z/timemap") as answer:
        assert answer.status == 404
