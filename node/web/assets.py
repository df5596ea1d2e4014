"""Stylesheet, fonts and logo, served from memory under names that carry their content's hash.

An address never changes what it answers, so browsers may keep it for ever; a change of a file is a
change of its address. Fonts are named in the stylesheet, which is rewritten to the hashed names.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from aiohttp import web

from node.core.negotiate import coding

__all__ = ["Asset", "assets", "file_name", "icon", "serve"]

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}
_FONTS: Final = (
    "plex-sans-latin.woff2",
    "plex-sans-latin-ext.woff2",
    "plex-sans-cyrillic.woff2",
    "plex-sans-arabic-400.woff2",
    "plex-sans-arabic-600.woff2",
    "OFL-plex-sans.txt",
    "OFL-plex-sans-arabic.txt",
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes as they are and, where that is shorter, compressed."""

    media_type: str
    plain: bytes
    packed: bytes | None


@cache
def assets() -> Mapping[str, Asset]:
    """Every file by its hashed name."""
    return dict(_all().values())


def file_name(name: str) -> str:
    """The hashed name of a file, such as ``app.css``.

    Raises:
        KeyError: There is no such file.
    """
    return _all()[name][0]


def icon() -> bytes:
    """The logo as an SVG document that stands alone."""
    return _all()["logo.svg"][1].plain


async def serve(request: web.Request) -> web.StreamResponse:
    """``/static/{name}``."""
    asset = assets().get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    body = asset.plain
    if asset.packed and coding(request.headers.get("Accept-Encoding", ""), ["gzip"]) == "gzip":
        body = asset.packed
        headers["Content-Encoding"] = "gzip"
    headers["Content-Type"] = asset.media_type
    return web.Response(body=body, headers=headers)


@cache
def _all() -> Mapping[str, tuple[str, Asset]]:
    """File name → hashed name and file."""
    static = files("node.web").joinpath("static")
    found = {name: _asset(name, static.joinpath("fonts", name).read_bytes()) for name in _FONTS}
    found["logo.svg"] = _asset("logo.svg", static.joinpath("logo.svg").read_bytes())
    found["passkey.js"] = _asset("passkey.js", static.joinpath("passkey.js").read_bytes())
    css = static.joinpath("app.css").read_text(encoding="utf-8")
    for name, (hashed, _) in found.items():
        css = css.replace(f"fonts/{name}", hashed)
    found["app.css"] = _asset("app.css", css.encode())
    return found


def _asset(name: str, data: bytes) -> tuple[str, Asset]:
    stem, _, ending = name.rpartition(".")
    digest = hashlib.sha256(data).hexdigest()[:16]
    packed = gzip.compress(data, mtime=0)
    return f"{stem}-{digest}.{ending}", Asset(
        _TYPES[ending], data, packed if len(packed) < len(data) * 0.9 else None
    )
