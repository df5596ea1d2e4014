"""The demonstration's records: cities that name each other's practices."""

from __future__ import annotations

from node.demo.records import CITIES, city_documents, named_in, read_city
from peers.encoding import JsonObject
from tests.homes import Entropy


def made(*keys: str) -> dict[str, list[JsonObject]]:
    """The documents of these cities, published one after the other."""
    others: dict[str, str] = {}
    documents = {}
    for key in keys:
        base = f"https://{key}.example"
        city = read_city(key)
        documents[key] = city_documents(
            city, base, f"did:web:{key}.example", Entropy(key), 1_700_000_000_000, others
        )
        others |= named_in(city, documents[key])
    return documents


def adapted(documents: list[JsonObject]) -> set[str]:
    return {str(one["adaptedFrom"]) for one in documents if "adaptedFrom" in one}


def test_practices_that_were_adapted_are_named_by_their_addresses() -> None:
    every = made(*CITIES)
    practices = {
        str(one["id"]) for some in every.values() for one in some if one["type"] == "Practice"
    }
    named = {iri for some in every.values() for iri in adapted(some)}
    assert len(named) == 3
    assert named <= practices


def test_what_a_city_adapted_from_one_that_is_not_there_is_left_out() -> None:
    alone = made("port-marama")["port-marama"]
    assert adapted(alone) == set()
    assert len(alone) == len(made(*CITIES)["port-marama"])


def test_a_record_is_named_by_city_and_key() -> None:
    aurora = made("villa-aurora")["villa-aurora"]
    named = named_in(read_city("villa-aurora"), aurora)
    (practice,) = [one for one in aurora if one["id"] == named["@villa-aurora/casas"]]
    assert practice["title"]["en"] == "Rights houses in the markets"
