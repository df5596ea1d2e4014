"""Two other implementations of RFC 9421 believe our requests, and we those of theirs that cover
what ours must; what covers less they may believe, and we do not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from peers.errors import BadSignature, Malformed
from peers.httpsig import (
    MESSAGE,
    READ,
    Profile,
    Request,
    content_digest,
    read_claim,
    sign_request,
    verify_request,
)
from tests.interop.strangers import Npm, Pypi, Stranger, now
from tests.simulator import key_of

SEED = hashlib.sha256(b"saint-aubrac http").digest()
KEY = key_of("saint-aubrac http")
KEYID = "did:web:saint-aubrac.example#http-1"
NONCE = "0123456789abcdef"
BODY = b'{"type":"Announce","actor":"did:web:saint-aubrac.example"}'
NOTICE = Request(
    method="POST",
    target="https://hansol.example/rights/inbox",
    headers={
        "content-type": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    },
    body=BODY,
)
READING = Request(
    method="GET",
    target="https://hansol.example/log/members/tile/entries/x001/234.p/17?from=3",
    headers={},
)


@pytest.fixture(params=["pypi", "npm"])
def stranger(request: pytest.FixtureRequest) -> Stranger:
    if request.param == "pypi":
        return Pypi()
    return Npm(request.getfixturevalue("node"))


def ours(request: Request, profile: Profile) -> Request:
    added = sign_request(request, KEY, keyid=KEYID, now=now(), nonce=NONCE, profile=profile)
    lower = {name.lower(): value for name, value in added.items()}
    return replace(request, headers={**request.headers, **lower})


def accept(request: Request, profile: Profile) -> None:
    claim = read_claim(request, "Saint-Aubrac", profile)
    assert claim.keyid == KEYID
    verify_request(claim, request, KEY.public, about="Saint-Aubrac", now=now())


@pytest.mark.parametrize(("request_", "profile"), [(NOTICE, MESSAGE), (READING, READ)])
def test_our_requests_verify_with_theirs(
    stranger: Stranger, request_: Request, profile: Profile
) -> None:
    assert stranger.believes(ours(request_, profile), KEYID, KEY.public, profile)


CHANGES: dict[str, Callable[[Request], Request]] = {
    "method": lambda one: replace(one, method="PUT"),
    "target": lambda one: replace(one, target=f"{one.target}?a=1"),
    "type": lambda one: replace(one, headers={**one.headers, "content-type": "text/html"}),
    "digest": lambda one: replace(
        one, headers={**one.headers, "content-digest": content_digest(b"{}")}
    ),
    "nonce": lambda one: replace(
        one,
        headers={
            **one.headers,
            "signature-input": one.headers["signature-input"].replace(NONCE, NONCE[::-1]),
        },
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_request_that_was_changed_is_refused_by_both(stranger: Stranger, change: str) -> None:
    changed = CHANGES[change](ours(NOTICE, MESSAGE))
    assert not stranger.believes(changed, KEYID, KEY.public, MESSAGE)
    with pytest.raises(BadSignature):
        accept(changed, MESSAGE)


def test_the_key_of_another_node_is_refused_by_both(stranger: Stranger) -> None:
    other = key_of("hansol http").public
    assert not stranger.believes(ours(READING, READ), KEYID, other, READ)
    claim = read_claim(ours(READING, READ), "Saint-Aubrac", READ)
    with pytest.raises(BadSignature):
        verify_request(claim, ours(READING, READ), other, about="Saint-Aubrac", now=now())


def test_their_messages_verify_with_ours(stranger: Stranger) -> None:
    headers = {**NOTICE.headers, "content-digest": content_digest(BODY)}
    request = replace(NOTICE, headers=headers)
    signed = stranger.signs(request, KEYID, SEED, MESSAGE.components, nonce=NONCE, tag=MESSAGE.tag)
    accept(signed, MESSAGE)
    with pytest.raises(BadSignature, match="not what Content-Digest says"):
        accept(replace(signed, body=BODY + b" "), MESSAGE)


def test_their_reads_verify_with_ours(stranger: Stranger) -> None:
    signed = stranger.signs(READING, KEYID, SEED, READ.components, tag=READ.tag)
    accept(signed, READ)
    with pytest.raises(BadSignature):
        accept(replace(signed, target=READING.target + "4"), READ)


@pytest.mark.parametrize(
    "covered", [(), ("@method",), ("@authority",), ("@method", "@target-uri", "content-type")]
)
def test_what_covers_less_than_it_must_is_no_signature(
    stranger: Stranger, covered: tuple[str, ...]
) -> None:
    """RFC 9421, section 7.2.1: a good signature over nothing says nothing."""
    headers = {**NOTICE.headers, "content-digest": content_digest(BODY)}
    request = replace(NOTICE, headers=headers)
    signed = stranger.signs(request, KEYID, SEED, covered, nonce=NONCE, tag=MESSAGE.tag)
    asks_for_nothing = replace(MESSAGE, components=())
    assert stranger.believes(signed, KEYID, KEY.public, asks_for_nothing)
    with pytest.raises(Malformed, match="expected one over"):
        accept(signed, MESSAGE)
