"""Where a command meets the node: through the running server's socket, or with its own hands.

A command never knows which: ``node.app.one_call`` talks to the process that serves, and opens the
stores itself only when nobody does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from node.cli.console import Console
from node.config import Config

__all__ = ["call", "settings"]


def settings(console: Console, flags: Mapping[str, str] | None = None) -> Config:
    """The settings in force for ``--home``.

    Raises:
        SettingsError: Everything that is wrong with them.
    """
    from node.config import load

    return load(console.home / "config.toml", os.environ, flags or {})


def call(console: Console, name: str, /, **arguments: Any) -> dict[str, Any]:
    """Run one of the node's operations (``node.control.OPERATIONS``) and give back its answer."""
    from node.app import one_call

    answer: dict[str, Any] = one_call(settings(console), name, arguments)
    return answer
