"""A thing that waits for somebody at the desk."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

__all__ = ["Next"]


@dataclass(frozen=True, slots=True)
class Next:
    """Something to be done.

    Attributes:
        key: The same for as long as it is the same matter: whoever was told once is not told again.
        said: What it is; address: of the page on which it is done.
    """

    key: str
    said: Markup
    address: str
