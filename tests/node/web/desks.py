"""A browser at the desk of a node: it keeps a cookie, fills in forms and presses buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from aiohttp import ClientResponse, FormData

from node.service import accounts
from node.service.home import Home
from node.web.staff import cookie_of
from tests.node.web.conftest import Site

__all__ = ["BASE", "Desk", "Form", "Page", "page_of"]

BASE = "http://localhost:8481"


@dataclass(slots=True)
class Form:
    """A form of a page.

    Attributes:
        fields: What a browser would send if nobody touched it; buttons left out.
        names: Of every field that can be filled in.
        buttons: Name, value and words of each.
    """

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """A page that the browser shows.

    Attributes:
        path: Where it is, with its query.
        text: What is read between ``main`` and its end; spaces as one.
        links: Where it leads.
    """

    path: str
    status: int
    html: str
    text: str
    forms: list[Form]
    links: list[str]

    def form(self, button: str) -> Form:
        """The form with a button of this value, or of these words."""
        for one in self.forms:
            if any(button in {value, words} for _, value, words in one.buttons):
                return one
        raise AssertionError((button, [one.buttons for one in self.forms], self.text[:600]))


class _Reader(HTMLParser):
    """Forms and text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.inside = False
        self.area: str | None = None
        self.select: str | None = None
        self.button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "main":
            self.inside = True
        elif tag == "a" and "href" in said and self.inside:
            self.links.append(said["href"])
        elif tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get")))
        elif tag == "button":
            self.button = True
            self.forms[-1].buttons.append((said.get("name", ""), said.get("value", ""), ""))
        elif tag in {"input", "textarea", "select"} and said.get("name"):
            self._field(tag, said)
        elif tag == "datalist":
            self.select = None
        elif tag == "option" and self.select and self._chosen(said):
            self.forms[-1].fields[self.select] = [said["value"]]

    def _chosen(self, said: dict[str, str]) -> bool:
        """Whether an option is: the first one, where none is marked."""
        return "selected" in said or not self.forms[-1].fields[str(self.select)]

    def _field(self, tag: str, said: dict[str, str]) -> None:
        form, name = self.forms[-1], said["name"]
        if said.get("type") != "hidden":
            form.names.add(name)
        if tag == "textarea":
            self.area, form.fields[name] = name, [""]
        elif tag == "select":
            self.select, form.fields[name] = name, []
        elif said.get("type") in {"checkbox", "radio"}:
            if "checked" in said:
                form.fields.setdefault(name, []).append(said["value"])
        elif said.get("type") != "file":
            form.fields.setdefault(name, []).append(said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.inside = False
        elif tag == "textarea" and self.area is not None:
            # HTML, 13.2.6.4.7: a newline right after the start tag is left out.
            kept = self.forms[-1].fields[self.area]
            kept[0] = kept[0].removeprefix("\n")
            self.area = None
        elif tag == "select":
            self.select = None
        elif tag == "button":
            self.button = False

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.forms[-1].fields[self.area][0] += data
        if self.button:
            name, value, words = self.forms[-1].buttons[-1]
            self.forms[-1].buttons[-1] = (name, value, words + data)
        if self.inside:
            self.text.append(data)


def page_of(path: str, status: int, html: str) -> Page:
    """A page, read."""
    reader = _Reader()
    reader.feed(html)
    text = " ".join("".join(reader.text).split())
    return Page(path, status, html, text, reader.forms, reader.links)


@dataclass(slots=True)
class Desk:
    """A browser with a cookie jar of its own, at the desk of a node."""

    site: Site
    cookie: str = ""

    @property
    def home(self) -> Home:
        return self.site.home

    async def get(self, path: str) -> ClientResponse:
        return await self.site.get(path, Accept="text/html", Cookie=self._sent())

    async def post(
        self, path: str, form: object, *, origin: str | None = None, **headers: str
    ) -> ClientResponse:
        answer = await self.site.client.post(
            path,
            data=form,
            headers={
                "Origin": self._origin if origin is None else origin,
                "Accept": "text/html",
                "Cookie": self._sent(),
                **headers,
            },
            allow_redirects=False,
        )
        morsel = answer.cookies.get(cookie_of(self.home))
        if morsel is not None:
            self.cookie = morsel.value
        return answer

    @property
    def _origin(self) -> str:
        parts = urlsplit(self.home.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    def _sent(self) -> str:
        self.site.client.session.cookie_jar.clear()  # Each desk has a jar of its own.
        return f"{cookie_of(self.home)}={self.cookie}" if self.cookie else ""

    async def sign_in(self, *duties: str) -> None:
        """As somebody new with these duties."""
        contact = f"{'-'.join(duties)}@aurora.example"
        await accounts.invite(self.home, "operator", "Oficina", contact, duties)
        link = await accounts.sign_in_link(self.home, "operator", contact)
        answer = await self.post("/sign-in", {"link": link})
        assert answer.status == 303, await answer.text()

    async def sign_in_as(self, name: str, *duties: str) -> str:
        """As somebody new of this name; their id."""
        contact = f"{name.lower()}@aurora.example"
        person = await accounts.invite(self.home, "operator", name, contact, duties)
        link = await accounts.sign_in_link(self.home, "operator", contact)
        answer = await self.post("/sign-in", {"link": link})
        assert answer.status == 303, await answer.text()
        return person.id

    async def open(self, path: str) -> Page:
        """A page, wherever it leads."""
        for _ in range(5):
            async with await self.get(path) as answer:
                if answer.status not in {301, 302, 303}:
                    html = await answer.text() if answer.content_type == "text/html" else ""
                    return page_of(path, answer.status, html)
                path = answer.headers["Location"]
        raise AssertionError(f"{path} leads nowhere")

    async def press(
        self, page: Page, button: str, filled: Mapping[str, str | Sequence[str]] | None = None
    ) -> Page:
        """Fill in the form of a button, press it, and see what comes."""
        form = page.form(button)
        assert form.method == "post"
        unknown = {*(filled or {})} - {*form.names, *form.fields}
        assert not unknown, f"the form has no {unknown}, but {sorted(form.names)}"
        fields = {
            **form.fields,
            **{k: [v] if isinstance(v, str) else [*v] for k, v in (filled or {}).items()},
        }
        name, value, _ = next(one for one in form.buttons if button in one[1:])
        if name:
            fields[name] = [value]
        sent = FormData()
        for key, values in fields.items():
            for one in values:
                sent.add_field(key, one.replace("\r\n", "\n").replace("\n", "\r\n"))
        path = form.action or page.path
        async with await self.post(path, sent) as answer:
            if answer.status == 303:
                return await self.open(answer.headers["Location"])
            return page_of(path, answer.status, await answer.text())

    async def token(self, path: str = "/desk") -> str:
        async with await self.get(path) as answer:
            found = re.search(r'name="token" value="([0-9a-f]{32})"', await answer.text())
        assert found is not None
        return found[1]

    async def upload(self, sheet: str, *, name: str = "obras.csv") -> str:
        """What the page says of a file that was sent."""
        form = FormData()
        form.add_field("token", await self.token("/desk/import"))
        form.add_field("text", "es")
        form.add_field("file", sheet.encode(), filename=name, content_type="text/csv")
        async with await self.post("/desk/import?lang=es", form) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()
