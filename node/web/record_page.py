"""The page about one record, ours or a peer's, and the page where one was withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from aiohttp import web
from markupsafe import Markup

from node.service.discover import found
from node.service.erase import erased
from node.service.home import Home
from node.service.log_facts import facts_of
from node.service.projection import profile_of_publisher
from node.service.records import document_of
from node.store.ports import Held, TextPut
from node.web import shelf
from node.web.addresses import PLURALS
from node.web.answers import Link
from node.web.context import home_of
from node.web.facade import Block
from node.web.linkset import HAS_PROVENANCE
from node.web.memento import memento_date
from node.web.pages import VARY, render, shell_of
from node.web.shell import Shell
from node.web.texts import mark
from node.web.views import RecordView, named_in, view_of
from node.web.wording import Writer, kinds_name
from peers.encoding import parse_json
from peers.log import EntryKind
from vocab.languages import LANGUAGES
from vocab.records import KINDS, AnyRecord, City, Organization, parse

__all__ = ["known_of", "record_page"]

_BY_MACHINE = mark("%(into)s, translated by a machine from %(original)s (version %(n)s)")
_BY_PERSON = mark("%(into)s, translated by a person from %(original)s (version %(n)s)")
_MOST_NAMED = 60
"""Other records that one page names by title; the rest are named by their address."""


async def record_page(
    request: web.Request,
    held: Held,
    *,
    status: int,
    links: Sequence[Link],
    fixed: bool,
    others: Sequence[Held],
) -> web.Response:
    """The page; for a withdrawal or an erased text it says so instead.

    Args:
        others: Every version, oldest first.
    """
    home = home_of(request)
    headers = {"Memento-Datetime": memento_date(held)} if fixed else {}
    if held.body is None:
        shell = await shell_of(request)
        return await render(
            request,
            "erased.html",
            shell,
            status=410,
            links=links,
            headers=headers,
            iri=held.entry.object,
            held=held,
        )
    said = parse(document_of(held))
    known = await known_of(home, named_in(said))
    publisher = _profile(known.get(said.publisher))
    shell = await shell_of(request, demonstration=bool(publisher and publisher.demonstration))
    titles = {iri: put.title for iri, put in known.items()}
    view = view_of(said, shell, titles)
    writer = Writer(shell, titles)
    withdrawn = held.entry.kind is EntryKind.DELETE
    users = await found(home, uses=[held.entry.object]) if view.kind == "Practice" else []
    return await render(
        request,
        "withdrawn.html" if withdrawn else "record.html",
        shell,
        status=status,
        links=links,
        vary=VARY if fixed else (*VARY, "Accept-Datetime"),
        headers=headers,
        section="practices" if view.kind == "Practice" else "",
        iri=held.entry.object,
        held=held,
        record=said,
        view=view,
        publisher=publisher,
        publisher_link=writer.record(said.publisher),
        said_by=known.get(said.publisher),
        said_by_plain=shell.plain(titles.get(said.publisher, {})) or said.publisher,
        crumb=_crumb(shell, view),
        languages=_languages(shell, view),
        translations=_translations(shell, said),
        foreign=_foreign(shell, view),
        action_links=[shell.linked(action.iri) for action in view.actions],
        proof=document_of(held)["proof"],
        blocks={action.code: Block("in-place") for action in view.actions},
        newest=not fixed,
        at=partial(_at, shell, held.entry.object),
        versions=others[::-1],
        users=users,
        names=await shelf.names(request) if users else {},
        ours=shell.addresses.is_ours(held.entry.object),
        size=(await home.ledger.head(held.log)).size,
        provenance=next((one.target for one in links if one.rel == HAS_PROVENANCE), ""),
        log_facts=await facts_of(home, held.log),
        erased=await erased(home, held.entry.object) if withdrawn else [],
    )


async def known_of(home: Home, iris: set[str]) -> Mapping[str, TextPut]:
    """What the catalog holds of records and agents, by the IRI that was asked for."""
    found: dict[str, TextPut] = {}
    for iri in sorted(iris)[:_MOST_NAMED]:
        put = await home.text.get(profile_of_publisher(iri) if "/#" in iri else iri)
        if put is not None:
            found[iri] = put
    return found


def _at(shell: Shell, iri: str, suffix: str) -> str:
    """Where this node has a format or a version of a record; a profile has them at its own place.

    Args:
        suffix: Such as ``.ttl`` or ``/v/2``.
    """
    path = shell.addresses.path_of(iri) or ""
    if shell.addresses.is_ours(iri):
        path = iri.removeprefix(shell.addresses.base)
    if path.startswith(("/cities/", "/organizations/")):
        return iri + suffix
    return shell.addresses(path + suffix) if suffix.startswith(".") else shell.href(path + suffix)


def _crumb(shell: Shell, view: RecordView) -> Markup:
    """A link to where records of this kind are listed."""
    plural = PLURALS.get(KINDS.get(view.kind, ""), "cities" if view.kind == "City" else "")
    if not plural:
        return Markup('<a href="{}">{}</a>').format(
            shell.href("/search"), shell.words.say("Search")
        )
    name = kinds_name(shell.words, plural)
    return Markup('<a href="{}">{}</a>').format(shell.href(f"/{plural or 'search'}"), name)


def _languages(shell: Shell, view: RecordView) -> Markup:
    """The languages that the record is written in, each a link to the page in it."""
    return shell.words.list(
        Markup('<a href="{}" hreflang="{}">{}</a>').format(
            shell.addresses(shell.path, lang=_offered(tag)), tag, shell.words.tongue(tag)
        )
        for tag in view.languages
    )


def _foreign(shell: Shell, view: RecordView) -> list[str]:
    """Languages of what is shown, where the reader asked for another one."""
    asked = (shell.wanted[0] if shell.wanted else shell.language).partition("-")[0].lower()
    texts = [view.lead, *(section.text for section in view.sections)]
    shown = dict.fromkeys(shell.pick(text)[0] for text in texts if text)
    return [tag for tag in shown if tag.partition("-")[0].lower() != asked]


def _offered(tag: str) -> str:
    """What ``?lang=`` takes: one of the menu's languages, where the tag is of one."""
    base = tag.partition("-")[0].lower()
    return base if base in LANGUAGES else ""


def _translations(shell: Shell, record: AnyRecord) -> list[Markup]:
    """Which languages are translations, and by whom: a machine's are said to be."""
    words = shell.words
    return [
        words.say(
            _BY_MACHINE if one.translator == "machine" else _BY_PERSON,
            into=words.tongue(one.in_language),
            original=words.tongue(one.from_language),
            n=one.of_version,
        )
        for one in record.translations
    ]


def _profile(put: TextPut | None) -> City | Organization | None:
    said = parse_json(put.stored) if put else None
    record = parse(said) if isinstance(said, dict) else None
    return record if isinstance(record, City | Organization) else None
