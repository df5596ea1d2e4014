"""Every IRI of ours is defined, and a node answers for it at its place, as a page and as RDF."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from node.web.ontology import FILES, terms
from node.web.words import thing_of
from tests.node.web.conftest import Site
from tests.node.web.reading import read
from vocab.framework import Concept, Scheme, load
from vocab.framework.sheet import columns
from vocab.framework.versions import changes, published
from vocab.jsonld import CONTEXTS, context_bytes, context_digest
from vocab.terms import ACTIONS, FRAMEWORK_VERSION, FW, IC, TranslationStatus

pytestmark = pytest.mark.asyncio(loop_scope="session")

DATA = Path(__file__).parents[3] / "vocab" / "data"
OURS = FW.removesuffix("framework/")
IN_TEXT = re.compile(r'https://w3id\.org/intercity/[^\s"<>\\{}]*')
FORMS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
LABEL = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
TYPES = {"ttl": "text/turtle", "nt": "application/n-triples", "jsonld": "application/ld+json"}


@cache
def used() -> Mapping[str, str]:
    """Every IRI under our namespaces that our files name → a file that does."""
    found: dict[str, str] = {}
    for path in sorted([*DATA.glob("*.ttl"), *DATA.glob("schemes/*.ttl")]):
        for triple in triples(path.read_bytes(), "ttl"):
            iris = (node.value for node in triple if isinstance(node, NamedNode))
            found |= {iri: path.name for iri in iris if iri.startswith(OURS)}
    documents = [DATA / "schema.json", DATA / "framework.json", DATA / "context" / "v1.jsonld"]
    for path in [*documents, *sorted(DATA.glob("examples/*.jsonld"))]:
        text = path.read_text(encoding="utf-8")
        found |= {iri.rstrip("."): path.name for iri in IN_TEXT.findall(text)}
    return found


def triples(body: bytes, suffix: str) -> list[Triple]:
    return [quad.triple for quad in parse(body, format=FORMS[suffix])]


def without_blanks(found: list[Triple]) -> set[Triple]:
    """Blank nodes have other names in every format."""
    return {one for one in found if not any(isinstance(node, BlankNode) for node in one)}


def labelled() -> list[Concept | Scheme]:
    return [*load().schemes, *load().concepts]


def defined() -> Iterator[str]:
    yield from (scheme.iri for scheme in load().schemes)
    yield from (concept.iri for concept in load().concepts)
    yield from terms()
    yield from (url for url in CONTEXTS if url.startswith(OURS))
    yield from (OURS + rest for rest in ("", "schema/v1.json"))
    yield from (f"{FW}{version}/" for version in published())


def place(iri: str) -> str:
    """Where a node answers for it: what follows our address, with ``#`` as a step down."""
    return f"/vocab/{iri.removeprefix(OURS).replace('#', '/')}".rstrip("/")


def is_prefix(iri: str) -> bool:
    """A namespace or the stem of a pattern, such as ``ns#group/``."""
    return iri.endswith(("#", "/")) and iri != FRAMEWORK_VERSION


async def test_no_iri_of_ours_is_used_that_is_not_defined() -> None:
    known = set(defined())
    assert len(used()) > 700
    for iri, file in used().items():
        stem = is_prefix(iri) and any(one.startswith(iri) for one in known)
        assert iri in known or stem, f"{file} names {iri}, which nothing defines"


async def test_a_word_that_nobody_defined_is_noticed() -> None:
    assert thing_of(f"{IC}nobodyDefinedThis") is None
    assert f"{IC}nobodyDefinedThis" not in set(defined())


async def test_every_word_is_answered_for_and_described_at_its_place(
    network: Mapping[str, Site],
) -> None:
    """Each scheme, concept, term and shape, in N-Triples: its IRI is a subject of what comes."""
    site = network["directory"]
    for iri in sorted({*defined(), *filter(lambda one: not is_prefix(one), used())}):
        asked = place(iri)
        if iri.endswith(".json") or iri in CONTEXTS or iri == OURS:
            continue
        async with await site.get(asked, Accept="application/n-triples") as answer:
            assert answer.status == 200, (iri, asked, answer.status)
            body = await answer.text()
        assert f"\n<{iri}> <" in f"\n{body}", f"{asked} does not describe {iri}"


async def test_every_word_has_a_page_at_its_place(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    things = [thing.iri for thing in labelled()]
    tables = [f"{FW}labels/{language}" for language in load().translations]
    shown = [*things, *tables, *(i for i, term in terms().items() if term.kind != "document")]
    for iri in shown:
        page = await site.page(place(iri))
        assert iri in page, iri


async def test_a_document_leads_its_reader_to_the_page_of_the_vocabulary(
    network: Mapping[str, Site],
) -> None:
    site = network["directory"]
    for iri in (FW, FRAMEWORK_VERSION, IC.rstrip("#"), f"{OURS}shapes", f"{OURS}shapes-sparql"):
        async with await site.get(place(iri), Accept="text/html") as answer:
            assert answer.status == 303
            page = await site.page(answer.headers["Location"].partition("#")[0])
            assert answer.headers["Location"].partition("#")[2] in {"", *read(page).ids}


@pytest.mark.parametrize("suffix", FORMS)
@pytest.mark.parametrize(
    "iri",
    [ACTIONS["S3"], f"{FW}mechanism", f"{IC}City", f"{IC}CityShape", f"{IC}observationStructure"],
)
async def test_a_word_is_the_same_in_every_format(
    network: Mapping[str, Site], iri: str, suffix: str
) -> None:
    site = network["directory"]
    async with await site.get(f"{place(iri)}.{suffix}") as by_suffix:
        assert by_suffix.status == 200
        assert by_suffix.content_type == TYPES[suffix]
        body = await by_suffix.read()
    async with await site.get(place(iri), Accept=TYPES[suffix]) as by_accept:
        assert await by_accept.read() == body
    async with await site.get(f"{place(iri)}.nt") as plain:
        wanted = triples(await plain.read(), "nt")
    found = triples(body, suffix)
    assert len(found) == len(wanted)
    assert without_blanks(found) == without_blanks(wanted)
    async with await site.get(f"{place(iri)}.html") as page:
        assert page.content_type == "text/html"


@pytest.mark.parametrize("name", FILES)
async def test_a_file_of_the_contract_comes_as_it_was_written(
    network: Mapping[str, Site], name: str
) -> None:
    site = network["directory"]
    async with await site.get(f"/vocab/{name}.ttl") as answer:
        assert await answer.read() == (DATA / f"{name}.ttl").read_bytes()
    wanted = triples((DATA / f"{name}.ttl").read_bytes(), "ttl")
    for suffix in ("nt", "jsonld"):
        async with await site.get(f"/vocab/{name}.{suffix}") as answer:
            found = triples(await answer.read(), suffix)
        assert len(found) == len(wanted)
        assert without_blanks(found) == without_blanks(wanted)


async def test_the_schema_is_the_same_at_its_own_identifier(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    wanted = (DATA / "schema.json").read_bytes()
    for path in ("/vocab/schema.json", "/vocab/schema/v1.json"):
        async with await site.get(path) as answer:
            assert await answer.read() == wanted


@pytest.mark.parametrize("suffix", FORMS)
async def test_the_whole_vocabulary_holds_every_label(
    network: Mapping[str, Site], suffix: str
) -> None:
    async with await network["directory"].get(f"/vocab.{suffix}") as answer:
        whole = set(triples(await answer.read(), suffix))
    for thing in labelled():
        for language, label in thing.label.items():
            wanted = Literal(label, language=language)
            assert Triple(NamedNode(thing.iri), LABEL, wanted) in whole
    said = {triple.subject for triple in whole}
    for term in terms().values():
        if term.kind in {"class", "property", "structure"}:
            assert NamedNode(term.iri) in said


async def test_the_table_holds_every_concept_with_its_words(network: Mapping[str, Site]) -> None:
    site = network["directory"]
    async with await site.get("/vocab.csv") as answer:
        assert answer.content_type == "text/csv"
        text = await answer.text()
    async with await site.get("/vocab", Accept="text/csv") as answer:
        assert await answer.text() == text
    rows = list(csv.DictReader(io.StringIO(text), strict=True))
    assert tuple(rows[0]) == columns(load())
    assert [row["iri"] for row in rows if row["kind"] == "scheme"] == [
        scheme.iri for scheme in load().schemes
    ]
    by_iri = {row["iri"]: row for row in rows}
    assert len(by_iri) == len(rows) == len(load().schemes) + len(load().concepts)
    for concept in load().concepts:
        row = by_iri[concept.iri]
        assert row["definition"] == (concept.definition or "")
        assert row["code"] == (concept.notation or "")
        for language, label in concept.label.items():
            assert row[f"label_{language}"] == label
            words = row[f"alt_{language}"].split(" | ") if row[f"alt_{language}"] else []
            assert tuple(words) == concept.alt.get(language, ())


@pytest.mark.parametrize("version", sorted(published()))
async def test_a_published_version_never_changes(network: Mapping[str, Site], version: str) -> None:
    site = network["directory"]
    for path in (f"/vocab/framework/{version}/", f"/vocab/framework/{version}.ttl"):
        async with await site.get(path, Accept="text/turtle") as answer:
            assert hashlib.sha256(await answer.read()).hexdigest() == published()[version]
            assert "immutable" in answer.headers["Cache-Control"]
    async with await site.get("/vocab/framework/9.9/") as unknown:
        assert unknown.status == 404


async def test_the_context_is_the_pinned_file(network: Mapping[str, Site]) -> None:
    for url, file in CONTEXTS.items():
        async with await network["directory"].get(f"/vocab/context/{file}") as answer:
            assert await answer.read() == context_bytes(url)


async def test_the_page_tells_versions_changes_and_digests(network: Mapping[str, Site]) -> None:
    text = read(await network["directory"].page("/vocab")).text
    assert f"Version {load().version}" in text
    for name, _ in changes():
        assert name in text
    for said in (*published().values(), *map(context_digest, CONTEXTS)):
        assert said in text
    for said in ("owl:deprecated", "dct:isReplacedBy", "skos:changeNote", "is ever deleted"):
        assert said in text


async def test_an_action_says_on_its_pages_what_counts_and_what_does_not(
    network: Mapping[str, Site],
) -> None:
    site = network["directory"]
    for action in load().actions:
        for path in (f"/actions/{action.code}", place(action.iri)):
            text = read(await site.page(path)).text
            assert action.definition
            assert action.definition in text, path
            assert action.counts in text, path
            assert action.does_not_count in text, path
            assert all(note in text for note in action.editorial_notes), path
            if action.matches:
                assert "(Draft)" in text, path


async def test_english_texts_keep_their_direction_on_an_arabic_page(
    network: Mapping[str, Site],
) -> None:
    for path in ("/vocab", place(ACTIONS["T8"]), "/actions/T8", place(f"{IC}City")):
        page = read(await network["directory"].page(f"{path}?lang=ar"))
        english = [one for _, one in page.tags if one.get("lang") == "en" and "href" not in one]
        texts = [one for one in english if one.get("dir") != "ltr" and "hreflang" not in one]
        assert english, path
        assert not texts, (path, texts)


async def test_a_page_says_what_is_unofficial_a_draft_or_read_from_the_layout(
    network: Mapping[str, Site],
) -> None:
    unofficial = load().concept(TranslationStatus.UNOFFICIAL)
    assert unofficial is not None
    action = load().action("T8")
    assert action is not None
    text = read(await network["directory"].page(place(action.iri))).text
    assert text.count(f"({unofficial.label['en']})") == len(load().translations)
    assert "(Draft)" in text
    assert any("page layout" in note and note in text for note in action.editorial_notes)
