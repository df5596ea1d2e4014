"""Staff signs in with the organization's account; an answer that does not fit opens nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import ECKey

from node.config.model import OidcSettings
from node.service import accounts
from peers.client import Fetcher
from peers.limits import Limits
from tests.homes import home_of
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk

NONE, SHARED = b'{"alg":"none"}', b'{"alg":"HS256"}'
WHO = "amaru@aurora.example"


@dataclass
class Organization:
    """A sign-in service on loopback; each field bends what it says.

    Attributes:
        codes: Code → what it was given for.
        claims: Changes to the token's claims; None takes one out.
    """

    issuer: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1"}))
    sign: Callable[[dict[str, Any]], str] | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    now: Callable[[], float] = lambda: 0.0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self.about)
        app.router.add_get("/keys", self.keys)
        app.router.add_post("/token", self.token)
        return app

    async def about(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    def allow(self, address: str) -> str:
        """What its page does once somebody has signed in: a code for the question."""
        asked = {name: many[0] for name, many in parse_qs(urlsplit(address).query).items()}
        self.codes["the-code"] = asked
        return f"?code=the-code&state={asked['state']}"

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self.codes.pop(str(form["code"]), None)
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        said = base64.b64encode(b"node:s%3Acret").decode()
        if (
            asked is None
            or proof != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
            or request.headers["Authorization"] != f"Basic {said}"
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "sub": "42",
            "nonce": asked["nonce"],
            "iat": int(self.now()),
            "exp": int(self.now()) + 300,
            "email": WHO,
            "email_verified": True,
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        token = self.sign(kept) if self.sign else self.signed(kept)
        return web.json_response({"id_token": token, "token_type": "Bearer"})

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "ES256", "kid": "1"}, claims, self.key)


@asynccontextmanager
async def served(organization: Organization) -> AsyncIterator[None]:
    server = TestServer(organization.app(), host="127.0.0.1")
    await server.start_server()
    organization.issuer = f"http://localhost:{server.port}"
    try:
        yield
    finally:
        await server.close()


@pytest_asyncio.fixture
async def town(tmp_path: Any) -> AsyncIterator[tuple[Desk, Organization]]:
    organization = Organization()
    (tmp_path / "secret").write_text("s:cret\n")
    async with served(organization), Fetcher(Limits(), allow_loopback=True) as fetch:
        home = await home_of(BASE, fetch=fetch)
        settings = OidcSettings(
            issuer=organization.issuer,
            client_id="node",
            client_secret_file=str(tmp_path / "secret"),
        )
        home = replace(home, config=home.config.model_copy(update={"oidc": settings}))
        organization.now = lambda: home.now().timestamp()
        await accounts.invite(home, "operator", "Amaru", WHO, ["author"])
        async with site_of(home) as site:
            yield Desk(site), organization


async def leave(desk: Desk) -> tuple[str, str]:
    """Begin: where the browser is sent, and its cookie."""
    async with await desk.get("/sign-in/oidc") as answer:
        assert answer.status == 303
        [cookie] = answer.cookies.values()
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        return answer.headers["Location"], f"{cookie.key}={cookie.value}"


async def come_back(desk: Desk, query: str, cookie: str) -> tuple[int, str]:
    """The answer's status, and what the page says."""
    desk.site.client.session.cookie_jar.clear()
    async with await desk.site.get(f"/sign-in/oidc/back{query}", Cookie=cookie) as answer:
        for name, morsel in answer.cookies.items():
            if not name.endswith("-out"):
                desk.cookie = morsel.value
        return answer.status, await answer.text()


async def test_who_was_invited_comes_in_and_the_subject_counts_from_then_on(
    town: tuple[Desk, Organization],
) -> None:
    desk, organization = town
    assert "your organization" in (await desk.open("/sign-in")).text
    address, cookie = await leave(desk)
    assert address.startswith(f"{organization.issuer}/authorize?")
    status, _ = await come_back(desk, organization.allow(address), cookie)
    assert status == 303
    assert "Amaru" in (await desk.open("/desk")).text
    organization.claims = {"email": "somebody@else.example", "email_verified": False}
    address, cookie = await leave(desk)
    assert (await come_back(desk, organization.allow(address), cookie))[0] == 303
    await accounts.remove(desk.home, "operator", WHO)
    organization.claims = {}
    address, cookie = await leave(desk)
    status, said = await come_back(desk, organization.allow(address), cookie)
    assert status == 403
    assert "nobody was invited here" in said


BENT: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "for another node": {"aud": "another"},
    "for another among several": {"aud": ["node", "x"], "azp": "x"},
    "another question": {"nonce": "x"},
    "no question": {"nonce": None},
    "over": {"exp": 1},
    "without an end": {"exp": None},
    "made long ago": {"iat": 1},
    "made tomorrow": {"iat": 10**10},
    "nobody": {"sub": None},
    "an address that is not verified": {"email_verified": False},
    "verified in words": {"email_verified": "true"},
    "an address of nobody here": {"email": "eve@evil.example"},
    "a list of addresses": {"email": [WHO]},
}


@pytest.mark.parametrize("bend", BENT)
async def test_a_token_that_does_not_fit_opens_nothing(
    town: tuple[Desk, Organization], bend: str
) -> None:
    desk, organization = town
    organization.claims = BENT[bend]
    address, cookie = await leave(desk)
    status, said = await come_back(desk, organization.allow(address), cookie)
    assert status == 403
    assert "expected" in said or "nobody was invited" in said
    assert desk.cookie == ""


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(claims: dict[str, Any]) -> str:
    return f"{part(NONE)}.{part(json.dumps(claims).encode())}."


def by_the_public_key(claims: dict[str, Any], public: bytes) -> str:
    """What is known to everybody, taken for a secret of two."""
    said = f"{part(SHARED)}.{part(json.dumps(claims).encode())}"
    return f"{said}.{part(hmac.digest(public, said.encode(), 'sha256'))}"


async def test_a_token_that_the_organization_has_not_signed_opens_nothing(
    town: tuple[Desk, Organization],
) -> None:
    desk, organization = town
    public = organization.key.as_pem(private=False)
    other = ECKey.generate_key("P-256", {"kid": "1"})
    forged: list[Callable[[dict[str, Any]], str]] = [
        unsigned,
        lambda claims: by_the_public_key(claims, public),
        lambda claims: jwt.encode({"alg": "ES256", "kid": "1"}, claims, other),
        lambda claims: organization.signed(claims)[:-4] + "AAAA",
        lambda _: "nonsense",
    ]
    for sign in forged:
        organization.sign = sign
        address, cookie = await leave(desk)
        assert (await come_back(desk, organization.allow(address), cookie))[0] == 403
    assert desk.cookie == ""


async def test_an_answer_belongs_to_one_browser_and_is_good_once(
    town: tuple[Desk, Organization],
) -> None:
    desk, organization = town
    address, cookie = await leave(desk)
    query = organization.allow(address)
    assert (await come_back(desk, query, ""))[0] == 403, "somebody else's browser"
    _, other = await leave(desk)
    assert (await come_back(desk, query, other))[0] == 403
    assert (await come_back(desk, f"{query}&iss=https%3A%2F%2Fevil.example", cookie))[0] == 403
    assert (await come_back(desk, "?error=access_denied", cookie))[0] == 403
    assert (await come_back(desk, query, cookie))[0] == 303
    organization.allow(address)
    assert (await come_back(desk, query, cookie))[0] == 403, "used"


async def test_an_organization_that_is_away_is_said(town: tuple[Desk, Organization]) -> None:
    desk, organization = town
    organization.issuer = "https://another.example"
    async with await desk.get("/sign-in/oidc") as answer:
        assert answer.status == 502
        assert "expected the word of" in await answer.text()
