"""Addresses: one function builds them all."""

import pytest

from node.web.addresses import Addresses, host_of
from vocab.framework import load
from vocab.terms import ACTIONS

ULID = "01HF7YAT00GXQAQKZJSNGR0PHB"
PLAIN = Addresses("https://city.example")
BELOW = Addresses("https://city.example/rights")


def test_a_prefix_stands_before_every_path() -> None:
    assert BELOW("/cities") == "/rights/cities"
    assert BELOW.whole("/cities", q="a b") == "https://city.example/rights/cities?q=a+b"


def test_empty_values_leave_the_query() -> None:
    assert PLAIN("/search", q="", kind=(), page=2) == "/search?page=2"


def test_our_own_record_is_its_own_page() -> None:
    assert BELOW.page(f"https://city.example/rights/practice/{ULID}") == f"/rights/practice/{ULID}"


def test_a_peers_record_has_a_page_here_that_names_its_host() -> None:
    iri = f"http://localhost:8401/practice/{ULID}"
    assert PLAIN.page(iri) == f"/practices/localhost%3A8401/{ULID}"


def test_a_city_and_its_profile_have_one_page() -> None:
    for iri in ("https://b.example/#city", "https://b.example/city"):
        assert PLAIN.page(iri) == "/cities/b.example"
    assert PLAIN.page("https://b.example/#organization") == "/organizations/b.example"


def test_an_action_has_a_page_by_its_code() -> None:
    assert PLAIN.page(ACTIONS["S3"]) == "/actions/S3"


def test_every_word_of_the_vocabulary_has_a_page() -> None:
    for iri in [one.iri for one in load().concepts] + [one.iri for one in load().schemes]:
        assert PLAIN.page(iri)


@pytest.mark.parametrize(
    "iri",
    ["", "javascript:alert(1)", "https://b.example/", "https://b.example/practice/no", "city"],
)
def test_what_is_no_record_has_no_page(iri: str) -> None:
    assert PLAIN.path_of(iri) is None


def test_a_host_in_a_path_is_lower_case_and_escapes_its_port() -> None:
    assert host_of("https://Rights.City.EXAMPLE:8443/x") == "rights.city.example%3A8443"
