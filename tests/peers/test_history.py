"""Whose word counts where in a log: rotations, recoveries, thefts, and whoever reads of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from peers.did import DidDocument, LogId, parse_did, read_document, write_document
from peers.encoding import JsonObject, jcs, parse_canonical
from peers.errors import PeerError
from peers.history import KeyHistory, begin, followed
from peers.keychange import (
    Genesis,
    KeyChange,
    change_address,
    read_change,
    recovery_hash,
    recovery_method,
    write_change,
    write_genesis,
)
from peers.keys import SecretKey
from peers.log import Body, Entry, EntryKind
from peers.proofs import sign
from tests.simulator import key_of

DID = parse_did("did:web:aurora.example")
LOG = LogId("aurora.example/log/public")
URL = f"https://{LOG}"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PURPOSES = ("record", "log", "http")
THIEF = key_of("thief")
OTHER_PAPER = recovery_hash(key_of("other paper").public)


@dataclass
class City:
    """A city that writes a log by hand, entry by entry, rightly or not."""

    entries: list[Entry] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)
    secrets: dict[str, SecretKey] = field(default_factory=dict)
    recovery: SecretKey = field(default_factory=lambda: key_of("paper 1"))
    made: int = 1

    def __post_init__(self) -> None:
        self.secrets = {f"{DID}#{one}-1": key_of(f"{one} 1") for one in PURPOSES}
        genesis = Genesis(
            address=URL,
            controller=DID.text,
            keys={method: key.public for method, key in self.secrets.items()},
            recovery_hash=recovery_hash(self.recovery.public),
        )
        self.sign(EntryKind.GENESIS, f"{URL}/genesis", write_genesis(genesis), f"{DID}#record-1")

    @property
    def history(self) -> KeyHistory:
        return followed(begin(self.bodies[0], DID, LOG), self.entries[1:], self.bodies[1:])

    def sign(self, kind: EntryKind, iri: str, document: JsonObject, method: str) -> None:
        signer = self.secrets.get(method) or self.recovery
        self.append(kind, iri, sign(document, signer, method=method, created=NOW))

    def append(self, kind: EntryKind, iri: str, secured: JsonObject, version: int = 1) -> None:
        body = Body(b"s" * 16, jcs(secured))
        index = len(self.entries)
        published = f"2026-01-01T00:{index // 60:02}:{index % 60:02}Z"
        self.entries.append(
            Entry(f"{URL}/e/{index}", kind, iri, published, version, None, body.digest)
        )
        self.bodies.append(body)

    def say(self, what: str = "something") -> int:
        """Publish anything at all; the index at which it stands."""
        self.append(EntryKind.CREATE, f"{URL}/x/{len(self.entries)}", {"said": what})
        return len(self.entries) - 1

    def draft(self, *purposes: str, **changes: Any) -> KeyChange:
        """A change as it ought to be, but for ``changes``."""
        history = self.history
        self.made += 1
        new = {history.next_method(one): key_of(f"{one} {self.made}") for one in purposes}
        self.secrets |= new
        made = KeyChange(
            address=URL,
            number=len(history.changes) + 1,
            controller=DID.text,
            add={method: key.public for method, key in new.items()},
            remove=tuple(history.in_force(one)[0] for one in purposes),
            recovery_hash=history.recovery,
        )
        return replace(made, **changes)

    def change(self, change: KeyChange, by: SecretKey | None = None, method: str = "") -> int:
        """Commit a change, signed by the record key in force or by another; where it stands."""
        now = self.history.in_force("record")[0]
        signer = by or self.secrets[now]
        named = method or (now if change.recovery is None else recovery_method(signer.public))
        secured = sign(write_change(change, signer.public), signer, method=named, created=NOW)
        iri = change_address(change.address, change.number)
        self.append(EntryKind.KEY_CHANGE, iri, secured, change.version)
        return len(self.entries) - 1

    def rotate(self, *purposes: str) -> int:
        return self.change(self.draft(*purposes))

    def recover(self, *purposes: str, since: int | None = None) -> int:
        """A change by the recovery key, which names the next one."""
        old, self.recovery = self.recovery, key_of(f"paper {self.made + 1}")
        draft = self.draft(
            *purposes,
            recovery=old.public,
            recovery_hash=recovery_hash(self.recovery.public),
            compromised_from=since,
        )
        return self.change(draft, by=old)


def test_a_log_begins_with_the_keys_of_its_genesis() -> None:
    history = City().history
    assert history.valid_at(f"{DID}#record-1", 0) == key_of("record 1").public
    assert history.valid_at(f"{DID}#record-2", 0) is None
    assert history.in_force("log") == (f"{DID}#log-1", key_of("log 1").public)


def test_a_key_is_valid_from_behind_its_change_until_the_one_that_removes_it() -> None:
    city = City()
    before, at, after = city.say(), city.rotate("record"), city.say()
    old, new = f"{DID}#record-1", f"{DID}#record-2"
    history = city.history
    assert [bool(history.valid_at(old, n)) for n in (before, at, after)] == [True, True, False]
    assert [bool(history.valid_at(new, n)) for n in (before, at, after)] == [False, False, True]
    assert history.changes == (at,)
    assert not history.refused


def test_the_first_checkpoint_behind_a_change_is_the_new_log_keys() -> None:
    city = City()
    at = city.rotate("log")
    assert city.history.in_force("log", at)[0].endswith("#log-1")
    assert city.history.in_force("log", at + 1)[0].endswith("#log-2")


def test_the_recovery_key_undoes_what_a_thief_changed() -> None:
    city = City()
    honest = city.say()
    stolen = city.say("by the thief")
    taken = city.rotate("record", "log")  # The thief holds the record key, and so may.
    also = city.say("by the thief's own key")
    back = city.recover("record", "log", since=stolen)
    again = city.say()
    history = city.history
    assert history.changes == (taken, back)
    assert history.valid_at(f"{DID}#record-1", honest)
    assert not history.valid_at(f"{DID}#record-1", stolen)
    assert not history.valid_at(f"{DID}#record-2", also)
    assert history.valid_at(f"{DID}#record-3", again)
    assert set(history.revoked) == {
        f"{DID}#{one}" for one in ("record-1", "record-2", "log-1", "log-2")
    }
    assert "keys were in wrong hands" in history.refusal(f"{DID}#record-2", also)


def test_a_recovery_without_a_theft_revokes_nothing() -> None:
    city = City()
    said = city.say()
    city.recover("record")
    assert city.history.valid_at(f"{DID}#record-1", said)
    assert not city.history.revoked


def test_a_recovery_key_is_good_once() -> None:
    city = City()
    first = city.recovery
    city.recover("record")
    draft = city.draft("record", recovery=first.public, recovery_hash=OTHER_PAPER)
    at = city.change(draft, by=first)
    assert "expected the recovery key with the hash" in city.history.refused[at]


def test_the_recovery_key_may_be_replaced_alone() -> None:
    city = City()
    city.recover()
    assert city.history.recovery == recovery_hash(city.recovery.public)
    assert city.history.in_force("record")[0].endswith("#record-1")


@pytest.mark.parametrize(
    ("changes", "by", "words"),
    [
        ({}, THIEF, "expected the record key in force"),
        (
            {"recovery": THIEF.public, "recovery_hash": OTHER_PAPER},
            THIEF,
            "hash",
        ),
        ({"recovery_hash": recovery_hash(THIEF.public)}, None, "the recovery key alone changes it"),
        ({"compromised_from": 1}, None, "by the recovery key alone"),
        ({"number": 2}, None, "keychange/1"),
        ({"controller": "did:web:hansol.example"}, None, "hansol.example"),
        ({"address": "https://aurora.example/log/members"}, None, "members"),
        ({"remove": ()}, None, "expected remove to name"),
        ({"remove": (f"{DID}#log-1",)}, None, "expected remove to name"),
        ({"add": {}, "remove": ()}, None, "at least one new key"),
        ({"add": {f"{DID}#record-3": THIEF.public}}, None, "next number"),
        ({"add": {f"{DID}#record-1": THIEF.public}}, None, "next number"),
        ({"add": {"did:web:hansol.example#record-2": THIEF.public}}, None, "next number"),
        ({"add": {f"{DID}#record-2": key_of("log 1").public}}, None, "never used"),
        ({"add": {f"{DID}#record-2": key_of("paper 1").public}}, None, "never used"),
    ],
)
def test_a_change_that_nobody_authorised_changes_nothing(
    changes: dict[str, Any], by: SecretKey | None, words: str
) -> None:
    city = City()
    city.say()
    before = city.history
    draft = city.draft("record", **changes)
    method = "" if draft.controller == DID.text else "did:web:hansol.example#record-1"
    if method:
        city.secrets[method] = key_of("record 1")
    at = city.change(draft, by=by, method=method)
    history = city.history
    assert words in history.refused[at]
    assert replace(history, refused={}) == before


def test_a_change_may_follow_one_of_its_name_that_was_refused() -> None:
    city = City()
    city.change(city.draft("record"), by=THIEF)
    at = city.change(city.draft("record", version=2))
    assert city.history.changes == (at,)


def test_a_change_bears_the_version_of_its_entry() -> None:
    city = City()
    at = city.rotate("record")
    city.entries[at] = replace(city.entries[at], version=2)
    assert "version 2 as in the log" in city.history.refused[at]


def test_a_change_says_exactly_what_it_says() -> None:
    city = City()
    city.rotate("record", "http")
    secured: dict[str, Any] = parse_canonical(city.bodies[-1].record)
    change, key = read_change(secured, LOG)
    assert key == key_of("record 1").public
    assert list(change.add) == [f"{DID}#record-2", f"{DID}#http-2"]
    with pytest.raises(PeerError, match="KeyChange: expected"):
        read_change({**secured, "more": 1}, LOG)
    with pytest.raises(PeerError, match="does not fit"):
        read_change({**secured, "remove": []}, LOG)


def test_the_document_keeps_old_methods_and_asks_by_new_keys() -> None:
    city = City()
    city.rotate("record", "log", "http")
    base = DidDocument(
        did=DID, record_keys={}, log_keys={}, http_keys={}, services={"log-public": URL}
    )
    document = city.history.document(base)
    assert list(document.record_keys) == [f"{DID}#record-1", f"{DID}#record-2"]
    assert list(document.http_keys) == [f"{DID}#http-2"]
    assert list(document.retired) == [f"{DID}#http-1"]
    assert read_document(write_document(document), DID) == document


class Rotations(RuleBasedStateMachine):
    """A city that rotates, loses and recovers keys, a thief who has some of them, and followers.

    The model is a list: for each entry, which record key a reader ought to believe there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.city = City()
        self.believed: list[str] = [f"{DID}#record-1"]
        self.taken_back: set[int] = set()
        self.followers = [begin(self.city.bodies[0], DID, LOG) for _ in range(2)]
        self.read = [1, 1]

    @property
    def current(self) -> str:
        return f"{DID}#record-{self.number}"

    number = 1

    def stands(self) -> None:
        self.believed.append(self.current)

    @rule()
    def says(self) -> None:
        self.city.say()
        self.stands()

    @rule(purposes=st.sets(st.sampled_from(PURPOSES), min_size=1))
    def rotates(self, purposes: set[str]) -> None:
        self.city.rotate(*sorted(purposes))
        self.stands()
        self.number += "record" in purposes

    @rule(purposes=st.sets(st.sampled_from(PURPOSES)), back=st.none() | st.integers(1, 12))
    def recovers(self, purposes: set[str], back: int | None) -> None:
        index = len(self.believed)
        since = None if back is None else max(1, index - back)
        self.city.recover(*sorted(purposes), since=since)
        self.stands()
        if since is not None:
            self.taken_back |= set(range(since, index))
        self.number += "record" in purposes

    @precondition(lambda self: self.number > 1)
    @rule(data=st.data())
    def somebody_tries_a_removed_key(self, data: st.DataObject) -> None:
        old = data.draw(st.integers(1, self.number - 1))
        method = f"{DID}#record-{old}"
        draft = self.city.draft("record")
        self.city.change(draft, by=self.city.secrets[method], method=method)
        self.stands()

    @rule()
    def somebody_tries_a_key_of_their_own(self) -> None:
        draft = self.city.draft("record", recovery=THIEF.public, recovery_hash=OTHER_PAPER)
        self.city.change(draft, by=THIEF)
        self.stands()

    @rule(who=st.integers(0, 1), count=st.integers(1, 5))
    def reads_on(self, who: int, count: int) -> None:
        start = self.read[who]
        stop = min(start + count, len(self.city.entries))
        entries, bodies = self.city.entries[start:stop], self.city.bodies[start:stop]
        self.followers[who] = followed(self.followers[who], entries, bodies)
        self.read[who] = stop

    @invariant()
    def a_signature_counts_where_its_key_was_valid_and_nowhere_else(self) -> None:
        history = self.city.history
        for index, method in enumerate(self.believed):
            for number in range(1, self.number + 1):
                tried = f"{DID}#record-{number}"
                good = tried == method and index not in self.taken_back
                assert (history.valid_at(tried, index) is not None) == good

    def teardown(self) -> None:
        whole = self.city.history
        for who in (0, 1):
            self.reads_on(who, len(self.city.entries))
            assert self.followers[who] == whole


TestRotations = Rotations.TestCase
TestRotations.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
