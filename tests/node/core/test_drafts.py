"""What is filled into a document before it is signed, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.drafts import named, numbered, withdrawal_of
from node.errors import Invalid, Refused
from vocab.records import KINDS
from vocab.shapes import check
from vocab.terms import WithdrawalReason

BASE, AGENT = "https://city.example/rights", "https://city.example/rights/#city"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["id", "type", "version", "evidence", "measures", "publisher", "x"])


def name(document: dict[str, Any]) -> dict[str, Any]:
    return named(document, base_url=BASE, agent=AGENT, now=NOW, entropy=bytes)


@pytest.mark.parametrize(("kind", "segment"), KINDS.items())
def test_every_kind_gets_its_address(kind: str, segment: str) -> None:
    made = name({"type": kind})
    alone = kind in {"City", "Organization"}
    assert made["id"].startswith(f"{BASE}/{segment}" + ("" if alone else "/"))
    assert made["publisher"] == AGENT


def test_nothing_that_was_written_is_changed() -> None:
    written = {
        "@context": ["https://example.org/mine"],
        "id": f"{BASE}/practice/mine",
        "type": "Practice",
        "publisher": "https://other.example/#city",
        "title": {"es": "Título"},
    }
    assert name(written) == written


def test_a_proof_is_left_behind() -> None:
    assert "proof" not in name({"type": "Practice", "proof": {"proofValue": "z"}})


def test_parts_get_type_and_name_where_they_have_none() -> None:
    made = name(
        {
            "type": "Practice",
            "evidence": [{}, {"id": "#report"}, {"id": "https://elsewhere.example/x"}, "text"],
        }
    )
    iri = made["id"]
    assert made["evidence"] == [
        {"id": f"{iri}#evidence-1", "type": "Evidence"},
        {"id": f"{iri}#report", "type": "Evidence"},
        {"id": "https://elsewhere.example/x", "type": "Evidence"},
        "text",
    ]


@given(st.dictionaries(KEYS, JSON))
def test_nonsense_is_passed_on_to_the_shapes(document: dict[str, Any]) -> None:
    """Whatever was written, filling in does not fail: what is wrong is said by ``check``."""
    before = repr(document)
    made = name(document)
    try:
        made = numbered(made, 0)
    except Refused:
        return
    assert isinstance(check(made), list)
    assert repr(document) == before


@pytest.mark.parametrize(
    ("given_", "last", "becomes"), [(None, 0, 1), (None, 4, 5), (4, 4, 5), (5, 4, 5), (1, 0, 1)]
)
def test_a_version_follows_the_last(given_: int | None, last: int, becomes: int) -> None:
    document = {"id": "x"} if given_ is None else {"id": "x", "version": given_}
    assert numbered(document, last)["version"] == becomes


@pytest.mark.parametrize(("given_", "last"), [(3, 4), (6, 4), (2, 0), (-1, 0)])
def test_a_version_out_of_line_is_refused(given_: int, last: int) -> None:
    with pytest.raises(Refused, match=f"expected version {last} "):
        numbered({"id": "x", "version": given_}, last)


@pytest.mark.parametrize("reason", list(WithdrawalReason))
def test_every_reason_makes_a_good_withdrawal(reason: WithdrawalReason) -> None:
    iri = "https://city.example/practice/01KJ0PRKZ2WWA2WZ9G6J20C5RF"
    for said in (str(reason), str(reason).rpartition("/")[2]):
        document = withdrawal_of(
            iri,
            3,
            publisher="https://city.example/#city",
            reason=said,
            at=NOW,
            note={"es": "Ya no."},
            replaced_by="https://city.example/practice/01KXAHFMND0RE8CYA1NXBN2WFH",
        )
        assert check(document) == []


def test_an_unknown_reason_is_refused_with_the_list() -> None:
    with pytest.raises(Invalid, match="expected a reason, one of mistake"):
        withdrawal_of("x", 1, publisher="y", reason="z", at=NOW, note={}, replaced_by=None)
