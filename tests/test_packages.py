"""npm's packages are those that were chosen, wherever they are fetched from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

PARTS = ["browser", "interop"]


def read(root: Path, part: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "tests" / part / name).read_text("utf-8"))
    return found


@pytest.mark.parametrize("part", PARTS)
def test_every_package_is_locked_by_its_hash_and_names_no_registry(root: Path, part: str) -> None:
    for name, package in read(root, part, "package-lock.json")["packages"].items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize("part", PARTS)
def test_what_is_asked_for_is_one_version_and_the_locked_one(root: Path, part: str) -> None:
    locked = read(root, part, "package-lock.json")["packages"]
    for name, version in read(root, part, "package.json")["dependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name}: {version}"
        assert locked[f"node_modules/{name}"]["version"] == version


def test_no_part_is_left_out(root: Path) -> None:
    found = (root / "tests").glob("*/package.json")
    assert sorted(file.parent.name for file in found) == PARTS
