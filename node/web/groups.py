"""The four courses of the façade as groups of actions: how lists of the 28 are ordered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from vocab.framework import Action, Concept, load

__all__ = ["Group", "groups", "tone_of"]


@dataclass(frozen=True, slots=True)
class Group:
    """One course.

    Attributes:
        tone: Class of the stylesheet: ``f``, ``s`` or ``t``.
        anchor: Of its heading on a page.
        area: Its area; level: of tools, whether local or international.
    """

    tone: str
    anchor: str
    area: Concept
    level: Concept | None
    actions: tuple[Action, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Foundations, structures, local tools, international tools."""
    made = []
    for area in load().scheme("area"):
        levels = load().scheme("level") if area.slug == "tools" else (None,)
        for level in levels:
            slug = level.slug if level else None
            inside = tuple(
                one for one in load().actions if one.area == area.slug and one.level == slug
            )
            anchor = area.slug if level is None else f"{area.slug}-{level.slug}"
            made.append(Group(area.slug[0], anchor, area, level, inside))
    return tuple(made)


def tone_of(action: Action) -> str:
    """``f``, ``s`` or ``t``: the colour that an action is shown in."""
    return action.area[0]
