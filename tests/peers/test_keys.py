"""Keys: strict where libraries are lenient."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.encoding import multibase
from peers.keys import BadKey, InvalidSignature, PublicKey, SecretKey

SEEDS = st.binary(min_size=32, max_size=32)
KEY = SecretKey.from_seed(b"a seed of thirty-two bytes, yes!")
ORDER = 2**252 + 27742317777372353535851937790883648493


@given(SEEDS, st.binary(max_size=50))
def test_what_a_key_signs_it_verifies(seed: bytes, message: bytes) -> None:
    key = SecretKey.from_seed(seed)
    key.public.verify(key.sign(message), message)


@given(st.binary(max_size=50), st.integers(0, 511))
def test_a_changed_signature_does_not_hold(message: bytes, bit: int) -> None:
    signature = bytearray(KEY.sign(message))
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidSignature):
        KEY.public.verify(bytes(signature), message)


@given(SEEDS)
def test_multikeys_are_read_back(seed: bytes) -> None:
    key = SecretKey.from_seed(seed)
    assert PublicKey.from_multikey(key.public.multikey, allow_published=True) == key.public
    assert SecretKey.from_multikey(key.multikey).public == key.public
    assert key.public.multikey.startswith("z6Mk")
    assert key.multikey.startswith("z3u2")


def test_a_secret_shows_in_no_text() -> None:
    assert KEY.multikey not in repr(KEY)
    assert KEY.multikey not in str(KEY)
    with pytest.raises(BadKey, match="expected a secret Ed25519 Multikey") as caught:
        SecretKey.from_multikey(KEY.multikey[:-1])
    assert KEY.multikey[:20] not in str(caught.value)
    assert caught.value.__cause__ is None


def test_two_keys_are_equal_by_what_they_sign_with() -> None:
    assert SecretKey.from_multikey(KEY.multikey) == KEY
    assert hash(SecretKey.from_multikey(KEY.multikey)) == hash(KEY)


@pytest.mark.parametrize(
    "text",
    [
        KEY.multikey,
        KEY.public.multikey[:-1],
        KEY.public.multikey[1:],
        multibase(b"\xec\x01" + KEY.public.raw),
        multibase(b"\xed\x01" + KEY.public.raw + b"\0"),
        "z",
        "",
        "z6Mk" + "1" * 500,
        "f" + (b"\xed\x01" + KEY.public.raw).hex(),
        KEY.public.multikey + " ",
        KEY.public.multikey.replace("z6Mk", "Z6Mk"),
    ],
)
def test_another_kind_or_length_of_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey, match="expected a public Ed25519 Multikey"):
        PublicKey.from_multikey(text)


def small_order_points() -> list[bytes]:
    """The fourteen encodings, written out (Chalkias and others, 2020, table 1, with both signs)."""
    y8 = (
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    )
    low = ("00", "01", "ec", "ed", "ee")
    found = {bytes.fromhex(text) for text in y8}
    found |= {bytes([*point[:31], point[31] ^ 0x80]) for point in found}
    for first in low:
        tail = "00" * 31 if first in {"00", "01"} else "ff" * 30 + "7f"
        point = bytes.fromhex(first + tail)
        found |= {point, bytes([*point[:31], point[31] | 0x80])}
    return sorted(found)


def test_there_are_fourteen_small_order_encodings() -> None:
    assert len(small_order_points()) == 14


@pytest.mark.parametrize("point", small_order_points())
def test_a_small_order_point_is_neither_key_nor_r(point: bytes) -> None:
    with pytest.raises(BadKey, match="small order"):
        PublicKey(point)
    with pytest.raises(InvalidSignature, match="small order"):
        KEY.public.verify(point + bytes(32), b"any message")


def test_a_second_signature_cannot_be_made_from_one() -> None:
    signature = KEY.sign(b"message")
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    with pytest.raises(InvalidSignature, match="not below the order"):
        KEY.public.verify(signature[:32] + scalar.to_bytes(32, "little"), b"message")


@pytest.mark.parametrize(
    ("scalar", "words"),
    [(ORDER - 1, "does not fit"), (ORDER, "not below"), (2**256 - 1, "not below")],
)
def test_a_scalar_is_below_the_order_of_the_group(scalar: int, words: str) -> None:
    signature = KEY.sign(b"message")[:32] + scalar.to_bytes(32, "little")
    with pytest.raises(InvalidSignature, match=words):
        KEY.public.verify(signature, b"message")


def test_the_edge_cases_of_the_literature_are_judged_strictly(shared: Path) -> None:
    """Only case 3 holds: its key and R are of mixed order, and RFC 8032's equation is met as it is.

    0, 1, 10 and 11 have a key of small order, 2, 8 and 9 an R; 4 and 5 meet the equation only when
    it is multiplied by the cofactor, which would let two verifiers differ; 6 and 7 have S >= L.
    """
    path = shared / "vectors" / "ed25519-speccheck" / "cases.json"
    verdicts = [verdict(case) for case in json.loads(path.read_text("utf-8"))]
    assert [number for number, good in enumerate(verdicts) if good] == [3]


def verdict(case: dict[str, str]) -> bool:
    try:
        key = PublicKey(bytes.fromhex(case["pub_key"]))
        key.verify(bytes.fromhex(case["signature"]), bytes.fromhex(case["message"]))
    except ValueError:
        return False
    return True


TEST_SEEDS = [
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
    bytes.fromhex("0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6"),
    bytes.fromhex("9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5"),
    bytes(32),
    bytes([1]) * 32,
    bytes([255]) * 32,
    bytes(range(32)),
]
"""RFC 8032, its context variant, RFC 9421, and seeds that were never filled."""


@pytest.mark.parametrize("seed", TEST_SEEDS)
def test_a_key_whose_secret_is_public_knowledge_is_refused_unless_asked_for(seed: bytes) -> None:
    known = SecretKey.from_seed(seed).public
    assert known.is_published
    with pytest.raises(BadKey, match="public knowledge"):
        PublicKey.from_multikey(known.multikey)
    assert PublicKey.from_multikey(known.multikey, allow_published=True) == known


def test_the_keys_of_the_suites_own_vectors_are_refused_as_well(shared: Path) -> None:
    folder = shared / "vectors" / "vc-di-eddsa"
    pairs = [json.loads((folder / "keyPair.json").read_text("utf-8"))]
    pairs += json.loads(
        (folder / "proof-set-chain" / "multiKeyPairs.json").read_text("utf-8")
    ).values()
    for pair in pairs:
        secret = SecretKey.from_multikey(pair["privateKeyMultibase"])
        assert secret.public.multikey == pair["publicKeyMultibase"]
        assert secret.multikey == pair["privateKeyMultibase"]
        with pytest.raises(BadKey, match="public knowledge"):
            PublicKey.from_multikey(pair["publicKeyMultibase"])


def test_a_key_of_ones_own_is_not_known_to_anybody() -> None:
    assert not KEY.public.is_published
    assert PublicKey.from_multikey(KEY.public.multikey) == KEY.public


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "32 bytes, not 0"),
        (bytes(31), "32 bytes, not 31"),
        (bytes(33), "32 bytes, not 33"),
        ((2**255 - 19 + 3).to_bytes(32, "little"), "not the canonical encoding"),
        ((2).to_bytes(32, "little"), "not a point"),
    ],
)
def test_bytes_that_are_no_point_are_no_key(raw: bytes, words: str) -> None:
    with pytest.raises(BadKey, match=words):
        PublicKey(raw)


@pytest.mark.parametrize("length", [0, 63, 65, 128])
def test_a_signature_has_sixty_four_bytes(length: int) -> None:
    with pytest.raises(InvalidSignature, match=f"64 bytes, not {length}"):
        KEY.public.verify(bytes(length), b"")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_has_thirty_two_bytes(length: int) -> None:
    with pytest.raises(BadKey, match=f"32 bytes, not {length}"):
        SecretKey.from_seed(bytes(length))


def test_one_key_and_message_have_one_signature() -> None:
    """RFC 8032, section 7.1, tests 1 and 2."""
    empty = SecretKey.from_seed(TEST_SEEDS[0]).sign(b"")
    assert empty.hex().startswith(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555f"
    )
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    assert SecretKey.from_seed(seed).sign(b"r").hex().startswith("92a009a9f0d4cab8720e820b5f642540")
