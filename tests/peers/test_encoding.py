"""Strict JSON, canonical JSON and base58: what is read, what is refused, and in which words."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from peers.encoding import (
    base58_decode,
    base58_encode,
    digest_of,
    jcs,
    multibase,
    parse_canonical,
    parse_json,
    unmultibase,
)
from peers.limits import Limits

ATOMS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
DOUBLES = st.floats(allow_nan=False, allow_infinity=False)
KEYS = st.text() | st.sampled_from(
    ["\U0001f3d9", "\ue000", "\uffff", "é", "\x7f", '"', "\\", "a", "A"]
)


def json_of(atoms: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        atoms,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=20,
    )


JSON = json_of(ATOMS | DOUBLES)
# A double from 2^53 to 10^21 is written without a point, and so as an integer too large to read.
READABLE = json_of(ATOMS | DOUBLES.filter(lambda number: not 2**53 <= abs(number) < 1e21))


@given(JSON)
@example(
    {"\U0001f3d9": 1, "\ue000": 2, "a": 1e16, "b": -0.0, "c": 0.1 + 0.2, "\x7f": "\x00\x1f\x7f"}
)
def test_canonical_form_is_that_of_the_reference(value: Any) -> None:
    assert jcs(value) == rfc8785.dumps(value)


@given(st.dictionaries(KEYS, READABLE, max_size=4))
def test_what_is_written_canonically_is_read_back(value: dict[str, Any]) -> None:
    assert parse_canonical(jcs(value)) == value
    assert parse_json(jcs(value)) == value


@given(st.dictionaries(KEYS, READABLE, max_size=4), st.data())
def test_no_byte_of_a_canonical_form_can_be_changed_without_changing_the_meaning(
    value: dict[str, Any], data: st.DataObject
) -> None:
    written = bytearray(jcs(value))
    written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = parse_canonical(bytes(written))
    except ValueError:
        return
    assert jcs(read) == bytes(written)


@given(st.dictionaries(st.text(), JSON, min_size=1, max_size=4))
def test_any_other_form_is_refused(value: dict[str, Any]) -> None:
    loose = json.dumps(value, indent=1).encode()
    with pytest.raises(ValueError, match="canonical"):
        parse_canonical(loose)


def test_official_canonical_forms_are_met(shared: Path) -> None:
    folder = shared / "vectors" / "jcs-rfc8785"
    names = [path.name for path in (folder / "input").iterdir()]
    assert len(names) >= 6
    for name in names:
        value = parse_json((folder / "input" / name).read_bytes())
        expected = bytes.fromhex((folder / "outhex" / name).with_suffix(".txt").read_text("ascii"))
        assert jcs(value) == expected, name
        assert jcs(value) == (folder / "output" / name).read_bytes().rstrip(b"\n"), name


REFUSED = [
    (b'{"a":1,"a":2}', r"^at the top: the key 'a' stands twice in one object$"),
    (b'{"x":[{"b":2,"a":1,"a":1}]}', r"^at '/x/0': the key 'a' stands twice"),
    (b'{"a":1,"\\u0061":2}', "the key 'a' stands twice"),
    (b"[NaN]", r"^at '/0': NaN is not JSON$"),
    (b"[-Infinity]", "-Infinity is not JSON"),
    (b'["\\ud800"]', r"^at '/0': the string has half of a surrogate pair"),
    (b'["\\udc00\\ud800"]', "surrogate"),
    (b'{"a/b":{"\\uDEAD":1}}', r"^at '/a~1b': the key '\\udead' has half"),
    (b'{"~":"\\ud800"}', r"^at '/~0'"),
    (b"[9007199254740992]", r"beyond ±\(2\^53 − 1\)"),
    (b"[-9007199254740992]", r"beyond ±\(2\^53 − 1\)"),
    (b"[" + b"9" * 5000 + b"]", "beyond"),
    (b"[1e999]", "beyond a double"),
    (b"[-1e999]", "beyond a double"),
    (b"[" * 17 + b"]" * 17, "deeper than 16"),
    (b"[" * 100_000, "deeper than 16"),
    (b'{"a":' * 400 + b"1" + b"}" * 400, "deeper than 16"),
    (b"\xef\xbb\xbf{}", "not JSON"),
    (b"\xff{}", "byte 0 is not"),
    (b'{"a":"\xed\xa0\x80"}', "byte 6 is not"),
    (b'{"a":"\xc0\x80"}', "byte 6 is not"),
    ('{"a":1}'.encode("utf-16"), "not"),
    (b"{} {}", "Extra data"),
    (b"{}\x00", "Extra data"),
    (b"\x0b{}", "not JSON"),
    ("\u00a0{}".encode(), "not JSON"),
    (b"", "not JSON"),
    (b"{'a':1}", "not JSON"),
    (b"[1,]", "not JSON"),
    (b"[01]", "not JSON"),
    (b"[+1]", "not JSON"),
    (b"[.5]", "not JSON"),
    (b"[1.]", "not JSON"),
    (b"[0x1]", "not JSON"),
    ("[١]".encode(), "not JSON"),
    (b"[1_000]", "not JSON"),
    (b"// no\n{}", "not JSON"),
    (b'{"a":"\x01"}', "control character"),
    (b'{"a":"\n"}', "control character"),
    (b'{"a":"\\x41"}', "escape"),
    (b'["' + b"a" * 300_000 + b'"]', "at most 262,144"),
    (b"{" + b",".join(b'"%d":1' % n for n in range(5001)) + b"}", "more than 5,000 keys"),
    (b"[" + b",".join([b'{"a":1,"b":2}'] * 2501) + b"]", "more than 5,000 keys"),
]


@pytest.mark.parametrize(("data", "words"), REFUSED)
def test_what_two_parsers_could_read_differently_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_json(data)
    with pytest.raises(ValueError, match=words):
        parse_canonical(data)


@pytest.mark.parametrize("data", [data for data, _ in REFUSED])
def test_refusing_costs_little_and_says_little(data: bytes) -> None:
    """A message is for a person: never the whole of what was sent, nor anything that rings."""
    with pytest.raises(ValueError, match=r"^[^\x00-\x1f]{10,300}$"):
        parse_canonical(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"b":1,"a":1}', "at byte 2 expected b'a"),
        (b'{"a":1} ', "at byte 7 expected b'', found b' '"),
        (b' {"a":1}', "canonical"),
        (b'{"a":"\\u00e9"}', "canonical"),
        (b'{"a":"\\/"}', "canonical"),
        (b'{"a":1.0}', "canonical"),
        (b'{"a":1e2}', "canonical"),
        (b'{"a":-0}', "canonical"),
        (b'{"a":-0.0}', "canonical"),
        (b'{"a":0.10}', "canonical"),
        ('{"\ue000":1,"\U0001f3d9":1}'.encode(), "canonical"),
    ],
)
def test_the_same_meaning_in_other_bytes_is_not_canonical(data: bytes, words: str) -> None:
    assert parse_json(data)
    with pytest.raises(ValueError, match=words):
        parse_canonical(data)


@pytest.mark.parametrize("number", ["1", "1.5"], ids=["the fast path", "the slow path"])
def test_limits_admit_what_they_say_and_no_more(number: str) -> None:
    def both(text: str, **limits: int) -> None:
        data = text.replace("1", number).encode()
        assert parse_canonical(data, limits=Limits(**limits))
        assert parse_json(data, limits=Limits(**limits))
        for name, most in limits.items():
            less = Limits(**{**limits, name: most - 1})
            for parse in (parse_canonical, parse_json):
                with pytest.raises(ValueError, match=r"deeper than|keys|at most"):
                    parse(data, limits=less)

    both('{"a":[[[1]]]}', depth=4)
    both('{"a":[[],[],[],[[[1]]],[],{}]}', depth=5)
    both('{"a":{"b":1},"c":[{"d":1},{}]}', keys=4)
    both('{"a":1}', record=len('{"a":1}') + len(number) - 1)


def test_what_is_nested_without_end_is_not_written() -> None:
    value: list[Any] = [1.5]
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError, match="nested too deep"):
        jcs(value)
    while value != [1.5]:  # taken apart by hand: to free it at once would recurse as deep
        value = value[0]


@pytest.mark.parametrize(
    "data", [b'{"a":"[[[[[[[[[[[[[[[[[[[[[[["}', b'["\\\\\\"[[[[[[[[[[[[[[[[[[[[{{{"]']
)
def test_brackets_within_strings_do_not_count_as_depth(data: bytes) -> None:
    assert parse_json(data, limits=Limits(depth=2)) == json.loads(data)


def test_canonical_bytes_of_something_else_than_an_object_are_refused() -> None:
    with pytest.raises(ValueError, match="expected a JSON object, found a list"):
        parse_canonical(b"[1]")


@pytest.mark.parametrize("value", [float("nan"), 2**53, "\ud800", {1: 2}, {"a": object()}])
def test_what_json_cannot_carry_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match="canonical JSON"):
        jcs(value)


@given(st.binary(max_size=40))
def test_base58_is_read_back(data: bytes) -> None:
    assert base58_decode(base58_encode(data)) == data
    assert unmultibase(multibase(data)) == data


def test_official_base58_is_met(shared: Path) -> None:
    seen = 0
    for path in sorted((shared / "vectors" / "multibase" / "tests").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines, skipinitialspace=True))
        plain = rows[0][1].encode().decode("unicode_escape").encode("latin-1")
        for row in rows[1:]:
            if row and row[0] == "base58btc":
                assert multibase(plain) == row[1], path.name
                seen += 1
    assert seen >= 3


def test_no_more_of_a_multibase_text_is_read_than_is_asked_for() -> None:
    assert unmultibase("z" + "1" * 127) == bytes(127)
    assert unmultibase("z111", most=4) == bytes(3)
    for text, most in (("z" + "1" * 128, 128), ("z111", 3)):
        with pytest.raises(ValueError, match=f"at most {most} are read"):
            unmultibase(text, most=most)


@pytest.mark.parametrize(
    ("text", "words"),
    [("f00", "expected multibase base58btc"), ("z0", "not a character"), ("z" + "1" * 200, "most")],
)
def test_another_base_or_alphabet_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        unmultibase(text)


def test_the_digest_of_a_record_covers_its_salt() -> None:
    digest = digest_of(b"salt", b"record")
    assert unmultibase(digest) == b"\x12\x20" + hashlib.sha256(b"saltrecord").digest()
    assert digest.startswith("zQm")
