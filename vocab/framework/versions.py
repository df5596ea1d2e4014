"""Versions of the framework's vocabulary that were published, and what a change may do.

What was published under a version's address stays as it is, byte for byte: its SHA-256 stands in
``data/versions/SHA256SUMS`` and is checked whenever the file is read. Corrections of labels
(patches) show in the current vocabulary alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from vocab.errors import BadSource

__all__ = ["changes", "policy", "published", "version_bytes"]


@cache
def published() -> Mapping[str, str]:
    """Each published version, ``1.0``, and the SHA-256 of its Turtle file, in hexadecimal."""
    text = files("vocab").joinpath("data", "versions", "SHA256SUMS").read_text(encoding="ascii")
    rows = (line.split("  ") for line in text.splitlines())
    return {file.removesuffix(".ttl"): digest for digest, file in rows}


def version_bytes(version: str) -> bytes:
    """The framework as it was published, in Turtle.

    Raises:
        KeyError: No such version was published.
        BadSource: The file is not what was published.
    """
    expected = published()[version]
    body = files("vocab").joinpath("data", "versions", f"{version}.ttl").read_bytes()
    found = hashlib.sha256(body).hexdigest()
    if found != expected:
        raise BadSource(f"versions/{version}.ttl: expected SHA-256 {expected}, found {found}")
    return body


def policy() -> str:
    """What each kind of version may change, and that nothing is deleted; as Markdown."""
    return _sections()[0].partition("\n\n")[2]


def changes() -> tuple[tuple[str, str], ...]:
    """Each version and what it changed, newest first; as Markdown."""
    parts = (section.partition("\n") for section in _sections()[1:])
    return tuple((head.strip(), body.strip()) for head, _, body in parts)


def _sections() -> list[str]:
    text = files("vocab").joinpath("data", "CHANGELOG.md").read_text(encoding="utf-8")
    return text.split("\n## ")
