"""``python -m benchmarks [NAME …] [--records N] [--json FILE]``: measure, and print one table."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, table

SUITES = {
    "steps": "the steps of a record's trip",
    "ingest": "a peer's log: fetched, verified, durable, searchable",
    "sync": "a peer followed over HTTP, beside ldes-client; polling",
    "append": "our own log: signed, hashed, durable",
    "search": "text search over many records",
    "rebuild": "text index and graph made anew from the ledger",
    "queries": "SPARQL, beside rdflib, oxigraph serve and Virtuoso",
    "bundles": "parts of a log served, beside nginx",
    "pages": "pages and start",
    "pairing": "rounds of 1,000 and 10,000 cities, proved",
    "mentors": "published mentors in order of context; no measure of speed",
}


def main() -> None:
    """Run the suites that were named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SUITES))
    parser.add_argument("--records", type=int, default=2000, help="how many (default 2000)")
    parser.add_argument("--json", type=Path, help="write the figures to a file as well")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(SUITES)
    if unknown:
        parser.error(f"no suite {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}")
    rows: list[Row] = []
    for name in chosen.names or SUITES:
        print(f"{name}: {SUITES[name]} …", flush=True)
        suite: Iterator[Row] = importlib.import_module(f"benchmarks.{name}").run(chosen.records)
        rows.extend(suite)
    print(f"\nPython {platform.python_version()}, {chosen.records} records, CPU time, medians\n")
    print(table(rows))
    if chosen.json:
        figures = [row.as_json() for row in rows]
        chosen.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
