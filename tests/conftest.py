"""Fixtures for the whole house, and how it treats what a machine lacks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Vectors and data that others made, beside the project; tests without them are skipped."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: official vectors are read from it, never copied")
    return SHARED


@pytest.fixture(scope="session")
def continuous_integration() -> bool:
    """Whether a missing browser or server is a failure instead of a reason to skip."""
    return os.environ.get("CI") == "true"
