"""The REST API: every operation as its document says, lists that are whole, refusals in words."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema_rs
import pytest
from aiohttp import ClientResponse
from openapi_spec_validator import OpenAPIV31SpecValidator

from node.service.index import catch_up
from node.service.publish import publish_many
from node.web.api.operation import ROOT
from node.web.api.table import OPERATIONS
from tests.homes import home_of, practice
from tests.node.web.conftest import Site, site_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

CITY = "localhost%3A8401"
ASKED = [
    ("listRecords", "/records?limit=100"),
    ("listRecords", "/records?type=Practice&type=Need&action=S3&area=structures&limit=3"),
    ("listRecords", "/records?since=2020-01-01&publisher=http%3A%2F%2Flocalhost:8401%2F%23city"),
    ("listRecords", "/records?state=in-place&country=XA&language=es"),
    ("readRecord", "/record?id=http%3A%2F%2Flocalhost%3A8401%2Fcity"),
    ("search", "/search?q=ombuds"),
    ("search", "/search?q=ombudspreson&reader=fr"),
    ("listCities", "/cities"),
    ("listCities", "/cities?action=S3&state=in-place"),
    ("readCity", f"/cities/{CITY}"),
    ("listActions", "/actions?area=tools"),
    ("readAction", "/actions/S3"),
    ("listPairings", f"/pairings?city={CITY}"),
]


@pytest.fixture
async def site(network: Mapping[str, Site]) -> Site:
    return network["directory"]


async def described(site: Site) -> dict[str, Any]:
    async with await site.get("/api/openapi.json") as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json(content_type=None)
        return found


def answer_schema(document: dict[str, Any], name: str, status: str = "200") -> dict[str, Any]:
    """The schema of what an operation answers, with the document's components beside it."""
    ((operation),) = [
        one
        for path in document["paths"].values()
        for one in path.values()
        if one["operationId"] == name
    ]
    said = operation["responses"][status]
    if "$ref" in said:
        said = document["components"]["responses"][said["$ref"].rpartition("/")[2]]
    (content,) = said["content"].values()
    return {**content["schema"], "components": document["components"]}


async def list_all(site: Site, path: str) -> list[dict[str, Any]]:
    """Every item of a list, as its ``next`` leads."""
    items: list[dict[str, Any]] = []
    for _ in range(300):
        async with await site.get(path) as answer:
            assert answer.status == 200, await answer.text()
            said = await answer.json()
        items += said["items"]
        if "next" not in said:
            return items
        parts = urlsplit(said["next"])
        path = f"{parts.path}?{parts.query}"
    raise AssertionError("the list never ended")


async def refused(answer: ClientResponse, status: int, words: str) -> None:
    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    said = await answer.json(content_type=None)
    assert words in said["detail"], said


async def test_the_document_is_openapi_3_1(site: Site) -> None:
    document = await described(site)
    OpenAPIV31SpecValidator(document).validate()
    named = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    assert named == {one.name for one in OPERATIONS}


async def test_every_operation_is_asked_in_these_tests() -> None:
    reads = {one.name for one in OPERATIONS if one.method == "GET" and not one.scope}
    assert {name for name, _ in ASKED} == reads


@pytest.mark.parametrize(("name", "path"), ASKED)
async def test_every_answer_is_of_its_schema(site: Site, name: str, path: str) -> None:
    async with await site.get(ROOT + path) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Intercity-Position"]
        said = await answer.json()
    schema = answer_schema(await described(site), name)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(said)


async def test_a_list_is_whole_whatever_its_pages_hold(site: Site) -> None:
    whole = await list_all(site, f"{ROOT}/records?limit=100")
    for limit in (1, 3, 7):
        parts = await list_all(site, f"{ROOT}/records?limit={limit}")
        assert sorted(one["id"] for one in parts) == sorted(one["id"] for one in whole)
    assert len({one["id"] for one in whole}) == len(whole) > 60
    assert [one["published"] for one in whole] == sorted(
        (one["published"] for one in whole), reverse=True
    )
    cities = await list_all(site, f"{ROOT}/cities?limit=1")
    assert [one["host"] for one in cities] == [f"localhost%3A840{n}" for n in (1, 2, 3)]
    found = await list_all(site, f"{ROOT}/search?q=rights&limit=2")
    assert len({one["id"] for one in found}) == len(found) > 4


async def test_a_list_loses_nothing_to_what_is_published_meanwhile() -> None:
    home = await home_of("http://localhost:8483")
    await publish_many(home, [practice(f"Número {number}") for number in range(7)])
    await catch_up(home)
    async with site_of(home) as site:
        before = {one["id"] for one in await list_all(site, f"{ROOT}/records")}
        told: list[str] = []
        path = f"{ROOT}/records?limit=2"
        for number in range(20):
            async with await site.get(path) as answer:
                said = await answer.json()
            told += [one["id"] for one in said["items"]]
            if "next" not in said:
                break
            await publish_many(home, [practice(f"Entretanto {number}")])
            await catch_up(home)
            path = said["next"].removeprefix(home.base_url)
        assert sorted(told) == sorted(before)
        assert len(await list_all(site, f"{ROOT}/records")) == 7 + number


async def test_filters_hold_together(site: Site) -> None:
    practices = await list_all(site, f"{ROOT}/records?type=Practice")
    assert {one["type"] for one in practices} == {"Practice"}
    code = practices[0]["actions"][0]
    about = await list_all(site, f"{ROOT}/records?type=Practice&action={code}")
    assert [one["id"] for one in about] == [
        one["id"] for one in practices if code in one["actions"]
    ]
    assert await list_all(site, f"{ROOT}/records?since=2999-01-01") == []


async def test_a_record_is_answered_as_it_was_signed(site: Site) -> None:
    (first, *_) = await list_all(site, f"{ROOT}/records?type=Practice")
    path = "/practices/" + first["page"].partition("/practices/")[2]
    async with await site.get(f"{path}.jsonld") as answer:
        assert first["record"] == await answer.json(content_type=None)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/records?kind=Practice", "found 'kind'"),
        ("/records?type=practice", "type: expected one of"),
        ("/records?limit=0", "expected a whole number from 1 to 100, found '0'"),
        ("/records?limit=1&limit=2", "expected it once, found it 2 times"),
        ("/records?since=yesterday", "since: expected a day such as"),
        ("/records?since=2024-13-45", "since: expected a day such as"),
        ("/records?cursor=W10", "cursor: expected"),
        ("/records?cursor=%00", "cursor: expected"),
        ("/records?country=" + "&country=".join(["CO"] * 51), "at most 50 times, found it 51"),
        ("/record", "id: expected an IRI"),
        ("/search", "q: expected a text of 1 to 400 characters, found nothing"),
        ("/search?q=" + "x" * 401, "q: expected a text of 1 to 400 characters"),
        ("/actions/S99999", "code: expected a code such as T6"),
        ("/pairings", "city: expected a host"),
    ],
)
async def test_what_is_not_as_it_must_be_is_refused_in_words(
    site: Site, path: str, words: str
) -> None:
    async with await site.get(ROOT + path) as answer:
        await refused(answer, 400, words)


@pytest.mark.parametrize("place", [[], [1], [1, 2], ["x", []], {"a": 1}, -5, 10**9, "x", True])
async def test_a_forged_place_is_refused(site: Site, place: Any) -> None:
    async with await site.get(f"{ROOT}/search?q=rights&limit=1") as answer:
        cursor = urlsplit((await answer.json())["next"]).query.partition("cursor=")[2]
    question = json.loads(base64.urlsafe_b64decode(cursor + "=="))[0]
    forged = base64.urlsafe_b64encode(json.dumps([question, place]).encode()).decode().rstrip("=")
    async with await site.get(f"{ROOT}/search?q=rights&limit=1&cursor={forged}") as answer:
        await refused(answer, 400, "cursor: expected the cursor of an answer's next")


async def test_a_cursor_belongs_to_its_question(site: Site) -> None:
    async with await site.get(f"{ROOT}/records?type=Practice&limit=1") as answer:
        cursor = urlsplit((await answer.json())["next"]).query.partition("cursor=")[2]
    async with await site.get(f"{ROOT}/records?type=Need&limit=1&cursor={cursor}") as answer:
        await refused(answer, 400, "expected the parameters of the answer that it came from")


@pytest.mark.parametrize(
    "path",
    [
        "/actions/S9",
        "/cities/nowhere.example",
        "/pairings?city=nowhere.example",
        "/record?id=https%3A%2F%2Fnowhere.example%2Fcity",
    ],
)
async def test_what_is_not_here_is_said_in_words(site: Site, path: str) -> None:
    async with await site.get(ROOT + path) as answer:
        await refused(answer, 404, "expected")


async def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    async with await site.get(f"{ROOT}/cities") as answer:
        tag = answer.headers["ETag"]
        assert answer.headers["Content-Digest"].startswith("sha-256=:")
    async with await site.get(f"{ROOT}/cities", If_None_Match=tag) as answer:
        assert answer.status == 304
        assert await answer.read() == b""
        assert answer.headers["ETag"] == tag


async def test_scripts_of_other_sites_may_read_and_nothing_else(site: Site) -> None:
    async with site.client.options(f"{ROOT}/records") as answer:
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "POST" not in answer.headers["Access-Control-Allow-Methods"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
    async with site.client.post(f"{ROOT}/records") as answer:
        assert answer.status == 405


async def test_the_reference_names_every_operation_parameter_and_object(site: Site) -> None:
    page = await site.page("/api")
    document = await described(site)
    for one in OPERATIONS:
        assert f'id="{one.name}"' in page
        for parameter in one.parameters:
            assert f"<code>{parameter.name}</code>" in page
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert "<script" not in page
    async with await site.get("/api", Accept="application/vnd.oai.openapi+json") as answer:
        assert await answer.json(content_type=None) == document


async def test_lists_of_a_city_start_where_its_page_does(site: Site) -> None:
    async with await site.get(f"{ROOT}/cities/{CITY}") as answer:
        picture = await answer.json()
    publisher = quote(picture["id"], safe="")
    practices = await list_all(site, f"{ROOT}/records?type=Practice&publisher={publisher}")
    assert len(practices) == picture["records"]["Practice"] > 0
