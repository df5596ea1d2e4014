"""A country's regions and income group, from one pinned table (``node/core/data/SOURCE.md``)."""

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
        parts: Narrower parts of the world that it lies in, UN M49: ``419``, ``005``.
    """

    code: str
    region: str
    income: int | None
    parts: tuple[str, ...] = ()

    @property
    def regions(self) -> frozenset[str]:
        """Every part of the world that it lies in, the whole of it (``001``) included."""
        return frozenset({"001", self.region, *self.parts} - {""})


def country(code: str | None) -> Country:
    """A country by its code; one of which nothing is known where the code is not in the table."""
    return _table().get(code or "", Country(code or "", "", None))


@cache
def _table() -> dict[str, Country]:
    text = files("node.core").joinpath("data", "countries.csv").read_text("utf-8")
    return {
        row["country"]: Country(
            code=row["country"],
            region=row["region"],
            income=_INCOME.get(row["income"]),
            parts=tuple(part for part in (row["subregion"], row["intermediate"]) if part),
        )
        for row in csv.DictReader(text.splitlines())
    }
