"""Proofs: one suite, one purpose, one key that is the author's; everything else is none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from peers.encoding import multibase, unmultibase
from peers.errors import PeerError
from peers.keys import PublicKey, SecretKey
from peers.proofs import sign, verify
from tests.hostile.towns import NOW, Draft, Market, draft_of, market
from tests.hostile.watch import CPU, watching
from tests.simulator import key_of

session = pytest.mark.asyncio(loop_scope="session")

LIAR, HONEST = "https://lira.example", "https://aurora.example"
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group of Ed25519 (RFC 8032, section 5.1)."""
SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
"""Points of small order, and some that are not written in the one canonical way."""
TEST_KEYS = [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "00" * 32,
    "ff" * 32,
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
]
"""Seeds that everybody knows."""


def proof(**members: Any) -> Callable[[Draft], None]:
    """Other members in the proof, after it was signed."""
    return lambda secured: secured["proof"].update(members)


def without(name: str) -> Callable[[Draft], None]:
    return lambda secured: secured["proof"].pop(name) and None


def malleable(secured: Draft) -> None:
    """The same signature with S + L: verifiers that do not compare take it."""
    made = unmultibase(secured["proof"]["proofValue"])
    larger = int.from_bytes(made[32:], "little") + ORDER
    secured["proof"]["proofValue"] = multibase(made[:32] + larger.to_bytes(32, "little"))


def signature(text: bytes) -> Callable[[Draft], None]:
    return proof(proofValue=multibase(text))


CHANGES: dict[str, Callable[[Draft], Draft | None]] = {
    "no proof": lambda one: {k: v for k, v in one.items() if k != "proof"},
    "null": lambda one: {**one, "proof": None},
    "empty object": lambda one: {**one, "proof": {}},
    "empty list": lambda one: {**one, "proof": []},
    "a list of one": lambda one: {**one, "proof": [one["proof"]]},
    "a list of two": lambda one: {**one, "proof": [one["proof"], one["proof"]]},
    "a text": lambda one: {**one, "proof": "z"},
    "a number": lambda one: {**one, "proof": 0},
    "true": lambda one: {**one, "proof": True},
    "under another name": lambda one: {
        **{k: v for k, v in one.items() if k != "proof"},
        "signature": one["proof"],
    },
    "without type": without("type"),
    "without suite": without("cryptosuite"),
    "without purpose": without("proofPurpose"),
    "without method": without("verificationMethod"),
    "without value": without("proofValue"),
    "without created": without("created"),
    "without context": without("@context"),
    "context of the proof alone": proof(**{"@context": ["https://evil.example/c"]}),
    "RDF suite": proof(cryptosuite="eddsa-rdfc-2022"),
    "suite of P-256": proof(cryptosuite="ecdsa-jcs-2019"),
    "suite in capitals": proof(cryptosuite="EDDSA-JCS-2022"),
    "a list of suites": proof(cryptosuite=["eddsa-jcs-2022"]),
    "no suite at all": proof(cryptosuite="none"),
    "Ed25519Signature2020": proof(type="Ed25519Signature2020"),
    "JsonWebSignature": proof(type="JsonWebSignature2020", jws="e30..AAAA"),
    "wrong purpose": proof(proofPurpose="authentication"),
    "two purposes": proof(proofPurpose=["assertionMethod", "authentication"]),
    "method of another": proof(verificationMethod="did:web:aurora.example#record-1"),
    "method as object": proof(verificationMethod={"id": "did:web:lira.example#record-1"}),
    "method with its key": proof(
        verificationMethod=f"did:key:{key_of('x').public.multikey}#{key_of('x').public.multikey}"
    ),
    "method relative": proof(verificationMethod="#record-1"),
    "method as address": proof(verificationMethod="https://evil.example/key.json"),
    "method of the log key": proof(verificationMethod="did:web:lira.example#log-1"),
    "method of no key": proof(verificationMethod="did:web:lira.example#record-999999999"),
    "method 100 KB": proof(verificationMethod="did:web:" + "a" * 100_000),
    "an unknown member": proof(domain="evil.example"),
    "a nonce": proof(nonce="x"),
    "expired": proof(expires="2020-01-01T00:00:00Z"),
    "previous proof": proof(previousProof="urn:x"),
    "created otherwise": proof(created="2025-12-31T00:00:00Z"),
    "created on no day": proof(created="2025-02-30T00:00:00Z"),
    "created in Arabic digits": proof(created="٢٠٢٦-01-01T00:00:00Z"),
    "empty value": proof(proofValue=""),
    "z alone": proof(proofValue="z"),
    "value in base64": proof(proofValue="mAAAA"),
    "value in hex": proof(proofValue="f" + "00" * 64),
    "value of letters that are none": proof(proofValue="z0OIl"),
    "value of 100,000 letters": proof(proofValue="z" + "2" * 100_000),
    "value as list": proof(proofValue=["z"]),
    "noughts": signature(bytes(64)),
    "ones": signature(b"\xff" * 64),
    "identity and nought": signature(bytes([1]) + bytes(63)),
    "short by a byte": signature(bytes(63)),
    "long by a byte": signature(bytes(65)),
    "S and L": malleable,
    "of another record": lambda one: one.update(
        proof=sign(
            draft_of(LIAR, 250),
            key_of("https://lira.example record"),
            created=NOW,
            method="did:web:lira.example#record-1",
        )["proof"]
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town() -> Market:
    return await market()


async def _left_out(town: Market, iri: str) -> None:
    control = await town.liar.publish(town.draft())
    with watching(cpu=2 * CPU):
        await town.look()
    assert await town.shown(iri) is None
    assert await town.shown(control) is not None


@session
@pytest.mark.parametrize("name", CHANGES)
async def test_a_proof_that_is_not_whole_is_none(town: Market, name: str) -> None:
    await _left_out(town, await town.liar.publish(town.draft(), after=CHANGES[name]))


@session
@pytest.mark.parametrize(
    ("key", "method"),
    [
        ("https://aurora.example record", "did:web:aurora.example#record-1"),
        ("https://aurora.example record", "did:web:lira.example#record-1"),
        ("https://lira.example log", "did:web:lira.example#record-1"),
        ("https://lira.example log", "did:web:lira.example#log-1"),
        ("https://lira.example http", "did:web:lira.example#http-1"),
        ("https://lira.example record", "did:web:LIRA.example#record-1"),
        ("https://lira.example record", "did:web:lira.example:#record-1"),
        ("https://lira.example record", "did:web:lira.example#record-1#record-1"),
        ("https://lira.example record", "did:web:lira.example?x#record-1"),
        ("https://lira.example record", "did:web:lira%2Eexample#record-1"),
        ("https://lira.example record", "did:web:lira.example%3A443#record-1"),
    ],
)
async def test_only_the_authors_record_key_by_its_one_name_signs(
    town: Market, key: str, method: str
) -> None:
    await _left_out(town, await town.liar.publish(town.draft(), key=key_of(key), method=method))


@pytest.mark.parametrize("text", SMALL)
def test_a_key_of_small_order_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PublicKey(bytes.fromhex(text))


@pytest.mark.parametrize("seed", TEST_KEYS)
def test_a_key_that_everybody_knows_is_no_key(seed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PublicKey.from_multikey(SecretKey.from_seed(bytes.fromhex(seed)).public.multikey)


SECURED = sign(
    draft_of(HONEST, 1), key_of("aurora"), method="did:web:aurora.example#record-1", created=NOW
)


@settings(max_examples=300, deadline=None)
@given(bit=st.integers(0, 511))
def test_no_bit_of_a_signature_can_be_another(bit: int) -> None:
    made = bytearray(unmultibase(SECURED["proof"]["proofValue"]))
    made[bit // 8] ^= 1 << bit % 8
    changed = copy.deepcopy(SECURED)
    changed["proof"]["proofValue"] = multibase(bytes(made))
    with watching(), pytest.raises(PeerError):
        verify(changed, key_of("aurora").public)


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(sorted(SECURED["proof"])),
    value=st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.lists(st.text(), max_size=3)
    | st.dictionaries(st.text(), st.text(), max_size=3),
)
def test_no_member_of_a_proof_can_be_another(name: str, value: Any) -> None:
    changed = copy.deepcopy(SECURED)
    if changed["proof"][name] == value:
        return
    changed["proof"][name] = value
    with watching(), pytest.raises(PeerError):
        verify(changed, key_of("aurora").public)


def test_the_honest_proof_holds() -> None:
    assert verify(SECURED, key_of("aurora").public).created == "2026-01-01T00:00:00Z"
