"""Passkeys: signing in with what a device holds, verified as WebAuthn level 3 says (section 7).

A challenge is not kept: it names its purpose and its end under a secret of this node, and each is
good once. So whoever opens the sign-in page a million times writes nothing here.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_client_data_json import parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from node.core.accounts import Person
from node.errors import NotFound, Refused
from node.service.accounts import PASSKEY, begin_session, by_id, note_deed
from node.service.home import Home
from peers.encoding import jcs

__all__ = [
    "LIFE",
    "Passkey",
    "add_passkey",
    "drop_passkey",
    "enter",
    "options_to_add",
    "options_to_enter",
    "passkeys_of",
]

LIFE: Final = 300
"""Seconds in which a challenge can be answered."""
MOST: Final = 20
"""Passkeys of one person."""

_SECRET: Final = ("secret", "passkeys")
_ENTER: Final = "enter"
_LARGEST: Final = 16_384
"""Characters of what a browser sends."""
_NAME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """What this node knows of a passkey; kept under its credential id.

    Attributes:
        id: Credential id, base64url.
        key: Public key in COSE form, base64url.
        count: As the device has counted its uses; 0 where it does not count.
        name: As its owner calls it; made, used: RFC 3339.
    """

    id: str
    person: str
    key: str
    count: int
    name: str
    made: str
    used: str = ""


async def passkeys_of(home: Home, person: Person) -> list[Passkey]:
    """Somebody's passkeys, oldest first."""
    kept = [_read(data) for data in (await home.desk.pages(PASSKEY)).values()]
    return sorted((one for one in kept if one.person == person.id), key=lambda one: one.made)


async def options_to_add(home: Home, person: Person) -> str:
    """What the browser is asked for a new passkey: ``PublicKeyCredentialCreationOptionsJSON``."""
    options = generate_registration_options(
        rp_id=_rp(home),
        rp_name=_rp(home),
        user_id=person.id.encode(),
        user_name=person.contact,
        user_display_name=person.name,
        challenge=await _challenge(home, person.id),
        timeout=LIFE * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id))
            for one in await passkeys_of(home, person)
        ],
    )
    return options_to_json(options)


async def add_passkey(home: Home, person: Person, sent: str, name: str) -> Passkey:
    """Keep a passkey that a browser has made for somebody who is signed in.

    Raises:
        Refused: It does not answer a challenge of ours for this person, on this site.
    """
    if len(await passkeys_of(home, person)) >= MOST:
        raise Refused(f"expected at most {MOST} passkeys, found {MOST} already: remove one first")
    try:
        credential = parse_registration_credential_json(sent[:_LARGEST])
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        await _spend(home, person.id, challenge)
        made = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_rp(home),
            expected_origin=_origin(home),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as exc:
        raise Refused(f"expected a passkey made on this page: {exc}") from exc
    passkey = Passkey(
        id=bytes_to_base64url(made.credential_id),
        person=person.id,
        key=bytes_to_base64url(made.credential_public_key),
        count=made.sign_count,
        name=" ".join(name.split())[:_NAME] or "–",
        made=home.stamp(),
    )
    await note_deed(home, person.id, "passkey", person.id)
    if not await home.desk.swap_page(PASSKEY, passkey.id, None, _page(passkey)):
        raise Refused("expected a new passkey, found one that is kept already")
    return passkey


async def drop_passkey(home: Home, person: Person, key: str) -> None:
    """Forget one of somebody's passkeys.

    Raises:
        NotFound: They have none of this id.
    """
    if not any(one.id == key for one in await passkeys_of(home, person)):
        raise NotFound("expected one of your passkeys, found none of that name")
    await note_deed(home, person.id, "drop-passkey", person.id)
    await home.desk.drop_page(PASSKEY, key)


async def options_to_enter(home: Home) -> str:
    """What the browser is asked to sign in: ``PublicKeyCredentialRequestOptionsJSON``."""
    return options_to_json(
        generate_authentication_options(
            rp_id=_rp(home),
            challenge=await _challenge(home, _ENTER),
            timeout=LIFE * 1000,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


async def enter(home: Home, sent: str) -> str:
    """Open a session for whoever holds a passkey that is kept here; its secret.

    Raises:
        Refused: Nobody's passkey, or it does not answer a challenge of ours on this site, or its
            count went back: then two devices have it.
    """
    try:
        credential = parse_authentication_credential_json(sent[:_LARGEST])
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        await _spend(home, _ENTER, challenge)
        key = bytes_to_base64url(credential.raw_id)
        data = await home.desk.page(PASSKEY, key)
        passkey = None if data is None else _read(data)
        person = None if passkey is None else await by_id(home, passkey.person)
        if passkey is None or person is None or person.gone:
            raise Refused("expected a passkey that is kept here, found one that is not")
        shown = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_rp(home),
            expected_origin=_origin(home),
            credential_public_key=base64url_to_bytes(passkey.key),
            credential_current_sign_count=passkey.count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as exc:
        raise Refused(f"expected a passkey that answers this page: {exc}") from exc
    after = replace(passkey, count=shown.new_sign_count, used=home.stamp())
    if not await home.desk.swap_page(PASSKEY, key, data, _page(after)):
        raise Refused("expected the passkey as it was a moment ago, found it used: try again")
    return await begin_session(home, person)


async def _challenge(home: Home, purpose: str) -> bytes:
    """Its end (8 bytes), 16 random bytes, and a MAC over these and the purpose (32 bytes)."""
    until = int(home.now().timestamp()) + LIFE
    said = until.to_bytes(8) + home.entropy(16)
    return said + await _mac(home, purpose, said)


async def _spend(home: Home, purpose: str, challenge: bytes) -> None:
    """Use a challenge, once.

    Raises:
        Refused: It is not ours, for something else, too old, or used.
    """
    said, mac = challenge[:24], challenge[24:]
    if not hmac.compare_digest(mac, await _mac(home, purpose, said)):
        raise Refused("expected a challenge of this page, found another: load it again")
    until = int.from_bytes(said[:8])
    if until < int(home.now().timestamp()):
        raise Refused("expected an answer within five minutes, found a later one: load it again")
    expires = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    nonce = f"passkey {hashlib.sha256(challenge).hexdigest()}"
    if not await home.desk.first_use(nonce, expires, home.stamp()):
        raise Refused("expected a challenge that is still good, found a used one: load it again")


async def _mac(home: Home, purpose: str, said: bytes) -> bytes:
    key = await home.desk.page(*_SECRET)
    if key is None:
        await home.desk.swap_page(*_SECRET, None, home.entropy(32))
        key = await home.desk.page(*_SECRET)
        assert key is not None
    return hmac.digest(key, purpose.encode() + b"\0" + said, "sha256")


def _rp(home: Home) -> str:
    """The relying party's id: our host without a port."""
    return urlsplit(home.base_url).hostname or ""


def _origin(home: Home) -> str:
    base = urlsplit(home.base_url)
    return f"{base.scheme}://{base.netloc}"


def _page(passkey: Passkey) -> bytes:
    return jcs(asdict(passkey))


def _read(data: bytes) -> Passkey:
    return msgspec.json.decode(data, type=Passkey)
