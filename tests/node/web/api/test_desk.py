"""The staff's part of the API: a token, its scopes, and the same rules as at the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
import pytest_asyncio
from aiohttp import ClientResponse

from node.config.model import DeskSettings
from node.service import accounts
from node.service.accounts import OPERATOR
from node.service.drafts import drafts
from node.service.records import own_records
from node.service.tokens import issue, tokens
from node.web.api.operation import ROOT
from node.web.api.table import OPERATIONS
from tests.homes import home_of, practice, profile
from tests.node.web.api.test_reading import answer_schema, described
from tests.node.web.conftest import Site, site_of

BASE = "http://localhost:8482"
WRITES = [one for one in OPERATIONS if one.scope is not None]


@dataclass(slots=True)
class Program:
    """A program that asks with a token of somebody's."""

    site: Site
    secret: str

    async def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Any]:
        answer = await self.send(method, path, body, **headers)
        async with answer:
            assert answer.headers["Cache-Control"] == "no-store"
            return answer.status, await answer.json(content_type=None)

    async def send(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> ClientResponse:
        sent = {"Authorization": f"Bearer {self.secret}", **headers}
        return await self.site.client.request(
            method, ROOT + path, json=body, headers={k: v for k, v in sent.items() if v}
        )

    async def begin(self, **record: object) -> dict[str, Any]:
        """A new draft, as the answer tells it."""
        status, said = await self.ask(
            "POST", "/drafts", {"record": {**practice("Una defensoría"), **record}}
        )
        assert status == 201, said
        found: dict[str, Any] = said
        return found


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with site_of(await home_of(BASE)) as made:
        yield made


async def program(site: Site, *scopes: str, duty: str = "admin", name: str = "Ana") -> Program:
    contact = f"{name.lower()}@aurora.example"
    known = {one.contact for one in await accounts.people(site.home)}
    if contact not in known:
        await accounts.invite(site.home, OPERATOR, name, contact, [duty])
    secret, _ = await issue(site.home, OPERATOR, contact, "Tests", scopes)
    return Program(site, secret)


@pytest.mark.parametrize("one", WRITES, ids=lambda one: one.name)
async def test_without_a_token_that_stands_nothing_is_told_or_done(site: Site, one: Any) -> None:
    path = one.path.replace("{name}", "nothing")
    for secret in ("", "x", "intercity_" + "A" * 43):
        asked = Program(site, secret)
        status, said = await asked.ask(one.method, path, {})
        assert (status, said["title"]) == (401, "A token is needed")
    async with site.client.request(one.method, ROOT + path) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert one.scope in answer.headers["WWW-Authenticate"]
    others = [scope for scope in ("drafts", "review", "publish") if scope != one.scope]
    status, said = await (await program(site, *others)).ask(one.method, path, {})
    assert status == 403
    assert f"expected a token with the scope {one.scope}" in said["detail"]


async def test_a_cookie_is_no_token(site: Site) -> None:
    await accounts.invite(site.home, OPERATOR, "Ana", "ana@aurora.example", ["admin"])
    link = await accounts.sign_in_link(site.home, OPERATOR, "ana@aurora.example")
    secret = await accounts.spend_link(site.home, link)
    async with site.client.get(
        f"{ROOT}/drafts", headers={"Cookie": f"desk-8482={secret}"}
    ) as answer:
        assert answer.status == 401


async def test_scripts_of_other_sites_are_not_let_in(site: Site) -> None:
    async with site.client.options(
        f"{ROOT}/drafts", headers={"Origin": "https://elsewhere.example"}
    ) as answer:
        assert answer.status == 405
    writer = await program(site, "drafts")
    answer = await writer.send("GET", "/drafts", Origin="https://elsewhere.example")
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_record_is_written_corrected_published_and_withdrawn(site: Site) -> None:
    writer = await program(site, "drafts", "publish")
    document = await described(site)

    def fits(name: str, said: object, status: str = "200") -> None:
        schema = answer_schema(document, name, status)
        jsonschema_rs.validator_for(schema, validate_formats=True).validate(said)

    begun = await writer.begin(action=["https://nowhere.example/S99"])
    fits("createDraft", begun, "201")
    assert [one for one in begun["findings"] if one["severity"] == "violation"]
    place = f"/drafts/{begun['name']}"
    status, said = await writer.ask("GET", "/drafts?limit=1")
    fits("listDrafts", said)
    assert [one["id"] for one in said["items"]] == [begun["id"]]

    status, said = await writer.ask("POST", f"{place}/publication", {"digest": begun["digest"]})
    assert status == 422
    fits("publishDraft", said, "422")
    assert said["findings"][0]["path"].startswith("/action")
    assert await own_records(site.home) == []

    status, changed = await writer.ask(
        "PUT", place, {"digest": begun["digest"], "record": practice("Una defensoría móvil")}
    )
    assert status == 200, changed
    fits("changeDraft", changed)
    status, read = await writer.ask("GET", place)
    assert read == changed

    status, stale = await writer.ask(
        "PUT", place, {"digest": begun["digest"], "record": practice()}
    )
    assert (status, stale["status"]) == (409, 409)
    fits("changeDraft", stale, "409")

    status, receipt = await writer.ask(
        "POST", f"{place}/publication", {"digest": changed["digest"]}
    )
    assert status == 201, receipt
    fits("publishDraft", receipt, "201")
    assert receipt["id"] == begun["id"]
    assert await drafts(site.home) == {}
    async with await site.get(f"{ROOT}/record?id={quote(receipt['id'], safe='')}") as answer:
        assert (await answer.json())["version"] == 1

    status, gone = await writer.ask(
        "POST", "/withdrawals", {"id": receipt["id"], "reason": "outdated"}
    )
    assert status == 201, gone
    fits("withdraw", gone, "201")
    async with await site.get(f"{ROOT}/record?id={quote(receipt['id'], safe='')}") as answer:
        assert answer.status == 410


async def test_a_draft_is_forgotten_by_whoever_has_seen_it(site: Site) -> None:
    writer = await program(site, "drafts")
    begun = await writer.begin()
    status, _ = await writer.ask("DELETE", f"/drafts/{begun['name']}?digest=another")
    assert status == 409
    status, said = await writer.ask(
        "DELETE", f"/drafts/{begun['name']}?digest={quote(begun['digest'], safe='')}"
    )
    assert (status, said) == (200, {"id": begun["id"]})
    assert await drafts(site.home) == {}


async def test_nobody_approves_by_token_what_they_have_written(site: Site) -> None:
    writer = await program(site, "drafts", "review", "publish")
    begun = await writer.begin()
    place, seen = f"/drafts/{begun['name']}", {"digest": begun["digest"]}
    status, said = await writer.ask("POST", f"{place}/submission", seen)
    assert (status, said["stage"]) == (200, "waiting")
    status, said = await writer.ask("POST", f"{place}/approval", seen)
    assert status == 403, said
    other = await program(site, "review", duty="reviewer", name="Ben")
    status, said = await other.ask("POST", f"{place}/approval", seen)
    assert (status, said["stage"]) == (200, "approved")


async def test_two_people_are_needed_over_the_api_where_they_are_at_the_desk() -> None:
    plain = await home_of(BASE)
    home = replace(
        plain, config=plain.config.model_copy(update={"desk": DeskSettings(two_people=True)})
    )
    async with site_of(home) as site:
        writer = await program(site, "drafts", "publish")
        begun = await writer.begin()
        place, seen = f"/drafts/{begun['name']}", {"digest": begun["digest"]}
        status, said = await writer.ask("POST", f"{place}/publication", seen)
        assert status == 403, said
        await writer.ask("POST", f"{place}/submission", seen)
        other = await program(site, "review", duty="reviewer", name="Ben")
        await other.ask("POST", f"{place}/approval", seen)
        status, said = await writer.ask("POST", f"{place}/publication", seen)
        assert status == 201, said


async def test_every_use_of_a_token_is_in_the_audit_log_under_its_person(site: Site) -> None:
    writer = await program(site, "drafts")
    begun = await writer.begin()
    ((token, person),) = await tokens(site.home)
    deeds = [(one.who, one.what, one.on) for one in await accounts.audit(site.home)]
    assert deeds[-2:] == [
        (person.id, "by-token", token.id),
        (person.id, "write", begun["id"]),
    ]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, "expected JSON"),
        (b"[]", 400, "is not of type"),
        (b"{}", 400, "record"),
        (b'{"record": {"type": "Poem"}}', 400, "/record/type"),
        (b'{"record": {"type": "Practice"}, "more": 1}', 400, "more"),
        (b'{"record": {"type": "Practice", "id": "https://a.example/practice/1"}}', 403, "below"),
        (b'{"record": {"type": "Practice", "a": NaN}}', 400, "expected JSON"),
        (b"[" * 5000, 400, "expected JSON"),
        (b'{"a": "' + b"x" * 300_000 + b'"}', 413, "expected at most"),
    ],
)
async def test_a_body_that_is_not_as_it_must_be_is_refused_in_words(
    site: Site, body: bytes, status: int, words: str
) -> None:
    writer = await program(site, "drafts")
    async with site.client.post(
        f"{ROOT}/drafts",
        data=body,
        headers={
            "Authorization": f"Bearer {writer.secret}",
            "Content-Type": "application/json",
        },
    ) as answer:
        said = await answer.json(content_type=None)
        assert answer.status == status, said
        assert words.casefold() in said["detail"].casefold()
    assert await drafts(site.home) == {}


async def test_a_body_of_another_media_type_is_refused(site: Site) -> None:
    writer = await program(site, "drafts")
    async with site.client.post(
        f"{ROOT}/drafts",
        data="record=1",
        headers={"Authorization": f"Bearer {writer.secret}", "Content-Type": "text/plain"},
    ) as answer:
        assert answer.status == 415


async def test_the_profile_is_written_under_its_own_name(site: Site) -> None:
    writer = await program(site, "drafts", "publish")
    status, begun = await writer.ask("POST", "/drafts", {"record": profile("Aurora")})
    assert (status, begun["name"]) == (201, "city")
    status, again = await writer.ask("POST", "/drafts", {"record": profile("Aurora")})
    assert status == 201 or again["status"] == 409
    status, said = await writer.ask("POST", "/drafts/city/publication", {"digest": begun["digest"]})
    assert status == 201, said
