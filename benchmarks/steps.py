"""The steps of a record's trip, one by one, each beside what else could have done it."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import rfc8785

from benchmarks.corpus import KEY, METHOD, START, bodies, documents
from benchmarks.measure import Row, cpu_each
from peers.encoding import jcs, parse_canonical
from peers.proofs import sign, verify
from vocab.jsonld import to_quads
from vocab.shapes import check

__all__ = ["run"]


def run(count: int) -> Iterator[Row]:
    """Measure ``count`` records step by step."""
    plain = documents(count)
    wire = [body.record for body in bodies(count)]
    signed = [orjson.loads(record) for record in wire]
    yield _bytes(wire)
    yield Row(
        what="canonical bytes of a record",
        ours=cpu_each(jcs, signed),
        unit="µs",
        beside="rfc8785",
        theirs=cpu_each(rfc8785.dumps, signed),
    )
    yield Row(
        what="sign a record",
        ours=cpu_each(lambda one: sign(one, KEY, method=METHOD, created=START), plain),
        unit="µs",
    )
    yield Row(
        what="verify a record's proof",
        ours=cpu_each(lambda one: verify(one, KEY.public), signed),
        unit="µs",
    )
    yield _shapes(signed)
    yield _quads(plain)


def _bytes(wire: list[bytes]) -> Row:
    return Row(
        what="read a record strictly",
        ours=cpu_each(parse_canonical, wire),
        unit="µs",
        beside="orjson alone (reads anything)",
        theirs=cpu_each(orjson.loads, wire),
        note=f"{sum(map(len, wire)) // len(wire)} bytes each",
    )


def _shapes(signed: list[dict]) -> Row:  # type: ignore[type-arg]
    from importlib.resources import files

    from pyshacl import validate
    from rdflib import Graph

    shapes = Graph().parse(
        data=files("vocab").joinpath("data", "shapes.ttl").read_text("utf-8"), format="turtle"
    )

    def shacl(one: dict) -> None:  # type: ignore[type-arg]
        graph = Graph().parse(data=to_quads(one), format="nt")
        conforms, _, text = validate(graph, shacl_graph=shapes)
        assert conforms, text

    return Row(
        what="check a record's shape",
        ours=cpu_each(check, signed),
        unit="µs",
        beside="pyshacl",
        theirs=cpu_each(shacl, signed[:10], rounds=1),
        goal="≥ 500×",
    )


def _quads(plain: list[dict]) -> Row:  # type: ignore[type-arg]
    from vocab.jsonld.foreign import quads

    return Row(
        what="JSON-LD to quads",
        ours=cpu_each(to_quads, plain),
        unit="µs",
        beside="PyLD",
        theirs=cpu_each(quads, plain[:30], rounds=1),
        goal="≥ 25×",
    )
