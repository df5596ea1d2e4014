"""The façade: a city's 28 actions as a building in section, drawn as SVG.

Three foundation stones lie at the bottom, six structures above them, thirteen local tools and six
international ones on top. A block fills from the ground up by its state; what was not reported is
dotted, what does not apply is left out but for a dash, what was stopped is crossed. Height carries
the meaning, so it survives greyscale, print and colour blindness; nothing here is a score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from vocab.framework import Action, load

__all__ = ["LEVELS", "MARK", "Block", "facade", "key"]

LEVELS: Final[Mapping[str, float]] = {"in-place": 1.0, "under-way": 0.5, "planned": 0.18}
"""State → how far a block is filled."""

_ROWS: Final[tuple[tuple[str, float, Callable[[Action], bool]], ...]] = (
    ("c-t", 0.20, lambda action: action.level == "international"),
    ("c-t", 0.20, lambda action: action.level == "local"),
    ("c-s", 0.27, lambda action: action.area == "structures"),
    ("c-f", 0.33, lambda action: action.area == "foundations"),
)
"""Class, share of the height, and which actions: from the roof down."""

MARK: Final = Markup(
    '<svg viewBox="0 0 32 32" aria-hidden="true"><g class="m-t"><rect x="1" y="2" width="9" '
    'height="7"/><rect x="11.5" y="2" width="9" height="7"/><rect x="22" y="2" width="9" '
    'height="7"/></g><g class="m-s"><rect x="1" y="11" width="14.2" height="8"/><rect x="16.8" '
    'y="11" width="14.2" height="8"/></g><rect x="1" y="21" width="30" height="9" class="m-f"/>'
    "</svg>"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One action in one city.

    Attributes:
        state: Slug of the action states; empty where nothing was reported.
        part: Whether it was said of a district only, not of the whole city.
    """

    state: str = ""
    part: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float

    def rect(self, kind: str, inset: float = 0.0) -> str:
        return (
            f'<rect class="{kind}" x="{self.x + inset:.1f}" y="{self.y + inset:.1f}" '
            f'width="{self.width - 2 * inset:.1f}" height="{self.height - 2 * inset:.1f}"/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float) -> str:
        """A stroke between two points given as shares of the box."""
        return (
            f'<path class="x" d="M{self.x + x1 * self.width:.1f} {self.y + y1 * self.height:.1f}'
            f'L{self.x + x2 * self.width:.1f} {self.y + y2 * self.height:.1f}"/>'
        )


def facade(
    blocks: Mapping[str, Block],
    title: str,
    *,
    width: int = 640,
    height: int = 300,
    gap: float = 3.0,
    codes: bool = False,
    rtl: bool = False,
    kind: str = "big",
) -> Markup:
    """The drawing.

    Args:
        blocks: Action code → what is said of it; a code left out was not reported.
        title: What it shows, in words, for those who do not see it.
        gap: Between blocks, in the drawing's units.
        codes: Whether each block carries its code.
        rtl: Whether rows run from the right.
        kind: ``big``, ``mini`` or ``mini where``: classes of the stylesheet.
    """
    rows, top = [], 0.0
    usable = height - gap * (len(_ROWS) - 1)
    for tone, share, belongs in _ROWS:
        actions = [action for action in load().actions if belongs(action)]
        wide = (width - gap * (len(actions) - 1)) / len(actions)
        drawn = []
        for number, action in enumerate(actions):
            place = len(actions) - 1 - number if rtl else number
            box = _Box(place * (wide + gap), top, wide, usable * share)
            drawn.append(_block(box, blocks.get(action.code, Block()), rtl=rtl))
            if codes:
                drawn.append(_code(box, action.code, blocks.get(action.code, Block())))
        rows.append(f'<g class="{tone}">{"".join(drawn)}</g>')
        top += usable * share + gap
    return Markup(  # noqa: S704 - numbers of ours, and text that is escaped
        f'<svg class="facade {escape(kind)}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(title)}">{"".join(rows)}</svg>'
    )


def key(state: str, *, part: bool = False) -> Markup:
    """One small block, for legends and tables; the state stands beside it in words."""
    drawn = _block(_Box(0, 0, 22, 22), Block(state, part), rtl=False)
    return Markup(  # noqa: S704 - numbers of ours
        f'<svg class="key" viewBox="0 0 22 22" aria-hidden="true">{drawn}</svg>'
    )


def _block(box: _Box, block: Block, *, rtl: bool) -> str:
    inset = 0.75
    if block.state == "not-applicable":
        return box.line(0.3, 0.5, 0.7, 0.5)
    if not block.state:
        return box.rect("n", inset)
    outline = box.rect("o", inset)
    if block.state == "stopped":
        return outline + box.line(0, 1, 1, 0)
    high = box.height * LEVELS.get(block.state, 0.0)
    wide = box.width / 3 if block.part else box.width
    start = box.x + (box.width - wide if rtl else 0)
    return outline + _Box(start, box.y + box.height - high, wide, high).rect("b")


def _code(box: _Box, code: str, block: Block) -> str:
    inverse = ' class="inv"' if block.state == "in-place" and not block.part else ""
    return (
        f'<text{inverse} x="{box.x + box.width / 2:.1f}" y="{box.y + 17:.1f}" '
        f'text-anchor="middle">{escape(code)}</text>'
    )
