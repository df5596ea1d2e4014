"""How we know, as triples: proof, place in the log, checkpoint, who vouches, last check."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import XSD

from node.service.contacts import follow, unfollow
from node.service.cosigning import collect_cosignatures
from node.service.home import Home
from node.service.identities import verifier_of
from node.service.index import catch_up, rebuild
from node.service.log_facts import tell_logs
from node.service.provenance import provenance_graph
from node.service.publish import publish
from node.service.replicate import sync_all
from node.store.ports import Audience, Budget
from peers.checkpoint import open_note
from peers.merkle import leaf_hash
from tests.homes import Clock, Web, home_of, practice, profile
from vocab.terms import IC

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"
LOG = f"{AURORA}/log/public"
ALL = """SELECT ?g ?s ?p ?o WHERE {
  GRAPH ?g { ?s ?p ?o } FILTER(STRENDS(STR(?g), "#provenance"))
}"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def aurora(clock: Clock) -> Home:
    """A city with a witness that follows it, and that it follows."""
    web = Web()
    home = await home_of(AURORA, web=web, clock=clock)
    hansol = await home_of(HANSOL, web=web, clock=clock)
    for one in (home, hansol):
        await publish(one, profile())
        await publish(one, practice())
    await follow(hansol, AURORA)
    await follow(home, HANSOL)
    await sync_all(hansol)
    await sync_all(home)
    await collect_cosignatures(home)
    await catch_up(home)
    await tell_logs(home)
    return home


async def known(home: Home, iri: str) -> Graph:
    triples = await home.graph.describe(provenance_graph(iri))
    assert triples is not None
    return Graph().parse(data=triples, format="nt")


async def everything(home: Home) -> set[str]:
    """Every triple of every provenance graph, as the query endpoint answers them."""
    rows = await home.graph.select(ALL, Budget())
    return {json.dumps(one, sort_keys=True) for one in json.loads(rows.body)["results"]["bindings"]}


async def test_a_records_proof_and_place_can_be_checked_from_its_triples(aurora: Home) -> None:
    receipt = await publish(aurora, practice("Otra"))
    await catch_up(aurora)
    graph = await known(aurora, receipt.iri)
    held = await aurora.ledger.latest(receipt.iri)
    assert held is not None
    assert held.body is not None
    proof = json.loads(held.body.record)["proof"]
    (value,) = graph.objects(predicate=URIRef("https://w3id.org/security#proofValue"))
    assert str(value) == proof["proofValue"]
    (leaf,) = graph.objects(predicate=URIRef(f"{IC}leafHash"))
    assert base64.b64decode(str(leaf)) == leaf_hash(held.entry.leaf)
    generated = URIRef("http://www.w3.org/ns/prov#wasGeneratedBy")
    (entry,) = graph.objects(URIRef(receipt.iri), generated)
    assert (entry, URIRef("https://schema.org/position"), Literal(held.index)) in graph


async def test_a_logs_checkpoint_is_told_as_it_was_signed(aurora: Home) -> None:
    graph = await known(aurora, LOG)
    (checkpoint,) = graph.objects(URIRef(LOG), URIRef(f"{IC}checkpoint"))
    (note,) = graph.objects(checkpoint, URIRef(f"{IC}signedNote"))
    signed = open_note(base64.b64decode(str(note)), verifier_of(aurora.document))
    (root,) = graph.objects(checkpoint, URIRef(f"{IC}rootHash"))
    head = await aurora.ledger.head(aurora.logs[Audience.PUBLIC])
    assert base64.b64decode(str(root)) == signed.root == head.root()
    assert (checkpoint, URIRef(f"{IC}treeSize"), Literal(signed.size)) in graph


async def test_who_vouches_is_told_with_the_time(aurora: Home) -> None:
    graph = await known(aurora, LOG)
    said = {
        str(one)
        for signature in graph.objects(predicate=URIRef(f"{IC}cosignature"))
        for one in graph.objects(signature, URIRef("http://www.w3.org/ns/prov#wasAttributedTo"))
    }
    assert "did:web:hansol.example" in said
    times = list(graph.objects(predicate=URIRef("http://purl.org/dc/terms/created")))
    assert times
    assert all(isinstance(one, Literal) and one.datatype == XSD.dateTime for one in times)


async def test_a_peers_log_is_told_with_its_last_check_and_the_check_moves_on(
    aurora: Home, clock: Clock
) -> None:
    log, checked = f"{HANSOL}/log/public", URIRef(f"{IC}checked")
    (before,) = (await known(aurora, log)).objects(URIRef(log), checked)
    clock.time += timedelta(hours=2)
    await sync_all(aurora)
    assert await tell_logs(aurora) == 1
    (after,) = (await known(aurora, log)).objects(URIRef(log), checked)
    assert str(after) > str(before)
    assert await tell_logs(aurora) == 0


async def test_a_rebuild_tells_the_same(aurora: Home) -> None:
    await publish(aurora, practice("Otra"))
    await catch_up(aurora)
    await tell_logs(aurora)
    before = await everything(aurora)
    assert len(before) > 50
    await rebuild(aurora)
    assert await everything(aurora) == before


async def test_a_log_that_grows_is_told_with_its_records(aurora: Home) -> None:
    for number in range(3):
        await publish(aurora, practice(f"Número {number}"))
        await catch_up(aurora)
        head = await aurora.ledger.head(aurora.logs[Audience.PUBLIC])
        graph = await known(aurora, LOG)
        assert list(graph.objects(predicate=URIRef(f"{IC}treeSize"))) == [Literal(head.size)]


async def test_a_log_that_is_forgotten_is_told_no_more(aurora: Home) -> None:
    log = provenance_graph(f"{HANSOL}/log/public")
    assert await aurora.graph.describe(log) is not None
    await unfollow(aurora, HANSOL, forget=True)
    await tell_logs(aurora)
    assert await aurora.graph.describe(log) is None
    assert await aurora.graph.describe(provenance_graph(LOG)) is not None


async def test_nothing_of_it_is_in_the_default_graph_or_the_dump(aurora: Home) -> None:
    asked = "ASK { ?log <https://w3id.org/intercity/ns#checkpoint> ?checkpoint }"
    assert json.loads((await aurora.graph.select(asked, Budget())).body)["boolean"] is False
    assert b"#provenance" not in await aurora.graph.dump()


async def test_the_members_log_is_told_to_nobody(aurora: Home) -> None:
    assert not [one for one in await everything(aurora) if "log/members" in one]
