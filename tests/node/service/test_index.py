"""Search and graph follow the ledger, whatever is lost on the way."""

from __future__ import annotations

import pytest

from node.service.home import Home
from node.service.index import catch_up, rebuild
from node.service.publish import publish, withdraw
from node.store.ports import Audience, Position, SearchWish
from tests.homes import home_of, need, practice, profile


@pytest.fixture
async def home() -> Home:
    home = await home_of()
    await publish(home, profile())
    return home


async def found(home: Home, words: str = "", **filters: str) -> list[str]:
    wish = SearchWish(words=words, filters={key: (value,) for key, value in filters.items()})
    return [hit.put.iri for hit in (await home.text.search(wish)).hits]


async def test_what_is_published_is_found_with_its_place(home: Home) -> None:
    receipt = await publish(home, practice("Una defensoría que va a los barrios"))
    await catch_up(home)
    page = await home.text.search(SearchWish(words="defensoría barrios"))
    [hit] = page.hits
    assert hit.put.iri == receipt.iri
    assert (hit.put.log, hit.put.index, hit.put.version) == (receipt.log, receipt.index, 1)
    assert page.position == await home.ledger.end(Audience.PUBLIC)


async def test_a_record_is_found_through_its_concepts_in_any_language(home: Home) -> None:
    receipt = await publish(home, practice())
    await catch_up(home)
    assert await found(home, "complaint oversight") == [receipt.iri]
    assert receipt.iri in await found(home, "Villa Aurora")


async def test_a_record_is_found_by_its_facets(home: Home) -> None:
    receipt = await publish(home, practice())
    await catch_up(home)
    for facet, value in {
        "kind": "Practice",
        "country": "AR",
        "city": "https://aurora.example/#city",
        "language": "es",
        "area": "structures",
        "tier": "advanced",
    }.items():
        assert receipt.iri in await found(home, **{facet: value}), facet
    assert await found(home, country="KR") == []


async def test_records_published_before_the_profile_get_its_country() -> None:
    home = await home_of()
    receipt = await publish(home, practice())
    await catch_up(home)
    assert await found(home, country="AR") == []
    await publish(home, profile(country="AR"))
    await catch_up(home)
    assert receipt.iri in await found(home, country="AR")
    await publish(home, profile(country="UY"))
    await catch_up(home)
    assert await found(home, country="AR") == []
    assert receipt.iri in await found(home, country="UY")


async def test_a_new_version_takes_the_place_of_the_old(home: Home) -> None:
    receipt = await publish(home, practice("Presupuesto"))
    await catch_up(home)
    await publish(home, practice("Consejo", id=receipt.iri))
    await catch_up(home)
    assert await found(home, "presupuesto") == []
    assert await found(home, "consejo") == [receipt.iri]


async def test_a_withdrawn_record_is_gone_from_both(home: Home) -> None:
    receipt = await publish(home, practice())
    await catch_up(home)
    assert await home.graph.describe(receipt.iri) is not None
    await withdraw(home, receipt.iri, "outdated")
    await catch_up(home)
    assert await found(home, kind="Practice") == []
    assert await home.graph.describe(receipt.iri) is None
    assert await home.graph.describe(f"{receipt.iri}#provenance") is None


async def test_what_is_for_members_is_in_no_public_projection(home: Home) -> None:
    receipt = await publish(home, need("annual-report"), audience=Audience.MEMBERS)
    await catch_up(home)
    assert await home.text.get(receipt.iri) is None
    assert await home.graph.describe(receipt.iri) is None
    assert receipt.iri.encode() not in await home.graph.dump()


async def test_an_erased_record_is_gone(home: Home) -> None:
    receipt = await publish(home, practice())
    await catch_up(home)
    await home.ledger.erase(receipt.digest)
    await catch_up(home)
    assert await home.text.get(receipt.iri) is None
    assert await home.graph.describe(receipt.iri) is None


async def test_the_graph_says_what_the_record_says_and_how_we_know(home: Home) -> None:
    receipt = await publish(home, practice())
    await catch_up(home)
    said = await home.graph.describe(receipt.iri)
    known = await home.graph.describe(f"{receipt.iri}#provenance")
    assert said is not None
    assert known is not None
    assert '"Una defensoría que va a los barrios"@es' in said
    entry = f"<https://aurora.example/log/public/e/{receipt.index}>"
    assert f"{entry} <https://schema.org/position> " in known
    assert "did:web:aurora.example#record-1" in known
    dump = (await home.graph.dump()).decode()
    assert receipt.iri in dump
    assert "#provenance" not in dump


async def test_a_rebuild_gives_the_same(home: Home) -> None:
    for number in range(5):
        await publish(home, practice(f"Número {number}"))
    await catch_up(home)
    before = await home.graph.dump(), await found(home)
    rebuilt = await rebuild(home)
    assert (await home.graph.dump(), await found(home)) == before
    assert rebuilt.records == 6


async def test_a_projection_of_another_ledger_starts_again(home: Home) -> None:
    await publish(home, practice())
    await catch_up(home)
    await home.text.apply([], Position("another", 400))
    await catch_up(home)
    assert len(await found(home)) == 2
    assert await home.text.position() == await home.ledger.end(Audience.PUBLIC)


async def test_nothing_new_changes_nothing(home: Home) -> None:
    await catch_up(home)
    again = await catch_up(home)
    assert (again.text, again.graph) == (0, 0)
