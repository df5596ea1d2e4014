"""Structured fields: read in one way only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.fields import Bare, InnerList, Item, read_dictionary, write_dictionary, write_member

KEYS = st.from_regex(r"[a-z*][a-z0-9_.*-]{0,8}", fullmatch=True)
BARE = (
    st.booleans()
    | st.integers(-(10**15) + 1, 10**15 - 1)
    | st.binary(max_size=20)
    | st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
)
PARAMETERS = st.dictionaries(KEYS, BARE, max_size=3)
ITEMS = st.builds(Item, BARE, PARAMETERS)
LISTS = st.builds(InnerList, st.lists(ITEMS, max_size=3).map(tuple), PARAMETERS)


@given(st.dictionaries(KEYS, ITEMS | LISTS, max_size=4))
def test_what_is_written_is_read_back(members: dict[str, Item | InnerList]) -> None:
    text = write_dictionary(members)
    assert read_dictionary(text) == members
    assert write_dictionary(read_dictionary(text)) == text
    assert list(read_dictionary(text)) == list(members)


@given(st.text(max_size=60))
def test_any_text_is_read_in_one_way_or_refused(text: str) -> None:
    try:
        found = read_dictionary(text)
    except ValueError:
        return
    assert read_dictionary(write_dictionary(found)) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("  ", {}),
        ("a=1", {"a": Item(1)}),
        ("a=-15 , b=?0", {"a": Item(-15), "b": Item(False)}),
        ("a,b;x=1\t,\tc", {"a": Item(True), "b": Item(True, {"x": 1}), "c": Item(True)}),
        ('a="q\\"b\\\\s"', {"a": Item('q"b\\s')}),
        ("a=:aGk=:", {"a": Item(b"hi")}),
        ("a=::", {"a": Item(b"")}),
        (
            'a=( "x";y  "z" );  created=7;flag',
            {"a": InnerList((Item("x", {"y": True}), Item("z")), {"created": 7, "flag": True})},
        ),
        ("a=()", {"a": InnerList(())}),
        ("a=999999999999999", {"a": Item(10**15 - 1)}),
    ],
)
def test_the_forms_of_the_rfc_are_read(text: str, expected: dict[str, Item | InnerList]) -> None:
    assert read_dictionary(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a=1,", "a comma, and another member"),
        ("a=1, ", "a comma, and another member"),
        ("a=1,,b=2", "a key"),
        (",a=1", "a key"),
        ("a=1 b=2", "a comma"),
        ("a =1", "a comma"),
        ("a= 1", "a string, an integer"),
        ("a=", "a string, an integer"),
        ("A=1", "a key"),
        ("1=1", "a key"),
        ("ä=1", "a key"),
        ("a=1, a=2", "the key 'a' stands twice"),
        ("a=1;b=1;b=2", "the parameter 'b' stands twice"),
        ("a=1;", "a parameter's key"),
        ("a=1;B", "a parameter's key"),
        ("a=1.5", "a string, an integer"),
        ("a=1000000000000000", "a string, an integer"),
        ("a=--1", "a string, an integer"),
        ("a=+1", "a string, an integer"),
        ("a=١", "a string, an integer"),
        ("a=token", "a string, an integer"),
        ("a=@1659578233", "a string, an integer"),
        ("a=?2", r"\?0 or \?1"),
        ("a=?", r"\?0 or \?1"),
        ('a="', "a string of printable ASCII"),
        ('a="x', "a string of printable ASCII"),
        ('a="\\x"', "a string of printable ASCII"),
        ('a="é"', "a string of printable ASCII"),
        ('a="\x07"', "a string of printable ASCII"),
        ('a="\n"', "a string of printable ASCII"),
        ("a=:aGk:", "not base64"),
        ("a=:aGk=", "base64 between colons"),
        ("a=:aG=k:", "base64 between colons"),
        ("a=:a:", "not base64"),
        ("a=:aGl=:", "in another form"),
        ("a=:_-==:", "base64 between colons"),
        ("a=(", "a string, an integer"),
        ('a=("x"', r"a space or '\)'"),
        ('a=("x""y")', r"a space or '\)'"),
        ('a=("x",, "y")', r"a space or '\)'"),
        ('a=("x"\t"y")', r"a space or '\)'"),
        ("a=(())", "a string, an integer"),
        ("a=1\n", "a comma"),
        ("a" * 9_000, "at most 8192"),
    ],
)
def test_another_form_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_dictionary(text)


@pytest.mark.parametrize("value", ["é", "a\nb", "\x7f", 10**15, -(10**15)])
def test_what_a_field_cannot_carry_is_not_written(value: Bare) -> None:
    with pytest.raises(ValueError, match="cannot stand in a field"):
        write_member(Item(value))


@pytest.mark.parametrize("key", ["", "A", "a b", "é", "1a", 'a"'])
def test_a_key_has_lower_case_letters(key: str) -> None:
    with pytest.raises(ValueError, match="expected a key"):
        write_dictionary({key: Item(1)})
    with pytest.raises(ValueError, match="expected a key"):
        write_member(Item(1, {key: 1}))
