"""Search and graph follow the ledger, whatever is lost on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.service.append import put
from node.service.home import Home
from node.service.index import catch_up, rebuild
from node.service.publish import publish, withdraw
from node.store.ports import Audience, Position, SearchWish, Staged
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


class TestMembersRecords:
    """They have an index of their own, and are in nothing else."""

    async def test_each_audience_finds_its_own_records(self, home: Home) -> None:
        public = await publish(home, practice("Palabra para cualquiera"))
        members = await publish(home, practice("Palabra para miembros"), audience=Audience.MEMBERS)
        progress = await catch_up(home)
        assert progress.members == 2
        wish = SearchWish(words="palabra")
        everyone = await home.text.search(wish)
        among = await home.members_text.search(wish)
        assert [hit.put.iri for hit in everyone.hits] == [public.iri]
        assert [hit.put.iri for hit in among.hits] == [members.iri]
        assert among.position == await home.ledger.end(Audience.MEMBERS)
        assert members.iri not in (await home.graph.dump()).decode()

    async def test_they_are_withdrawn_and_rebuilt_like_others(self, home: Home) -> None:
        kept = await publish(home, practice("Uno"), audience=Audience.MEMBERS)
        gone = await publish(home, practice("Dos"), audience=Audience.MEMBERS)
        await catch_up(home)
        await withdraw(home, gone.iri, "mistake")
        await catch_up(home)
        before = (await home.members_text.search(SearchWish())).hits
        await rebuild(home)
        after = (await home.members_text.search(SearchWish())).hits
        assert [hit.put.iri for hit in after] == [kept.iri]
        assert after == before

    async def test_they_carry_what_their_publisher_says_of_itself(self, home: Home) -> None:
        await publish(home, practice("Uno"), audience=Audience.MEMBERS)
        await catch_up(home)
        [hit] = (await home.members_text.search(SearchWish(words="Aurora"))).hits
        assert hit.put.facets["country"] == ("AR",)

    async def test_a_record_in_both_logs_shows_everybody_the_public_text_alone(
        self, home: Home
    ) -> None:
        """Only a node with other rules than ours would publish one; nothing leaks by it."""
        receipt = await publish(home, practice("Ambos"), audience=Audience.MEMBERS)
        held = await home.ledger.latest(receipt.iri)
        assert held is not None
        assert held.body is not None
        staged = Staged(
            log=home.logs[Audience.PUBLIC],
            iri=receipt.iri,
            version=1,
            kind="Create",
            body=replace(held.body, record=held.body.record.replace(b"Ambos", b"Abierto")),
        )
        await put(home, [staged])
        await catch_up(home)
        texts = [hit.put.stored for hit in (await home.text.search(SearchWish())).hits]
        assert b"Ambos" not in b"".join(texts)
