"""A city whose keys are changed, lost and stolen; followers who look at any time agree."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from node.service.contacts import contact_of, document_of_peer, follow
from node.service.home import Home
from node.service.keys import history_of
from node.service.publish import publish
from node.service.replicate import sync_all
from node.service.rotate import rotate
from node.store.ports import Audience
from peers.did import DidDocument
from peers.encoding import parse_canonical
from peers.keychange import recovery_hash
from peers.keys import SecretKey
from peers.log import EntryKind
from peers.proofs import method_of, verify
from tests.homes import Clock, Web, home_of, practice, recovery_of

AURORA = "https://aurora.example"
PURPOSES = st.sets(st.sampled_from(["record", "log", "http"]), min_size=1)


class Years(RuleBasedStateMachine):
    """Years of a city and two followers; whatever happens, in whatever order, is no false alarm."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.web = Web()
        self.recovery = recovery_of(AURORA)
        self.moments: list[str] = []
        self.aurora, *self.followers = self.run(self.begin())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    async def begin(self) -> list[Home]:
        aurora = await home_of(AURORA, web=self.web, clock=Clock())
        followers = [
            await home_of(f"https://{name}.example", web=self.web) for name in ("hansol", "porto")
        ]
        for one in followers:
            await follow(one, AURORA)
        return [aurora, *followers]

    @rule()
    def publishes(self) -> None:
        self.moments.append(self.aurora.stamp())
        self.run(publish(self.aurora, practice()))

    @rule(purposes=PURPOSES)
    def changes_keys(self, purposes: set[str]) -> None:
        self.run(rotate(self.aurora, sorted(purposes)))

    @rule(purposes=PURPOSES, data=st.data())
    def recovers(self, purposes: set[str], data: st.DataObject) -> None:
        since = data.draw(st.sampled_from(["", *self.moments]))
        following = SecretKey.from_seed(hashlib.sha256(self.recovery.multikey.encode()).digest())
        change = rotate(
            self.aurora,
            sorted(purposes),
            recovery=self.recovery,
            next_recovery_hash=recovery_hash(following.public),
            stolen_since=since,
        )
        self.run(change)
        self.recovery = following

    @rule(who=st.integers(0, 1))
    def looks(self, who: int) -> None:
        self.run(self.look(self.followers[who]))

    async def look(self, home: Home) -> None:
        [report] = await sync_all(home, [AURORA])
        assert report.error == ""
        contact = await contact_of(home, AURORA)
        assert keys_of(document_of_peer(contact)) == keys_of(self.aurora.document)
        assert await verdicts(home, self.aurora) == await verdicts(self.aurora, self.aurora)

    def teardown(self) -> None:
        try:
            for home in self.followers:
                self.run(self.look(home))
            self.run(self.check())
        finally:
            self.runner.close()

    async def check(self) -> None:
        """Admitted is exactly what a key signed that was valid at its place."""
        log = self.aurora.logs[Audience.PUBLIC]
        keys = await history_of(self.aurora.ledger, log, self.aurora.document.did)
        assert keys is not None
        size = (await self.aurora.ledger.head(log)).size
        for held in await self.aurora.ledger.entries(log, 0, size):
            if held.entry.kind in {EntryKind.GENESIS, EntryKind.KEY_CHANGE}:
                assert held.verdict.admitted
                continue
            assert held.body is not None
            secured = parse_canonical(held.body.record)
            key = keys.valid_at(method_of(secured), held.index)
            assert held.verdict.admitted == (key is not None)
            if key is not None:
                verify(secured, key)


def keys_of(document: DidDocument) -> list[object]:
    return [document.record_keys, document.log_keys, document.http_keys, document.revoked]


async def verdicts(home: Home, aurora: Home) -> list[bool]:
    """Of each entry of Aurora's public log, whether it is believed at ``home``."""
    log = aurora.logs[Audience.PUBLIC]
    size = (await home.ledger.head(log)).size
    return [one.verdict.admitted for one in await home.ledger.entries(log, 0, size)]


TestYears = Years.TestCase
TestYears.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
