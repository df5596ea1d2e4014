"""Two nodes that claim one city are found; two cities are left alone."""

from __future__ import annotations

from typing import Any

import pytest

from node.core.claims import Clash, clashes
from vocab.records import City

AURORA, OTHER = "did:web:aurora.example", "did:web:other.example"
PAIR = (AURORA, OTHER)
NUMBER = "http://www.wikidata.org/entity/Q"


def city(name: str, **more: Any) -> City:
    fields = {"id": "", "publisher": "", "version": 1, "country": "AR", **more}
    return City(name={"es": name}, **fields)


@pytest.mark.parametrize(
    ("one", "two", "grounds"),
    [
        ({}, {}, ("name",)),
        ({}, {"name": {"en": "Villa Áurora"}}, ("name",)),
        ({"wikidata": f"{NUMBER}1"}, {"wikidata": f"{NUMBER}1"}, ("wikidata", "name")),
        ({"region": {"es": "Norte"}}, {"region": {"es": "norte"}}, ("name",)),
        ({"homepage": "https://other.example/x", "country": "CL"}, {}, ("points",)),
        ({"did": OTHER, "country": "CL"}, {}, ("points",)),
        ({"country": "CL"}, {}, ()),
        ({"region": {"es": "Norte"}}, {"region": {"es": "Sur"}}, ()),
        ({"wikidata": f"{NUMBER}1"}, {"wikidata": f"{NUMBER}2"}, ()),
        ({"did": AURORA, "homepage": "https://aurora.example", "country": "CL"}, {}, ()),
    ],
)
def test_what_is_one_city_and_what_is_two(
    one: dict[str, Any], two: dict[str, Any], grounds: tuple[str, ...]
) -> None:
    name = two.pop("name", None)
    other = city("Villa Aurora", **two) if name is None else city(name["en"], **two)
    found = clashes([(OTHER, other), (AURORA, city("Villa Aurora", **one))])
    assert found == ([Clash(dids=PAIR, grounds=grounds)] if grounds else [])


def test_a_flood_of_one_name_costs_no_more() -> None:
    many = [(f"did:web:n{number}.example", city("Villa Aurora")) for number in range(500)]
    assert len(clashes(many)) == 190
