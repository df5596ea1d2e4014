"""The contexts that records may name, bundled and immutable.

A set, so that a later version can be read everywhere before anyone writes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from vocab.terms import CONTEXT_URL, DATA_INTEGRITY_URL

__all__ = ["CONTEXT", "CONTEXTS", "context_bytes", "context_digest"]

CONTEXT: Final = (CONTEXT_URL, DATA_INTEGRITY_URL)
"""The contexts of every record, in this order and no others."""

CONTEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {CONTEXT_URL: "v1.jsonld", DATA_INTEGRITY_URL: "data-integrity-v2.jsonld"}
)
"""Each pinned address and the file that stands for it."""


def context_bytes(url: str) -> bytes:
    """The pinned file for a context's address, byte for byte.

    Raises:
        KeyError: The address is not pinned.
    """
    return files("vocab").joinpath("data", "context", CONTEXTS[url]).read_bytes()


def context_digest(url: str) -> str:
    """SHA-256 of the pinned file, in hexadecimal: what is published beside it.

    >>> context_digest(DATA_INTEGRITY_URL)
    '67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4'
    """
    return hashlib.sha256(context_bytes(url)).hexdigest()
