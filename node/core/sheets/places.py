"""Cities that a sheet may name by country and name alone.

``data/places.csv`` has the cities that call themselves human rights cities, with their numbers at
GeoNames. A node adds the cities that it knows by their own nodes: those come first.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from node.core.sheets.labels import folded

__all__ = ["Places", "known_places", "place_key"]

Places = Mapping[tuple[str, str], str]
"""Country code and folded name → the city's ``…/#city``, or its IRI at GeoNames."""


def place_key(country: str, name: str) -> tuple[str, str]:
    """How a city is looked up.

    >>> place_key("CA", "Montréal")
    ('CA', 'montreal')
    """
    return country, folded(name)


@cache
def known_places() -> Places:
    """The cities of the table."""
    text = files("node.core.sheets").joinpath("data", "places.csv").read_text("utf-8")
    return {
        place_key(row["country"], row["name"]): f"https://sws.geonames.org/{row['geonames_id']}/"
        for row in csv.DictReader(text.splitlines())
    }
