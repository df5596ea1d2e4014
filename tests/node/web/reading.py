"""Reading our pages as a strict reader would: every tag closed, every address taken note of."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Page", "read"]

_VOID = frozenset({"meta", "link", "input", "br", "path", "circle", "rect", "hr"})
_EVENTS = ("on",)


@dataclass(slots=True)
class Page:
    """What a page holds.

    Attributes:
        tags: Every start tag with its attributes, in order.
        links: Addresses that it leads to (``href`` of anchors, ``action`` of forms).
        loads: Addresses that a browser fetches by itself.
        ids: Of its elements.
        text: Without markup.
    """

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> names an attribute twice: {names}"
        attributes = {name: value or "" for name, value in attrs}
        self.page.tags.append((tag, attributes))
        if "id" in attributes:
            self.page.ids.append(attributes["id"])
        if tag in {"a", "form"}:
            self.page.links += [attributes[n] for n in ("href", "action") if n in attributes]
        elif tag == "link" and attributes.get("rel") in {"stylesheet", "icon"}:
            self.page.loads.append(attributes["href"])
        elif "src" in attributes:
            self.page.loads.append(attributes["src"])
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> where <{self.open[-1]}> is open"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.page.text += data


def read(html: str) -> Page:
    """A page, provided that it is well formed and says its language and nothing twice."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    page = reader.page
    assert len(page.ids) == len(set(page.ids)), "an id comes twice"
    return page
