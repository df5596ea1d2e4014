"""``/search`` over every kind of record, and ``/practices`` and its like over one kind each.

One search, one template: words, facets with counts, what matched in which language, why a record
was found, and where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from markupsafe import Markup

from node.store.ports import FacetCount, SearchWish
from node.web import shelf
from node.web.addresses import PLURALS
from node.web.answers import Link
from node.web.api.items import code_of
from node.web.context import home_of
from node.web.pages import render, shell_of
from node.web.shell import Shell
from node.web.texts import mark
from node.web.twins import twin
from node.web.wording import kind_name, kinds_name, sdg_name, size_name
from vocab.framework import load
from vocab.languages import LangMap
from vocab.records import KINDS

__all__ = ["FacetView", "family", "search"]

_PAGE: Final = 20
_LAST: Final = 500
"""Pages that can be asked for: the index goes no further than 10,000 records."""
_ROWS: Final = 12
"""Values of a facet that are shown; chosen ones are shown always."""
_VALUES: Final = 20
_LENGTH: Final = 400

_EVERYWHERE: Final = ("kind", "area", "action", "country", "language", "city")
_OF_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    "Practice": (
        "area",
        "action",
        "rightsHolders",
        "principle",
        "region",
        "country",
        "size",
        "language",
        "sdg",
        "evidence",
        "city",
    ),
    "Body": ("area", "action", "rightsHolders", "country", "language", "city"),
    "Study": ("study", "area", "action", "rightsHolders", "country", "language", "city"),
    "Agreement": ("area", "action", "policyArea", "country", "language", "city"),
    "ActionStatus": ("state", "area", "action", "country", "city"),
    "Assessment": ("action", "area", "country", "city"),
    "Offer": ("offer", "action", "area", "country", "language"),
}
_OF_API: Final = {"kind": "type", "city": "publisher"}
"""Facets that the API calls otherwise."""
_ASKED: Final = (
    "rightsHolders",
    "principle",
    "element",
    "audience",
    "serviceArea",
    "policyArea",
    "challenge",
    "instrument",
    "partner",
    "mechanism",
    "references",
)
"""Facets that every search knows, and shows where an address asks for one of them."""
_LABELS: Final = {
    "kind": mark("Kind of record"),
    "area": mark("Area of the framework"),
    "action": mark("Action"),
    "rightsHolders": mark("Group"),
    "principle": mark("Right or principle"),
    "region": mark("Part of the world"),
    "country": mark("Country"),
    "size": mark("Size of the city"),
    "language": mark("Language of the record"),
    "sdg": mark("SDG target"),
    "evidence": mark("Evidence"),
    "city": mark("Published by"),
    "state": mark("State"),
    "offer": mark("How"),
    "study": mark("Kind of study"),
    "subject": mark("About"),
    "element": mark("Parts of the action"),
    "audience": mark("For"),
    "serviceArea": mark("Services"),
    "policyArea": mark("Policy areas"),
    "challenge": mark("Answers"),
    "instrument": mark("Instruments"),
    "partner": mark("Kinds of partner"),
    "mechanism": mark("UN mechanisms"),
    "references": mark("Resources referred to"),
}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: its name, how many records have it, whether it is chosen."""

    value: str
    name: Markup
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet as the form shows it."""

    name: str
    label: Markup
    values: tuple[Value, ...]


async def search(request: web.Request) -> web.Response:
    """``/search``."""
    return await _find(request, kind="", facets=_EVERYWHERE)


async def family(request: web.Request) -> web.Response:
    """``/practices``, ``/strategies``…: every record of one kind."""
    segment = request.match_info["plural"]
    kind = next(name for name, singular in KINDS.items() if PLURALS.get(singular, "") == segment)
    usual = ("area", "action", "country", "language", "city")
    return await _find(request, kind=kind, facets=_OF_KIND.get(kind, usual), segment=segment)


async def _find(
    request: web.Request, *, kind: str, facets: Sequence[str], segment: str = ""
) -> web.Response:
    home = home_of(request)
    words = request.query.get("q", "").strip()[:_LENGTH]
    facets = (*facets, *(name for name in _ASKED if name in request.query and name not in facets))
    chosen = _chosen(request, (*facets, "subject"))
    number = _number(request)
    order = request.query.get("sort", "")
    asked = {name: values for name, values in chosen.items() if values}
    same = _twin(request, words, {**asked, "kind": (kind,)} if kind else asked)
    shell = await shell_of(request, demonstration=await _any_invented(request))
    found = await home.text.search(
        SearchWish(
            words=words,
            language=shell.chosen or shell.language,
            filters={**asked, "kind": (kind,)} if kind else asked,
            counts=tuple(facets),
            order=order if order in {"newest", "date"} else "relevance" if words else "newest",
            offset=(number - 1) * _PAGE,
            limit=_PAGE,
        )
    )
    suggestion = await home.text.suggest(words) if words and not found.total else None
    names = await shelf.names(request)
    namer = _Namer(shell, names)
    return await render(
        request,
        "find.html",
        shell,
        links=[same, *(Link(hit.put.iri, "item") for hit in found.hits)],
        section="practices" if kind == "Practice" else "search",
        heading=kinds_name(shell.words, segment) if kind else shell.words.say("Search"),
        kind=kind,
        segment=segment,
        found=found,
        facets=[namer.facet(name, found.facets.get(name, ()), chosen[name]) for name in facets],
        chosen=asked,
        namer=namer,
        names=names,
        words=words,
        sort=order,
        page=number,
        pages=min(_LAST, max(1, -(-found.total // _PAGE))),
        suggestion=suggestion,
        suggested=Markup('<a href="{}"><bdi>{}</bdi></a>').format(
            shell.again(q=suggestion or "", page=""), suggestion or ""
        ),
        invented=await _invented(request),
        is_empty=not words and not asked and not found.total,
    )


@dataclass(frozen=True, slots=True)
class _Namer:
    """Names of facets and their values."""

    shell: Shell
    names: Mapping[str, LangMap]

    def facet(self, name: str, counted: Sequence[FacetCount], chosen: Sequence[str]) -> FacetView:
        counts = {one.value: one.count for one in counted}
        shown = [one.value for one in counted[:_ROWS]]
        shown += [value for value in chosen if value not in shown]
        values = [
            Value(value, self.value(name, value), counts.get(value, 0), value in chosen)
            for value in shown
        ]
        return FacetView(name, self.label(name), tuple(values))

    def label(self, name: str) -> Markup:
        return self.shell.words.say(_LABELS[name])

    def value(self, facet: str, value: str) -> Markup:
        """A value in words; what is unknown is shown as it is."""
        words = self.shell.words
        named: Mapping[str, Callable[[str], Markup | str]] = {
            "kind": lambda kind: kind_name(words, kind),
            "country": words.place,
            "region": words.place,
            "size": lambda size: size_name(words, size),
            "language": words.tongue,
            "evidence": lambda _: words.say("with documents"),
            "sdg": sdg_name,
            "city": self._agent,
            "subject": self._agent,
            "area": self._area,
        }
        return Markup("{}").format(named.get(facet, self._concept)(value))

    def _agent(self, iri: str) -> Markup:
        named = self.names.get(iri)
        return self.shell.t(named) if named else Markup("<bdi>{}</bdi>").format(iri)

    def _area(self, slug: str) -> Markup | str:
        found = [one for one in load().scheme("area") if one.slug == slug]
        return self.shell.t(found[0].label) if found else slug

    def _concept(self, iri: str) -> Markup:
        concept = load().concept(iri)
        if concept is None:
            return Markup("<bdi>{}</bdi>").format(iri)
        label = self.shell.t(concept.label)
        code = concept.notation
        return Markup("{} {}").format(code, label) if code else label


def _chosen(request: web.Request, facets: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What was asked of each facet; bounded, because every value costs the index a look."""
    return {
        name: tuple(
            dict.fromkeys(
                value for value in request.query.getall(name, []) if 0 < len(value) <= _LENGTH
            )
        )[:_VALUES]
        for name in facets
    }


def _twin(request: web.Request, words: str, asked: Mapping[str, tuple[str, ...]]) -> Link:
    """Where the API answers the same question; it names actions and states by their codes."""
    query = {_OF_API.get(name, name): values for name, values in asked.items()}
    if "action" in query:
        query["action"] = tuple(code_of(iri) for iri in query["action"])
    if "state" in query:
        query["state"] = tuple(iri.rpartition("/")[2] for iri in query["state"])
    return twin(request, "/search" if words else "/records", q=words, **query)


def _number(request: web.Request) -> int:
    text = request.query.get("page", "1")
    return (
        min(max(int(text), 1), _LAST) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    )


async def _invented(request: web.Request) -> frozenset[str]:
    """Cities that say that they are invented."""
    entries = await shelf.cities(request)
    return frozenset(one.agent for one in entries if shelf.is_demonstration(one))


async def _any_invented(request: web.Request) -> bool:
    return bool(await _invented(request))
