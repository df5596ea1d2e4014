"""A country's region and income group, from one pinned table (``node/core/data/SOURCE.md``)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

__all__ = ["VERSION", "Country", "country"]

VERSION: Final = "2026-01-04"
"""Of the table; named by whatever is computed from it."""

_INCOME: Final = {"LIC": 0, "LMC": 1, "UMC": 2, "HIC": 3}


@dataclass(frozen=True, slots=True)
class Country:
    """What is known of a country.

    Attributes:
        code: ISO 3166-1, two letters.
        region: UN M49 code of its region, such as ``019``; empty where there is none.
        income: 0 low, 1 lower middle, 2 upper middle, 3 high; ``None`` where nobody says.
    """

    code: str
    region: str
    income: int | None


def country(code: str | None) -> Country:
    """A country by its code; one of which nothing is known where the code is not in the table."""
    return _table().get(code or "", Country(code or "", "", None))


@cache
def _table() -> dict[str, Country]:
    text = files("node.core").joinpath("data", "countries.csv").read_text("utf-8")
    return {
        row["country"]: Country(row["country"], row["region"], _INCOME.get(row["income"]))
        for row in csv.DictReader(text.splitlines())
    }
