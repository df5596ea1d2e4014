"""From a gathered network to a table and two plots; or the same from a sheet of dated facts.

    intercity gather cities --network https://directory.example
    python docs/examples/network_to_plots.py cities/cities-actions.csv plots

Needs matplotlib (``pip install 'intercity[research]'``). It reads ``cities-actions.csv``, or any
CSV with the columns ``city``, ``action_code`` and ``date``, such as facts that were collected from
published sources. Missing is not no: an action that nobody has said anything of is counted as *not
reported*, and never as *absent*.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt

ACTIONS = [
    *(f"F{n}" for n in range(1, 4)),
    *(f"S{n}" for n in range(1, 7)),
    *(f"T{n}" for n in range(1, 20)),
]
STATES = ["in-place", "under-way", "planned", "stopped", "not-applicable", "not reported"]
FACT = "fact"
"""State of what a sheet of facts says: somebody found it, and no city has signed it."""

Said = Mapping[tuple[str, str], tuple[str, str]]
"""City and action → state and the year since when, or empty."""


def main(source: str, out: str) -> None:
    """Read the table, print it, and draw both plots into a folder."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    cities, said = read(Path(source))
    counts = by_action(cities, said)
    show(counts, len(cities))
    draw_actions(counts, len(cities), folder / "actions.png")
    draw_years(said, folder / "years.png")


def read(path: Path) -> tuple[list[str], Said]:
    """Every city, and what stands of each action: the whole city's newest word."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows:
        if "action_code" in row:  # A sheet of facts: the earliest date of each.
            key, year = (row["city"], row["action_code"]), row["date"][:4]
            said[key] = (FACT, min(year, said.get(key, (FACT, year))[1]))
        elif row["newest"] and row["state"] and not row["district"]:
            said[row["city"], row["action"]] = (row["state"], row["since"][:4])
    return sorted({row["city"] for row in rows}), said


def by_action(cities: Sequence[str], said: Said) -> dict[str, Counter[str]]:
    """Action → state → how many cities; those that say nothing are counted, too."""
    found: dict[str, Counter[str]] = {}
    for action in ACTIONS:
        states = [said.get((city, action), ("not reported", ""))[0] for city in cities]
        found[action] = Counter(states)
    return found


def show(counts: Mapping[str, Counter[str]], cities: int) -> None:
    """The table, for a terminal."""
    states = [one for one in (FACT, *STATES) if any(count[one] for count in counts.values())]
    print(f"{cities} cities")
    print("action", *(f"{state:>14}" for state in states))
    for action, count in counts.items():
        print(f"{action:6}", *(f"{count[state]:14}" for state in states))


def draw_actions(counts: Mapping[str, Counter[str]], cities: int, path: Path) -> None:
    """How many cities report each action, of all that are there."""
    figure, axes = plt.subplots(figsize=(9, 6))
    left = [0] * len(ACTIONS)
    for state in (FACT, *STATES):
        width = [counts[action][state] for action in ACTIONS]
        if any(width):
            axes.barh(ACTIONS, width, left=left, label=state)
            left = [a + b for a, b in zip(left, width, strict=True)]
    axes.invert_yaxis()
    axes.set(xlabel=f"cities, of {cities}", title="What cities say of the 28 actions")
    axes.legend(loc="lower right", fontsize="small")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def draw_years(said: Said, path: Path) -> None:
    """Since when: statements by the year that they name, added up."""
    years: dict[int, int] = defaultdict(int)
    undated = 0
    for _, since in said.values():
        if since.isdecimal():
            years[int(since)] += 1
        else:
            undated += 1
    figure, axes = plt.subplots(figsize=(9, 4))
    total, xs, ys = 0, [], []
    for year in sorted(years):
        total += years[year]
        xs.append(year)
        ys.append(total)
    axes.step(xs, ys, where="post")
    axes.set(
        xlabel="year since when it holds",
        ylabel="statements, added up",
        title=f"Since when ({undated} without a year are left out)",
    )
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("expected a CSV file and a folder: network_to_plots.py cities-actions.csv plots")
    main(sys.argv[1], sys.argv[2])
