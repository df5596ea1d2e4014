"""What some tests need and not every machine has: a browser, a server, Node's packages.

Where it is absent, such a test is skipped and says why. ``INTERCITY_REQUIRE`` names what must be
there (``interop``, or several with commas between): then its absence is a failure, so that a
machine that was set up for a test cannot pass without having run it.
"""

from __future__ import annotations

import os

import pytest

__all__ = ["need"]


def need(name: str, *, present: bool, reason: str) -> None:
    """Skip the test that asks, or fail it where the need is required, unless it is present.

    Args:
        name: One word, as in ``INTERCITY_REQUIRE``.
        reason: What is absent, and how to have it.
    """
    if present:
        return
    if name in os.environ.get("INTERCITY_REQUIRE", "").split(","):
        pytest.fail(f"{reason} (INTERCITY_REQUIRE names {name!r})", pytrace=False)
    pytest.skip(reason)
