"""What is wrong with the node, and how to mend it: checks as data.

Each check looks at one thing and says what it found. ``wrong`` needs somebody; ``warning`` can
wait. A check that cannot be made is ``wrong`` itself, with the reason.
"""

from __future__ import annotations

import asyncio
import shutil
import stat
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from node.errors import NodeError
from node.service.backups import backups
from node.service.home import Home
from node.service.regard import said_of
from node.service.standing import examine
from node.store.ports import Audience, StoreError
from peers.checkpoint import NoteVerifier, open_note
from peers.did import write_document
from peers.errors import PeerError, Unreachable
from peers.merkle import Frontier

__all__ = ["CHECKS", "Check", "doctor"]

_LITTLE_ROOM: Final = 1_000_000_000
_NO_ROOM: Final = 100_000_000
_BATCH: Final = 4096
_PATIENCE: Final = 5
"""Failures in a row after which a peer is worth a warning."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        name: What; the key of ``CHECKS``.
        result: ``ok``, ``warning`` or ``wrong``.
        found: In words.
        mend: What to do about it; empty where nothing needs to be done.
    """

    name: str
    result: str
    found: str
    mend: str = ""


async def doctor(home: Home, only: Sequence[str] = ()) -> list[Check]:
    """Make every check, or those named.

    Raises:
        NodeError: There is no check of that name.
    """
    unknown = [name for name in only if name not in CHECKS]
    if unknown:
        raise NodeError(f"expected a check, one of {', '.join(CHECKS)}; found {unknown[0]!r}")
    return [await _made(home, name) for name in only or CHECKS]


async def _made(home: Home, name: str) -> Check:
    try:
        result, found, mend = await CHECKS[name](home)
    except (PeerError, NodeError, StoreError, OSError, ValueError) as exc:
        return Check(name, "wrong", f"the check could not be made: {exc}", "see the message")
    return Check(name, result, found, mend)


_Finding: TypeAlias = tuple[str, str, str]
"""Result, what was found, how to mend it."""


async def _disk(home: Home) -> _Finding:
    folder = home.config.node.data_dir
    free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
    found = f"{free // 1_000_000:,} MB free at {folder}"
    if free < _NO_ROOM:
        return "wrong", found, "make room now: writing will stop, reading goes on"
    if free < _LITTLE_ROOM:
        return "warning", found, "make room"
    return "ok", found, ""


async def _permissions(home: Home) -> _Finding:
    folder = home.config.node.data_dir / "keys"
    loose = await asyncio.to_thread(_loose, folder)
    if loose:
        return "wrong", f"others can read {', '.join(loose)}", f"chmod -R go-rwx {folder}"
    return "ok", f"{folder} is its owner's alone", ""


def _loose(folder: Path) -> list[str]:
    return [
        str(path)
        for path in (folder, *sorted(folder.iterdir()))
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]


async def _log(home: Home) -> _Finding:
    """The tree is made again from its leaves, and compared with what was signed."""
    for log in home.logs.values():
        note = await home.ledger.note(log)
        head = await home.ledger.head(log)
        if note is None:
            return "wrong", f"{log} has no checkpoint", "restore the data folder from a backup"
        checkpoint = open_note(note, NoteVerifier(log, home.keys.log.public))
        tree = Frontier()
        while leaves := await home.ledger.leaves(log, tree.size, tree.size + _BATCH):
            tree = tree.extend(leaves)
        if not (tree == head and (tree.size, tree.root()) == (checkpoint.size, checkpoint.root)):
            found = f"{tree.size} entries are not the {checkpoint.size} that were signed"
            mend = "stop the node, and restore the data folder from a backup"
            return "wrong", f"{log}: {found}", mend
    sizes = [(await home.ledger.head(log)).size for log in home.logs.values()]
    return "ok", f"{sum(sizes)} entries add up to what was signed", ""


async def _standing(home: Home) -> _Finding:
    """Whether our log is as far as others have seen it."""
    if not home.standing.open:
        async with home.writing:
            await examine(home)
    if home.standing.open:
        return "ok", "nobody who could be asked has seen more of our log than we hold", ""
    mend = (
        "let the mirrors come back, or restore a newer backup"
        if home.standing.behind
        else "let the witnesses be reached; or, if nothing is missing: intercity identity confirm"
    )
    return "wrong", home.standing.reason, mend


async def _profile(home: Home) -> _Finding:
    if await home.ledger.latest(home.profile_iri) is None:
        kind = "City" if home.config.node.role == "city" else "Organization"
        return (
            "warning",
            "nobody can know whose node this is: no profile is published",
            f"publish a record of type {kind} with the name",
        )
    return "ok", f"{home.profile_iri} says who we are", ""


async def _projections(home: Home) -> _Finding:
    end = await home.ledger.end(Audience.PUBLIC)
    members = await home.ledger.end(Audience.MEMBERS)
    behind = {
        name: last.sequence - (position.sequence if position.ledger == last.ledger else 0)
        for name, last, position in (
            ("text index", end, await home.text.position()),
            ("graph store", end, await home.graph.position()),
            ("members' text index", members, await home.members_text.position()),
        )
    }
    late = [f"{name} is {count} changes behind" for name, count in behind.items() if count]
    if late:
        return "warning", "; ".join(late), "wait a minute; if it stays so: intercity rebuild"
    return "ok", f"text index and graph store follow {end.sequence} changes", ""


async def _queries(home: Home) -> _Finding:
    return "ok", f"queries are kept off the network by {await home.graph.isolation()}", ""


async def _identity(home: Home) -> _Finding:
    """What the world sees at our own address."""
    did = home.document.did
    try:
        seen = await home.fetch.document(did)
    except Unreachable as exc:
        return (
            "warning",
            f"{did.url} cannot be had from here: {exc.reason}",
            "start the node; check the proxy, the certificate and the name",
        )
    if seen != write_document(home.document):
        return (
            "wrong",
            f"{did.url} answers with another document than ours",
            "another program answers there: check the proxy and base_url",
        )
    return "ok", f"{did.url} answers with our keys", ""


async def _peers(home: Home) -> _Finding:
    contacts = await home.desk.contacts()
    frozen = [one.did for one in contacts if one.state == "frozen"]
    failing = [f"{one.did}: {one.error}" for one in contacts if one.failures >= _PATIENCE]
    if frozen:
        return (
            "wrong",
            f"{', '.join(frozen)} showed two histories",
            "ask the city what happened; the evidence is kept ('peers list')",
        )
    failing += [
        f"{one.did}: {said}"
        for one in contacts
        if one.state == "following" and (said := await said_of(home, one))
    ]
    if failing:
        return "warning", "; ".join(failing), "see 'peers list' for advice"
    return "ok", f"{len(contacts)} followed", ""


async def _quarantine(home: Home) -> _Finding:
    held = await home.ledger.quarantined()
    if held:
        first = f"{held[0].entry.object}: {held[0].verdict.reason}"
        found = f"{len(held)} records are not shown, such as {first}"
        return "warning", found, "tell the city that published them"
    return "ok", "every record that is held is shown", ""


async def _backups(home: Home) -> _Finding:
    every = home.config.backup.every
    found = await backups(home)
    folder = home.config.backup.folder
    if not found:
        [first] = await home.ledger.entries(home.logs[Audience.PUBLIC], 0, 1)
        age = home.now() - datetime.fromisoformat(first.entry.published)
        if every and age < 2 * every:
            return "ok", f"none yet in {folder}; the node is new", ""
        return "warning", f"none in {folder}", "make one: intercity backup"
    age = home.now() - found[0].made
    text = f"{len(found)} in {folder}, the newest of {found[0].made:%Y-%m-%d %H:%M} UTC"
    if every and age > 2 * every:
        return "warning", text, "make one: intercity backup; see why none was made by itself"
    return "ok", text, ""


CHECKS: Final[dict[str, Callable[[Home], Awaitable[_Finding]]]] = {
    "disk": _disk,
    "permissions": _permissions,
    "log": _log,
    "standing": _standing,
    "profile": _profile,
    "projections": _projections,
    "queries": _queries,
    "identity": _identity,
    "peers": _peers,
    "backups": _backups,
    "quarantine": _quarantine,
}
"""Name of a check → the check."""
