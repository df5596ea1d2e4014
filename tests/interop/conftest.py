"""Programs in JavaScript beside the tests: JSON goes in, JSON comes out."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.needs import need

HERE = Path(__file__).parent
INSTALL = "npm ci --ignore-scripts --prefix tests/interop"

Node = Callable[[str, Any], Any]


@pytest.fixture(scope="session")
def node() -> Node:
    """``node(program, question)``: what one of the programs in this folder answers."""
    need("interop", present=shutil.which("node") is not None, reason="node is not installed")
    need(
        "interop",
        present=(HERE / "node_modules" / ".package-lock.json").is_file(),
        reason=f"npm's packages are not installed: {INSTALL}",
    )
    return _answer


def _answer(program: str, question: Any) -> Any:
    ran = subprocess.run(
        ["node", HERE / f"{program}.mjs"],
        input=json.dumps(question),
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, f"{program}.mjs: {ran.stderr[-2000:]}"
    return json.loads(ran.stdout)
