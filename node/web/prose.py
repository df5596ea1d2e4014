"""Long texts of records as HTML: paragraphs, lists, emphasis and http(s) links, nothing else.

What a city wrote is read as a small part of CommonMark, and what comes out is cleaned once more by
an allow-list; markup in the text itself is shown as text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

__all__ = ["prose"]


class _Reader(MarkdownIt):
    """CommonMark with links to the web alone: no mail, no path of ours, no script."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name is markdown-it's
        return url.startswith(("http://", "https://"))


def _kept(_tag: str, name: str, value: str) -> str | None:
    return value if name != "href" or value.startswith(("http://", "https://")) else None


_READER: Final = _Reader(
    "zero", {"html": False, "linkify": False, "typographer": False, "maxNesting": 8}
).enable(["autolink", "emphasis", "escape", "link", "list", "newline"])
_TAGS: Final = {"p", "ul", "ol", "li", "em", "strong", "a", "br"}


@lru_cache(maxsize=2_000)
def prose(text: str) -> Markup:
    """The text as HTML that is safe to show.

    >>> prose("Ask *first*: [rules](https://a.example/) <script>")
    Markup('<p>Ask <em>first</em>: <a href="https://a.example/" rel="nofollow noopener noreferrer">rules</a> &lt;script&gt;</p>\\n')
    >>> prose("[x](javascript:alert(1)) ![y](https://a.example/p.png)")
    Markup('<p>[x](javascript:alert(1)) !<a href="https://a.example/p.png" rel="nofollow noopener noreferrer">y</a></p>\\n')
    """  # noqa: E501 - the examples are one line each
    return Markup(  # noqa: S704 - cleaned by the allow-list on the line below
        nh3.clean(
            _READER.render(text),
            tags=_TAGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            attribute_filter=_kept,
            url_schemes={"http", "https"},
            link_rel="nofollow noopener noreferrer",
        )
    )
