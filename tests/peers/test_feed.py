"""The log as an event stream: every entry a member, and the signed bytes come through."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.encoding import JsonObject, jcs
from peers.feed import POLLING, Member, Span, Stream, page, read_page, root
from peers.log import Entry, EntryKind
from peers.tiles import WIDTH

STREAM = Stream("https://aurora.example/feed")
LOG = "https://aurora.example/log/public"
RECORD = "https://aurora.example/practice/01ARYZ6S410000000000000000"
AS = "https://www.w3.org/ns/activitystreams#"
LDES = "https://w3id.org/ldes#"
TREE = "https://w3id.org/tree#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SAYS = f'<{RECORD}> <http://purl.org/dc/terms/title> "Mediación \\" .\\n y más"@es .\n'


def member(
    index: int, signed: bytes | None = b"{}", kind: EntryKind = EntryKind.CREATE, says: str = SAYS
) -> Member:
    at = f"2026-01-01T00:{index // 60 % 60:02}:{index % 60:02}Z"
    entry = Entry(f"{LOG}/e/{index}", kind, RECORD, at, 1, None, "zQm" + "1" * 44)
    return Member(index=index, entry=entry, triples=says, signed=signed)


def read(text: str) -> set[ox.Quad]:
    quads = list(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    assert len(quads) == len(set(quads)) == text.count(" .\n"), "one line, one quad, none twice"
    return set(quads)


def quad(
    subject: str, predicate: str, value: ox.NamedNode | ox.Literal, graph: str = ""
) -> ox.Quad:
    where = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, where)


def literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


# --- pages ---------------------------------------------------------------------------------------


def test_a_member_is_a_graph_named_by_its_entry() -> None:
    signed = jcs({"id": RECORD, "title": {"es": 'Mediación "y\n\t más" \\ 𐀀'}})
    quads = read(page(STREAM, 0, [member(7, signed)]))
    entry = f"{LOG}/e/7"
    within = {one for one in quads if one.graph_name == ox.NamedNode(entry)}
    json_literal = ox.Literal(signed.decode(), datatype=ox.NamedNode(f"{RDF}JSON"))
    assert within == {
        quad(entry, f"{RDF}type", ox.NamedNode(f"{AS}Create"), entry),
        quad(entry, f"{AS}object", ox.NamedNode(RECORD), entry),
        quad(entry, f"{AS}published", literal("2026-01-01T00:00:07Z", "dateTime"), entry),
        quad(entry, "https://schema.org/position", literal("7", "integer"), entry),
        quad(entry, f"{AS}content", json_literal, entry),
        quad(entry, f"{AS}mediaType", ox.Literal("application/ld+json"), entry),
        quad(
            RECORD,
            "http://purl.org/dc/terms/title",
            ox.Literal('Mediación " .\n y más', language="es"),
            entry,
        ),
    }
    assert quad(STREAM.iri, f"{TREE}member", ox.NamedNode(entry)) in quads


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (EntryKind.CREATE, "Create"),
        (EntryKind.UPDATE, "Update"),
        (EntryKind.DELETE, "Delete"),
        (EntryKind.GENESIS, "Activity"),
        (EntryKind.KEY_CHANGE, "Activity"),
    ],
)
def test_a_member_says_what_happened(kind: EntryKind, name: str) -> None:
    entry = f"{LOG}/e/3"
    quads = read(page(STREAM, 0, [member(3, kind=kind)]))
    assert quad(entry, f"{RDF}type", ox.NamedNode(AS + name), entry) in quads


def test_a_member_whose_record_was_erased_says_so() -> None:
    entry = f"{LOG}/e/3"
    text = page(STREAM, 0, [member(3, signed=None, says="")])
    quads = read(text)
    assert quad(entry, f"{AS}result", ox.NamedNode(f"{entry}#erased"), entry) in quads
    assert quad(f"{entry}#erased", f"{RDF}type", ox.NamedNode(f"{AS}Tombstone"), entry) in quads
    assert quad(entry, f"{AS}object", ox.NamedNode(RECORD), entry) in quads
    assert list(read_page(text)) == []


@pytest.mark.parametrize(("count", "immutable"), [(1, "false"), (255, "false"), (WIDTH, "true")])
def test_a_page_is_immutable_if_and_only_if_its_bundle_is_full(count: int, immutable: str) -> None:
    quads = read(page(STREAM, 4, [member(4 * WIDTH + number) for number in range(count)]))
    said = [one.object for one in quads if one.predicate == ox.NamedNode(f"{LDES}immutable")]
    assert said == [literal(immutable, "boolean")]
    members = {one.object for one in quads if one.predicate == ox.NamedNode(f"{TREE}member")}
    assert members == {ox.NamedNode(f"{LOG}/e/{4 * WIDTH + number}") for number in range(count)}


# --- the root ------------------------------------------------------------------------------------


def test_the_root_leads_to_each_page_by_the_times_between_which_it_lies() -> None:
    spans = [
        Span("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        Span("2026-02-01T00:00:00Z", None),
    ]
    quads = read(root(STREAM, spans))
    relations = {}
    for one in quads:
        if one.predicate == ox.NamedNode(f"{TREE}relation"):
            assert one.subject == ox.NamedNode(STREAM.root)
            said = {other.predicate: other.object for other in quads if other.subject == one.object}
            assert said[ox.NamedNode(f"{TREE}path")] == ox.NamedNode(f"{AS}published")
            node, kind = said[ox.NamedNode(f"{TREE}node")], said[ox.NamedNode(f"{RDF}type")]
            assert isinstance(node, ox.NamedNode)
            assert isinstance(kind, ox.NamedNode)
            key = (node.value, kind.value.removeprefix(TREE))
            relations[key] = said[ox.NamedNode(f"{TREE}value")]
    assert relations == {
        (STREAM.page(0), "GreaterThanOrEqualToRelation"): literal(spans[0].first, "dateTime"),
        (STREAM.page(0), "LessThanOrEqualToRelation"): literal(str(spans[0].last), "dateTime"),
        (STREAM.page(1), "GreaterThanOrEqualToRelation"): literal(spans[1].first, "dateTime"),
    }, "a page that grows has no upper bound yet"


@pytest.mark.parametrize("text", [root(STREAM, []), page(STREAM, 0, [member(0)])])
def test_every_page_says_what_kind_of_stream_it_is_of(text: str) -> None:
    quads = read(text)
    said: dict[str, ox.NamedNode | ox.Literal] = {
        f"{RDF}type": ox.NamedNode(f"{LDES}EventStream"),
        f"{TREE}view": ox.NamedNode(STREAM.root),
        f"{LDES}timestampPath": ox.NamedNode(f"{AS}published"),
        f"{LDES}sequencePath": ox.NamedNode("https://schema.org/position"),
        f"{LDES}versionOfPath": ox.NamedNode(f"{AS}object"),
        f"{LDES}versionDeleteObject": ox.NamedNode(f"{AS}Delete"),
        f"{LDES}pollingInterval": literal(str(POLLING), "integer"),
    }
    for predicate, value in said.items():
        assert quad(STREAM.iri, predicate, value) in quads


def test_every_word_of_ldes_and_tree_is_in_their_vocabularies(shared: Path) -> None:
    known = set()
    for file in ("ldes-vocab/vocabulary.ttl", "tree-vocab/tree.ttl"):
        data = (shared / "vectors" / file).read_bytes()
        triples = ox.parse(data, format=ox.RdfFormat.TURTLE)
        known |= {one.subject.value for one in triples if isinstance(one.subject, ox.NamedNode)}
    spans = [Span("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")]
    quads = read(root(STREAM, spans)) | read(page(STREAM, 0, [member(0)]))
    used = {
        term.value
        for one in quads
        for term in (one.predicate, one.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith((LDES, TREE))
    }
    assert len(used) > 15
    assert used <= known


# --- the way back --------------------------------------------------------------------------------

KEYS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=4), min_size=1, max_size=4))
def test_the_signed_bytes_come_back_from_any_writer_of_rdf(documents: list[JsonObject]) -> None:
    """Through our own page, and through each format as another library writes it."""
    signed = {f"{LOG}/e/{number}": jcs(one) for number, one in enumerate(documents)}
    text = page(STREAM, 0, [member(n, data) for n, data in enumerate(signed.values())])
    assert dict(read_page(text)) == signed
    for form in (ox.RdfFormat.TRIG, ox.RdfFormat.JSON_LD, ox.RdfFormat.N_QUADS):
        quads = ox.parse(text, format=ox.RdfFormat.N_QUADS)
        written = ox.serialize(quads, format=form)
        back = ox.serialize(ox.parse(written, format=form), format=ox.RdfFormat.N_QUADS)
        assert back is not None
        assert dict(read_page(back.decode())) == signed


def test_escapes_that_others_write_are_read() -> None:
    """N-Triples, section 7: every character may be written by its number."""
    said = json.dumps({"a": "é\U00010000\u2028"}, ensure_ascii=False)
    escaped = "".join(f"\\u{ord(one):04X}" if one < "\U00010000" else "\\U00010000" for one in said)
    line = f'<{LOG}/e/0> <{AS}content> "{escaped}"^^<{RDF}JSON> .'
    assert list(read_page(line)) == [(f"{LOG}/e/0", said.encode())]


@given(st.text(max_size=80))
def test_any_text_is_read_or_passed_over(text: str) -> None:
    line = f'<{LOG}/e/0> <{AS}content> "{text}"^^<{RDF}JSON> <{LOG}/e/0> .'
    for one in (text, line):
        assert len(list(read_page(one))) <= 1
