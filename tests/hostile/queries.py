"""Queries that mean harm, by what they go for; ``{n}`` makes each of them one that was never seen.

None of them may end a node, hold up an honest asker, be answered in part, or reach an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["ENDLESS", "OUTSIDE", "REFUSED", "TOILSOME", "fresh"]

ENDLESS: Final = (
    "SELECT (COUNT(*) AS ?n{n}) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"
)
"""Runs until it is killed, in no memory at all."""

_VALUES: Final = " ".join(
    f"VALUES ?v{one} {{ {' '.join(map(str, range(200)))} }}" for one in "abcd"
)
_DOUBLED: Final = " ".join(f"BIND(CONCAT(?x{one}, ?x{one}) AS ?x{one + 1})" for one in range(40))
_TRIPLES: Final = " ".join(f"?s{one} ?p{one} ?o{one % 7} ." for one in range(2000))
_CHAIN: Final = " ".join(f"?s{one} ?p ?s{one + 1} ." for one in range(24))
_OPTIONAL: Final = " ".join(f"OPTIONAL {{ ?s{one} ?p{one} ?o }}" for one in range(12))

TOILSOME: Final[Mapping[str, str]] = {
    "product": ENDLESS,
    "product, listed": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?n{n} }",
    "product, sorted": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY DESC(STR(?c)) ?f ?n{n}",
    "product, distinct": "SELECT DISTINCT ?a ?f ?i ?n{n} { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "product of values": f"SELECT (SUM(?va * ?vb * ?vc * ?vd) AS ?n{{n}}) {{ {_VALUES} }}",
    "everything sorted": "SELECT * { GRAPH ?g { ?s ?p ?o } } ORDER BY SHA512(STR(?o)) ?n{n}",
    "optionals": f"SELECT (COUNT(*) AS ?n{{n}}) {{ ?s ?p ?o {_OPTIONAL} }}",
    "a chain of any": f"SELECT (COUNT(*) AS ?n{{n}}) {{ {_CHAIN} }}",
    "2,000 patterns": f"SELECT * {{ {_TRIPLES} FILTER(?n{{n}}) }}",
    "path of paths": "SELECT (COUNT(*) AS ?n{n}) { ?a ((!<a:a>|^!<a:a>)*/(!<a:b>|^!<a:b>)*)* ?b }",
    "every path": "SELECT * { ?a (<a:{n}>|!<a:a>|^!<a:a>)* ?b . ?c (!<a:a>|^!<a:a>)* ?d }",
    "pattern": "SELECT (COUNT(*) AS ?n{n}) { ?s ?p ?o . ?a ?b ?c FILTER(REGEX(CONCAT(STR(?o),"
    ' STR(?c)), "((a+)+)+(.*a){20}$", "i")) }',
    "large pattern": "SELECT * { ?s ?p ?o FILTER(REGEX(STR(?o),"
    ' "((((x{1,99}){1,99}){1,99}){n})")) }',
    "replaced": "SELECT (MAX(STRLEN(REPLACE(CONCAT(STR(?o), STR(?c)),"
    ' "(.)", "$1$1$1$1$1$1$1{n}"))) AS ?m) { ?s ?p ?o . ?a ?b ?c }',
    "one long string": 'SELECT (STRLEN(GROUP_CONCAT(CONCAT(STR(?c), STR(?f)); SEPARATOR="{n}"))'
    " AS ?l) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "doubled strings": f'SELECT * {{ BIND("{{n}}" AS ?x0) {_DOUBLED} }}',
    "groups": "SELECT ?a ?f (SAMPLE(?i) AS ?n{n}) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    " GROUP BY ?a ?f ?c ?i",
    "exists": "SELECT (COUNT(*) AS ?n{n}) { ?a ?b ?c . ?d ?e ?f FILTER NOT EXISTS"
    " { ?g ?h ?i . ?j ?k ?l FILTER(?i = ?c && ?l = ?f && ?g != ?j) } }",
    "minus": "SELECT (COUNT(*) AS ?n{n}) { { ?a ?b ?c . ?d ?e ?f } MINUS { ?a ?h ?i . ?j ?e ?l } }",
    "triples made": "CONSTRUCT { ?a <a:{n}> ?f } { ?a ?b ?c . ?d ?e ?f }",
    "described": "DESCRIBE * { ?a ?b ?c . ?d ?e ?n{n} }",
    "braces": f"SELECT ?n{{n}} {{{'{' * 3000}{'}' * 3000}}}",
    "parentheses": f"SELECT * {{ ?s ?p ?n{{n}} FILTER({'(' * 9000}1{')' * 9000}) }}",
    "denials": f"SELECT * {{ ?s ?p ?n{{n}} FILTER({'!' * 20_000}true) }}",
    "functions": f"SELECT ({'STR(' * 5000}?n{{n}}{')' * 5000} AS ?x) {{ ?s ?p ?o }}",
    "selects": f"{'SELECT * { ' * 1500}?s ?p ?n{{n}}{' }' * 1500}",
    "filters": f"SELECT * {{ ?s ?p ?n{{n}} {'FILTER EXISTS { ?s ?p ?o ' * 900}{'}' * 900} }}",
    "long path": f"SELECT * {{ ?n{{n}} {'(' * 5000}<a:a>{')*' * 5000} ?b }}",
    "lists": f"SELECT ?n{{n}} {{ ?s ?p {'(' * 6000}{')' * 6000} }}",
}
"""What would take time, memory or stack without end."""

REFUSED: Final[Mapping[str, tuple[str, int]]] = {
    "nothing": ("", 400),
    "half a query": ("SELECT ?n{n} WHERE {", 400),
    "a zero": ("SELECT \x00 {n}", 400),
    "noise": ("\u202e\ufffd{n}'\"\\", 400),
    "added": ("INSERT DATA { <a:{n}> <a:b> <a:c> }", 400),
    "deleted": ("DELETE WHERE { ?s ?p ?n{n} }", 400),
    "dropped": ("DROP ALL # {n}", 400),
    "query and update": ("SELECT * {} ; DROP ALL # {n}", 400),
    "larger than may be": ("SELECT * {} # {n}" + " " * 70_000, 413),
    "more rows than may be": ("SELECT * { ?s ?p ?o . ?a ?b ?n{n} } LIMIT 50000", 413),
    "undefined function": ("SELECT (<a:{n}>(1) AS ?x ?x) {}", 400),
}
"""What is refused, and as what."""

OUTSIDE: Final[Mapping[str, str]] = {
    "service": "SELECT * { SERVICE <http://127.0.0.1:{port}/{n}> { ?s ?p ?o } }",
    "service, silent": "SELECT * { SERVICE SILENT <http://127.0.0.1:{port}/{n}> { ?s ?p ?o } }",
    "service, spelt oddly": "SELECT * { \\u0053ERVICE <http://127.0.0.1:{port}/{n}> { ?s ?p ?o } }",
    "service of a variable": "SELECT * { BIND(<http://127.0.0.1:{port}/{n}> AS ?x)"
    " SERVICE ?x { ?s ?p ?o } }",
    "service in a condition": "ASK { ?a ?b ?c FILTER EXISTS"
    " { SeRvIcE <http://127.0.0.1:{port}/{n}> { ?s ?p ?o } } }",
    "loaded": "LOAD <http://127.0.0.1:{port}/{n}>",
    "loaded into": "LOAD SILENT <http://127.0.0.1:{port}/{n}> INTO GRAPH <a:a>",
    "loaded from a file": "LOAD <file:///etc/passwd#{n}>",
    "from": "SELECT * FROM <http://127.0.0.1:{port}/{n}> { ?s ?p ?o }",
    "from named": "SELECT * FROM NAMED <http://127.0.0.1:{port}/{n}> { GRAPH ?g { ?s ?p ?o } }",
    "from a file": "SELECT * FROM <file:///etc/passwd#{n}> { ?s ?p ?o }",
    "described outside": "DESCRIBE <http://127.0.0.1:{port}/{n}>",
}
"""What asks for another address, or a file: refused, or an answer with nothing in it."""


def fresh(text: str, number: int, port: int = 0) -> str:
    """A query that nobody asked before."""
    return text.replace("{n}", str(number)).replace("{port}", str(port))
