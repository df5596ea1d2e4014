"""Which findings belong beside which control.

A finding names its place as a JSON pointer; a control has one, too. What is wrong with a whole
field (it is missing) belongs to its control in any language, what is wrong with a text in another
language to that language alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from vocab.shapes import Finding

__all__ = ["found_at", "place_of", "steps_of"]


def place_of(finding: Finding) -> tuple[str | int, ...]:
    """The place of a finding; numbers count from 0 (RFC 6901, sections 3 and 4).

    >>> place_of(Finding("/evidence/0/caption/es", "", "", ""))
    ('evidence', 0, 'caption', 'es')
    """
    return tuple(
        int(step) if step.isdecimal() and step.isascii() else _plain(step)
        for step in finding.path.split("/")[1:]
    )


def steps_of(name: str) -> tuple[str | int, ...]:
    """The place that a control's name, or a comment, is about.

    >>> steps_of("evidence.0.caption.es")
    ('evidence', 0, 'caption', 'es')
    """
    return tuple(int(one) if one.isdecimal() and one.isascii() else one for one in name.split("."))


def found_at(findings: Iterable[Finding], place: tuple[str | int, ...]) -> list[Finding]:
    """What was found at a place of a document, below it, or with all of what it is in."""
    found = []
    for one in findings:
        there = place_of(one)
        shared = min(len(there), len(place))
        if there and there[:shared] == place[:shared]:
            found.append(one)
    return found


def _plain(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
