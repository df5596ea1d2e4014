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
    assert PublicKey.from_multikey(key.public.multikey) == key.public
    assert SecretKey.from_multikey(key.multikey).public == key.public
    assert key.public.multikey.startswith("z6Mk")
    assert key.multikey.startswith("z3u2")


def test_a_secret_shows_in_no_text() -> None:
    assert KEY.multikey not in repr(KEY)
    assert KEY.multikey not in str(KEY)
    with pytest.raises(BadKey) as caught:
        SecretKey.from_multikey(KEY.multikey[:-1])
    assert KEY.multikey[:20] not in str(caught.value)


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


def test_the_edge_cases_of_the_literature_are_judged_strictly(shared: Path) -> None:
    """Cases 0–2 and 10–11 have small-order points, 6–8 a large S, 9 an encoding beyond p.

    3 and 4 are valid by every equation that is in use, 5 by the cofactored one alone.
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


def test_keys_whose_secret_is_printed_somewhere_are_known_as_such() -> None:
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    assert SecretKey.from_seed(bytes.fromhex(seed)).public.is_published
    assert not KEY.public.is_published
