"""Where the parts of a log lie, and what is in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.encoding import digest_of, jcs
from peers.merkle import Frontier, leaf_hash, root_of
from peers.tiles import (
    MAX_ENTRY,
    SALT,
    WIDTH,
    Body,
    bundle_path,
    pack,
    pack_records,
    records_path,
    slice_of,
    spans,
    tile_path,
    unpack,
    unpack_records,
)

BODIES = st.builds(
    Body,
    st.binary(min_size=16, max_size=16),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3).map(
        lambda held: jcs({**held})
    ),
)


@given(st.integers(0, 3000), st.integers(0, 1000))
def test_bundles_cover_every_entry_once(start: int, more: int) -> None:
    stop = start + more
    covered: list[int] = []
    for index, width in spans(start, stop):
        assert 1 <= width <= WIDTH
        covered += range(index * WIDTH, index * WIDTH + width)
    assert [entry for entry in covered if entry >= start] == list(range(start, stop))
    assert all(entry >= start // WIDTH * WIDTH for entry in covered)
    assert list(spans(start, start)) == []


@pytest.mark.parametrize(
    ("index", "width", "place"),
    [
        (0, 256, "000"),
        (0, 1, "000.p/1"),
        (7, 255, "007.p/255"),
        (999, 256, "999"),
        (1000, 256, "x001/000"),
        (1_234_067, 256, "x001/x234/067"),
        (1_000_000_000, 9, "x001/x000/x000/000.p/9"),
    ],
)
def test_paths_are_those_of_the_specification(index: int, width: int, place: str) -> None:
    assert bundle_path(index, width) == f"tile/entries/{place}"
    assert tile_path(0, index, width) == f"tile/0/{place}"
    assert tile_path(12, index, width) == f"tile/12/{place}"
    assert records_path(index, width) == f"records/{place}"


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(1, WIDTH)), unique=True, max_size=20))
def test_no_two_bundles_share_a_path(places: list[tuple[int, int]]) -> None:
    paths = {bundle_path(*place) for place in places}
    assert len(paths) == len(places)
    # A log can lie in a folder: nowhere is a file's path also a folder's.
    assert not any(one != other and one.startswith(f"{other}/") for one in paths for other in paths)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entries_are_unpacked_as_they_were_packed(entries: list[bytes]) -> None:
    assert unpack(pack(entries)) == entries


@given(st.binary(max_size=200))
def test_any_bytes_are_entries_or_refused(data: bytes) -> None:
    try:
        entries = unpack(data)
    except ValueError:
        return
    assert pack(entries) == data


def test_a_bundle_holds_no_more_entries_than_were_asked_for() -> None:
    assert unpack(pack([b"a", b"b"]), 2) == [b"a", b"b"]
    assert len(unpack(bytes(2 * WIDTH))) == WIDTH
    for data, most in ((pack([b"a", b"b"]), 1), (bytes(2 * WIDTH + 2), WIDTH)):
        with pytest.raises(ValueError, match=f"more than {most} entries"):
            unpack(data, most)


def test_the_longest_entry_fits_and_one_byte_more_does_not() -> None:
    assert unpack(pack([bytes(MAX_ENTRY)])) == [bytes(MAX_ENTRY)]
    with pytest.raises(ValueError, match="65536 bytes is longer than 65535"):
        pack([bytes(MAX_ENTRY + 1)])


@pytest.mark.parametrize("data", [b"\0", b"\0\1", b"\0\2a", b"\0\1a\0", b"\xff\xff" + bytes(65534)])
def test_a_bundle_that_ends_within_an_entry_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="ends within an entry"):
        unpack(data)


@given(st.lists(st.none() | BODIES, max_size=10))
def test_records_are_read_as_they_were_written(bodies: list[Body | None]) -> None:
    page = pack_records(bodies)
    assert unpack_records(page, len(bodies)) == bodies
    for line, body in zip(page.splitlines(), bodies, strict=True):
        assert jcs(json.loads(line)) == line
        if body is not None:
            assert jcs(json.loads(line)["record"]) == body.record


@given(st.binary(max_size=60).filter(lambda record: b"\n" not in record))
def test_any_record_without_a_line_break_is_framed(record: bytes) -> None:
    """Even one that looks like the frame: salts have one length, so the last one is the salt."""
    for tricky in (record, b'1,"salt":"AAAAAAAAAAAAAAAAAAAAAA"}', b'{"record":' + record):
        body = Body(b"sixteen bytes ok", tricky)
        assert unpack_records(pack_records([body, None, body]), 3) == [body, None, body]


ZEROS = "A" * 22


@pytest.mark.parametrize(
    "line",
    [
        "",
        " ",
        "null ",
        "NULL",
        "{}",
        "[]",
        f'{{"record":{{}},"salt":"{ZEROS}"}} ',
        f' {{"record":{{}},"salt":"{ZEROS}"}}',
        f'{{"record": {{}}, "salt": "{ZEROS}"}}',
        f'{{"salt":"{ZEROS}","record":{{}}}}',
        f'{{"record":{{}},"salt":"{ZEROS}","more":1}}',
        f'{{"record":{{}},"salt":"{ZEROS}A"}}',
        f'{{"record":{{}},"salt":"{ZEROS[1:]}"}}',
        f'{{"record":{{}},"salt":"{ZEROS[1:]}="}}',
        f'{{"record":{{}},"salt":"{ZEROS[1:]}+"}}',
        f'{{"record":{{}},"salt":"{ZEROS[1:]}/"}}',
        f'{{"record":{{}},"salt":"{ZEROS[1:]}\u00e9"}}',
        '{"record":{},"salt":null}',
        '{"record":{}}',
        f'{{"salt":"{ZEROS}"}}',
        f',"salt":"{ZEROS}"}}',
        f'{{"record"\r:{{}},"salt":"{ZEROS}"}}',
    ],
)
def test_a_line_in_any_other_form_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="line 1: expected"):
        unpack_records(b"null\n" + line.encode() + b"\n", 2)


def test_a_salt_has_one_spelling() -> None:
    line = f'{{"record":{{}},"salt":"{ZEROS[1:]}B"}}\n'.encode()
    with pytest.raises(ValueError, match="not canonical base64url"):
        unpack_records(line, 1)


def test_a_page_has_whole_lines_and_not_too_many() -> None:
    assert unpack_records(b"", 0) == []
    with pytest.raises(ValueError, match="ends within a line"):
        unpack_records(b"null\nnull", 2)
    with pytest.raises(ValueError, match="3 lines, expected at most 2"):
        unpack_records(b"null\n" * 3, 2)
    with pytest.raises(ValueError, match="8388608 lines, expected at most 256"):
        unpack_records(b"\n" * 8 * 1024 * 1024, 256)


def test_a_body_is_known_by_salt_and_record() -> None:
    body = Body(b"sixteen bytes ok", b'{"a":1}')
    assert len(body.salt) == SALT
    assert body.digest == digest_of(b"sixteen bytes ok", b'{"a":1}')


HASHES = [leaf_hash(number.to_bytes(2)) for number in range(1500)]
TILES = [HASHES, [root_of(HASHES[at : at + WIDTH]) for at in range(0, 1500 - WIDTH + 1, WIDTH)]]
"""The hashes of two levels of tiles of a log of 1500 entries."""


@given(st.integers(0, 10), st.data())
def test_the_root_of_every_subtree_lies_within_one_tile(level: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1 << level, len(HASHES)))
    index = data.draw(st.integers(0, (size >> level) - 1))
    place = slice_of(level, index, size)
    assert 0 <= place.start < place.stop <= place.width <= WIDTH
    assert place.index * WIDTH + place.width == min(
        size >> 8 * place.level, (place.index + 1) * WIDTH
    )
    first = place.index * WIDTH
    hashes = TILES[place.level][first + place.start : first + place.stop]
    assert root_of(hashes) == root_of(HASHES[index << level : (index + 1) << level])


def test_real_tiles_hold_the_hashes_of_real_entries(shared: Path) -> None:
    folder = shared / "vectors" / "tlog-tessera"
    for size in range(1, 16):
        entries = unpack((folder / bundle_path(0, size)).read_bytes())
        hashes = [leaf_hash(entry) for entry in entries]
        assert (folder / tile_path(0, 0, size)).read_bytes() == b"".join(hashes)
        assert Frontier().extend(entries).size == size
