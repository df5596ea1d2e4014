"""The compiled vocabulary as RDF says all that the source says, and nothing else."""

from __future__ import annotations

from rdflib import DCTERMS, RDF, SKOS, VOID, Graph, Literal, URIRef

from vocab.framework import about, load
from vocab.framework.source import whole
from vocab.terms import ACTIONS, FW, TranslationStatus


def test_statements_of_all_concepts_and_schemes_are_the_whole_source() -> None:
    framework = load()
    said = Graph()
    text = "".join(map(about, framework.schemes)) + "".join(map(about, framework.concepts))
    said.parse(data=text, format="nt")
    source = whole()
    for dataset in list(source.subjects(RDF.type, VOID.Dataset)):
        source.remove((dataset, None, None))
    assert set(said) == set(source)


def test_each_statement_is_about_the_thing_asked_for() -> None:
    for concept in load().concepts:
        for line in about(concept).splitlines():
            assert line.startswith(f"<{concept.iri}> <"), line


def test_one_concept_can_be_read_alone() -> None:
    ombudsperson = load().concept(f"{FW}action-element/ombudsperson")
    assert ombudsperson is not None
    said = Graph()
    said.parse(data=about(ombudsperson), format="nt")
    subject = URIRef(ombudsperson.iri)
    assert (subject, SKOS.broader, URIRef(ACTIONS["S3"])) in said
    assert (subject, SKOS.altLabel, Literal("옴부즈만", "ko")) in said


def test_the_whole_says_who_stands_behind_each_translation() -> None:
    source = whole()
    status = URIRef(TranslationStatus.UNOFFICIAL)
    languages = {
        str(language)
        for table in source.subjects(None, status)
        for language in source.objects(table, DCTERMS.language)
    }
    assert languages == set(load().translations) == set(load().languages) - {"en"}


def test_the_whole_says_that_quoted_definitions_are_outside_the_licence() -> None:
    rights = str(whole().value(URIRef(FW), DCTERMS.rights))
    assert "© OHCHR and UCLG" in rights
    assert "not covered by the licence" in rights
