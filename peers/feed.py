"""A log as a Linked Data Event Stream (LDES and TREE): pages for whoever follows feeds.

It is a view of the log and adds no trust: completeness and order are proved by the log, a record by
its own proof. A page is a bundle of the log. A member is one entry; its IRI names a graph that
holds the activity, the record's triples, and the signed record itself as one ``rdf:JSON`` literal,
so that the exact bytes come through any client and any store and can be verified at the end.

Pages are N-Quads; the record's triples are given, so nothing here knows what records say.
Follows the LDES and TREE specifications of the SEMIC and W3C community groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from peers.log import Entry, EntryKind
from peers.tiles import WIDTH

__all__ = ["POLLING", "Member", "Span", "Stream", "page", "read_page", "root"]

POLLING: Final = 60
"""Seconds that a client is asked to wait between two looks."""

_AS: Final = "https://www.w3.org/ns/activitystreams#"
_LDES: Final = "https://w3id.org/ldes#"
_TREE: Final = "https://w3id.org/tree#"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_POSITION: Final = "https://schema.org/position"

_KINDS: Final = {
    EntryKind.CREATE: "Create",
    EntryKind.UPDATE: "Update",
    EntryKind.DELETE: "Delete",
    EntryKind.GENESIS: "Activity",
    EntryKind.KEY_CHANGE: "Activity",
}
"""What ActivityStreams calls an entry; it has no word for what concerns keys."""

_CONTENT: Final = re.compile(
    rf'<([^<>]*)> <{_AS}content> "((?:[^"\\]|\\.)*)"\^\^<{_RDF}JSON> (?:<([^<>]*)> )?\.'
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Stream:
    """The feed of one log.

    Attributes:
        root: Address of its first page, which leads to all others.
    """

    root: str

    @property
    def iri(self) -> str:
        """The stream itself."""
        return f"{self.root}#stream"

    def page(self, number: int) -> str:
        """Address of the page of bundle ``number``."""
        return f"{self.root}/{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry, and what there is of its record.

    Attributes:
        index: Its position in the log.
        entry: The leaf, read.
        triples: What the record says, as lines of N-Quads without a graph; may be empty.
        signed: The secured record's canonical bytes; ``None`` where it was erased.
    """

    index: int
    entry: Entry
    triples: str
    signed: bytes | None


@dataclass(frozen=True, slots=True)
class Span:
    """When a page's entries were published: the first of them, and the last once it is full."""

    first: str
    last: str | None


def root(stream: Stream, pages: Sequence[Span]) -> str:
    """The root: what kind of stream it is, and between which times each page lies.

    A page that still grows has no upper bound: a client that took it for one would miss what comes.
    """
    lines = [*_about(stream), _line(stream.root, f"{_RDF}type", _iri(f"{_TREE}Node"))]
    for number, span in enumerate(pages):
        lines += _relation(stream, number, "GreaterThanOrEqualTo", span.first)
        if span.last is not None:
            lines += _relation(stream, number, "LessThanOrEqualTo", span.last)
    return "".join(lines)


def page(stream: Stream, number: int, members: Sequence[Member]) -> str:
    """The page of one bundle: its members in order, and whether others can still join them."""
    address = stream.page(number)
    lines = [
        *_about(stream),
        _line(address, f"{_RDF}type", _iri(f"{_TREE}Node")),
        # Not the same as immutable to HTTP: a record on a full page can still be erased.
        _line(address, f"{_LDES}immutable", _typed(str(len(members) == WIDTH).lower(), "boolean")),
    ]
    for member in members:
        lines.append(_line(stream.iri, f"{_TREE}member", _iri(member.entry.id)))
        lines += _graph(member)
    return "".join(lines)


def read_page(quads: str) -> Iterator[tuple[str, bytes]]:
    """Each member of some N-Quads that carries a record: the entry's IRI and the signed bytes.

    Nothing is verified: give the bytes to ``peers.encoding.parse_canonical`` and
    ``peers.proofs.verify``, with the key of the origin that the record claims.

    Args:
        quads: A page, or what any client made of one; order and graphs do not matter.
    """
    for line in quads.split("\n"):
        found = _CONTENT.match(line)
        if found is not None:
            yield found[1], _ESCAPE.sub(_unescaped, found[2]).encode("utf-8", "surrogatepass")


def _about(stream: Stream) -> Iterator[str]:
    """What every page says of the stream, so that a client may begin with any."""
    said = [
        (f"{_RDF}type", _iri(f"{_LDES}EventStream")),
        (f"{_TREE}view", _iri(stream.root)),
        (f"{_LDES}timestampPath", _iri(f"{_AS}published")),
        (f"{_LDES}sequencePath", _iri(_POSITION)),
        (f"{_LDES}versionOfPath", _iri(f"{_AS}object")),
        (f"{_LDES}versionCreateObject", _iri(f"{_AS}Create")),
        (f"{_LDES}versionUpdateObject", _iri(f"{_AS}Update")),
        (f"{_LDES}versionDeleteObject", _iri(f"{_AS}Delete")),
        (f"{_LDES}pollingInterval", _typed(str(POLLING), "integer")),
    ]
    return (_line(stream.iri, predicate, value) for predicate, value in said)


def _relation(stream: Stream, number: int, kind: str, time: str) -> Iterable[str]:
    iri = f"{stream.root}#{number}-{kind}"
    return (
        _line(stream.root, f"{_TREE}relation", _iri(iri)),
        _line(iri, f"{_RDF}type", _iri(f"{_TREE}{kind}Relation")),
        _line(iri, f"{_TREE}path", _iri(f"{_AS}published")),
        _line(iri, f"{_TREE}value", _typed(time, "dateTime")),
        _line(iri, f"{_TREE}node", _iri(stream.page(number))),
    )


def _graph(member: Member) -> Iterator[str]:
    """The activity, its record's triples and its bytes, all in the graph of the entry's name."""
    entry = member.entry
    said = [
        (f"{_RDF}type", _iri(f"{_AS}{_KINDS[entry.kind]}")),
        (f"{_AS}object", _iri(entry.object)),
        (f"{_AS}published", _typed(entry.published, "dateTime")),
        (_POSITION, _typed(str(member.index), "integer")),
    ]
    if member.signed is None:
        said.append((f"{_AS}result", _iri(f"{entry.id}#erased")))
        yield _line(f"{entry.id}#erased", f"{_RDF}type", _iri(f"{_AS}Tombstone"), entry.id)
    else:
        text = f"{_quoted(member.signed.decode())}^^{_iri(f'{_RDF}JSON')}"
        said += [(f"{_AS}content", text), (f"{_AS}mediaType", _quoted("application/ld+json"))]
    for predicate, value in said:
        yield _line(entry.id, predicate, value, entry.id)
    for line in member.triples.split("\n"):
        if line:
            yield f"{line.removesuffix('.')}<{entry.id}> .\n"


def _line(subject: str, predicate: str, value: str, graph: str = "") -> str:
    return f"<{subject}> <{predicate}> {value} {f'<{graph}> ' if graph else ''}.\n"


def _iri(iri: str) -> str:
    return f"<{iri}>"


def _typed(text: str, datatype: str) -> str:
    return f'"{text}"^^<{_XSD}{datatype}>'


def _quoted(text: str) -> str:
    """A literal's text. JSON has no control characters but line ends, and canonical JSON none."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r") + '"'


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if code is None:
        return _ESCAPES.get(found[3], found[3])
    number = int(code, 16)
    return chr(number) if number <= 0x10FFFF else "\ufffd"
