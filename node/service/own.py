"""Who we are now: our DID document and the keys in force, as our own public log says.

Neither is kept anywhere: the log is read, and the secret halves are taken from the key ring. So
there is no moment at which the log and the document could disagree for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from node.core.identity import identity_of
from node.errors import Refused
from node.service.home import Home, Keys, Own
from node.service.keys import history_of, take_back
from node.store.ports import KeyRing, Ledger
from peers.did import did_of
from peers.history import KeyHistory
from peers.keychange import PURPOSES
from peers.keys import PublicKey, Signer
from peers.log import LogId

__all__ = ["lost", "own_of", "secret_of", "take_up"]

_WORDS: Final = (
    "{name}.key is missing, or is not the key that our log names: bring it back from a backup, or "
    "put a new one in its place: intercity identity rotate-key --recovery"
)


@dataclass(frozen=True, slots=True)
class _Lost:
    """A key that is in force, and whose secret half is not here."""

    public: PublicKey
    name: str

    def sign(self, message: bytes) -> bytes:
        del message
        raise Refused(_WORDS.format(name=self.name))


async def own_of(ledger: Ledger, ring: KeyRing, base_url: str) -> Own:
    """Our document and keys, by our own public log; those that we begin with, before it has begun.

    Raises:
        Refused: A key cannot be used; or there is none yet, and no log either.
    """
    log = LogId(f"{base_url.partition('://')[2]}/log/public")
    history = await history_of(ledger, log, did_of(base_url))
    found: dict[str, Signer] = {}
    for purpose in PURPOSES:
        if history is None:
            signer = await ring.secret(f"{purpose}-1")
            if signer is None:
                raise Refused(_WORDS.format(name=f"{purpose}-1"))
            found[purpose] = signer
        else:
            found[purpose] = await secret_of(ring, history, purpose)
    keys = Keys(record=found["record"], log=found["log"], http=found["http"])
    begun = identity_of(base_url, keys.record.public, keys.log.public, keys.http.public)
    return Own(history.document(begun) if history else begun, keys)


async def secret_of(ring: KeyRing, history: KeyHistory, purpose: str) -> Signer:
    """The secret half of the key in force, or something in its place that refuses to sign."""
    method, key = history.in_force(purpose)
    name = method.partition("#")[2]
    held = await ring.secret(name)
    return held if held is not None and held.public == key else _Lost(key, name)


def lost(own: Own) -> list[str]:
    """What to say of each key in force whose secret half is not here."""
    keys = (own.keys.record, own.keys.log, own.keys.http)
    return [_WORDS.format(name=one.name) for one in keys if isinstance(one, _Lost)]


async def take_up(home: Home) -> None:
    """Become who our public log says that we are, and quarantine what our logs have taken back."""
    now = await own_of(home.ledger, home.keyring, home.base_url)
    home.own.document, home.own.keys = now.document, now.keys
    for log in home.logs.values():
        history = await history_of(home.ledger, log, home.document.did)
        if history is not None:
            await take_back(home, history)
