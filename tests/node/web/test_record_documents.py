"""A record at its address, in every format."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from node.core.negotiate import media_type
from node.service.index import catch_up
from node.service.publish import publish, publish_many, withdraw
from node.service.records import own_records
from node.store.ports import Audience
from node.web.records import OFFERS
from peers.proofs import verify
from tests.homes import home_of, need, practice, profile
from tests.node.web.conftest import Site, site_of
from vocab.jsonld import to_quads

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUFFIXES = {"jsonld": "application/ld+json", "ttl": "text/turtle", "nt": "application/n-triples"}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def city() -> AsyncIterator[Site]:
    """A city with a practice of two versions, a withdrawn one, and one for members alone."""
    home = await home_of("https://aurora.example")
    await publish_many(home, [profile(), practice("Primera"), practice("Retirada")])
    first = await newest(home, "Primera")
    await publish(home, {**first, "title": {"es": "Segunda"}})
    await withdraw(home, (await newest(home, "Retirada"))["id"], "outdated", note={"es": "Vieja"})
    await publish(home, need(), audience=Audience.MEMBERS)
    await catch_up(home)
    async with site_of(home) as site:
        yield site


async def newest(home: Any, title: str) -> dict[str, Any]:
    """Our record of that title, without its proof and version."""
    for held in await own_records(home):
        document: dict[str, Any] = json.loads(held.body.record) if held.body else {}
        if document.get("title", {}).get("es") == title:
            return {k: v for k, v in document.items() if k not in {"proof", "version"}}
    raise AssertionError(title)


async def path_of(site: Site, title: str) -> str:
    iri: str = (await newest(site.home, title))["id"]
    return iri.removeprefix(site.home.base_url)


async def withdrawn_path(site: Site) -> str:
    held = await own_records(site.home, withdrawn=True)
    gone = next(one for one in held if one.entry.kind == "Delete")
    return gone.entry.object.removeprefix(site.home.base_url)


async def test_json_ld_is_the_signed_bytes(city: Site) -> None:
    async with await city.get(await path_of(city, "Segunda"), Accept="application/ld+json") as got:
        body = await got.read()
    verified = verify(json.loads(body), next(iter(city.home.document.record_keys.values())))
    assert verified.method == city.home.record_method


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_a_suffix_and_accept_give_the_same(city: Site, suffix: str) -> None:
    path = await path_of(city, "Segunda")
    one = await city.get(f"{path}.{suffix}")
    other = await city.get(path, Accept=SUFFIXES[suffix])
    assert await one.read() == await other.read()
    assert one.content_type == other.content_type == SUFFIXES[suffix]
    assert one.headers["ETag"] == other.headers["ETag"]


@pytest.mark.parametrize(("suffix", "form"), [("ttl", "turtle"), ("nt", "nt")])
async def test_rdf_says_what_the_record_says(city: Site, suffix: str, form: str) -> None:
    path = await path_of(city, "Segunda")
    async with await city.get(f"{path}.jsonld") as got:
        expected = Graph().parse(data=to_quads(json.loads(await got.read())), format="nt")
    async with await city.get(f"{path}.{suffix}") as got:
        assert isomorphic(Graph().parse(data=await got.text(), format=form), expected)


async def test_each_format_has_a_validator_of_its_own(city: Site) -> None:
    path = await path_of(city, "Segunda")
    tags = set()
    for suffix in (*SUFFIXES, "html"):
        async with await city.get(f"{path}.{suffix}") as got:
            tags.add(got.headers["ETag"])
            tag = got.headers["ETag"]
        async with await city.get(f"{path}.{suffix}", If_None_Match=f'"x", {tag}') as again:
            assert again.status == 304
    assert len(tags) == 4


async def test_a_digest_is_that_of_the_bytes_sent(city: Site) -> None:
    path = await path_of(city, "Segunda")
    async with await city.client.get(f"{path}.jsonld", headers={"Accept-Encoding": "gzip"}) as got:
        digest = got.headers["Content-Digest"]
        assert got.headers["Content-Encoding"] == "gzip"
    async with await city.client.get(
        f"{path}.jsonld", headers={"Accept-Encoding": "identity"}
    ) as plain:
        body = await plain.read()
        expected = base64.b64encode(hashlib.sha256(body).digest()).decode()
        assert plain.headers["Content-Digest"] == f"sha-256=:{expected}:"
    assert digest != plain.headers["Content-Digest"]


async def test_links_say_what_it_is_and_where_else(city: Site) -> None:
    path = await path_of(city, "Segunda")
    iri = city.home.base_url + path
    async with await city.get(path, Accept="text/turtle") as got:
        links = got.headers["Link"]
        assert got.headers["Vary"] == "Accept, Accept-Datetime, Accept-Encoding"
        assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert f'<{iri}>; rel="canonical"' in links
    assert f'<{iri}/v/2>; rel="cite-as"' in links
    assert f'<{iri}.ttl>; rel="alternate"; type="text/turtle"' in links
    assert 'rel="license"' in links
    assert f'<{iri}/v/2/receipt.json>; rel="describedby"' in links
    assert '<https://w3id.org/intercity/ns#Practice>; rel="type"' in links
    assert f'<{iri}/v/1>; rel="predecessor-version"' in links


async def test_an_old_version_stays_and_says_so(city: Site) -> None:
    path = await path_of(city, "Segunda")
    async with await city.get(f"{path}/v/1.jsonld") as got:
        assert json.loads(await got.read())["title"] == {"es": "Primera"}
        assert 'rel="latest-version"' in got.headers["Link"]
    page = await city.page(f"{path}/v/1")
    assert "This is version 1." in page


async def test_a_receipt_leads_to_the_checkpoint(city: Site) -> None:
    path = await path_of(city, "Segunda")
    async with await city.get(f"{path}/v/2/receipt.json") as got:
        receipt = await got.json()
    async with await city.get("/log/public/checkpoint") as got:
        assert receipt["checkpoint"] == await got.text()


@pytest.mark.parametrize("accept", ["application/ld+json", "text/turtle", "text/html"])
async def test_a_withdrawn_record_is_gone_and_says_why(city: Site, accept: str) -> None:
    async with await city.get(await withdrawn_path(city), Accept=accept) as got:
        body = await got.text()
        assert got.status == 410
        assert got.content_type == accept
    assert "Vieja" in body
    assert "Retirada" not in body


async def test_the_withdrawal_is_a_signed_version(city: Site) -> None:
    path = await withdrawn_path(city)
    async with await city.get(f"{path}/v/2.jsonld") as got:
        said = json.loads(await got.read())
        assert got.status == 200
    assert said["type"] == "Withdrawal"
    verify(said, next(iter(city.home.document.record_keys.values())))
    async with await city.get(f"{path}/v/1.jsonld") as before:
        assert before.status == 200


async def test_a_members_record_is_answered_like_one_that_never_was(city: Site) -> None:
    members = city.home.logs[Audience.MEMBERS]
    size = (await city.home.ledger.head(members)).size
    held = (await city.home.ledger.entries(members, 1, size))[0]
    secret = held.entry.object.removeprefix(city.home.base_url)
    nothing = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    for suffix in (
        "",
        ".jsonld",
        ".ttl",
        ".html",
        ".linkset",
        "/timemap",
        "/v/1",
        "/v/1/receipt.json",
    ):
        told = await city.get(secret + suffix, Accept="*/*")
        untold = await city.get(nothing + suffix, Accept="*/*")
        assert told.status == untold.status == 404
        said, unsaid = await told.json(content_type=None), await untold.json(content_type=None)
        assert said["detail"] == unsaid["detail"]


async def test_the_city_itself_leads_to_its_record(city: Site) -> None:
    async with await city.get("/", Accept="text/turtle") as got:
        assert (got.status, got.headers["Location"]) == (303, "https://aurora.example/city")
    async with await city.get("/city", Accept="text/html") as got:
        assert got.status == 303
        assert got.headers["Location"] == "/cities/aurora.example"
    async with await city.get("/city.ttl") as got:
        graph = Graph().parse(data=await got.text(), format="turtle")
    assert (URIRef("https://aurora.example/city"), None, None) in graph


async def test_a_format_that_there_is_not_is_said(city: Site) -> None:
    path = await path_of(city, "Segunda")
    async with await city.get(path, Accept="image/png") as got:
        assert got.status == 406
        assert "text/turtle" in (await got.json(content_type=None))["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/practice/01HF7YAT00GXQAQKZJSNGR0PHB",
        "/practice/01hf7yat00gxqaqkzjsngr0phb",
        "/practice/x",
        "/practice/01HF7YAT00GXQAQKZJSNGR0PHB.xml",
        "/city/v/0",
        "/city/v/99",
        "/city/v/1e9",
        "/city.",
        "/city.jsonldx",
        "/city/v/1/receipt",
        "/withdrawal/01HF7YAT00GXQAQKZJSNGR0PHB",
        "/%00",
        "/practice/%ff",
    ],
)
async def test_nothing_else_is_there(city: Site, path: str) -> None:
    async with await city.get(path, Accept="text/html") as got:
        assert got.status == 404
        assert "<h1>" in await got.text()


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*OFFERS, "text/*", "application/*", "*/*", "image/png"]),
            st.integers(0, 10),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda one: one[0],
    )
)
async def test_what_is_chosen_is_what_negotiation_says(
    city: Site, asked: list[tuple[str, int]]
) -> None:
    accept = ", ".join(f"{name};q={q / 10}" for name, q in asked)
    also = {"application/json": "application/ld+json", "text/plain": "application/n-triples"}
    expected = media_type(accept, [*OFFERS, *also])
    expected = also.get(expected or "", expected)
    async with await city.get(await path_of(city, "Segunda"), Accept=accept) as got:
        assert got.status == (406 if expected is None else 200)
        if expected:
            assert got.content_type == expected


async def test_a_peers_record_is_served_as_the_copy_that_it_is(network: Mapping[str, Site]) -> None:
    directory, hansol = network["directory"], network["hansol"]
    held = next(one for one in await own_records(hansol.home, kind="Practice"))
    assert held.body is not None
    ulid = held.entry.object.rpartition("/")[2]
    page = f"/practices/localhost%3A8403/{ulid}"
    async with await directory.get(page, Accept="application/ld+json") as got:
        assert await got.read() == held.body.record
        assert f'<{held.entry.object}>; rel="canonical"' in got.headers["Link"]
    html = await directory.page(page)
    assert "localhost:8403/log/public" in html
    assert "Checked here" in html
    async with await hansol.get(page, Accept="text/html") as own:
        assert own.status == 301
        assert own.headers["Location"] == f"/practice/{ulid}"
