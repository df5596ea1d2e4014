"""What goes together in a table of observations: values, what is withheld, and each cell once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from vocab.shapes.problem import Problem
from vocab.terms import ObservationStatus, Unit

__all__ = ["FEWEST", "few_or_none"]

FEWEST: Final = 10
"""The smallest count of persons that is published."""

_DIMENSIONS: Final = ("period", "sex", "age", "group")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,6})?")


def few_or_none(document: Mapping[str, Any]) -> Iterator[Problem]:
    """A count of fewer than ten persons is withheld; what is withheld or missing has no value."""
    observations = document.get("observations")
    if not isinstance(observations, list):
        return
    seen: dict[tuple[object, ...], int] = {}
    for index, one in enumerate(observations):
        if not isinstance(one, dict):
            continue
        value = one.get("value")
        place = ("observations", index, "value")
        number = isinstance(value, str) and _NUMBER.fullmatch(value)
        without = one.get("suppressed") is True or one.get("status") == ObservationStatus.MISSING
        if value is None and not without:
            yield Problem(place, "value-missing", {})
        elif value is not None and without:
            yield Problem(place, "suppressed-with-value", {"found": value})
        elif number and document.get("unit") == Unit.PERSONS and Decimal(str(value)) < FEWEST:
            yield Problem(place, "small-count", {"found": value})
        cell = tuple(one.get(key) for key in _DIMENSIONS)
        if not all(isinstance(part, str) for part in cell):
            continue
        first = seen.setdefault(cell, index)
        if first != index:
            yield Problem(("observations", index), "cell-twice", {"first": first + 1})
