"""Memberships: the network's word, for one node, for a term."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.did import DidDocument, LogId, parse_did
from peers.encoding import JsonObject, digest_of, jcs, parse_canonical
from peers.errors import BadSignature, Malformed, NotAMember, PeerError
from peers.membership import Membership, verify_membership
from peers.proofs import RECORD_CONTEXT, sign
from tests.simulator import key_of

NETWORK = parse_did("did:web:network.example")
MEMBER = parse_did("did:web:aurora.example%3A8443")
KEY = key_of("network record")
METHOD = f"{NETWORK}#record-1"
DOCUMENT = DidDocument(
    did=NETWORK,
    record_keys={METHOD: KEY.public},
    log_keys={f"{NETWORK}#log-1": key_of("network log").public},
    http_keys={f"{NETWORK}#http-1": key_of("network http").public},
)
RECORD: JsonObject = {
    "@context": list(RECORD_CONTEXT),
    "id": "https://network.example/membership/01ARYZ6S410000000000000000",
    "type": "Membership",
    "version": 1,
    "publisher": "https://network.example/#organization",
    "organization": "https://network.example/#organization",
    "member": "https://aurora.example:8443/#city",
    "memberDid": MEMBER.text,
    "memberGenesis": digest_of(b"salt", b"genesis"),
    "memberLogs": [
        "https://aurora.example:8443/rights/log/public",
        "https://aurora.example:8443/rights/log/members",
    ],
    "memberName": {"es": "Aurora"},
    "validFrom": "2026-01-01",
    "validUntil": "2026-12-31",
}
DAY = "2026-06-01"


def signed(**changes: object) -> JsonObject:
    """The record with changes (``None``: left out), signed by the network."""
    record = {name: value for name, value in {**RECORD, **changes}.items() if value is not None}
    return sign(record, KEY, method=METHOD, created=datetime(2026, 1, 1, tzinfo=UTC))


def check(secured: JsonObject, day: str = DAY) -> Membership:
    return verify_membership(secured, DOCUMENT, member=MEMBER, day=day)


def test_a_membership_says_who_belongs_to_whom_and_pins_the_members_logs() -> None:
    assert check(signed()) == Membership(
        id=RECORD["id"],
        network=NETWORK,
        organization="https://network.example/#organization",
        member=MEMBER,
        agent="https://aurora.example:8443/#city",
        valid_from="2026-01-01",
        valid_until="2026-12-31",
        logs=(
            LogId("aurora.example:8443/rights/log/public"),
            LogId("aurora.example:8443/rights/log/members"),
        ),
        genesis=RECORD["memberGenesis"],
        suspended=False,
    )


def test_logs_genesis_and_last_day_may_be_left_open() -> None:
    found = check(signed(memberLogs=None, memberGenesis=None, validUntil=None), day="2999-12-31")
    assert (found.logs, found.genesis, found.valid_until) == ((), "", "")


@pytest.mark.parametrize("day", ["2026-01-01", "2026-06-01", "2026-12-31"])
def test_it_holds_from_its_first_day_to_its_last(day: str) -> None:
    assert check(signed(), day=day).holds_on(day)


@pytest.mark.parametrize("day", ["2025-12-31", "2027-01-01", "1999-01-01"])
def test_it_holds_on_no_other_day(day: str) -> None:
    with pytest.raises(NotAMember, match=f"2026-01-01 to 2026-12-31, and the day is {day}"):
        check(signed(), day=day)


def test_a_suspended_member_is_none_for_now() -> None:
    with pytest.raises(NotAMember, match="is suspended"):
        check(signed(suspended=True))
    assert not check(signed(suspended=False)).suspended


DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(0, 5000), DAYS)
def test_a_term_is_what_the_calendar_says(start: date, length: int, day: date) -> None:
    end = start + timedelta(days=length)
    secured = signed(validFrom=start.isoformat(), validUntil=end.isoformat())
    try:
        check(secured, day=day.isoformat())
    except NotAMember:
        assert not start <= day <= end
    else:
        assert start <= day <= end


def test_it_is_about_one_node_alone() -> None:
    other = parse_did("did:web:aurora.example")
    with pytest.raises(NotAMember, match=r"is that of did:web:aurora\.example%3A8443"):
        verify_membership(signed(), DOCUMENT, member=other, day=DAY)


def test_another_networks_word_does_not_count() -> None:
    boreal = sign(
        RECORD,
        key_of("boreal"),
        method="did:web:boreal.example#record-1",
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )
    with pytest.raises(NotAMember, match=r"expected the word of did:web:network\.example"):
        check(boreal)


def test_a_member_cannot_say_it_of_itself() -> None:
    forged = sign(RECORD, key_of("aurora"), method=METHOD, created=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(BadSignature, match="does not fit"):
        check(forged)


def test_the_word_of_a_revoked_key_is_for_the_log_to_judge() -> None:
    document = replace(DOCUMENT, revoked={METHOD: "2026-05-01T00:00:00Z"})
    with pytest.raises(BadSignature, match="revoked at 2026-05-01"):
        verify_membership(signed(), document, member=MEMBER, day=DAY)


@pytest.mark.parametrize("name", [name for name in RECORD if name != "@context"])
def test_nothing_can_be_changed_without_the_network(name: str) -> None:
    with pytest.raises(BadSignature, match="does not fit"):
        check({**signed(), name: "2026-02-02"})


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"type": "Practice"}, Malformed, "expected a Membership with id"),
        ({"type": ["Membership"]}, Malformed, "expected a Membership with id"),
        ({"id": None}, Malformed, "expected a Membership with id"),
        ({"member": None}, Malformed, "expected a Membership with id"),
        ({"memberDid": None}, Malformed, "expected a Membership with id"),
        ({"validFrom": None}, Malformed, "expected a Membership with id"),
        ({"organization": None}, Malformed, "expected a Membership with id"),
        ({"publisher": "https://network.example/#city"}, Malformed, "expected a Membership"),
        ({"id": "https://boreal.example/membership/1"}, NotAMember, "address of did:web:network"),
        (
            {
                "organization": "https://boreal.example/#organization",
                "publisher": "https://boreal.example/#organization",
            },
            NotAMember,
            "address of did:web:network",
        ),
        ({"member": "https://boreal.example/#city"}, NotAMember, "an address of did:web:aurora"),
        ({"member": "https://aurora.example/#city"}, NotAMember, "an address of did:web:aurora"),
        ({"memberDid": "did:web:10.0.0.1"}, Malformed, "expected a host name"),
        ({"validFrom": "2026"}, Malformed, "expected a term"),
        ({"validFrom": "2026-02-30"}, Malformed, "expected a term"),
        ({"validFrom": "2027-01-01"}, Malformed, "expected a term"),
        ({"validFrom": "٢٠٢٦-01-01"}, Malformed, "expected a term"),
        ({"validUntil": "2026-12"}, Malformed, "expected a term"),
        ({"validUntil": 2026}, Malformed, "expected a term"),
        ({"validUntil": []}, Malformed, "expected a term"),
        ({"suspended": "no"}, Malformed, "true or false"),
        ({"suspended": 0}, Malformed, "true or false"),
        ({"memberLogs": "https://aurora.example:8443/log/public"}, Malformed, "to be a list"),
        ({"memberLogs": {}}, Malformed, "to be a list"),
        ({"memberLogs": ["https://aurora.example:8443/log/public"] * 9}, Malformed, "at most 8"),
        ({"memberLogs": [1]}, NotAMember, "a log's address on"),
        ({"memberLogs": [""]}, NotAMember, "a log's address on"),
        ({"memberLogs": ["https://aurora.example:8443"]}, NotAMember, "a log's address on"),
        ({"memberLogs": ["https://boreal.example/log/public"]}, NotAMember, "a log's address on"),
        ({"memberLogs": ["https://aurora.example:84430/log"]}, NotAMember, "a log's address on"),
        ({"memberLogs": ["https://aurora.example:8443/../log"]}, NotAMember, "a log's address on"),
        ({"memberLogs": ["https://aurora.example:8443/a?b"]}, NotAMember, "a log's address on"),
        ({"memberGenesis": "zQm"}, Malformed, "to be a digest"),
        ({"memberGenesis": 1}, Malformed, "to be a digest"),
        ({"@context": [RECORD_CONTEXT[0]]}, BadSignature, "@context"),
    ],
)
def test_another_form_is_refused_even_from_the_network(
    changes: dict[str, Any], error: type[PeerError], words: str
) -> None:
    with pytest.raises(error, match=words):
        check(signed(**changes))


JUNK = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
VALUES = JUNK | st.lists(JUNK, max_size=2) | st.dictionaries(st.text(max_size=3), JUNK, max_size=2)


@given(st.dictionaries(st.sampled_from(sorted(RECORD)), VALUES, max_size=3))
def test_whatever_a_network_signs_ends_in_a_membership_or_in_words(changes: JsonObject) -> None:
    try:
        found = check(parse_canonical(jcs(signed(**changes))))
    except PeerError:
        return
    assert found.holds_on(DAY)
    assert found.member == MEMBER
