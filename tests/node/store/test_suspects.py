"""The part of a query that is named where it was stopped."""

from __future__ import annotations

import pytest

from node.store.workers.suspects import suspect
from node.web.queries import worked_queries
from tests.hostile.queries import TOILSOME, fresh

APART = "share no variable"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", "“?a ?b ?c” and “?d ?e ?f” share no variable"),
        ("ASK WHERE { ?a a <x:y>; <x:z> ?b. OPTIONAL { ?c <x:z> ?d } }", APART),
        ("SELECT * { { ?a ?b ?c . ?c ?d ?e } { ?x ?y ?z } }", APART),
        ("SELECT * { GRAPH ?g { ?a ?b ?c . ?d ?e ?f } }", APART),
        ("SELECT * { VALUES ?a { 1 2 } VALUES ?b { 3 4 } }", APART),
        ("SELECT * { ?a ?b ?c FILTER(?a = ?d) ?d ?e ?f }", APART),
        ("CONSTRUCT { ?a ?b ?c } WHERE { { SELECT ?x { ?x a ?y . ?z a ?w } } }", APART),
        ("SELECT * { ?a (<x:y>|!<x:z>)* ?b }", "follows a path from everywhere"),
        ("SELECT * { ?a <x:y>+ ?b }", "follows a path from everywhere"),
        ('SELECT * { ?a ?b ?c FILTER REGEX(?c, "(a+)+$") }', "REGEX looks at every text"),
        ("SELECT * { ?a ?b ?c } ORDER BY ?c", "ORDER BY sorts"),
        ("SELECT * { ?a ?b ?c . ?c ?d ?e }", ""),
        ("SELECT (COUNT(*) AS ?n) { { ?a ?b ?c } UNION { ?d ?e ?f } }", ""),
        ("SELECT * { ?a ?b ?c . FILTER NOT EXISTS { ?a <x:y> ?d } }", ""),
        ("SELECT * { <x:a> <x:y>* ?b }", ""),
        ("", ""),
        ("SELECT * " + "{" * 5000, "very long"),
        ("} ) * + { ( ?x", ""),
    ],
)
def test_what_stands_out_is_named(query: str, said: str) -> None:
    found = suspect(query)
    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize("worked", worked_queries(), ids=lambda one: one.slug)
def test_no_worked_query_is_said_to_multiply(worked: object) -> None:
    text = str(getattr(worked, "text", ""))
    # Those two join one number with every row, which is meant.
    assert APART not in suspect(text) or "SELECT (COUNT" in text


@pytest.mark.parametrize("name", TOILSOME)
def test_every_toilsome_query_is_looked_at_without_harm(name: str) -> None:
    said = suspect(fresh(TOILSOME[name], 1))
    assert len(said) < 400
    if name.startswith("product"):
        assert APART in said
