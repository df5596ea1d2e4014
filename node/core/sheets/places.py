"""Cities that a sheet may name by country and name alone.

Those of ``node.core.places``; a node adds the cities that it knows by their own nodes, and those
come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from node.core import places
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
    return {place_key(one.country, one.name): one.iri for one in places.known_places()}
