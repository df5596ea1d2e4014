"""Values of records as the pages say them: dates, concepts, languages, links, names of types."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from node.core.sizes import bounds_of
from node.web.addresses import host_of
from node.web.shell import Shell
from node.web.texts import Words, mark
from vocab.languages import LangMap

__all__ = [
    "Fact",
    "Writer",
    "iri_address",
    "iri_link",
    "kind_name",
    "kinds_name",
    "licence",
    "media_name",
    "outside",
    "sdg_name",
    "size_name",
]

_LICENCES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}
_MEDIA: Final = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.oasis.opendocument.text": "ODT",
    "text/plain": "TXT",
}
_SDG: Final = re.compile(r"https?://metadata\.un\.org/sdg/([0-9]{1,2}(?:\.[0-9a-z]{1,2})?)/?")
_KINDS: Final = {
    "City": mark("City"),
    "Organization": mark("Organization"),
    "Membership": mark("Membership"),
    "Commitment": mark("Commitment"),
    "ActionStatus": mark("Status of an action"),
    "Practice": mark("Practice"),
    "Strategy": mark("Strategy"),
    "ProgressReport": mark("Progress report"),
    "Assessment": mark("Assessment by others"),
    "Need": mark("Need"),
    "Offer": mark("Offer"),
    "Exchange": mark("Peer-learning exchange"),
    "Indicator": mark("Indicator"),
    "ObservationSet": mark("Observations of an indicator"),
    "Submission": mark("Submission to a UN mechanism"),
    "Recommendation": mark("UN recommendation followed"),
    "Body": mark("Human rights body"),
    "Study": mark("Study"),
    "PairingRound": mark("Pairing round"),
    "Agreement": mark("Agreement"),
    "Withdrawal": mark("Withdrawal"),
}
_PLURALS: Final = {
    "cities": mark("Cities"),
    "organizations": mark("Organizations"),
    "memberships": mark("Memberships"),
    "commitments": mark("Commitments"),
    "action-statuses": mark("Statuses of actions"),
    "practices": mark("Practices"),
    "strategies": mark("Strategies"),
    "progress-reports": mark("Progress reports"),
    "assessments": mark("Assessments by others"),
    "needs": mark("Needs"),
    "offers": mark("Offers"),
    "exchanges": mark("Exchanges"),
    "indicators": mark("Indicators"),
    "observation-sets": mark("Observations of indicators"),
    "submissions": mark("Submissions to UN mechanisms"),
    "bodies": mark("Human rights bodies"),
    "studies": mark("Studies"),
    "pairing-rounds": mark("Pairing rounds"),
    "agreements": mark("Agreements"),
    "recommendations": mark("UN recommendations followed"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands behind it, each value on its own."""

    label: Markup
    values: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Puts fields into facts; a field that is empty yields none.

    Attributes:
        shell: The page's.
        known: Titles of records, and names of agents, by their IRI.
    """

    shell: Shell
    known: Mapping[str, LangMap]

    def fact(self, label: Markup, *values: Markup | str | None) -> Iterator[Fact]:
        """Values as they are; plain text is escaped."""
        kept = tuple(Markup("{}").format(value) for value in values if value)
        if kept:
            yield Fact(label, kept)

    def day(self, label: Markup, text: str | None) -> Iterator[Fact]:
        yield from self.fact(label, self.shell.words.day(text) if text else None)

    def period(self, start: str | None, end: str | None) -> Iterator[Fact]:
        words = self.shell.words
        yield from self.fact(words.say("Period"), words.period(start, end))

    def concepts(self, label: Markup, iris: Iterable[str | None]) -> Iterator[Fact]:
        yield from self.fact(label, *(self.shell.linked(iri) for iri in iris if iri))

    def text(self, label: Markup, texts: LangMap) -> Iterator[Fact]:
        yield from self.fact(label, self.shell.t(texts))

    def tongues(self, tags: Iterable[str]) -> Iterator[Fact]:
        words = self.shell.words
        yield from self.fact(words.say("Languages"), *(words.tongue(tag) for tag in tags))

    def regions(self, codes: Iterable[str]) -> Iterator[Fact]:
        words = self.shell.words
        yield from self.fact(words.say("Would like"), *(words.place(code) for code in codes))

    def records(self, label: Markup, iris: Iterable[str | None]) -> Iterator[Fact]:
        yield from self.fact(label, *(self.record(iri) for iri in iris if iri))

    def record(self, iri: str) -> Markup:
        """A record or an agent by its title, linked to its page; to itself where it is not here."""
        title = self.known.get(iri)
        address = self.shell.to(iri)
        if not title and not self.shell.addresses.is_ours(iri):
            return outside(iri)
        shown = self.shell.t(title) if title else Markup("<code>{}</code>").format(iri)
        return Markup('<a href="{}">{}</a>').format(address, shown) if address else shown

    def targets(self, iris: Iterable[str]) -> Iterator[Fact]:
        """Targets of the Sustainable Development Goals."""
        shown = [outside(iri, sdg_name(iri)) for iri in iris]
        yield from self.fact(self.shell.words.say("SDG targets"), *shown)


def sdg_name(iri: str) -> str:
    """The number of a goal or target of the Sustainable Development Goals.

    >>> sdg_name("http://metadata.un.org/sdg/16.7")
    '16.7'
    """
    found = _SDG.fullmatch(iri)
    return found[1] if found else iri


def outside(url: str, text: str | None = None) -> Markup:
    """A link to another site, by its host and path; only http and https become one."""
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in {"http", "https"}:
        return Markup("<code>{}</code>").format(url)
    shown = text or rest.partition("#")[0].partition("?")[0].rstrip("/")
    return Markup('<a href="{}" rel="nofollow noopener noreferrer"><bdi>{}</bdi></a>').format(
        url, shown
    )


def iri_address(shell: Shell, iri: str, hosts: Collection[str] = ()) -> str:
    """Our page about an IRI where there is one, else the IRI; empty where nobody can follow it.

    Args:
        hosts: As in ``iri_link``.
    """
    ours = shell.addresses.word_path(iri) or host_of(iri) in {*hosts, shell.addresses.host}
    return shell.to(iri) if ours or not iri.startswith("http") else iri


def iri_link(shell: Shell, iri: str, hosts: Collection[str] = ()) -> Markup:
    """An IRI in full, linked to our page about it where there is one, else to itself.

    Args:
        hosts: Of the nodes whose records are held here, as in addresses of pages.
    """
    address = iri_address(shell, iri, hosts)
    shown = Markup('<code dir="ltr">{}</code>').format(iri)
    if not address:
        return shown
    rel = "" if address.startswith("/") else Markup(' rel="nofollow noopener noreferrer"')
    return Markup('<a href="{}"{}>{}</a>').format(address, rel, shown)


def media_name(media_type: str | None) -> str:
    """A media type as people name it.

    >>> media_name("application/pdf"), media_name("text/csv; charset=utf-8"), media_name(None)
    ('PDF', 'CSV', '')
    """
    kind = (media_type or "").partition(";")[0].strip().lower()
    return _MEDIA.get(kind, kind.rpartition("/")[2].upper()[:12])


def licence(iri: str) -> Markup:
    """A licence by its short name, linked."""
    return outside(iri, _LICENCES.get(iri))


def kind_name(words: Words, kind: str) -> Markup:
    """A type of record in words; the type itself where it is none of ours."""
    return words.say(_KINDS[kind]) if kind in _KINDS else Markup("{}").format(kind)


def kinds_name(words: Words, segment: str) -> Markup:
    """The plural of a type, by the segment of its pages."""
    return words.say(_PLURALS[segment])


def size_name(words: Words, size: str) -> Markup | str:
    """A class of ``node.core.sizes`` in words; the class itself where there is no such one."""
    try:
        start, stop = bounds_of(size)
    except ValueError:
        return size
    if stop is None:
        return words.say("%(n)s residents and more", n=words.number(start))
    if not start:
        return words.say("fewer than %(n)s residents", n=words.number(stop))
    return words.say("%(n)s to %(m)s residents", n=words.number(start), m=words.number(stop))
