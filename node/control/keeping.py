"""Operations on the node itself: who it is, what is wrong with it, its projections made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from node.errors import Refused
from node.service.append import resume
from node.service.backups import make_backup
from node.service.doctor import doctor
from node.service.home import Home
from node.service.index import catch_up, rebuild
from node.service.outbox import announce
from node.service.rotate import rotate
from node.service.standing import confirm
from peers.checkpoint import NoteVerifier
from peers.encoding import JsonObject
from peers.keys import BadKey, SecretKey

__all__ = ["back_up", "confirm_log", "diagnose", "identity", "rebuild_catalog", "rotate_keys"]


async def back_up(home: Home, *, path: str = "") -> JsonObject:
    """The file, its size and its hash."""
    done = await make_backup(home, Path(path) if path else None)
    return {"path": str(done.path), "size": done.size, "sha256": done.sha256}


async def identity(home: Home) -> JsonObject:
    """Who the node is: DID, keys, logs."""
    log_key = NoteVerifier(home.document.public_log, home.keys.log.public)
    return {
        "did": home.document.did.text,
        "base_url": home.base_url,
        "role": home.config.node.role,
        "record_key": f"{home.record_method} {home.keys.record.public.multikey}",
        "log_key": log_key.text,
        "http_key": f"{home.http_method} {home.keys.http.public.multikey}",
        **{
            f"log_{audience}": f"{home.log_url(audience)} "
            f"({(await home.ledger.head(log)).size} entries)"
            for audience, log in home.logs.items()
        },
    }


async def confirm_log(home: Home) -> JsonObject:
    """The node's own log, which an operator says to be whole."""
    await confirm(home)
    await resume(home)
    log = home.document.public_log
    return {"log": log, "size": (await home.ledger.head(log)).size}


async def rotate_keys(
    home: Home,
    *,
    purposes: Sequence[str],
    recovery_key: str = "",
    next_recovery_hash: str = "",
    stolen_since: str = "",
) -> JsonObject:
    """What was changed: ``added``, ``removed``, ``places`` in the logs, ``taken_back``.

    Raises:
        Refused: It is not for us to change, or not with this key.
    """
    done = await rotate(
        home,
        purposes,
        recovery=_recovery(recovery_key) if recovery_key else None,
        next_recovery_hash=next_recovery_hash,
        stolen_since=_time(stolen_since),
    )
    await catch_up(home)
    await announce(home)
    return asdict(done)


def _recovery(text: str) -> SecretKey:
    try:
        return SecretKey.from_multikey(text)
    except BadKey as exc:
        raise Refused(f"the recovery key: {exc}") from exc


def _time(text: str) -> str:
    """A moment as logs write it, in UTC to the second."""
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise Refused(f"expected a time such as 2026-05-01T12:00:00Z, found {text[:60]!r}") from exc
    return (
        (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        .astimezone(UTC)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
    )


async def diagnose(home: Home, *, only: Sequence[str] = ()) -> JsonObject:
    """``checks``: what was looked at, what was found, how to mend it."""
    return {"checks": [asdict(one) for one in await doctor(home, only)]}


async def rebuild_catalog(home: Home) -> JsonObject:
    """Records in the index made anew, and the hash of the graph's dump."""
    done = await rebuild(home)
    return {"records": done.records, "graph_sha256": done.graph_sha256}
