"""Signed requests: what is verified, and what each refusal says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from peers.errors import BadSignature, Malformed, PeerError
from peers.httpsig import MESSAGE, READ, Profile, Request, read_claim, sign_request, verify_request
from tests.simulator import key_of

KEY = key_of("lyon")
KEYID = "did:web:lyon.example#http-1"
NOW = 1_790_000_000
NONCE = "abcdefghijklmnop"
PLAIN = Request(
    method="POST",
    target="https://nice.example/inbox",
    headers={"content-type": "application/ld+json"},
    body=b'{"a":1}',
)


def signed(request: Request = PLAIN, profile: Profile = MESSAGE) -> Request:
    added = sign_request(request, KEY, keyid=KEYID, now=NOW, nonce=NONCE, profile=profile)
    lower = {name.lower(): value for name, value in added.items()}
    return replace(request, headers={**request.headers, **lower})


def accept(request: Request, *, now: int = NOW, profile: Profile = MESSAGE) -> None:
    claim = read_claim(request, "lyon", profile)
    assert (claim.keyid, claim.nonce) == (KEYID, NONCE if profile.nonce else "")
    verify_request(claim, request, KEY.public, about="lyon", now=now)


def test_what_was_signed_is_accepted() -> None:
    accept(signed())
    accept(signed(profile=READ), profile=READ)


def header(name: str, value: str) -> Callable[[Request], Request]:
    return lambda request: replace(request, headers={**request.headers, name: value})


def edited(name: str, old: str, new: str) -> Callable[[Request], Request]:
    def edit(request: Request) -> Request:
        assert old in request.headers[name]
        return header(name, request.headers[name].replace(old, new))(request)

    return edit


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda r: replace(r, body=b'{"a":2}'), BadSignature, "Content-Digest"),
        (lambda r: replace(r, method="PUT"), BadSignature, "does not fit"),
        (lambda r: replace(r, target="https://nice.example/other"), BadSignature, "does not fit"),
        (lambda r: replace(r, target="http://nice.example/inbox"), BadSignature, "does not fit"),
        (header("content-type", "text/html"), BadSignature, "does not fit"),
        (header("content-digest", "sha-256=:AAAA:"), BadSignature, "Content-Digest"),
        (header("signature-input", ""), Malformed, "found none"),
        (edited("signature-input", ' "content-digest"', ""), Malformed, "found one over"),
        (
            edited("signature-input", '"@method"', '"@method" "@method"'),
            Malformed,
            "found one over",
        ),
        (edited("signature-input", '"@method"', '"@path"'), Malformed, "found one over"),
        (edited("signature-input", "ed25519", "hmac-sha256"), Malformed, "ed25519"),
        (edited("signature-input", f';nonce="{NONCE}"', ""), Malformed, "nonce"),
        (edited("signature-input", 'tag="intercity"', 'tag="other"'), Malformed, "tag"),
        (
            edited("signature-input", f"expires={NOW + 300}", f"expires={NOW + 301}"),
            BadSignature,
            "lives 300 s at most",
        ),
        (
            edited("signature-input", f"created={NOW}", f"created={NOW - 1}"),
            BadSignature,
            "signature",
        ),
        (edited("signature", "intercity=:", "other=:"), Malformed, "found none"),
    ],
)
def test_anything_else_is_refused(
    change: Callable[[Request], Request], error: type[PeerError], words: str
) -> None:
    with pytest.raises(error, match=words):
        accept(change(signed()))


@pytest.mark.parametrize("now", [NOW + 301, NOW - 301, NOW + 100_000])
def test_an_old_or_early_message_is_refused(now: int) -> None:
    with pytest.raises(BadSignature, match=r"clocks|over"):
        accept(signed(), now=now)


def test_a_read_is_no_message_and_a_message_no_read() -> None:
    with pytest.raises(Malformed):
        accept(signed(profile=READ))
    with pytest.raises(Malformed):
        accept(signed(), profile=READ)


def test_another_key_does_not_verify() -> None:
    request = signed()
    with pytest.raises(BadSignature, match="does not fit"):
        verify_request(
            read_claim(request, "lyon"), request, key_of("nice").public, about="lyon", now=NOW
        )


def test_what_is_signed_is_the_base_of_the_rfc() -> None:
    """RFC 9421, section 2.5, written out."""
    parameters = (
        '("@method" "@target-uri" "content-digest" "content-type");created=1790000000'
        ';expires=1790000300;keyid="did:web:lyon.example#http-1";alg="ed25519"'
        ';nonce="abcdefghijklmnop";tag="intercity"'
    )
    digest = "sha-256=:AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=:"
    request = signed()
    assert request.headers["content-digest"] == digest
    assert read_claim(request, "lyon").base.decode() == (
        '"@method": POST\n'
        '"@target-uri": https://nice.example/inbox\n'
        f'"content-digest": {digest}\n'
        '"content-type": application/ld+json\n'
        f'"@signature-params": {parameters}'
    )
