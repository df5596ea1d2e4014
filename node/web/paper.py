"""A document as a page that stands alone, and as a tagged PDF (ISO 14289-1) made of that page.

Nothing is fetched for it: the stylesheet and the fonts are this node's own files.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from markupsafe import Markup

from node.core.papers import Block
from node.web.pages import page_bytes
from node.web.shell import Shell

__all__ = ["can_print", "write_html", "write_pdf"]

_STATIC: Final = files("node.web") / "static"
_OWN: Final = "https://static.invalid/"
"""Addresses that the page of a PDF may name: files below ``static/``."""


@cache
def can_print() -> bool:
    """Whether WeasyPrint is installed, and the libraries of the system that it needs."""
    try:
        import weasyprint  # noqa: PLC0415 - optional, and slow to import
    except (ImportError, OSError):
        return False
    return bool(weasyprint.__version__)


def write_html(blocks: Sequence[Block], shell: Shell) -> bytes:
    """A page with its style inside and no files beside it, to be kept and printed."""
    _, at, rest = _style().partition("@page")
    return _page(blocks, shell, at + rest)


def write_pdf(blocks: Sequence[Block], shell: Shell) -> bytes:
    """The same page as PDF, tagged for screen readers."""
    from weasyprint import HTML  # noqa: PLC0415 - optional, and slow to import

    page = _page(blocks, shell, _style()).decode()
    document = HTML(string=page, base_url=_OWN, url_fetcher=_own_files())
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    return made


def _page(blocks: Sequence[Block], shell: Shell, style: str) -> bytes:
    values = {"blocks": blocks, "style": Markup(style), "here": False}  # noqa: S704 - our own file
    return page_bytes("paper.html", shell, values)


@cache
def _style() -> str:
    """The fonts first, and then how pages are laid out."""
    return (_STATIC / "paper.css").read_text("utf-8")


@cache
def _own_files() -> Any:
    """What WeasyPrint asks for files: it is given our own fonts, and nothing from anywhere else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 - as above

    class OwnFiles(URLFetcher):  # type: ignore[misc, unused-ignore]
        def fetch(self, url: str, headers: object = None) -> Any:
            del headers
            return URLFetcherResponse(url, _font(url), {"Content-Type": "font/woff2"})

    return OwnFiles()


def _font(url: str) -> bytes:
    """One of our own fonts.

    Raises:
        ValueError: Anything else is asked for.
    """
    found = _STATIC / "fonts" / url.rpartition("/")[2]
    if url.rpartition("/")[0] != f"{_OWN}fonts" or not found.is_file():
        raise ValueError(f"expected one of our own fonts, found {url[:200]!r}")
    return found.read_bytes()
