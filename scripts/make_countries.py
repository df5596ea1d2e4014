"""Write the table of countries from its sources (see ``node/core/data/SOURCE.md``).

python scripts/make_countries.py FOLDER            writes the table
python scripts/make_countries.py FOLDER --check    exit 1 where it is not what would be written

FOLDER holds ``country-codes.csv`` (data package country-codes) and ``world_bank_income.csv``.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).parents[1] / "node" / "core" / "data" / "countries.csv"
COLUMNS: Final = ("country", "region", "subregion", "intermediate", "income")
_REGIONS: Final = ("Region Code", "Sub-region Code", "Intermediate Region Code")


def table(folder: Path) -> str:
    """The table as text: a row a country, by its code."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(folder))
    return written.getvalue()


def _rows(folder: Path) -> Iterator[tuple[str, ...]]:
    income = {row["iso2"]: row["income_level"] for row in _read(folder / "world_bank_income.csv")}
    regions = {
        row["ISO3166-1-Alpha-2"]: tuple(row[name] and row[name].zfill(3) for name in _REGIONS)
        for row in _read(folder / "country-codes.csv")
    }
    # The World Bank names an economy without an ISO code by its three letters alone.
    for code in sorted(regions.keys() | income.keys() - {""}):
        yield (code, *regions.get(code, ("", "", "")), income.get(code, ""))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main(folder: str, *options: str) -> int:
    """Write or compare; the exit code."""
    text = table(Path(folder))
    if "--check" in options:
        return 0 if TARGET.read_text("utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
