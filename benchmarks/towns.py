"""Fifty invented cities with 200 records each, held by a directory that follows them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from benchmarks.corpus import START, documents
from benchmarks.place import take_in
from node.core.admission import Verdict, admit
from node.core.identity import identity_of
from node.core.ulid import ulid
from node.service.home import Home
from node.store.ports import Audience, Contact, Trail
from peers.did import DidDocument, write_document
from peers.encoding import JsonObject, jcs
from peers.history import KeyHistory, Term
from peers.keys import SecretKey
from peers.limits import Limits
from peers.log import Body, Entry, EntryKind, read_entry
from peers.proofs import sign
from vocab.framework import load
from vocab.records import CONTEXT

__all__ = ["RECORDS", "TOWNS", "Town", "settle"]

TOWNS = 50
RECORDS = 200
"""Of each: its profile, a status for each action, the rest practices."""
_COUNTRIES = ("AR", "KR", "MA", "FR", "ZA", "ID", "CA", "BR", "DE", "KE")
_STATES = ("in-place", "under-way", "planned")


@dataclass(frozen=True)
class Town:
    """One of the cities, by its number."""

    number: int

    @property
    def base(self) -> str:
        return f"https://town-{self.number}.example"

    def key(self, purpose: str = "record") -> SecretKey:
        """One of its keys: each purpose has its own."""
        name = f"benchmark: town {self.number}: {purpose}"
        return SecretKey.from_seed(hashlib.sha256(name.encode()).digest())

    @cached_property
    def identity(self) -> DidDocument:
        public = [self.key(purpose).public for purpose in ("record", "log", "http")]
        return identity_of(self.base, *public)

    @cached_property
    def keys(self) -> KeyHistory:
        terms = {name: Term(key, 0) for name, key in self.identity.record_keys.items()}
        return KeyHistory(
            did=self.identity.did, log=self.identity.public_log, terms=terms, recovery=""
        )

    def documents(self) -> list[JsonObject]:
        """Its records, not yet signed."""
        own = [self._profile(), *self._statuses()]
        return own + documents(RECORDS - len(own), self.base)

    def judge(self, leaf: bytes, index: int, body: Body | None) -> Verdict:
        """What a follower's admission says; here it must be yes."""
        log = self.identity.public_log
        entry = read_entry(leaf, log, index)
        verdict = admit(entry, body, log, self.identity, self.keys, Limits())
        assert verdict.admitted, verdict.reason
        return verdict

    def _record(self, iri: str, kind: str) -> JsonObject:
        return {
            "@context": list(CONTEXT),
            "id": iri,
            "type": kind,
            "version": 1,
            "publisher": f"{self.base}/#city",
        }

    def _profile(self) -> JsonObject:
        return {
            **self._record(f"{self.base}/city", "City"),
            "did": self.identity.did.text,
            "name": {"en": f"Invented Town {self.number}", "es": f"Pueblo {self.number}"},
            "country": _COUNTRIES[self.number % len(_COUNTRIES)],
            "latitude": f"{(self.number * 37) % 120 - 50}.5",
            "longitude": f"{(self.number * 71) % 340 - 170}.5",
            "demonstration": True,
        }

    def _statuses(self) -> Iterator[JsonObject]:
        for at, action in enumerate(one for one in load().actions if one.code != "T11"):
            state = _STATES[(at + self.number) % len(_STATES)]
            yield {
                **self._record(
                    f"{self.base}/action-status/{ulid(1_767_000_000_000 + at, bytes)}",
                    "ActionStatus",
                ),
                "action": action.iri,
                "state": f"https://w3id.org/intercity/ns#state/{state}",
            }


async def settle(home: Home) -> None:
    """Let a node hold every town's log, as if it had followed them all."""
    for number in range(TOWNS):
        town = Town(number)
        log = town.identity.public_log
        method = next(iter(town.identity.record_keys))
        leaves, held = [], []
        for at, document in enumerate(town.documents()):
            signed = sign(document, town.key(), method=method, created=START)
            body = Body(bytes(16), jcs(signed))
            held.append(body)
            entry = Entry(
                id=f"https://{log}/e/{at}",
                kind=EntryKind.CREATE,
                object=str(document["id"]),
                published=START.strftime("%Y-%m-%dT%H:%M:%SZ"),
                version=1,
                prev=None,
                digest=body.digest,
            )
            leaves.append(entry.leaf)
        await take_in(home, leaves, held, town.judge, log)
        await home.desk.put_contact(
            Contact(
                did=town.identity.did.text,
                base_url=town.base,
                log=log,
                document=write_document(town.identity),
                followed=home.stamp(),
                trails={Audience.PUBLIC: Trail(size=RECORDS, verified=home.stamp())},
            )
        )
