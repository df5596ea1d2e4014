"""Signing in with the account of one's own organization: OpenID Connect Core 1.0, section 3.1.

The authorization code flow, with PKCE (RFC 7636). Whoever has an account there has none here: an
admin has invited them before, under the address that the organization has verified. From the first
time on it is the subject that counts, and not an address that may be given to somebody else.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from node.core.accounts import Person
from node.errors import Refused
from node.service.accounts import SUBJECT, begin_session, by_id, note_deed, people
from node.service.home import Home
from peers.client import Answer
from peers.encoding import JsonObject, jcs, parse_json
from peers.errors import PeerError

__all__ = ["BACK", "Way", "enter_by_code", "is_offered", "way_out"]

BACK: Final = "/sign-in/oidc/back"
"""Where the organization sends people back to; it is registered there."""
LIFE: Final = 600
"""Seconds in which somebody comes back."""

_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""None that a client's secret or nothing at all would do for."""
_LARGEST: Final = 65_536
_SLACK: Final = 60
"""Seconds that the two clocks may differ."""
_NEW: Final = 300
"""Seconds since a token was made: it comes straight from its maker."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where the browser is sent, and what its cookie keeps until it comes back."""

    address: str
    secret: str


def is_offered(home: Home) -> bool:
    """Whether the settings name an organization."""
    return bool(home.config.oidc.issuer)


async def way_out(home: Home) -> Way:
    """To the organization's page.

    Raises:
        Refused: None is set, or it cannot be asked.
    """
    about = await _about(home)
    secret = base64.urlsafe_b64encode(home.entropy(32)).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": home.config.oidc.client_id,
        "redirect_uri": home.base_url + BACK,
        "scope": "openid email",
        "state": _from(secret, "state"),
        "nonce": _from(secret, "nonce"),
        "code_challenge": _challenge(_from(secret, "verifier")),
        "code_challenge_method": "S256",
    }
    endpoint = _text(about, "authorization_endpoint")
    return Way(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", secret)


async def enter_by_code(home: Home, secret: str, state: str, code: str, issuer: str) -> str:
    """Open a session for whoever comes back with a code; its secret.

    Args:
        secret: As the cookie kept it.
        issuer: Who says to have answered (RFC 9207); empty where it is not said.

    Raises:
        Refused: It is not the answer to our question, the token does not hold, or nobody was
            invited here under this account.
    """
    if not secret or not hmac.compare_digest(state.encode(), _from(secret, "state").encode()):
        raise Refused("expected the answer to this browser's question, found another: begin again")
    if issuer and issuer != home.config.oidc.issuer:
        raise Refused(f"expected an answer of {home.config.oidc.issuer}, found {issuer[:200]}")
    until = home.now().astimezone(UTC) + timedelta(seconds=LIFE)
    expires = until.strftime("%Y-%m-%dT%H:%M:%SZ")
    if not await home.desk.first_use(f"oidc {state}", expires, home.stamp()):
        raise Refused("expected an answer that was not used yet, found a used one: begin again")
    about = await _about(home)
    token = await _token(home, about, code, _from(secret, "verifier"))
    claims = await _claims(home, about, token, _from(secret, "nonce"))
    person = await _person(home, claims)
    return await begin_session(home, person)


async def _about(home: Home) -> JsonObject:
    """What the organization says of itself (OpenID Connect Discovery 1.0, section 4)."""
    issuer = home.config.oidc.issuer
    if not issuer:
        raise Refused("expected an organization in the settings ([oidc]), found none")
    about = await _get(home, f"{issuer}/.well-known/openid-configuration")
    if about.get("issuer") != issuer:
        raise Refused(f"expected the word of {issuer}, found that of {about.get('issuer')!r}")
    return about


async def _get(home: Home, url: str) -> JsonObject:
    try:
        answer = await home.fetch.get(url, _LARGEST, headers={"Accept": "application/json"})
    except PeerError as exc:
        raise Refused(f"the organization cannot be asked: {exc}") from exc
    return _read(answer, url)


async def _token(home: Home, about: JsonObject, code: str, verifier: str) -> str:
    """The ID token for a code (OpenID Connect Core, section 3.1.3)."""
    settings, endpoint = home.config.oidc, _text(about, "token_endpoint")
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": home.base_url + BACK,
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if settings.client_secret_file:
        secret = await asyncio.to_thread(_first_line, Path(settings.client_secret_file))
        said = f"{quote(settings.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(said.encode()).decode()}"
    else:
        sent["client_id"] = settings.client_id
    try:
        answer = await home.fetch.post(endpoint, urlencode(sent).encode(), headers)
    except PeerError as exc:
        raise Refused(f"the organization cannot be asked: {exc}") from exc
    return _text(_read(answer, endpoint), "id_token")


async def _claims(home: Home, about: JsonObject, token: str, nonce: str) -> dict[str, Any]:
    """What the token says, once it holds (section 3.1.3.7)."""
    keys = await _get(home, _text(about, "jwks_uri"))
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=[*_ALGORITHMS])  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError) as exc:
        raise Refused(f"expected a token that the organization has signed: {exc}") from exc
    claims, settings = dict(read.claims), home.config.oidc
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    now = home.now().timestamp()
    holds = {
        "iss": claims.get("iss") == settings.issuer,
        "aud": settings.client_id in audiences,
        "azp": claims.get("azp", settings.client_id) == settings.client_id,
        "nonce": claims.get("nonce") == nonce,
        "exp": _number(claims.get("exp")) > now - _SLACK,
        "iat": now - _NEW - _SLACK < _number(claims.get("iat")) < now + _SLACK,
        "sub": isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255,
    }
    wrong = [name for name, held in holds.items() if not held]
    if wrong:
        raise Refused(f"expected a token for this node, now: {', '.join(wrong)} does not fit")
    return claims


async def _person(home: Home, claims: dict[str, Any]) -> Person:
    """Whose account it is here; the first time, by the address that the organization verified."""
    key = hashlib.sha256(f"{claims['iss']} {claims['sub']}".encode()).hexdigest()
    data = await home.desk.page(SUBJECT, key)
    if data is not None:
        kept = parse_json(data)
        person = await by_id(home, str(kept["person"])) if isinstance(kept, dict) else None
        if person is not None and not person.gone:
            return person
    address = claims.get("email")
    if not isinstance(address, str) or claims.get("email_verified") is not True:
        raise Refused("expected an address that the organization has verified, found none")
    for person in await people(home):
        if person.contact.casefold() == address.casefold():
            await note_deed(home, person.id, "oidc", person.id)
            if not await home.desk.swap_page(SUBJECT, key, data, jcs({"person": person.id})):
                raise Refused("expected to be the only one who signs in just now: try again")
            return person
    raise Refused(f"{address[:200]}: nobody was invited here under this address. Ask an admin")


def _read(answer: Answer, url: str) -> JsonObject:
    if answer.status != 200:
        raise Refused(f"{url} answered {answer.status}, expected 200")
    try:
        said = parse_json(answer.body)
    except (PeerError, ValueError) as exc:
        raise Refused(f"{url}: expected JSON: {exc}") from exc
    if not isinstance(said, dict):
        raise Refused(f"{url}: expected an object")
    return said


def _text(said: JsonObject, name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(f"the organization's answer: expected {name}, found none")
    return value


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _from(secret: str, purpose: str) -> str:
    """What follows from the browser's secret for one purpose."""
    digest = hashlib.sha256(f"{purpose} {secret}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _challenge(verifier: str) -> str:
    """RFC 7636, section 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _first_line(path: Path) -> str:
    return path.read_text("utf-8").partition("\n")[0].strip()
