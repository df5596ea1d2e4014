"""Compressed bodies: whole or refused, and never larger than was asked for."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from peers.errors import Malformed, TooLarge
from peers.unpack import Unpacker

URL = "https://aurora.example/log/public/records/000"
Pack = Callable[[bytes], bytes]
PACKERS: dict[str, Pack] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "GZIP ": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
CODINGS = st.sampled_from(sorted(PACKERS))
PACKED = ["gzip", "zstd"]


def unpack(coding: str, data: bytes, limit: int, step: int = 1000) -> bytes:
    unpacker = Unpacker(coding, URL, limit)
    for at in range(0, len(data), step):
        unpacker.feed(data[at : at + step])
    return unpacker.whole()


@given(CODINGS, st.binary(max_size=3000), st.integers(1, 4000))
def test_what_was_packed_is_unpacked_however_it_arrives(
    coding: str, body: bytes, step: int
) -> None:
    packed = PACKERS[coding](body)
    assert unpack(coding, packed, len(body), step) == body
    if body:
        with pytest.raises(TooLarge, match="expected at most"):
            unpack(coding, packed, len(body) - 1, step)


@given(st.sampled_from(PACKED), st.binary(min_size=1, max_size=500), st.data())
def test_a_body_that_was_cut_is_none(coding: str, body: bytes, data: st.DataObject) -> None:
    packed = PACKERS[coding](body)
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(Malformed, match="ends in the middle"):
        unpack(coding, packed[:cut], 1000)


@given(st.sampled_from(PACKED), st.binary(max_size=500), st.binary(min_size=1, max_size=600))
def test_nothing_follows_the_end(coding: str, body: bytes, more: bytes) -> None:
    with pytest.raises(Malformed, match=r"more after its end|cannot be unpacked"):
        unpack(coding, PACKERS[coding](body) + more, 2000)


@given(st.sampled_from(PACKED), st.binary(max_size=200))
def test_a_second_body_is_not_a_part_of_the_first(coding: str, body: bytes) -> None:
    with pytest.raises(Malformed, match=r"more after its end|cannot be unpacked"):
        unpack(coding, PACKERS[coding](body) * 2, 1000)


@given(st.sampled_from(PACKED), st.binary(max_size=300))
def test_any_bytes_are_unpacked_or_refused_in_words(coding: str, data: bytes) -> None:
    try:
        found = unpack(coding, data, 10_000)
    except (Malformed, TooLarge):
        return
    assert len(found) <= 10_000


@pytest.mark.parametrize(
    "coding", ["br", "deflate", "gzip, gzip", "gzip,zstd", "x-gzip", "compress"]
)
def test_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    with pytest.raises(Malformed, match="expected gzip, zstd or no Content-Encoding"):
        Unpacker(coding, URL, 1000)


def bomb(coding: str, size: int) -> bytes:
    """Zeros, packed as small as they go, without ever holding them."""
    return b"".join(_bomb(coding, size))


def _bomb(coding: str, size: int) -> Iterator[bytes]:
    block = bytes(1024 * 1024)
    packer = (
        zlib.compressobj(9, wbits=31)
        if coding == "gzip"
        else zstandard.ZstdCompressor(19).compressobj()
    )
    for _ in range(size // len(block)):
        yield packer.compress(block)
    yield packer.flush()


@pytest.mark.parametrize("coding", PACKED)
def test_a_bomb_costs_little_more_than_was_asked_for(coding: str) -> None:
    packed = bomb(coding, 512 * 1024 * 1024)
    assert len(packed) < 1024 * 1024
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            unpack(coding, packed, 64 * 1024, step=len(packed))
        assert tracemalloc.get_traced_memory()[1] < 32 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_window_beyond_what_readers_should_have_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(b"a" * 1000) + packer.flush()
    with pytest.raises(Malformed, match="cannot be unpacked"):
        unpack("zstd", packed, 64 * 1024)


def test_the_window_that_every_reader_should_have_is_taken() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=23)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(b"a" * 1000) + packer.flush()
    assert unpack("zstd", packed, 64 * 1024) == b"a" * 1000
