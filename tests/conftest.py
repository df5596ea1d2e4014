"""Fixtures for the whole house; what a machine may lack is asked for by ``tests.needs``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.needs import need

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Vectors and data that others made, beside the project; tests without them are skipped."""
    need(
        "shared",
        present=SHARED.is_dir(),
        reason=f"{SHARED} is not there: official vectors are read from it, never copied",
    )
    return SHARED
