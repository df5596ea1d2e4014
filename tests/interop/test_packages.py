"""The packages are those that were chosen, wherever they are fetched from."""

from __future__ import annotations

import json
import re

from tests.interop.conftest import HERE

WANTED = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
LOCKED = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]


def test_every_package_is_locked_by_its_hash_and_names_no_registry() -> None:
    for name, package in LOCKED.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_what_is_asked_for_is_one_version_and_the_locked_one() -> None:
    for name, version in WANTED.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name}: {version}"
        assert LOCKED[f"node_modules/{name}"]["version"] == version
