"""Ten queries beside the ten worked ones: each form of query, and what clients differ about."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["QUERIES"]

_NAMES = """
PREFIX ic: <https://w3id.org/intercity/ns#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX schema: <https://schema.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""

QUERIES: Mapping[str, str] = {
    name: _NAMES + query
    for name, query in {
        "ask-yes": "ASK { ?city a ic:City }",
        "ask-no": "ASK { ?city a ic:Castle }",
        "construct": """CONSTRUCT { ?city foaf:name ?name ; ic:reportsOn ?action } WHERE {
            ?profile a ic:City ; dct:publisher ?city ; foaf:name ?name .
            ?status a ic:ActionStatus ; dct:publisher ?city ; ic:action ?action }""",
        "construct-where": "CONSTRUCT WHERE { ?practice a ic:Practice ; dct:title ?title }",
        "languages": """SELECT ?name (LANG(?name) AS ?in) WHERE {
            ?city a ic:City ; foaf:name ?name
            FILTER (LANGMATCHES(LANG(?name), "es") || LANG(?name) = "ar") }""",
        "unbound": """SELECT ?practice ?title ?none WHERE {
            ?practice a ic:Practice
            OPTIONAL { ?practice dct:title ?title FILTER (LANG(?title) = "en") } }""",
        "nobody": """SELECT ?city WHERE { ?city a ic:City
            FILTER NOT EXISTS { ?city foaf:name ?name } }""",
        "values-and-paths": """SELECT DISTINCT ?city ?kind WHERE {
            VALUES ?kind { ic:Practice ic:Commitment ic:Strategy }
            ?record a ?kind ; dct:publisher/^dct:publisher ?profile ; dct:publisher ?city .
            ?profile a ic:City }""",
        "numbers": """SELECT ?kind (COUNT(?one) AS ?n) (AVG(STRLEN(STR(?one))) AS ?long)
            (xsd:double(COUNT(?one)) / 3 AS ?third) WHERE { ?one a ?kind }
            GROUP BY ?kind HAVING (COUNT(?one) > 1)""",
        "members-in-graphs": """SELECT ?graph ?member ?from (!BOUND(?until) AS ?open) WHERE {
            GRAPH ?graph { ?membership a ic:Membership ; org:member ?member ;
                schema:validFrom ?from OPTIONAL { ?membership schema:validThrough ?until } } }""",
    }.items()
}
