"""The map: land only, no borders, cities as named links, drawn as SVG of our own.

Equal Earth projection (Šavrič, Patterson, Jenny: "The Equal Earth map projection", IJGIS 2018):
areas keep their proportion, so no part of the world looks larger than it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from typing import Final

__all__ = ["HEIGHT", "WIDTH", "Dot", "Place", "land", "lay_out", "project"]

WIDTH: Final = 960
HEIGHT: Final = 414
_SCALE: Final = 177.342
_EQUATOR: Final = 228.4
_A: Final = (1.340264, -0.081106, 0.000893, 0.003796)
_LETTER: Final = 7.4
_LINE: Final = 17.0
_RADIUS: Final = 9.0


@dataclass(frozen=True, slots=True)
class Place:
    """A city to draw: its name, its page, where it is in degrees, and its class in the drawing.

    Attributes:
        kind: ``told`` where it has no node here and others speak of it.
    """

    name: str
    address: str
    latitude: float
    longitude: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the map. ``label`` is empty where every spot for it is taken."""

    place: Place
    x: float
    y: float
    label: str = ""
    text_x: float = 0.0
    text_y: float = 0.0
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class _Area:
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: _Area) -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def meets(self, other: _Area) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


_MAP: Final = _Area(0, 0, WIDTH, HEIGHT)


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees to the map's units.

    >>> [round(unit) for unit in project(0, 0)]
    [480, 228]
    """
    a1, a2, a3, a4 = _A
    theta = asin(sqrt(3) / 2 * sin(radians(latitude)))
    slope = 9 * a4 * theta**8 + 7 * a3 * theta**6 + 3 * a2 * theta**2 + a1
    x = 2 * sqrt(3) * radians(longitude) * cos(theta) / (3 * slope)
    y = a4 * theta**9 + a3 * theta**7 + a2 * theta**3 + a1 * theta
    return WIDTH / 2 + _SCALE * x, _EQUATOR - _SCALE * y


def lay_out(places: Iterable[Place]) -> list[Dot]:
    """Dots with their labels, each label where it covers no dot and no other label.

    A label that fits nowhere is left out; the link keeps its name for whoever hovers or listens.
    """
    spots = [(place, *project(place.latitude, place.longitude)) for place in places]
    taken = [_Area(x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS) for _, x, y in spots]
    dots = []
    for number, (place, x, y) in enumerate(spots):
        others = [area for at, area in enumerate(taken) if at != number]
        dot, area = _labelled(place, x, y, others)
        if area is not None:
            taken.append(area)
        dots.append(dot)
    return dots


@cache
def land() -> str:
    """The outline, as the data of an SVG path."""
    return files("node.web").joinpath("data", "land.path").read_text(encoding="ascii").strip()


def _labelled(
    place: Place, x: float, y: float, others: Sequence[_Area]
) -> tuple[Dot, _Area | None]:
    wide = len(place.name) * _LETTER
    for anchor, dx, dy in (
        ("start", 12, 5),
        ("end", -12, 5),
        ("middle", 0, -13),
        ("middle", 0, 23),
    ):
        at_x, at_y = x + dx, y + dy
        left = {"start": at_x, "end": at_x - wide, "middle": at_x - wide / 2}[anchor]
        area = _Area(left, at_y - _LINE + 4, left + wide, at_y + 4)
        if _MAP.holds(area) and not any(area.meets(other) for other in others):
            return Dot(place, x, y, place.name, at_x, at_y, anchor), area
    return Dot(place, x, y), None
