"""Evidence that staff uploads: kept under the hash of its bytes, for everybody or for staff alone.

A file lies on the desk, not in a log: a record names its address and its hash, and so commits to
it. Taking a file away leaves the record as it is; who follows the address finds nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

from node.core.media import Media, judged
from node.errors import Invalid, NodeError, NotFound
from node.service.accounts import note_deed
from node.service.drafts import draft, put_draft
from node.service.home import Home
from peers.encoding import JsonObject, jcs, parse_json

__all__ = [
    "ROOM",
    "Kept",
    "Reach",
    "about_file",
    "attach",
    "content_of",
    "files",
    "keep",
    "take_away",
]

ROOM: Final = 1024**3
"""Bytes of all files together."""

_CONTENT: Final = "file"
"""Family of the desk's pages: hash → bytes."""

_ABOUT: Final = "file-about"
"""Family of the desk's pages: hash → what is known of it."""

Reach: TypeAlias = Literal["public", "internal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that is kept.

    Attributes:
        sha256: Of its bytes, 64 hexadecimal digits.
        reach: ``public``: whoever has the address; ``internal``: who is signed in.
        by: Id of the account that brought it.
        when: RFC 3339.
    """

    sha256: str
    name: str
    media_type: str
    size: int
    reach: Reach
    by: str
    when: str

    @property
    def path(self) -> str:
        """Where it is, below ``base_url``."""
        return f"/files/{self.sha256}/{self.name}"


async def keep(home: Home, by: str, data: bytes, name: str, reach: Reach) -> Kept:
    """Keep a file; the same one twice is one, as wide as it was meant last.

    Raises:
        Invalid: It is too large, empty, or of a type that is not taken, in words.
        NodeError: There is no room for it.
    """
    try:
        media: Media = judged(data, name)
    except ValueError as fault:
        raise Invalid(str(fault)) from None
    held = await files(home)
    used = sum(one.size for one in held)
    if used + len(media.data) > ROOM:
        raise NodeError(
            f"expected files of {ROOM // 2**20:,} MB together at most, found {used / 2**20:,.0f} "
            "MB already: take away what no record names any more"
        )
    kept = Kept(
        sha256=hashlib.sha256(media.data).hexdigest(),
        name=media.name,
        media_type=media.media_type,
        size=len(media.data),
        reach=reach,
        by=by,
        when=home.stamp(),
    )
    await note_deed(home, by, "file", kept.sha256)
    await home.desk.put_pages(
        {(_CONTENT, kept.sha256): media.data, (_ABOUT, kept.sha256): jcs(asdict(kept))}
    )
    return kept


async def files(home: Home) -> list[Kept]:
    """Every file that is kept, newest first."""
    found = [_read(data) for data in (await home.desk.pages(_ABOUT)).values()]
    return sorted(found, key=lambda one: (one.when, one.sha256), reverse=True)


async def about_file(home: Home, sha256: str) -> Kept | None:
    """What is known of a file; ``None`` where there is none."""
    data = await home.desk.page(_ABOUT, sha256)
    return None if data is None else _read(data)


async def content_of(home: Home, sha256: str) -> bytes | None:
    """A file's bytes."""
    return await home.desk.page(_CONTENT, sha256)


async def take_away(home: Home, by: str, sha256: str) -> None:
    """Keep a file no longer. One that is not there is no error."""
    await note_deed(home, by, "file-away", sha256)
    await home.desk.put_pages({(_CONTENT, sha256): None, (_ABOUT, sha256): None})


async def attach(home: Home, sha256: str, key: str) -> str:
    """Name a file as evidence in a draft; returns the draft's key. Twice is once.

    Raises:
        NotFound: There is no such file or draft.
        Invalid: It is internal: what everybody may read would name what nobody can.
    """
    kept = await about_file(home, sha256)
    if kept is None:
        raise NotFound(f"{sha256[:16]}: expected a file that is kept here, found none")
    if kept.reach != "public":
        raise Invalid(f"{kept.name}: expected a public file as evidence, found an internal one")
    document = await draft(home, key)
    evidence = document.get("evidence")
    parts: list[Any] = list(evidence) if isinstance(evidence, list) else []
    if any(isinstance(one, dict) and one.get("sha256") == sha256 for one in parts):
        return key
    part: JsonObject = {
        "contentUrl": f"{home.base_url}{kept.path}",
        "sha256": kept.sha256,
        "encodingFormat": kept.media_type,
        "contentSize": kept.size,
    }
    return await put_draft(home, {**document, "evidence": [*parts, part]}, key=key)


def _read(data: bytes) -> Kept:
    fields: Any = parse_json(data)
    return Kept(**fields)
