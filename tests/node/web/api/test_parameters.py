"""What a parameter reads is what its schema promises: the document of the API cannot lie."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from node.web.api.paging import cursor_of, place_of
from node.web.api.parameters import BadParameter, Parameter, read_all
from node.web.api.table import OPERATIONS

ALL = {
    f"{operation.name} {one.name}": one for operation in OPERATIONS for one in operation.parameters
}
LIKELY = st.sampled_from(
    [
        "",
        "0",
        "1",
        "100",
        "101",
        "007",
        "-1",
        "1e2",
        "٣",
        "S3",
        "F1\n",
        "CO",
        "co",
        "in-place",
        "Practice",
        "es",
        "zh-Hant-TW",
        "https://city.example/#city",
        "https://city.example/a b",
        "2026-03-01",
        "2026-03-01T12:00:00Z",
        "city.example",
        "localhost%3A8401",
        "01HF7YAT00GXQAQKZJSNGR0PHB",
    ]
)
TEXTS = st.one_of(LIKELY, st.text(max_size=12), st.text(min_size=390, max_size=410))


def of_schema(one: Parameter, given: list[str]) -> bool:
    """Whether values are of a parameter's schema, as RFC 6570 forms of a query carry them."""
    schema = one.schema()
    if not given:
        return not one.required
    item = schema.get("items", schema)
    if schema.get("type") != "array" and len(given) > 1:
        return False
    if len(given) > schema.get("maxItems", 1):
        return False
    return all(valid(item, text) for text in given)


def valid(schema: dict[str, Any], text: str) -> bool:
    value: object = text
    if schema["type"] == "integer":
        # A number in a query is its digits; nothing but these, in no other way.
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(schema["maximum"]))):
            return False
        value = int(text)
    return bool(jsonschema_rs.is_valid(schema, value))


@pytest.mark.parametrize("name", ALL)
@given(st.lists(TEXTS, max_size=3))
def test_a_parameter_reads_exactly_what_its_schema_admits(name: str, given: list[str]) -> None:
    one = ALL[name]
    if one.where == "path":
        given = given[:1] or ["x"]
    if of_schema(one, given):
        one.read(given)
        return
    with pytest.raises(BadParameter, match=f"^{one.name}: expected"):
        one.read(given)


@pytest.mark.parametrize("name", ALL)
def test_a_schema_is_a_schema_and_a_default_is_of_it(name: str) -> None:
    schema = ALL[name].schema()
    jsonschema_rs.validator_for(schema)
    if "default" in schema:
        assert jsonschema_rs.is_valid(schema, schema["default"])


def test_an_unknown_parameter_is_refused_whatever_it_says() -> None:
    known = (Parameter(name="limit", about="", most=9, default=1),)
    assert read_all(known, {}, MultiDict()) == {"limit": 1}
    with pytest.raises(BadParameter, match="among limit; found 'limits'"):
        read_all(known, {}, MultiDict(limits="3"))


@given(
    st.dictionaries(st.sampled_from(["q", "type", "area"]), st.text(max_size=5)),
    st.recursive(
        st.none() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    ),
)
def test_a_cursor_leads_back_to_its_place(asked: dict[str, str], place: Any) -> None:
    cursor = cursor_of(asked, place)
    assert place_of({**asked, "cursor": cursor, "limit": 7}) == place
    with pytest.raises(BadParameter, match="other ones"):
        place_of({**asked, "another": "x", "cursor": cursor})


@given(st.text(min_size=1, max_size=40))
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="cursor: expected"):
        place_of({"cursor": text})
