"""What every text index must do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.store.found import sort_key
from node.store.ports import Drop, FacetCount, Position, SearchWish, TextIndex, TextPut
from peers.log import LogId
from tests.contracts.conftest import OpenText

STATE = "https://w3id.org/intercity/ns#state/in-place"


def put(name: str, **changes: object) -> TextPut:
    plain = TextPut(
        iri=f"https://lyon.example/practice/{name}",
        kind="Practice",
        agent="https://lyon.example/#city",
        title={"en": name},
        texts={},
        concepts={},
        facets={"kind": ("Practice",), "country": ("FR",)},
        log=LogId("lyon.example/log/public"),
        index=0,
        version=1,
        published="2026-01-01T00:00:00Z",
        recorded="2026-01-02T00:00:00Z",
        sort="",
        stored=b"{}",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


RECORDS = [
    put(
        "budget",
        title={"es": "Presupuesto participativo en las ciudades"},
        texts={"es": "Los vecinos deciden sobre una quinta parte. Niñez y educación."},
        facets={"kind": ("Practice",), "country": ("CO",), "action": ("T6", "S4")},
        index=1,
    ),
    put(
        "ombuds",
        title={"ko": "시민인권보호관"},
        texts={"ko": "시장에게서 독립한 보호관 세 명이 조사한다."},
        concepts={"es": "defensor del pueblo\ndefensoría", "en": "ombudsperson\nombudsman"},
        facets={"kind": ("Practice",), "country": ("KR",), "action": ("S3",)},
        index=2,
    ),
    put(
        "offices",
        title={"ar": "مكتب حقوق الإنسان"},
        texts={"ar": "إِعْلانُ المَدِينَة", "ru": "Омбудсмены в городах", "fr": "La médiation réglée"},
        facets={"kind": ("Commitment",), "country": ("MA",), "action": ("S3", "F1")},
        index=3,
        sort="2024-05",
    ),
]


async def filled(index: TextIndex) -> None:
    await index.apply(RECORDS, Position("one", 3))


async def names(index: TextIndex, words: str = "", **wish: object) -> set[str]:
    page = await index.search(SearchWish(words=words, **wish))  # type: ignore[arg-type]
    return {hit.put.iri.rpartition("/")[2] for hit in page.hits}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("presupuesto", {"budget"}),
        ("PRESUPUESTO PARTICIPATIVO", {"budget"}),
        ("presupuestos", {"budget"}),
        ("ciudad", {"budget"}),
        ("ninez", {"budget"}),
        ("인권", {"ombuds"}),
        ("보호관", {"ombuds"}),
        ("defensor del pueblo", {"ombuds"}),
        ("ombudsman", {"ombuds"}),
        ("اعلان", {"offices"}),
        ("город", {"offices"}),
        ("mediation", {"offices"}),
        ("presupuesto 인권", set()),
        ("presupuesto de las ciudades", {"budget"}),
        ("presupuesto del barrio", set()),
        ('"quinta parte"', {"budget"}),
        ('"parte quinta"', set()),
        ('"defensor del pueblo"', {"ombuds"}),
        ('"pueblo defensoría"', set()),
        ("presup", {"budget"}),
        ("presup ", set()),
        ("시민인권보호관을", {"ombuds"}),
        ("관", {"ombuds"}),
        ("мед", set()),
        ("the", set()),
        ("nothing", set()),
    ],
)
async def test_words_are_found_as_people_write_them(
    open_text: OpenText, words: str, found: set[str]
) -> None:
    async with open_text() as index:
        await filled(index)
        assert await names(index, words) == found


@pytest.mark.parametrize("words", ['"', "a AND (", "title:x", "*", "\\", "'; --", "+-!", "\x00"])
async def test_no_words_are_a_syntax_that_can_fail(open_text: OpenText, words: str) -> None:
    async with open_text() as index:
        await filled(index)
        assert (await index.search(SearchWish(words=words))).total in {0, 3}


async def test_it_says_why_something_was_found(open_text: OpenText) -> None:
    async with open_text() as index:
        await filled(index)
        [concept] = (await index.search(SearchWish(words="defensor del pueblo"))).hits
        assert (concept.why, concept.matched) == ("concept", "defensor del pueblo")
        [title] = (await index.search(SearchWish(words="presupuesto"))).hits
        assert title.why == "title"
        [text] = (await index.search(SearchWish(words="vecinos"))).hits
        assert text.why == "text"
        assert text.snippet == ("Los ", "vecinos", text.snippet[2])
        assert text.snippet_language == "es"
        assert "".join(text.snippet) == RECORDS[0].texts["es"]


async def test_an_excerpt_is_in_the_readers_language_where_that_is_to_be_had(
    open_text: OpenText,
) -> None:
    texts = {"en": "A city for all.", "pt-BR": "Nota sobre a CITY.", "zh": "无"}
    async with open_text() as index:
        await index.apply([put("a", texts=texts)], Position("one", 1))
        for language, tag in (("pt", "pt-BR"), ("en", "en"), ("zh", "en"), ("xx", "en")):
            page = await index.search(SearchWish(words="city", language=language))
            assert page.hits[0].snippet_language == tag


async def test_titles_come_before_texts_and_texts_before_names_of_concepts(
    open_text: OpenText,
) -> None:
    async with open_text() as index:
        await index.apply(
            [
                put("concept", title={"en": "one"}, concepts={"en": "housing"}),
                put("text", title={"en": "two"}, texts={"en": "about housing"}),
                put("title", title={"en": "housing"}),
            ],
            Position("one", 3),
        )
        page = await index.search(SearchWish(words="housing"))
        assert [hit.why for hit in page.hits] == ["title", "text", "concept"]
        assert [hit.put.iri.rpartition("/")[2] for hit in page.hits] == ["title", "text", "concept"]


async def test_words_met_in_different_fields_add_up(open_text: OpenText) -> None:
    async with open_text() as index:
        await index.apply(
            [put("a", texts={"en": "for women"}, concepts={"en": "shelter\nhouse"})],
            Position("one", 1),
        )
        [hit] = (await index.search(SearchWish(words="women shelters"))).hits
        assert (hit.why, hit.matched) == ("concept", "shelter")
        assert hit.snippet == ("for ", "women", "")


async def test_values_of_facets_may_look_like_anything(open_text: OpenText) -> None:
    odd = ("2024-01-01T00:00:00Z", "7", "true", "", "a b", "é/ü?x=y#z", "https://a.example/b.c")
    async with open_text() as index:
        await index.apply([put("a", facets={"policyArea": odd}), put("b")], Position("one", 2))
        for value in odd:
            assert await names(index, filters={"policyArea": (value,)}) == {"a"}
        page = await index.search(SearchWish(counts=("policyArea", "unknown")))
        assert {one.value for one in page.facets["policyArea"]} == set(odd)
        assert page.facets["unknown"] == ()
        assert await names(index, filters={"unknown": ("x",)}) == set()
        assert await names(index, filters={"policyArea": ()}) == set()


async def test_lists_are_in_order_over_many_commits(open_text: OpenText) -> None:
    async with open_text() as index:
        for number in (3, 1, 4, 0, 2):
            when = f"2026-01-0{number + 1}T00:00:00Z"
            one = put(f"n{number}", published=when, sort=f"20{20 - number}", index=9 - number)
            await index.apply([one], Position("one", number))
        newest = await index.search(SearchWish(order="newest"))
        assert [hit.put.iri[-1] for hit in newest.hits] == ["4", "3", "2", "1", "0"]
        dated = await index.search(SearchWish(order="date"))
        assert [hit.put.iri[-1] for hit in dated.hits] == ["0", "1", "2", "3", "4"]


async def test_filters_and_counts_of_facets(open_text: OpenText) -> None:
    async with open_text() as index:
        await filled(index)
        assert await names(index, filters={"action": ("S3",)}) == {"ombuds", "offices"}
        assert await names(index, filters={"action": ("S3", "T6")}) == {
            "budget",
            "ombuds",
            "offices",
        }
        assert await names(index, filters={"action": ("S3",), "country": ("KR",)}) == {"ombuds"}
        page = await index.search(
            SearchWish(filters={"country": ("KR",)}, counts=("country", "action"))
        )
        assert page.total == 1
        assert page.facets["action"] == (FacetCount("S3", 1),)
        assert page.facets["country"] == tuple(FacetCount(one, 1) for one in ("CO", "KR", "MA"))


async def test_pages_follow_each_other_without_gap_or_repeat(open_text: OpenText) -> None:
    async with open_text() as index:
        many = [put(f"n{n:03}", index=n) for n in range(45)]
        await index.apply(many, Position("one", 45))
        seen: list[str] = []
        for offset in range(0, 45, 20):
            page = await index.search(SearchWish(order="newest", offset=offset, limit=20))
            assert page.total == 45
            seen += [hit.put.iri for hit in page.hits]
        assert seen == [one.iri for one in reversed(many)]


async def test_the_records_own_date_orders_a_list(open_text: OpenText) -> None:
    async with open_text() as index:
        dated = [put("a", sort="2019"), put("b", sort="2024-05-01"), put("c", sort="2021-03")]
        await index.apply([*dated, put("d")], Position("one", 4))
        page = await index.search(SearchWish(order="date"))
        assert [hit.put.iri[-1] for hit in page.hits] == ["b", "c", "a", "d"]


async def test_a_record_is_replaced_and_dropped(open_text: OpenText) -> None:
    async with open_text() as index:
        await filled(index)
        changed = replace(RECORDS[0], title={"es": "Otra cosa"}, texts={}, version=2)
        await index.apply([changed, Drop(RECORDS[1].iri)], Position("one", 5))
        assert await names(index, "presupuesto") == set()
        assert await names(index, "otra") == {"budget"}
        assert await index.get(RECORDS[1].iri) is None
        assert await index.get(changed.iri) == changed
        assert await names(index) == {"budget", "offices"}


async def test_doing_it_twice_changes_nothing(open_text: OpenText) -> None:
    async with open_text() as index:
        await filled(index)
        await filled(index)
        assert (await index.search(SearchWish())).total == 3


async def test_the_last_step_about_a_record_counts(open_text: OpenText) -> None:
    async with open_text() as index:
        await index.apply([put("a"), Drop(put("a").iri), put("b")], Position("one", 3))
        assert await names(index) == {"b"}


async def test_data_and_position_survive_closing_together(open_text: OpenText) -> None:
    async with open_text() as index:
        await filled(index)
    async with open_text() as index:
        assert await index.position() == Position("one", 3)
        assert await names(index, "presupuesto") == {"budget"}


async def test_compacting_keeps_what_is_held(open_text: OpenText) -> None:
    async with open_text() as index:
        await filled(index)
        await index.apply([Drop(RECORDS[1].iri)], Position("one", 4))
        await index.compact()
        assert await names(index) == {"budget", "offices"}
        assert await index.position() == Position("one", 4)


async def test_a_reset_leaves_nothing(open_text: OpenText) -> None:
    async with open_text() as index:
        await filled(index)
        await index.reset()
        assert await index.position() == Position("")
        assert (await index.search(SearchWish())).total == 0


async def test_a_misspelt_word_is_put_right(open_text: OpenText) -> None:
    async with open_text() as index:
        await filled(index)
        assert await index.suggest("presupueto") == "presupuesto"
        assert await index.suggest("presupuesto") is None
        assert await index.suggest("presup") is None
        assert await index.suggest("ombudspersen en las ciudaeds") == (
            "ombudsperson en las ciudades"
        )
        assert await index.suggest("nothing-like-this 인궐") is None


async def test_a_span_of_the_order_bounds_records_and_counts(open_text: OpenText) -> None:
    async with open_text() as index:
        await filled(index)
        first, second, third = (sort_key(one)[0] for one in RECORDS)
        assert await names(index, span=(first, second)) == {"budget", "ombuds"}
        assert await names(index, span=(second, third)) == {"ombuds", "offices"}
        assert await names(index, "presupuesto", span=(second, third)) == set()
        page = await index.search(SearchWish(span=(third, third), counts=("country",)))
        assert page.total == 1
        assert page.facets["country"] == (FacetCount("MA", 1),)
