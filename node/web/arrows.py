"""Cities around an oval, and arrows from those that taught to those that learned, as SVG.

Only where things stand is decided here. Cities are placed evenly by height on both sides, so that
every label has a line of its own; those that are connected stand near each other. The same cities
and arrows give the same drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Final

__all__ = ["LETTERS", "MOST", "WIDTH", "Arrow", "Drawing", "Spot", "lay_out"]

WIDTH: Final = 760
MOST: Final = 40
"""Cities that a drawing holds."""
LETTERS: Final = 24
"""Letters of a label; a longer name ends in an ellipsis."""

_ACROSS: Final = 175.0
_LINE: Final = 34.0
_LEAST: Final = 300.0
_GAP: Final = 14.0
"""Between the middle of a city's dot and the end of an arrow, or its label."""
_BEND: Final = 20.0
_INWARD: Final = 0.22


@dataclass(frozen=True, slots=True)
class Spot:
    """A city: its IRI, where it stands, its label and on which side of the dot that begins."""

    agent: str
    x: float
    y: float
    label: str
    text_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """From teacher to learner: data of an SVG path, and what the arrow is for."""

    teacher: str
    learner: str
    how: str
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything at its place; ``height`` in the units of ``WIDTH``, ``left`` cities left out."""

    height: float
    spots: tuple[Spot, ...]
    arrows: tuple[Arrow, ...]
    left: int


def lay_out(pairs: Iterable[tuple[str, str, str]], names: Mapping[str, str]) -> Drawing:
    """Draw who learned from whom.

    Args:
        pairs: (teacher, learner, how); each once in the drawing, however often it is given.
        names: What a city is called, by IRI.

    Returns:
        A drawing of the cities with the most arrows, ``MOST`` at most.
    """
    given = list(dict.fromkeys(pairs))
    around = _in_order(given)
    kept = around if len(around) <= MOST else _in_order(_among(given, _busiest(given)))
    spots = _placed(kept, names)
    at = {one.agent: one for one in spots}
    arrows = [
        Arrow(teacher, learner, how, _path(at[teacher], at[learner], _height(len(kept)), aside))
        for aside, (teacher, learner, how) in _asides(given)
        if teacher in at and learner in at
    ]
    return Drawing(_height(len(kept)), tuple(spots), tuple(arrows), len(around) - len(kept))


def _busiest(pairs: Sequence[tuple[str, str, str]]) -> set[str]:
    counts = _counts(pairs)
    return set(sorted(counts, key=lambda one: (-counts[one], one))[:MOST])


def _among(pairs: Sequence[tuple[str, str, str]], kept: set[str]) -> list[tuple[str, str, str]]:
    return [one for one in pairs if one[0] in kept and one[1] in kept]


def _counts(pairs: Sequence[tuple[str, str, str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for teacher, learner, _ in pairs:
        for one in (teacher, learner):
            counts[one] = counts.get(one, 0) + 1
    return counts


def _in_order(pairs: Sequence[tuple[str, str, str]]) -> list[str]:
    """Every city once: the one with the most arrows first, and those beside it near it."""
    counts = _counts(pairs)
    near: dict[str, set[str]] = {one: set() for one in counts}
    for teacher, learner, _ in pairs:
        near[teacher].add(learner)
        near[learner].add(teacher)

    def order(one: str) -> tuple[int, str]:
        return -counts[one], one

    listed: dict[str, None] = {}
    for start in sorted(counts, key=order):
        waiting = [start]
        while waiting:
            one = waiting.pop(0)
            if one not in listed:
                listed[one] = None
                waiting += sorted(near[one] - listed.keys(), key=order)
    return list(listed)


def _height(count: int) -> float:
    return max(_LEAST, -(-count // 2) * _LINE + 2 * _LINE)


def _placed(agents: Sequence[str], names: Mapping[str, str]) -> list[Spot]:
    """Down the right side, and up the left one."""
    count, height = len(agents), _height(len(agents))
    right = -(-count // 2)
    spots = []
    for number, agent in enumerate(agents):
        on_right = number < right
        rows = right if on_right else count - right
        row = number if on_right else count - 1 - number
        y = _LINE + (row + 0.5) * (height - 2 * _LINE) / rows
        rise = (y - height / 2) / (height / 2 - _LINE / 2)
        side = 1 if on_right else -1
        x = WIDTH / 2 + side * _ACROSS * sqrt(1 - rise * rise)
        spots.append(
            Spot(
                agent=agent,
                x=x,
                y=y,
                label=_cut(names.get(agent) or agent),
                text_x=x + side * _GAP,
                anchor="start" if on_right else "end",
            )
        )
    return spots


def _cut(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1].rstrip()}…"


def _asides(
    pairs: Sequence[tuple[str, str, str]],
) -> Iterable[tuple[int, tuple[str, str, str]]]:
    """Each arrow, and how many before it lead from the same city to the same."""
    seen: dict[tuple[str, str], int] = {}
    for pair in pairs:
        number = seen.get(pair[:2], 0)
        seen[pair[:2]] = number + 1
        yield number, pair


def _path(start: Spot, end: Spot, height: float, aside: int) -> str:
    """A curve that bends to its own right and a little inward: no two lie on each other."""
    across, down = end.x - start.x, end.y - start.y
    length = hypot(across, down) or 1.0
    middle_x, middle_y = (start.x + end.x) / 2, (start.y + end.y) / 2
    bend = _BEND * (1 + aside)
    x = middle_x + _INWARD * (WIDTH / 2 - middle_x) - bend * down / length
    y = middle_y + _INWARD * (height / 2 - middle_y) + bend * across / length
    from_x, from_y = _towards(start, x, y)
    to_x, to_y = _towards(end, x, y)
    return f"M{from_x:.1f} {from_y:.1f}Q{x:.1f} {y:.1f} {to_x:.1f} {to_y:.1f}"


def _towards(spot: Spot, x: float, y: float) -> tuple[float, float]:
    """The point beside a dot on the way to another point."""
    length = hypot(x - spot.x, y - spot.y) or 1.0
    return spot.x + _GAP * (x - spot.x) / length, spot.y + _GAP * (y - spot.y) / length
