"""Text in several languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

__all__ = ["LangMap"]

LangMap: TypeAlias = Mapping[str, str]
"""The same words by language tag: ``{"es": "…", "pt-BR": "…"}``."""
