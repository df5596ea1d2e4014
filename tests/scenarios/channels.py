"""Everything that a node tells to whoever asks: read by crawling, as bytes, headers included."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from aiohttp import ClientSession

from node.service.home import Home
from peers.log import LogId

__all__ = ["Channels", "contents", "log_paths", "mirror_paths", "size_of", "sparql_paths"]

_HREF = re.compile(rb'(?:href|src|action)="([^"]+)"')
_LINK = re.compile(r"<([^>]+)>")
_MOST = 600
"""Pages of one node; more would mean that the crawl goes round in circles."""
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"


@dataclass(slots=True)
class Channels:
    """What was read, by channel: bytes of each answer's status line, headers and body.

    Attributes:
        read: Channel → address and answer of each request.
    """

    session: ClientSession
    read: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)

    async def get(self, channel: str, url: str, **headers: str) -> bytes:
        """Ask, and keep what was answered; returns the body."""
        return (await self._get(channel, url, headers))[0]

    async def crawl(self, channel: str, base: str, seeds: Iterable[str] = ("/",)) -> int:
        """Follow every link within a node, of pages and of ``Link`` headers.

        The vocabulary's own pages are the same on every node and tell nothing of a record, a page
        in another language of ours is the same page, and filters are tried one at a time.

        Returns:
            How many addresses were read.
        """
        waiting = [base + seed for seed in seeds]
        known = set(waiting)
        while waiting:
            assert len(known) < _MOST, f"the crawl of {base} does not end"
            url = waiting.pop()
            body, links = await self._get(channel, url, {"Accept": _ACCEPT})
            for found in [*_hrefs(body), *links]:
                target = urldefrag(urljoin(url, found))[0]
                if target not in known and _is_worth(target, base):
                    known.add(target)
                    waiting.append(target)
        return len(known)

    def keep(self, channel: str, name: str, data: bytes) -> None:
        """Keep bytes that came by another way: a file, a message, a journal."""
        self.read.setdefault(channel, []).append((name, data))

    def where(self, marker: str) -> list[str]:
        """Channels and addresses in which a marker was found, whatever its case."""
        low = marker.lower().encode()
        return [
            f"{channel}: {name}"
            for channel, answers in self.read.items()
            for name, data in answers
            if low in data.lower()
        ]

    async def _get(
        self, channel: str, url: str, headers: dict[str, str]
    ) -> tuple[bytes, list[str]]:
        async with self.session.get(url, headers=headers, allow_redirects=False) as answer:
            body = await answer.read()
            lines = [f"{name}: {value}" for name, value in answer.headers.items()]
            head = "\n".join([f"{answer.status} {answer.reason}", *lines, "", ""]).encode()
            self.keep(channel, url, head + body)
            links = [*_LINK.findall(answer.headers.get("Link", ""))]
            if "Location" in answer.headers:
                links.append(answer.headers["Location"])
            return body, links


def log_paths(name: str, size: int) -> Iterator[str]:
    """Every path of a log of ours with so many entries, at most 255."""
    prefix = f"/log/{name}"
    yield from (f"{prefix}/{part}" for part in _parts(size))
    yield from (f"{prefix}/e/{index}" for index in range(size))
    yield f"{prefix}/genesis"
    yield prefix


def mirror_paths(log: LogId, size: int) -> Iterator[str]:
    """Every path of a copy of a log, and of what its witnesses hold."""
    name = sha256(log.encode()).hexdigest()
    yield from (f"/mirror/{name}/{part}" for part in (*_parts(size), "did.json"))
    yield f"/witness/{name}/checkpoint"


def sparql_paths() -> Iterator[str]:
    """Queries for everything that there is."""
    for query in (
        "SELECT * { ?s ?p ?o }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) ?p { ?s ?p ?o } GROUP BY ?p",
        "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { ?s ?p",
    ):
        yield f"/sparql?query={quote(query)}"


def contents(data: bytes) -> bytes:
    """A file's bytes; of a packed one what is in it as well."""
    if data[:2] != b"PK":
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return b"\n".join([data, *(packed.read(name) for name in packed.namelist())])


async def size_of(home: Home, log: LogId) -> int:
    """Entries of a log that a node holds."""
    return (await home.ledger.head(log)).size


def _parts(size: int) -> Iterator[str]:
    yield "checkpoint"
    for width in range(1, size + 1):
        yield f"tile/entries/000.p/{width}"
        yield f"tile/0/000.p/{width}"
        yield f"records/000.p/{width}"


def _hrefs(body: bytes) -> list[str]:
    return [html.unescape(found.decode(errors="replace")) for found in _HREF.findall(body)]


def _is_worth(url: str, base: str) -> bool:
    split = urlsplit(url)
    path = split.path
    same = url.startswith(f"{base}/") or url == base
    few = split.query.count("=") <= 1 and "lang=" not in split.query
    return same and few and not path.startswith(("/vocab/", "/static/"))
