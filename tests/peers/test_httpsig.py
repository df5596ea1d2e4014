"""Signed requests: what is verified, and what each refusal says."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.errors import BadSignature, Malformed, PeerError
from peers.fields import InnerList, Item, read_dictionary, write_dictionary
from peers.httpsig import (
    MESSAGE,
    READ,
    Profile,
    Request,
    content_digest,
    read_claim,
    sign_request,
    signature_base,
    verify_request,
)
from peers.keys import SecretKey
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


def doubled(request: Request, name: str) -> Request:
    return header(name, f"{request.headers[name]}, {request.headers[name]}")(request)


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
        (header("content-digest", "md5=:AAAA:"), BadSignature, "found neither"),
        (header("content-digest", ""), BadSignature, "found neither"),
        (header("content-digest", "sha-256"), BadSignature, "not what Content-Digest says"),
        (header("content-digest", "sha-256=AAAA"), Malformed, "Content-Digest: expected"),
        (header("content-type", "text/\udcff"), Malformed, "one line of ASCII for content-type"),
        (header("content-type", 'a\n"@method": GET'), Malformed, "one line of ASCII"),
        (header("signature-input", ""), Malformed, "found 0"),
        (header("signature-input", "intercity"), Malformed, "found 0"),
        (header("signature-input", 'intercity="a";tag="intercity"'), Malformed, "found 0"),
        (header("signature-input", 'intercity=();tag="intercity"'), Malformed, "over nothing"),
        (header("signature", ""), Malformed, "the 64 bytes of 'intercity'"),
        (header("signature", "intercity=:AAAA:"), Malformed, "the 64 bytes of 'intercity'"),
        (header("signature", 'intercity="AAAA"'), Malformed, "the 64 bytes of 'intercity'"),
        (edited("signature", "==:", "==:;a=1"), Malformed, "the 64 bytes of 'intercity'"),
        (edited("signature-input", ' "content-digest"', ""), Malformed, "found one over"),
        (edited("signature-input", ' "content-type"', ' "date"'), Malformed, "found one over"),
        (edited("signature-input", '"@method"', '"@method" "@method"'), Malformed, "found one"),
        (edited("signature-input", '"@method" ', '"@target-uri" '), Malformed, "found one over"),
        (edited("signature-input", '"@method"', '"@method";req'), Malformed, "found one over"),
        (edited("signature-input", '"@method"', '"@Method"'), Malformed, "found one over"),
        (edited("signature-input", '"@method"', "1"), Malformed, "found one over"),
        (edited("signature-input", '"@method"', '"@path"'), Malformed, "found one over"),
        (edited("signature-input", "ed25519", "hmac-sha256"), Malformed, "ed25519"),
        (edited("signature-input", ';alg="ed25519"', ""), Malformed, 'alg="ed25519"'),
        (edited("signature-input", f";created={NOW}", ""), Malformed, "expected created"),
        (edited("signature-input", f";created={NOW}", ";created"), Malformed, "expected created"),
        (edited("signature-input", f";expires={NOW + 300}", ";expires"), Malformed, "expires"),
        (edited("signature-input", f"created={NOW}", f'created="{NOW}"'), Malformed, "created"),
        (edited("signature-input", f"created={NOW}", f"created={NOW}.0"), Malformed, "integer"),
        (edited("signature-input", f'keyid="{KEYID}"', 'keyid=""'), Malformed, "keyid"),
        (edited("signature-input", f'keyid="{KEYID}"', 'keyid="a b"'), Malformed, "keyid"),
        (edited("signature-input", ";tag", ";evil=1;tag"), Malformed, "evil"),
        (edited("signature-input", ";tag", ";created=1;tag"), Malformed, "stands twice"),
        (edited("signature-input", f';nonce="{NONCE}"', ""), Malformed, "nonce"),
        (edited("signature-input", NONCE, NONCE[:15]), Malformed, "nonce"),
        (edited("signature-input", NONCE, NONCE + " a"), Malformed, "nonce"),
        (edited("signature-input", f'"{NONCE}"', "1"), Malformed, "nonce"),
        (edited("signature-input", 'tag="intercity"', 'tag="other"'), Malformed, "tag"),
        (
            edited("signature-input", f"expires={NOW + 300}", f"expires={NOW + 301}"),
            BadSignature,
            "lives 300 s at most",
        ),
        (
            edited("signature-input", f"expires={NOW + 300}", f"expires={NOW - 1}"),
            BadSignature,
            "lives 300 s at most",
        ),
        (
            edited("signature-input", f"created={NOW}", f"created={NOW - 1}"),
            BadSignature,
            "signature",
        ),
        (edited("signature-input", f"created={NOW}", "created=-1"), BadSignature, "clocks"),
        (edited("signature", "intercity=:", "other=:"), Malformed, "the 64 bytes of 'intercity'"),
        (lambda r: doubled(r, "signature-input"), Malformed, "stands twice"),
        (lambda r: doubled(r, "signature"), Malformed, "stands twice"),
    ],
)
def test_anything_else_is_refused(
    change: Callable[[Request], Request], error: type[PeerError], words: str
) -> None:
    with pytest.raises(error, match=words):
        accept(change(signed()))


@pytest.mark.parametrize("name", ["content-type", "content-digest"])
def test_a_header_that_is_signed_has_to_be_there(name: str) -> None:
    request = signed()
    less = {key: value for key, value in request.headers.items() if key != name}
    with pytest.raises(Malformed, match=f"expected the header {name}"):
        accept(replace(request, headers=less))


def test_two_signatures_of_one_profile_are_one_too_many() -> None:
    request = signed()
    second = request.headers["signature-input"].replace("intercity=", "another=")
    both = f"{request.headers['signature-input']}, {second}"
    with pytest.raises(Malformed, match='one with tag="intercity", found 2'):
        accept(header("signature-input", both)(request))


def test_the_signature_of_a_proxy_on_the_way_is_passed_over() -> None:
    request = signed()
    inputs = (
        f'ttrp=("@path" "@query-param";name="Pet" "client-cert");created={NOW};keyid="proxy", '
        f"{request.headers['signature-input']}"
    )
    signatures = f"ttrp=:AAAA:, {request.headers['signature']}"
    request = header("signature-input", inputs)(header("signature", signatures)(request))
    accept(request)


@given(st.permutations(MESSAGE.components), st.permutations(range(6)), st.sampled_from("abz*"))
def test_order_and_label_are_the_signers_own_choice(
    components: list[str], order: list[int], label: str
) -> None:
    named: list[tuple[str, int | str]] = [
        ("created", NOW),
        ("expires", NOW + 60),
        ("keyid", KEYID),
        ("alg", "ed25519"),
        ("nonce", NONCE),
        ("tag", "intercity"),
    ]
    covered = InnerList(tuple(map(Item, components)), dict(named[number] for number in order))
    headers = {**PLAIN.headers, "content-digest": content_digest(PLAIN.body)}
    values = {"@method": PLAIN.method, "@target-uri": PLAIN.target, **headers}
    signature = KEY.sign(signature_base([(name, values[name]) for name in components], covered))
    headers["signature-input"] = write_dictionary({label: covered})
    headers["signature"] = write_dictionary({label: Item(signature)})
    accept(replace(PLAIN, headers=headers))


def test_any_digest_that_we_know_counts_and_each_must_fit() -> None:
    """RFC 9530, section 2: others are passed over."""
    good = {
        "sha-512": Item(hashlib.sha512(PLAIN.body).digest()),
        "sha-256": Item(hashlib.sha256(PLAIN.body).digest()),
        "md5": Item(b"whatever"),
    }
    for names in (["sha-512"], ["sha-256", "md5"], ["sha-512", "sha-256"]):
        accept(with_digest({name: good[name] for name in names}))
    with pytest.raises(BadSignature, match="not what Content-Digest says"):
        accept(with_digest({**good, "sha-512": Item(bytes(64))}))
    with pytest.raises(BadSignature, match="found neither"):
        accept(with_digest({"md5": good["md5"]}))


def with_digest(digests: dict[str, Item]) -> Request:
    """The request with other digests, signed as it is."""
    headers = {**PLAIN.headers, "content-digest": write_dictionary(dict(digests))}
    sent = signed()
    covered = read_dictionary(sent.headers["signature-input"])["intercity"]
    assert isinstance(covered, InnerList)
    values = {"@method": PLAIN.method, "@target-uri": PLAIN.target, **headers}
    base = signature_base([(name, values[name]) for name in MESSAGE.components], covered)
    signature = write_dictionary({"intercity": Item(KEY.sign(base))})
    return replace(sent, headers={**sent.headers, **headers, "signature": signature})


@given(st.sampled_from(["signature-input", "signature"]), st.text(max_size=40), st.data())
def test_any_text_in_the_headers_ends_in_words(name: str, text: str, data: st.DataObject) -> None:
    """Nothing but a peer's error comes out, and nothing that was changed is taken."""
    request = signed()
    value = request.headers[name]
    at = data.draw(st.integers(0, len(value)))
    for broken in (text, value[:at] + text + value[at:], value[:at] + text + value[at + 1 :]):
        changed = header(name, broken)(request)
        try:
            verify_request(read_claim(changed, "lyon"), changed, KEY.public, about="lyon", now=NOW)
        except PeerError:
            continue
        # Spaces may be written in more than one way, and other members may stand beside.
        assert read_dictionary(broken)["intercity"] == read_dictionary(value)["intercity"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nonce": "short"}, "nonce of 16 to 128"),
        ({"nonce": "n" * 20 + " "}, "nonce of 16 to 128"),
        ({"keyid": "did:web:münchen.example#http-1"}, "cannot stand in a field"),
    ],
)
def test_what_a_header_cannot_carry_is_not_signed(change: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {"keyid": KEYID, "now": NOW, "nonce": NONCE, **change}
    with pytest.raises(ValueError, match=words):
        sign_request(PLAIN, KEY, **arguments)


@pytest.mark.parametrize("target", ["https://nice.example/é", "https://nice.example/\n"])
def test_what_is_not_one_line_of_ascii_is_not_signed(target: str) -> None:
    with pytest.raises(ValueError, match="one line of ASCII for @target-uri"):
        signed(replace(PLAIN, target=target))


def test_a_message_without_its_type_is_not_signed() -> None:
    with pytest.raises(Malformed, match="expected the header content-type"):
        signed(replace(PLAIN, headers={}))


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


# --- the examples of the RFC ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def examples(shared: Path) -> list[dict[str, Any]]:
    """RFC 9421, appendix B: keys, signature bases, headers and signatures."""
    path = shared / "vectors" / "rfc9421" / "signature-bases.json"
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


RFC_KEY = SecretKey.from_seed(
    bytes.fromhex("9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5")
)
"""Appendix B.1.4; its secret half is printed there, so no node takes it."""

RFC_REQUEST = {
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "@method": "POST",
    "@path": "/foo",
    "@authority": "example.com",
    "content-type": "application/json",
    "content-length": "18",
}
"""The message of appendix B.2, component by component."""


def test_the_ed25519_example_of_the_rfc_is_signed_byte_for_byte(
    examples: list[dict[str, Any]],
) -> None:
    """Appendix B.2.6: the base, the input and the signature."""
    [example] = [one for one in examples if one["section"].endswith("using ed25519")]
    covered = InnerList(
        tuple(map(Item, RFC_REQUEST)), {"created": 1618884473, "keyid": "test-key-ed25519"}
    )
    base = signature_base(list(RFC_REQUEST.items()), covered)
    assert base.decode() == example["signature_base"]
    [[label, parameters]] = example["signature_input"]
    assert write_dictionary({label: covered}) == f"{label}={parameters}"
    [[_, signature]] = example["signature"]
    assert base64.b64encode(RFC_KEY.sign(base)).decode() == signature
    RFC_KEY.public.verify(base64.b64decode(signature), base)


def test_every_example_of_the_rfc_has_the_base_that_is_printed(
    examples: list[dict[str, Any]],
) -> None:
    """Our bases from their inputs: components with parameters, responses and proxies included."""
    for example in examples:
        for _, parameters in example["signature_input"]:
            covered = read_dictionary(f"x={parameters}")["x"]
            assert isinstance(covered, InnerList)
            *lines, last = example["signature_base"].split("\n")
            values = [("a component", line.partition(": ")[2]) for line in lines]
            assert last == f'"@signature-params": {parameters}'
            assert signature_base(values, covered).decode() == example["signature_base"]


def test_the_other_ed25519_example_verifies(examples: list[dict[str, Any]]) -> None:
    """Appendix B.4, by the same key."""
    for example in examples:
        if example["keyid"] == "test-key-ed25519":
            [[_, signature]] = example["signature"]
            RFC_KEY.public.verify(base64.b64decode(signature), example["signature_base"].encode())


def test_the_examples_of_the_rfc_are_no_messages_of_ours(examples: list[dict[str, Any]]) -> None:
    for example in examples:
        [[label, parameters]] = example["signature_input"]
        [[_, signature]] = example["signature"]
        headers = {
            **PLAIN.headers,
            "signature-input": f"{label}={parameters}",
            "signature": f"{label}=:{signature}:",
        }
        with pytest.raises(Malformed, match='with tag="intercity", found 0'):
            read_claim(replace(PLAIN, headers=headers), "lyon")
