"""A record at its own address, in every format, with its versions, receipt and withdrawal.

What stands in a public log is served to everyone. A record of our members' log is answered exactly
like one that does not exist, unless the request is signed by a node that may read it
(``node.web.readers``): then with the signed record, and in no other format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from node.errors import NotFound
from node.service.records import document_of, receipt
from node.store.ports import Audience, Held, audience_of
from node.web.addresses import PLURALS
from node.web.answers import HTML, REVALIDATE, Document, Link, send
from node.web.context import addresses_of, home_of
from node.web.formats import JSONLD, NTRIPLES, SUFFIXES, TURTLE, chosen, write
from node.web.linkset import HAS_PROVENANCE, LINKSET, linked, send_links
from node.web.memento import at_time, memento_date, memento_links, send_timemap, versions
from node.web.pages import shell_of
from node.web.readers import is_reader, kept_private
from node.web.record_page import record_page
from peers.encoding import jcs
from peers.log import EntryKind
from vocab.jsonld import to_quads
from vocab.terms import IC

__all__ = [
    "OFFERS",
    "PAGE_FIRST",
    "answer",
    "is_public",
    "newest",
    "profile_links",
    "proof",
    "record",
    "timemap",
    "version_of",
]

OFFERS = (JSONLD, TURTLE, NTRIPLES, HTML, LINKSET)
"""What a record is had in; the first where the client does not mind."""
PAGE_FIRST = (HTML, *(media for media in OFFERS if media != HTML))
"""The same at the address of a page."""


_VARY: Final = "Accept, Accept-Datetime"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A record that is asked for: its IRI, and which version (``None``: the newest)."""

    iri: str
    version: int | None


async def record(request: web.Request) -> web.StreamResponse:
    """``/{kind}/{ulid}``, ``/city``, ``/organization``, and ``…/v/{n}`` of each."""
    asked = _asked(request)
    members = await _for_reader(request, asked)
    if members is not None:
        return kept_private(await _signed_record(request, members, asked))
    if asked.version is None and (moment := request.headers.get("Accept-Datetime", "")):
        then = at_time(moment, await versions(request, asked.iri))
        address = f"{asked.iri}/v/{then.entry.version}{request.match_info.get('suffix', '')}"
        raise web.HTTPFound(
            address, headers={"Vary": _VARY, "Link": str(Link(asked.iri, "original"))}
        )
    held = await _held(request, asked)
    return await answer(request, held, fixed=asked.version is not None)


async def timemap(request: web.Request) -> web.Response:
    """``/{kind}/{ulid}/timemap`` and the like: every version, with its time."""
    asked = _asked(request)
    return await send_timemap(request, asked.iri, await versions(request, asked.iri))


async def proof(request: web.Request) -> web.StreamResponse:
    """``…/v/{n}/receipt.json``: what proves that the version stands in our log."""
    asked = _asked(request)
    members = await _for_reader(request, asked)
    if members is None:
        await _held(request, asked)
    said = await receipt(home_of(request), asked.iri, asked.version)
    response = await send(request, Document(body=jcs(said), media_type="application/json"))
    return kept_private(response) if members else response


async def newest(request: web.Request, iri: str) -> Held:
    """The newest public entry about a record, ours or a peer's, withdrawals included.

    Raises:
        NotFound: There is none that everyone may read.
    """
    held = await home_of(request).ledger.latest(iri)
    if held is None or not is_public(held):
        raise NotFound("Expected a record that this node holds, found none under this address.")
    return held


async def profile_links(request: web.Request, iri: str) -> list[Link]:
    """The links of a page about whoever published this profile: its own, but for its address."""
    held = await newest(request, iri)
    return [one for one in _links(request, held, held, fixed=False) if one.rel != "canonical"]


async def version_of(request: web.Request, iri: str, version: int) -> Held:
    """One version of a record; an earlier one is there after a withdrawal too.

    Raises:
        NotFound: There is none that everyone may read.
    """
    held = [
        one
        for one in await home_of(request).ledger.versions(iri)
        if one.entry.version == version and one.verdict.admitted and is_public(one)
    ]
    if not held:
        raise NotFound(f"Expected version {version} of a record that this node holds, found none.")
    return held[0]


def is_public(held: Held) -> bool:
    """Whether everyone may read the log that an entry stands in."""
    return audience_of(held.log) is Audience.PUBLIC


async def answer(request: web.Request, held: Held, *, fixed: bool) -> web.Response:
    """A record in the format that is asked for.

    Args:
        fixed: Whether a certain version was asked for: a withdrawal is then a document like any
            other (200); as the newest state of a record it is 410.
    """
    media = chosen(request, OFFERS)
    others = await versions(request, held.entry.object)
    gone = held.body is None or (held.entry.kind is EntryKind.DELETE and not fixed)
    status = 410 if gone else 200
    links = _links(request, held, others[-1], fixed=fixed)
    if media == LINKSET:
        return await send_links(request, held.entry.object, links, status=status)
    if media == HTML and not gone and not fixed:
        page = addresses_of(request).path_of(held.entry.object) or ""
        if page.startswith(("/cities/", "/organizations/")):
            # The page about a city says more than its profile alone.
            raise web.HTTPSeeOther((await shell_of(request)).href(page))
    if media == HTML:
        return await record_page(
            request, held, status=status, links=links, fixed=fixed, others=others
        )
    if held.body is None:
        raise web.HTTPGone(text=f"The text of version {held.entry.version} was erased.")
    body = held.body.record if media == JSONLD else await _triples(held, media)
    return await send(
        request,
        Document(
            body=body,
            media_type=media,
            status=status,
            links=links,
            cache=REVALIDATE,
            vary=["Accept"] if fixed else ["Accept", "Accept-Datetime"],
            headers={"Memento-Datetime": memento_date(held)} if fixed else {},
        ),
    )


async def _triples(held: Held, media: str) -> bytes:
    return await write(to_quads(document_of(held)), media)


def _asked(request: web.Request) -> _Asked:
    found = request.match_info
    path = f"/{found['kind']}/{found['ulid']}" if "ulid" in found else f"/{found['kind']}"
    version = found.get("version")
    return _Asked(addresses_of(request).base + path, int(version) if version else None)


async def _held(request: web.Request, asked: _Asked) -> Held:
    if asked.version is None:
        return await newest(request, asked.iri)
    return await version_of(request, asked.iri, asked.version)


async def _for_reader(request: web.Request, asked: _Asked) -> Held | None:
    """The record that was asked for, where it is for members and the reader is one."""
    if "Signature-Input" not in request.headers:
        return None
    home = home_of(request)
    log = home.logs[Audience.MEMBERS]
    held = [
        one
        for one in await home.ledger.versions(asked.iri)
        if one.log == log and asked.version in {None, one.entry.version}
    ]
    return held[-1] if held and await is_reader(request) else None


async def _signed_record(request: web.Request, held: Held, asked: _Asked) -> web.Response:
    """A members' record as it was signed; 410 with the withdrawal where it was taken back."""
    if held.body is None:
        raise web.HTTPGone(text=f"The text of version {held.entry.version} was erased.")
    gone = held.entry.kind is EntryKind.DELETE and asked.version is None
    status = 410 if gone else 200
    return await send(request, Document(body=held.body.record, media_type=JSONLD, status=status))


def _links(request: web.Request, held: Held, last: Held, *, fixed: bool) -> list[Link]:
    """Where else it is, what it is and what may be done with it.

    RFC 8288, RFC 5829, RFC 7089, RFC 8574, and Signposting.

    Args:
        last: The newest version.
    """
    here = addresses_of(request)
    iri, number = held.entry.object, held.entry.version
    said = document_of(held) if held.body else {}
    kind = str(said.get("type", ""))
    links = [Link(iri, "canonical"), Link(f"{iri}/v/{number}", "cite-as")]
    stem = f"{iri}/v/{number}" if fixed else iri
    links += [
        Link(f"{stem}.{suffix}", "alternate", {"type": media}) for suffix, media in SUFFIXES.items()
    ]
    links += [
        Link(f"{iri}/v/{number}/receipt.json", "describedby", {"type": "application/json"}),
        Link(f"{stem}.jsonld", "describedby", {"type": JSONLD}),
    ]
    if kind:
        links.append(Link(f"{IC}{kind}", "type"))
    if "publisher" in said:
        links.append(Link(str(said["publisher"]), "author"))
    licence = said.get("license", "https://creativecommons.org/licenses/by/4.0/")
    links.append(Link(str(licence), "license"))
    if (listed := _listed(iri)) is not None:
        links.append(Link(here.whole(listed), "collection", {"type": HTML}))
    if fixed:
        links.append(Link(iri, "latest-version"))
    if number > 1:
        links.append(Link(f"{iri}/v/{number - 1}", "predecessor-version"))
    if number < last.entry.version:
        links.append(Link(f"{iri}/v/{number + 1}", "successor-version"))
    links += memento_links(held, fixed=fixed)
    path = here.path_of(iri)
    ours = here.is_ours(iri)
    page = iri if ours or path is None else here.whole(path)
    if kind not in {"", "Withdrawal"}:
        links.append(Link(f"{page}/provenance", HAS_PROVENANCE))
    if ours:
        links.append(Link(here.whole("/inbox"), "http://www.w3.org/ns/ldp#inbox"))
    return linked(links, stem if ours else page)


def _listed(iri: str) -> str | None:
    """The page that lists records of its kind; profiles of organizations are on none."""
    rest, _, last = iri.rpartition("/")
    if last == "city":
        return "/cities"
    plural = PLURALS.get(rest.rpartition("/")[2])
    return plural and f"/{plural}"
