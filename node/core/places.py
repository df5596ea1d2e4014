"""Cities that are known without their own word: number at GeoNames, names, where they lie.

``data/places.csv`` has those that call themselves human rights cities, and nothing of what they do.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["GEONAMES", "KnownPlace", "known_places", "place_at"]

GEONAMES = "https://sws.geonames.org/"


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """One name of a city.

    Attributes:
        iri: Of GeoNames, ``https://sws.geonames.org/<number>/``.
        country: Two letters of ISO 3166-1.
        latitude, longitude: In degrees of WGS 84, to about a kilometre.
    """

    iri: str
    country: str
    name: str
    latitude: float
    longitude: float


@cache
def known_places() -> tuple[KnownPlace, ...]:
    """The table; a city stands in it once for each of its names."""
    text = files("node.core").joinpath("data", "places.csv").read_text("utf-8")
    return tuple(
        KnownPlace(
            iri=f"{GEONAMES}{row['geonames_id']}/",
            country=row["country"],
            name=row["name"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


def place_at(iri: str) -> KnownPlace | None:
    """The place of an IRI of GeoNames, by its first name; ``None`` where the table lacks it."""
    return _by_iri().get(iri)


@cache
def _by_iri() -> Mapping[str, KnownPlace]:
    return {place.iri: place for place in reversed(known_places())}
