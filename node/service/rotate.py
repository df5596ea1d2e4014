"""Changing our own keys: in every log of ours, or not at all, whatever happens meanwhile.

New secret keys are on the disk before anything is signed; the changes for all logs are staged
together; then they are committed, the public log last, for it is what our DID document follows.
After a crash ``resume`` finishes what was staged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.core.identity import log_address
from node.errors import Refused
from node.service.append import commit_change, strike_off
from node.service.home import Home
from node.service.keys import history_of
from node.service.own import take_up
from node.store.ports import Audience, Staged
from peers.encoding import jcs, parse_canonical
from peers.errors import PeerError
from peers.history import KeyHistory
from peers.keychange import (
    PURPOSES,
    KeyChange,
    change_address,
    read_change,
    recovery_method,
    write_change,
)
from peers.keys import PublicKey, SecretKey
from peers.log import Body, Entry, EntryKind, LogId
from peers.proofs import sign
from peers.tiles import SALT

__all__ = ["Rotated", "rotate"]

_SEED: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a change of keys did.

    Attributes:
        added: Method id → public Multikey of each new key.
        removed: Method ids that sign nothing any more.
        places: Log → index of the entry that says so.
        taken_back: How many entries of ours were quarantined.
    """

    added: dict[str, str]
    removed: tuple[str, ...]
    places: dict[str, int]
    taken_back: int


async def rotate(
    home: Home,
    purposes: Sequence[str],
    *,
    recovery: SecretKey | None = None,
    next_recovery_hash: str = "",
    stolen_since: str = "",
) -> Rotated:
    """Put new keys in the place of those in force.

    Args:
        purposes: Of ``record``, ``log`` and ``http``; may be empty with a recovery key.
        recovery: The recovery key, where it authorises the change instead of the record key.
        next_recovery_hash: Of the recovery key that follows it; needed with it, and only then.
        stolen_since: Time (RFC 3339, UTC) from which on our keys were in wrong hands: what our
            logs hold from then on is taken back. With a recovery key only.

    Raises:
        Refused: It is not for us to change, or not with this key.
    """
    _check_wish(purposes, recovery, next_recovery_hash, stolen_since)
    async with home.writing:
        if any(one.kind == EntryKind.KEY_CHANGE for one in await home.desk.staged()):
            raise Refused("a change of keys is under way and not in every log yet: try again soon")
        histories = [await _history(home, log) for log in _last_public(home)]
        added = await _new_keys(home, histories[-1], purposes)
        staged = [
            await _stage(home, one, added, recovery, next_recovery_hash, stolen_since)
            for one in histories
        ]
        before = len(await home.ledger.quarantined())
        await home.desk.stage(staged)
        places = await _commit_all(home, staged)
        await take_up(home)
        await strike_off(home, staged)
        after = len(await home.ledger.quarantined())
    return Rotated(
        added={method: key.multikey for method, key in added.items()},
        removed=tuple(histories[-1].in_force(purpose)[0] for purpose in _ordered(purposes)),
        places=places,
        taken_back=after - before,
    )


async def _commit_all(home: Home, staged: Sequence[Staged]) -> dict[str, int]:
    places: dict[str, int] = {}
    try:
        for one in staged:
            places[one.log] = await commit_change(home, one)
    except BaseException:
        if places:
            # One log has it and another has not: the next start finishes it, before all else.
            home.broken.set()
        else:
            await strike_off(home, staged)
        raise
    return places


def _check_wish(
    purposes: Sequence[str], recovery: SecretKey | None, next_hash: str, stolen_since: str
) -> None:
    unknown = set(purposes) - set(PURPOSES)
    if unknown:
        raise Refused(f"expected keys to change among {', '.join(PURPOSES)}, found {unknown}")
    if recovery is None and not purposes:
        raise Refused("expected at least one key to change, found none")
    if recovery is None and (next_hash or stolen_since):
        raise Refused(
            "only the recovery key may name its successor, or say that keys were in wrong hands: "
            "a stolen record key could say it too. Use --recovery"
        )
    if recovery is not None and not next_hash:
        raise Refused("a recovery key is good once: expected the hash of the one that follows it")


def _ordered(purposes: Sequence[str]) -> list[str]:
    return [purpose for purpose in PURPOSES if purpose in purposes]


def _last_public(home: Home) -> list[LogId]:
    return sorted(home.logs.values(), key=lambda log: log == home.logs[Audience.PUBLIC])


async def _history(home: Home, log: LogId) -> KeyHistory:
    history = await history_of(home.ledger, log, home.document.did)
    if history is None:
        raise Refused(f"{log}: expected a log that has begun; 'doctor' says what is wrong with it")
    return history


async def _new_keys(
    home: Home, history: KeyHistory, purposes: Sequence[str]
) -> dict[str, PublicKey]:
    """New keys by their methods' ids, the secret halves on disk."""
    added: dict[str, PublicKey] = {}
    for purpose in _ordered(purposes):
        method = history.next_method(purpose)
        made = await home.keyring.make(method.partition("#")[2], home.entropy(_SEED))
        added[method] = made.public
    return added


async def _stage(
    home: Home,
    history: KeyHistory,
    added: dict[str, PublicKey],
    recovery: SecretKey | None,
    next_hash: str,
    stolen_since: str,
) -> Staged:
    """The change for one log, signed; checked as every follower will check it."""
    log, url = history.log, log_address(home.document.did, history.log)
    number = len(history.changes) + 1
    iri = change_address(url, number)
    held = [one.entry.version for one in await home.ledger.versions(iri) if one.log == log]
    purposes = [method.partition("#")[2].partition("-")[0] for method in added]
    change = KeyChange(
        address=url,
        number=number,
        version=max(held, default=0) + 1,
        controller=home.document.did.text,
        add=added,
        remove=tuple(history.in_force(purpose)[0] for purpose in purposes),
        recovery_hash=next_hash or history.recovery,
        compromised_from=await _first_since(home, log, stolen_since) if stolen_since else None,
        recovery=recovery.public if recovery else None,
    )
    signer = recovery or home.keys.record
    method = recovery_method(recovery.public) if recovery else history.in_force("record")[0]
    document = write_change(change, signer.public)
    secured = sign(document, signer, method=method, created=home.now())
    body = Body(home.entropy(SALT), jcs(secured))
    await _check(home, history, body, iri, change.version)
    return Staged(
        log=log, iri=iri, version=change.version, kind=str(EntryKind.KEY_CHANGE), body=body
    )


async def _check(home: Home, history: KeyHistory, body: Body, iri: str, version: int) -> None:
    size = (await home.ledger.head(history.log)).size
    place = f"{log_address(home.document.did, history.log)}/e/{size}"
    entry = Entry(place, EntryKind.KEY_CHANGE, iri, home.stamp(), version, None, body.digest)
    try:
        change, authority = read_change(parse_canonical(body.record), history.log)
        history.changed(change, authority, entry)
    except PeerError as exc:
        raise Refused(exc.reason) from exc


async def _first_since(home: Home, log: LogId, since: str) -> int:
    """The first entry of a log not older than a time; where the next one will stand, without."""
    size = (await home.ledger.head(log)).size
    low, high = 1, size  # ``published`` never decreases within a log.
    while low < high:
        middle = (low + high) // 2
        [held] = await home.ledger.entries(log, middle, middle + 1)
        low, high = (middle + 1, high) if held.entry.published < since else (low, middle)
    return low
