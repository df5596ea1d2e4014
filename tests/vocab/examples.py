"""The examples that come with the vocabulary, good and bad, and what they are read with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "vocab" / "data"
EXAMPLES = DATA / "examples"


def good() -> dict[str, dict[str, Any]]:
    """Each good example by its name."""
    return {file.stem: read(file) for file in sorted(EXAMPLES.glob("*.jsonld"))}


def bad() -> dict[str, dict[str, Any]]:
    """Each bad example by its name."""
    return {file.stem: read(file) for file in sorted((EXAMPLES / "bad").glob("*.jsonld"))}


def expected() -> dict[str, list[dict[str, str]]]:
    """What is to be found in each bad example."""
    found: dict[str, list[dict[str, str]]] = read(EXAMPLES / "bad" / "expected.json")
    return found


def read(file: Path) -> dict[str, Any]:
    """One JSON file."""
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document
