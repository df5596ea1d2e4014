"""Operations that look at what is held: search, query, export, verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from node.control.recording import text_in, title_of
from node.errors import NodeError, NotFound, QueryRefused
from node.service import dumps
from node.service.discover import names
from node.service.export import export
from node.service.home import Home
from node.service.verify import verify
from node.store.ports import Audience, Budget, Hit, SearchWish, audience_of
from peers.encoding import JsonObject, parse_json
from vocab.framework import load
from vocab.languages import LangMap

__all__ = [
    "action_iri",
    "ask_query",
    "make_dump",
    "search_records",
    "verify_anything",
    "write_export",
]

_MEDIA_TYPES: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
}


async def search_records(
    home: Home,
    *,
    words: str = "",
    actions: Sequence[str] = (),
    countries: Sequence[str] = (),
    kinds: Sequence[str] = (),
    language: str = "en",
    limit: int = 20,
    members: bool = False,
) -> JsonObject:
    """``hits`` with where each stands and when it was checked, ``total``, and a ``suggestion``.

    Args:
        members: Search what is for members, and that alone.
    """
    audience = Audience.MEMBERS if members else Audience.PUBLIC
    text = home.text_of(audience)
    filters = {
        "action": tuple(action_iri(code) for code in actions),
        "country": tuple(code.upper() for code in countries),
        "kind": tuple(kinds),
    }
    wish = SearchWish(
        words=words,
        language=language,
        filters={name: values for name, values in filters.items() if values},
        limit=limit,
    )
    page = await text.search(wish)
    called = await names(home)
    suggestion = await text.suggest(words) if words and not page.hits else None
    return {
        "hits": [_hit(hit, called, language) for hit in page.hits],
        "total": page.total,
        "audience": str(audience),
        "suggestion": suggestion or None,
    }


def action_iri(code: str) -> str:
    """The IRI of an action by its code, such as ``S3``, or as it was given.

    Raises:
        NotFound: It is none of the framework's.
    """
    for action in load().actions:
        if code in {action.iri, action.slug} or code.upper() == action.code:
            return action.iri
    raise NotFound(f"expected the code of an action, from F1 to T19, found {code!r}")


def _hit(hit: Hit, called: Mapping[str, LangMap], language: str) -> JsonObject:
    put = hit.put
    document = parse_json(put.stored)
    assert isinstance(document, dict)
    return {
        "iri": put.iri,
        "kind": put.kind,
        "title": title_of(document, language),
        "city": text_in(called.get(put.agent, {}), language) or put.agent,
        "place": f"{put.log} {put.index}",
        "log": put.log,
        "audience": str(audience_of(put.log)),
        "index": put.index,
        "version": put.version,
        "published": put.published,
        "checked": put.recorded,
        "why": f"{hit.why}: {hit.matched}" if hit.matched else hit.why,
        "snippet": "".join(hit.snippet),
    }


async def ask_query(home: Home, *, query: str, format: str = "json") -> JsonObject:  # noqa: A002
    """``body``: the whole answer, serialised as asked."""
    if format not in _MEDIA_TYPES:
        raise QueryRefused(f"expected a format, one of {', '.join(_MEDIA_TYPES)}; found {format}")
    limits = home.config.query
    budget = Budget(
        seconds=limits.timeout.total_seconds(), rows=limits.max_rows, bytes=limits.max_answer
    )
    rows = await home.graph.select(query, budget, accept=_MEDIA_TYPES[format])
    return {"body": rows.body.decode(), "media_type": rows.media_type}


async def make_dump(home: Home, *, day: str = "") -> JsonObject:
    """The dump of a day that is over (yesterday), its records and files."""
    when = _day(day) if day else home.now().date() - timedelta(days=1)
    done = await dumps.make_dump(home, when)
    return {
        "day": done.day,
        "records": done.records,
        "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in done.files],
    }


async def write_export(
    home: Home,
    *,
    format: str,  # noqa: A002
    path: str,
    own: bool = False,
    at: str = "",
) -> JsonObject:
    """Where it was written, how many records, and the hash."""
    records = await dumps.at(home, _day(at)) if at else None
    done = await export(home, format, Path(path), own=own, records=records)
    return {"path": str(done.path), "count": done.count, "sha256": done.sha256}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NodeError(f"expected a day such as 2026-05-17, found {text[:40]!r}") from None


async def verify_anything(home: Home, *, what: str) -> JsonObject:
    """``steps`` of checking an address, a file or a folder."""
    return {"what": what, "steps": [asdict(step) for step in await verify(home, what)]}
