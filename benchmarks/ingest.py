"""A peer's log taken in: verified and durable, then searchable as text and as a graph.

Beside it the naive stack that one would reach for first, in the same run: PyLD expands each record
to quads, pyshacl checks it, rdflib stores it, with the same signatures verified.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from benchmarks.corpus import KEY
from benchmarks.measure import Row
from benchmarks.place import homestead, leaves_and_bodies, take_in
from node.service.index import catch_up
from peers.encoding import parse_canonical
from peers.log import Body
from peers.proofs import verify
from peers.tiles import WIDTH, pack, pack_records, unpack, unpack_records

__all__ = ["run"]

_NAIVE = 40
"""Records that the naive stack is given: it takes a hundredth of a second for each."""


def run(count: int) -> Iterator[Row]:
    """Take ``count`` records in, from the bytes of a peer to both indexes."""
    leaves, held = leaves_and_bodies(count)
    naive = _naive(held[:_NAIVE])
    with tempfile.TemporaryDirectory() as folder:
        durable, indexed = asyncio.run(_ours(Path(folder), leaves, held))
    beside = "PyLD + pyshacl + rdflib"
    yield Row(
        what="take in: verified, durable",
        ours=durable,
        unit="/s",
        beside=beside,
        theirs=naive,
        goal="≥ 80×",
        note="theirs neither durable nor in a log",
    )
    yield Row(
        what="take in: verified, durable, text and graph on disk",
        ours=indexed,
        unit="/s",
        beside=beside,
        theirs=naive,
        goal="≥ 20×",
        note="both on disk; the graph store takes most of it",
    )


async def _ours(folder: Path, leaves: list[bytes], held: list[Body]) -> tuple[float, float]:
    """Records a second of CPU, from the wire's bytes: (durable, durable and indexed)."""
    spans = [slice(at, at + WIDTH) for at in range(0, len(leaves), WIDTH)]
    wire = [(pack(leaves[span]), pack_records(held[span])) for span in spans]
    async with homestead(folder) as home:
        start = time.process_time()
        taken = [(unpack(bundle), unpack_records(page, WIDTH)) for bundle, page in wire]
        await take_in(
            home,
            [leaf for bundle, _ in taken for leaf in bundle],
            [body for _, page in taken for body in page],
        )
        durable = time.process_time() - start
        await catch_up(home)
        indexed = time.process_time() - start
    return len(leaves) / durable, len(leaves) / indexed


def _naive(held: list[Body]) -> float:
    """Records a second of CPU of the naive stack."""
    from pyshacl import validate
    from rdflib import Dataset, Graph

    from vocab.jsonld.foreign import quads

    text = files("vocab").joinpath("data", "shapes.ttl").read_text("utf-8")
    shapes = Graph().parse(data=text, format="turtle")
    store = Dataset()
    start = time.process_time()
    for body in held:
        document = parse_canonical(body.record)
        verify(document, KEY.public)
        plain = {name: value for name, value in document.items() if name != "proof"}
        graph = store.graph(str(document["id"]))
        graph.parse(data=quads(plain), format="nt")
        conforms, _, report = validate(graph, shacl_graph=shapes)
        assert conforms, report
    return len(held) / (time.process_time() - start)
