"""What a city publishes, as types: nothing is lost between document and object."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from msgspec import inspect

from tests.vocab.examples import good
from tests.vocab.making import records
from vocab.errors import NotARecord
from vocab.jsonld import CONTEXT
from vocab.records import (
    KINDS,
    TYPES,
    City,
    Evidence,
    Measure,
    NamedPartner,
    Observation,
    Practice,
    Translation,
    parse,
    render,
    type_of,
)
from vocab.shapes.schema import definitions, known_keys

PARTS = {
    part.__name__: part for part in (Evidence, Measure, NamedPartner, Observation, Translation)
}


@pytest.mark.parametrize("name", good())
def test_an_example_comes_back_as_it_was(name: str) -> None:
    document = good()[name]
    record = parse(document)
    assert type_of(record) == document["type"]
    assert render(record) == document


@given(records())
@settings(max_examples=200, deadline=None)
def test_any_record_comes_back_as_it_was(document: dict[str, Any]) -> None:
    assert render(parse(document)) == document


def test_a_secured_record_is_read_without_its_proof() -> None:
    document = good()["need-fr"]
    assert parse(document | {"proof": {"type": "DataIntegrityProof"}}) == parse(document)


def test_what_was_not_said_is_empty() -> None:
    practice = parse(good()["practice-ko"])
    assert isinstance(practice, Practice)
    assert practice.situation_before == {}
    assert practice.sdg_targets == ()
    assert practice.license is None


def test_false_is_said_and_not_left_out() -> None:
    city = City(
        id="https://a.example/city",
        version=1,
        publisher="https://a.example/#city",
        name={"en": "A"},
        country="KE",
        demonstration=False,
    )
    assert render(city)["demonstration"] is False
    assert parse(render(city)) == city


def test_a_record_does_not_change() -> None:
    record = parse(good()["need-fr"])
    with pytest.raises(AttributeError):
        record.version = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"@context": CONTEXT[0]}, "@context"),
        ({"@context": [*CONTEXT, "https://elsewhere.example/"]}, "@context"),
        ({"type": "Needs"}, "type"),
        ({"urgency": "high"}, "urgency"),
        ({"version": "1"}, "version"),
        ({"languages": "fr"}, "languages"),
        ({"action": ["https://a.example/"]}, "action"),
        ({"problem": "Sans langue"}, "problem"),
    ],
)
def test_what_does_not_fit_its_type_is_refused_by_name(change: dict[str, Any], word: str) -> None:
    with pytest.raises(NotARecord, match=word):
        parse(good()["need-fr"] | change)


def test_every_type_but_a_withdrawal_has_a_folder_of_its_own() -> None:
    assert set(TYPES) - set(KINDS) == {"Withdrawal"}
    assert len(set(KINDS.values())) == len(KINDS)
    for name, segment in KINDS.items():
        pattern = known_keys(name)["id"]["pattern"]
        assert f"/{segment}" in pattern


@pytest.mark.parametrize("name", [*TYPES, *PARTS])
def test_types_and_shapes_say_the_same_of_every_field(name: str) -> None:
    fields = inspect.type_info({**TYPES, **PARTS}[name])
    assert isinstance(fields, inspect.StructType)
    mine = {field.encode_name: _held(field.type) for field in fields.fields}
    required = {field.encode_name for field in fields.fields if field.required}
    theirs = {
        key: _said(about)
        for key, about in known_keys(name).items()
        if key not in {"@context", "type", "proof"}
    }
    assert mine == theirs
    assert required == set(definitions()[name]["required"]) - {"@context", "type"}


def _held(kind: inspect.Type) -> str:
    """How a type's field holds its values."""
    match kind:
        case inspect.UnionType(types=(inspect.NoneType(), only) | (only, inspect.NoneType())):
            return _held(only)
        case inspect.DictType():
            return "text by language"
        case inspect.VarTupleType(item_type=inspect.StructType(cls=part)):
            return f"list of {part.__name__}"
        case inspect.VarTupleType():
            return "list of string"
        case inspect.IntType():
            return "integer"
        case inspect.BoolType():
            return "boolean"
        case _:
            return "string"


def _said(about: Any) -> str:
    """How the schema says that a key holds its values."""
    if "propertyNames" in about:
        return "text by language"
    if "items" in about:
        name = about["items"]["$ref"].rpartition("/")[2]
        return f"list of {name if name in PARTS else 'string'}"
    if "$ref" in about:
        kind = definitions()[about["$ref"].rpartition("/")[2]]
        return str(kind.get("type", "string"))
    return "string"


def test_all_types_are_frozen_and_know_their_keys() -> None:
    for kind in (*TYPES.values(), *PARTS.values()):
        assert kind.__struct_config__.frozen
        assert kind.__struct_config__.forbid_unknown_fields
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"type": "Evidence", "id": "x", "contentUrl": "x", "by": "me"}, Evidence)
