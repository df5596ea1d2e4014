"""Three ways from JSON-LD to RDF give the same triples, and the fast one never drops a word."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings

from tests.vocab.examples import DATA, bad, good
from tests.vocab.making import records
from tests.vocab.mutations import Mutator
from vocab.errors import NotJsonLd
from vocab.jsonld import CONTEXT, CONTEXTS, context_bytes, context_digest, to_quads
from vocab.jsonld.foreign import adopt, compact, expand, quads
from vocab.shapes import check
from vocab.shapes.schema import list_keys
from vocab.terms import CONTEXT_URL, DATA_INTEGRITY_URL

Document = dict[str, Any]

INLINE = [orjson.loads(context_bytes(url))["@context"] for url in CONTEXT]


def triples(text: str) -> set[str]:
    """The triples of a text, with language tags in small letters."""
    parsed = ox.parse(text, format=ox.RdfFormat.N_QUADS)
    return {_told(quad) for quad in parsed}


def _told(quad: ox.Quad) -> str:
    value = quad.object
    if isinstance(value, ox.Literal) and value.language is not None:
        value = ox.Literal(value.value, language=value.language.lower())
    return str(ox.Triple(quad.subject, quad.predicate, value))


def by_pyoxigraph(document: Document) -> set[str]:
    """Oxigraph's own JSON-LD, with the contexts written out, because it fetches none."""
    whole = json.dumps(document | {"@context": INLINE})
    return {_told(quad) for quad in ox.parse(whole, format=ox.RdfFormat.JSON_LD)}


@pytest.mark.parametrize("name", good())
def test_three_ways_agree_on_every_example(name: str) -> None:
    document = good()[name]
    mine = triples(to_quads(document))
    assert mine == triples(quads(document))
    assert mine == by_pyoxigraph(document)


@given(records())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_three_ways_agree_on_any_record(document: Document) -> None:
    mine = triples(to_quads(document))
    assert mine == triples(quads(document))
    assert mine == by_pyoxigraph(document)


@pytest.mark.parametrize("name", bad())
def test_what_is_said_wrongly_is_said_alike_or_refused(name: str) -> None:
    document = bad()[name]
    try:
        mine = to_quads(document)
    except NotJsonLd:
        return
    assert triples(mine) == triples(quads(document))


@pytest.mark.parametrize("name", ["city-es", "commitment-es", "exchange-learner-en", "strategy-fr"])
def test_a_spoilt_record_is_said_alike_or_refused(name: str) -> None:
    said_alike = 0
    for label, mutant in Mutator().mutants(good()[name]):
        try:
            mine = to_quads(mutant)
        except NotJsonLd:
            continue
        assert triples(mine) == triples(quads(mutant | {"proof": None})), label
        said_alike += 1
    assert said_alike > 100


def test_the_proof_is_left_out() -> None:
    document = good()["need-fr"]
    proof = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"}
    assert to_quads(document | {"proof": proof}) == to_quads(document)
    assert len(triples(quads(document | {"proof": proof}))) > len(triples(to_quads(document)))


def test_the_order_of_the_document_is_kept() -> None:
    lines = to_quads(good()["need-fr"]).splitlines()
    assert lines[0].endswith("<https://w3id.org/intercity/ns#Need> .")
    assert "version" in lines[1]


@pytest.mark.parametrize(
    "words",
    [
        '"quoted" \\ and \n\r\t',
        "\u0001\u001f\u007f\u0085\u2028",
        "\U0001f3d9 𝔘 \ue000",
        "\ufeff\ufffe",
    ],
)
def test_any_text_comes_back_as_it_was(words: str) -> None:
    text = to_quads(good()["need-fr"] | {"problem": {"fr": words}})
    values = {
        quad.object.value
        for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS)
        if isinstance(quad.object, ox.Literal)
    }
    assert words in values


@pytest.mark.parametrize(
    "change",
    [
        {"urgency": "high"},
        {"@graph": []},
        {"@included": [{"id": "https://elsewhere.example/x"}]},
        {"type": "Needs"},
        {"type": ["Need", "Offers"]},
        {"id": "_:b0"},
        {"id": "need/1"},
        {"id": 5},
        {"publisher": "https://a.example/> <https://a.example/p> <https://a.example/o"},
        {"publisher": "https://a.example/a b"},
        {"publisher": None},
        {"problem": "Sans langue"},
        {"problem": {"fr": None}},
        {"problem": {"fr": ["a", "b"]}},
        {"problem": {"fr_FR": "x"}},
        {"problem": {"@none": "x"}},
        {"version": "1"},
        {"version": 1.5},
        {"version": True},
        {"interpretationAccepted": "true"},
        {"byWhen": 2026},
        {"languages": [["fr"]]},
        {"references": [{"type": "Evidence"}]},
        {"@context": CONTEXT_URL},
        {"@context": [DATA_INTEGRITY_URL, CONTEXT_URL]},
        {"@context": [*CONTEXT, {"strength": "https://elsewhere.example/weakness"}]},
        {"translations": [{"id": "https://a.example/#t", "@context": CONTEXT_URL}]},
    ],
)
def test_what_the_table_does_not_know_is_refused_and_never_dropped(change: Document) -> None:
    with pytest.raises(NotJsonLd):
        to_quads(good()["need-fr"] | change)


def test_our_context_is_pinned_by_its_digest() -> None:
    for url in CONTEXTS:
        assert context_digest(url) == hashlib.sha256(context_bytes(url)).hexdigest()
    assert context_digest(DATA_INTEGRITY_URL) in (DATA / "context" / "SOURCE.md").read_text()


def test_every_term_of_ours_in_the_context_is_declared() -> None:
    declared = (DATA / "ic.ttl").read_text(encoding="utf-8")
    for term, said in INLINE[0].items():
        iri = said["@id"] if isinstance(said, dict) else said
        if isinstance(iri, str) and iri.startswith("https://w3id.org/intercity/ns#"):
            assert f"\nic:{iri.partition('#')[2]} a " in declared, term


def test_a_foreign_document_becomes_one_of_ours() -> None:
    ours = good()["need-fr"]
    foreign = {
        "@context": {
            "ic": "https://w3id.org/intercity/ns#",
            "dct": "http://purl.org/dc/terms/",
            "schema": "https://schema.org/",
        },
        "@id": ours["id"],
        "@type": "ic:Need",
        "schema:version": 1,
        "dct:publisher": {"@id": ours["publisher"]},
        "ic:action": {"@id": ours["action"]},
        "ic:strength": {
            "@value": "1",
            "@type": "http://www.w3.org/2001/XMLSchema#decimal",
        },
        "ic:problem": {"@value": ours["problem"]["fr"], "@language": "fr"},
        "dct:language": "fr",
        "ic:interpretationAccepted": False,
    }
    adopted = adopt(foreign, list_keys())
    assert adopted == ours
    assert check(adopted) == []


@pytest.mark.parametrize("name", good())
def test_a_record_that_was_expanded_comes_back(name: str) -> None:
    document = good()[name]
    restored = adopt({"@graph": expand(document)}, list_keys())
    assert triples(to_quads(restored)) == triples(to_quads(document))
    assert check(restored) == []


def test_no_context_is_ever_fetched() -> None:
    with pytest.raises(NotJsonLd, match=r"https://elsewhere\.example/context is not pinned"):
        expand({"@context": "https://elsewhere.example/context", "id": "https://a.example/"})


def test_a_deep_foreign_document_is_refused() -> None:
    deep: Any = "x"
    for _ in range(3000):
        deep = [deep]
    for document in ({"a": deep}, {"@graph": [{"@graph": [deep]}]}):
        with pytest.raises(NotJsonLd, match="levels"):
            expand(document)


@pytest.mark.parametrize(
    "document",
    [{"@context": 5}, {"@id": 5}, {"@type": {}}, {"@context": {"a": {"@id": 1}}, "a": 1}],
)
def test_what_is_no_json_ld_is_refused_in_words(document: Document) -> None:
    with pytest.raises(NotJsonLd, match=r"\w+ \w+"):
        adopt(document, list_keys())


def test_what_is_not_expanded_cannot_be_compacted() -> None:
    with pytest.raises(NotJsonLd):
        compact([{"@value": {"a": 1}}])


def test_the_pinned_context_of_proofs_is_the_official_one(shared: Path) -> None:
    """Byte for byte; its SHA-256 is printed in the Recommendation."""
    official = shared / "vectors" / "contexts" / "data-integrity-v2.jsonld"
    assert context_bytes(DATA_INTEGRITY_URL) == official.read_bytes()
