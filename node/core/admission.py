"""Shall we take this record? (The decision itself is in the making; the verdict is its answer.)"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RULES", "Verdict"]

RULES = 1
"""Version of the rules: what was quarantined under older ones is judged again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What admission said of an entry.

    Attributes:
        admitted: Whether it may be shown and searched.
        reason: Why not: what was expected and what was found; empty where admitted.
        rules: Version of the rules that said so.
    """

    admitted: bool
    reason: str = ""
    rules: int = RULES
