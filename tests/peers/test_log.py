"""A log's entries: one form, one place, one direction of time."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.checkpoint import Checkpoint, NoteSigner, open_note
from peers.encoding import digest_of, jcs, parse_canonical
from peers.errors import Malformed
from peers.log import Batch, Entry, EntryKind, LogId, extend, read_entries, read_entry
from peers.merkle import Frontier
from tests.simulator import Town, key_of

LOG = LogId("aurora.example/log/public")
SIGNER = NoteSigner(LOG, key_of("aurora"))
ENTRY = Entry(
    id=f"https://{LOG}/e/7",
    kind=EntryKind.UPDATE,
    object="https://aurora.example/practice/01J00000000000000000000000",
    published="2026-03-05T08:09:10Z",
    version=2,
    prev=3,
    digest=digest_of(bytes(16), b"{}"),
)


LONGEST = "https://aurora.example/".ljust(2048, "x")


def leaf_with(**changes: Any) -> bytes:
    """The leaf of ``ENTRY`` with other members; ``...`` takes one away."""
    value = {**parse_canonical(ENTRY.leaf), **changes}
    return jcs({name: one for name, one in value.items() if one is not ...})


@given(
    st.sampled_from(EntryKind),
    st.datetimes().map(lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")),
    st.integers(1, 2**53 - 1),
    st.integers(1, 2**40),
    st.data(),
)
def test_an_entry_is_read_as_it_was_written(
    kind: EntryKind, published: str, version: int, index: int, data: st.DataObject
) -> None:
    prev = data.draw(st.none() | st.integers(0, index - 1))
    entry = replace(
        ENTRY,
        id=f"https://{LOG}/e/{index}",
        kind=kind,
        published=published,
        version=version,
        prev=prev,
    )
    assert read_entry(entry.leaf, LOG, index) == entry


def test_the_longest_iri_is_read() -> None:
    entry = replace(ENTRY, object=LONGEST)
    assert read_entry(entry.leaf, LOG, 7) == entry


def test_a_leaf_is_an_activity_in_canonical_form() -> None:
    assert ENTRY.leaf == (
        b'{"digestMultibase":"' + ENTRY.digest.encode() + b'",'
        b'"id":"https://aurora.example/log/public/e/7",'
        b'"object":"https://aurora.example/practice/01J00000000000000000000000",'
        b'"prev":3,"published":"2026-03-05T08:09:10Z","type":"Update","version":2}'
    )
    assert 160 <= len(ENTRY.leaf) <= 400


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "https://aurora.example/log/public/e/8"}, "expected id https://.*/e/7, found"),
        ({"id": "https://aurora.example/log/public/e/07"}, "expected id"),
        ({"id": "https://aurora.example/log/members/e/7"}, "expected id"),
        ({"id": "https://hansol.example/log/public/e/7"}, "expected id"),
        ({"id": "http://aurora.example/log/public/e/7"}, "expected id https://"),
        ({"id": "ftp://aurora.example/log/public/e/7"}, "expected id"),
        ({"id": "aurora.example/log/public/e/7"}, "expected id"),
        ({"id": "https://aurora.example/log/public/e/7#"}, "expected id"),
        ({"id": 7}, "expected exactly id, type"),
        ({"id": ...}, "expected exactly id, type"),
        ({"type": "Announce"}, "Create, Update, Delete, Genesis or KeyChange"),
        ({"type": ["Update"]}, "Create, Update, Delete, Genesis or KeyChange"),
        ({"@context": "https://www.w3.org/ns/activitystreams"}, "expected exactly"),
        ({"actor": "https://aurora.example/#city"}, "expected exactly"),
        ({"object": ""}, "object to be an http or https IRI"),
        ({"object": "urn:isbn:1"}, "object to be an http"),
        ({"object": "javascript:alert(1)"}, "object to be an http"),
        ({"object": "https://aurora.example/a b"}, "object to be an http"),
        ({"object": "https://aurora.example/a\n"}, "object to be an http"),
        ({"object": "https://aurora.example/<script>"}, "object to be an http"),
        ({"object": LONGEST + "x"}, "object to be an http"),
        ({"object": {"id": "https://aurora.example/1"}}, "expected exactly"),
        ({"published": "2026-03-05"}, "published as YYYY-MM-DDTHH:MM:SSZ"),
        ({"published": "2026-03-05T08:09:10+00:00"}, "published as"),
        ({"published": "2026-03-05T08:09:10.5Z"}, "published as"),
        ({"published": "2026-03-05t08:09:10z"}, "published as"),
        ({"published": "2026-03-05 08:09:10Z"}, "published as"),
        ({"published": "2026-02-30T08:09:10Z"}, "published as"),
        ({"published": "2025-02-29T08:09:10Z"}, "published as"),
        ({"published": "2026-13-05T08:09:10Z"}, "published as"),
        ({"published": "2026-03-05T24:00:00Z"}, "published as"),
        ({"published": "2026-03-05T08:09:60Z"}, "published as"),
        ({"published": "0000-03-05T08:09:10Z"}, "published as"),
        ({"published": "٢٠٢٦-03-05T08:09:10Z"}, "published as"),
        ({"published": "2026-03-05T08:09:10Z\n"}, "published as"),
        ({"published": 1_772_698_150}, "expected exactly"),
        ({"version": 0}, "version to count from 1"),
        ({"version": -1}, "version to count from 1"),
        ({"version": True}, "version to count from 1"),
        ({"version": "2"}, "expected exactly"),
        ({"version": 1.5}, "expected exactly"),
        ({"prev": 7}, "prev to be null or an index below 7"),
        ({"prev": -1}, "prev to be null or an index below 7"),
        ({"prev": False}, "prev to be null or an index below 7"),
        ({"prev": "3"}, "expected exactly"),
        ({"prev": ...}, "expected exactly"),
        ({"digestMultibase": "z"}, "SHA-256 multihash"),
        ({"digestMultibase": ENTRY.digest[:-1]}, "SHA-256 multihash"),
        ({"digestMultibase": ENTRY.digest[1:]}, "SHA-256 multihash"),
        ({"digestMultibase": ENTRY.digest[:-1] + "0"}, "SHA-256 multihash"),
        ({"digestMultibase": "f1220" + "00" * 32}, "SHA-256 multihash"),
    ],
)
def test_anything_else_is_refused_with_what_was_expected(
    changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Malformed, match=words) as caught:
        read_entry(leaf_with(**changes), LOG, 7)
    assert str(caught.value).startswith(f"{LOG}: entry 7: expected ")
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("leaf", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "expected a JSON object, found a list"),
        (b"{}", "expected exactly id"),
        (ENTRY.leaf + b"\n", "canonical"),
        (ENTRY.leaf.replace(b'"prev":3', b'"prev": 3'), "canonical"),
        (ENTRY.leaf.replace(b'"prev":3', b'"prev":3,"prev":3'), "stands twice"),
        (b'{"a":"' + b"x" * 65_530 + b'"}', "at most 65,535 bytes, found '65,538'"),
    ],
)
def test_bytes_in_another_form_are_no_entry(leaf: bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        read_entry(leaf, LOG, 7)


@given(st.binary(max_size=60), st.integers(0, len(ENTRY.leaf)))
def test_no_bytes_make_reading_fail_otherwise(noise: bytes, at: int) -> None:
    leaf = ENTRY.leaf[:at] + noise + ENTRY.leaf[at + len(noise) :]
    with suppress(Malformed):
        assert read_entry(leaf, LOG, 7).leaf == leaf


@pytest.mark.parametrize(
    ("log", "scheme", "holds"),
    [
        ("localhost:8400/log/public", "http", True),
        ("localhost:8400/log/public", "https", False),
        ("127.0.0.1:8400/log/public", "http", True),
        ("aurora.localhost/log/public", "http", True),
        ("aurora.example:8443/log/public", "https", True),
        ("aurora.example:8443/log/public", "http", False),
        ("localhost.aurora.example/log/public", "http", False),
        ("aurora.example/rights/log/members", "https", True),
    ],
)
def test_plain_http_is_for_this_machine_alone(log: str, scheme: str, *, holds: bool) -> None:
    entry = replace(ENTRY, id=f"{scheme}://{log}/e/7")
    if holds:
        assert read_entry(entry.leaf, LogId(log), 7) == entry
    else:
        with pytest.raises(Malformed, match="expected id"):
            read_entry(entry.leaf, LogId(log), 7)


def test_a_log_grows_by_a_signed_batch() -> None:
    base = Frontier().extend([b"charter"])
    batch = extend(base, [b"ombudsperson", b"budget"], SIGNER)
    assert (batch.origin, batch.base, batch.entries) == (LOG, base, (b"ombudsperson", b"budget"))
    assert batch.head == Frontier().extend([b"charter", b"ombudsperson", b"budget"])
    signed = open_note(batch.note, SIGNER.verifier)
    assert signed == Checkpoint(LOG, 3, batch.head.root())


def test_a_log_may_sign_the_same_tree_again() -> None:
    base = Frontier().extend([b"charter"])
    batch = extend(base, [], SIGNER)
    assert batch.head == base
    assert open_note(batch.note, SIGNER.verifier).size == 1


def test_what_nobody_could_fetch_is_never_signed() -> None:
    assert extend(Frontier(), [bytes(65_535)], SIGNER).head.size == 1
    with pytest.raises(ValueError, match=r"entry 1 has 65,536 bytes; at most 65,535 fit"):
        extend(Frontier(), [b"", bytes(65_536)], SIGNER)


def test_a_batch_has_no_gap() -> None:
    batch = extend(Frontier(), [b"a", b"b"], SIGNER)
    with pytest.raises(AssertionError, match="no gaps"):
        Batch(LOG, batch.base, batch.entries[:1], batch.head, batch.note)


def batch_of(*times: str) -> Batch:
    town = Town(LOG)
    for time in times:
        town.publish({"said": time}, at=time)
    return town.sign()


def test_the_entries_of_a_batch_are_read_in_order() -> None:
    times = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]
    entries = read_entries(batch_of(*times))
    assert [entry.published for entry in entries] == times
    assert [entry.id for entry in entries] == [f"https://{LOG}/e/{n}" for n in range(3)]


def test_a_batch_is_read_from_where_it_begins() -> None:
    whole = batch_of(*["2026-01-01T00:00:00Z"] * 3)
    base = Frontier().extend(whole.entries[:2])
    rest = Batch(LOG, base, whole.entries[2:], whole.head, whole.note)
    assert [entry.id for entry in read_entries(rest)] == [f"https://{LOG}/e/2"]


def test_a_logs_time_does_not_run_backwards() -> None:
    batch = batch_of("2026-01-01T00:00:00Z", "2026-01-01T00:00:02Z", "2026-01-01T00:00:01Z")
    with pytest.raises(
        Malformed, match="entry 2: expected published not before 2026-01-01T00:00:02Z"
    ):
        read_entries(batch)


def test_nor_behind_what_is_held() -> None:
    batch = batch_of("2026-01-01T00:00:01Z")
    assert read_entries(batch, after="2026-01-01T00:00:01Z")
    with pytest.raises(
        Malformed, match="entry 0: expected published not before 2026-01-01T00:00:02Z"
    ):
        read_entries(batch, after="2026-01-01T00:00:02Z")
