"""A network's pairing rounds: frozen, computed, published; and checked by whoever wants to.

A round is a document beside a signed record that names its digest. It is made from public records
alone, as they stood at the checkpoints that it lists, so it is public too, and every node that
holds these logs can make it anew. What is kept of a round before it is published is on the desk.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from node.core.past import past_of
from node.core.rounds.certificate import Unproven
from node.core.rounds.document import Inputs, check, compute
from node.core.rounds.published import Log, Round, Settings, Way, read, write
from node.core.ulid import ulid
from node.errors import NotFound, Refused
from node.service.discover import found
from node.service.home import Home
from node.service.index import catch_up
from node.service.matching import profiles_of
from node.service.publish import publish
from node.service.records import record_at
from node.service.snapshots import log_now, members_then, records_then
from node.store.ports import Audience
from peers.encoding import parse_json
from peers.log import LogId
from vocab.framework import load
from vocab.languages import LangMap
from vocab.records import AnyRecord, Exchange, PairingRound, parse

__all__ = [
    "Checked",
    "RoundView",
    "can_solve",
    "check_round",
    "compute_round",
    "held_text",
    "open_round",
    "publish_round",
    "result_of",
    "rounds",
    "text_of",
]

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a round's document that we fetch; one of 10,000 cities has about a fifth."""

_OPEN: Final = "round"
_TEXT: Final = "round-text"
_CHECKED: Final = "round-checked"


class _Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided when a round was opened."""

    title: LangMap
    day: str
    settings: Settings
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """A round as it stands here.

    Attributes:
        iri: Of its record, also before there is one.
        state: ``open``, ``computed`` or ``published``.
        day: Of its snapshot, where we know it; checked: when this node checked it, or empty.
        sha256: Of the document, once published.
    """

    iri: str
    title: LangMap
    state: str
    publisher: str
    day: str = ""
    checked: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A round that was checked here: its document follows from the records, and nothing else does.

    Attributes:
        solved: Whether it was computed anew, too; else its proof was checked, without a solver.
    """

    iri: str
    result: Round
    solved: bool


async def open_round(
    home: Home, title: LangMap, *, way: str = Way.OPTIMUM, peers: int = 2, candidates: int = 0
) -> RoundView:
    """Freeze a round's inputs: the checkpoints of all members' logs as this node holds them now.

    Args:
        way: Of ``Way``; peers: how many a city may have, up to 5; candidates: how many helpers of
            each learner are looked at, 0 for all.

    Raises:
        Refused: This node is not a network's, has no members, or the settings are out of bounds.
    """
    if home.config.node.role != "network":
        raise Refused(
            f'expected a node with role = "network", found role = "{home.config.node.role}": '
            "only a network has rounds"
        )
    if way not in {Way.OPTIMUM, Way.ASKING}:
        raise Refused(f"way: expected {Way.OPTIMUM} or {Way.ASKING}, found {way[:40]!r}")
    if not 1 <= peers <= 5 or not 0 <= candidates <= 1_000:
        raise Refused(
            f"expected 1 to 5 peers and 0 to 1,000 candidates, found {peers} and {candidates}"
        )
    day = home.now().date().isoformat()
    own = await log_now(home, home.logs[Audience.PUBLIC])
    members = await members_then(home, own, day)
    if not members:
        raise Refused("expected members in this network, found none; admit some first")
    frozen = _Frozen(
        title=dict(title),
        day=day,
        settings=Settings(way=way, peers=peers, candidates=candidates),
        logs=(own, *[await log_now(home, log) for log in members]),
    )
    identity = ulid(int(home.now().timestamp() * 1000), home.entropy)
    await home.desk.put_page(_OPEN, identity, msgspec.json.encode(frozen))
    return _view(home, identity, frozen, "open")


async def compute_round(home: Home, identity: str) -> Round:
    """Compute a round that is open. It can be computed again: the same comes out.

    Raises:
        NotFound: No such round is open.
        Refused: No solver is installed, or its answer did not prove itself.
    """
    frozen = await _frozen(home, identity)
    if frozen.settings.way == Way.OPTIMUM and not can_solve():
        raise Refused("expected SciPy, found none: pip install 'intercity[rounds]'")
    inputs = await _inputs(
        home, _iri(home.base_url, identity), frozen.day, frozen.settings, frozen.logs
    )
    made = await asyncio.to_thread(compute, inputs)
    await home.desk.put_page(_TEXT, _iri(home.base_url, identity), write(made))
    return made


async def publish_round(home: Home, identity: str) -> RoundView:
    """Publish a round that was computed: a signed record that names the document's digest.

    Raises:
        NotFound: No such round is computed.
    """
    frozen = await _frozen(home, identity)
    iri = _iri(home.base_url, identity)
    text = await home.desk.page(_TEXT, iri)
    if text is None:
        raise NotFound(f"{identity}: expected a round that is computed; compute it first")
    await publish(
        home,
        {
            "type": "PairingRound",
            "id": iri,
            "title": frozen.title,
            "contentUrl": f"{iri}/result.json",
            "sha256": hashlib.sha256(text).hexdigest(),
            "contentSize": len(text),
        },
    )
    await catch_up(home)
    return _view(home, identity, frozen, "published")


async def rounds(home: Home) -> list[RoundView]:
    """Every round that is open here, or published by anyone whom we follow, newest first."""
    checked = await home.desk.pages(_CHECKED)
    listed = {
        one.record.id: RoundView(
            iri=one.record.id,
            title=one.record.title,
            state="published",
            publisher=one.record.publisher,
            checked=checked.get(one.record.id, b"").decode(),
            sha256=one.record.sha256,
        )
        for one in await found(home, kinds=["PairingRound"])
        if isinstance(one.record, PairingRound)
    }
    texts = await home.desk.pages(_TEXT)
    for identity, content in (await home.desk.pages(_OPEN)).items():
        iri = _iri(home.base_url, identity)
        frozen = msgspec.json.decode(content, type=_Frozen)
        state = "computed" if iri in texts else "open"
        listed.setdefault(iri, _view(home, identity, frozen, state))
    return sorted(listed.values(), key=lambda one: one.iri.rpartition("/")[2], reverse=True)


async def check_round(home: Home, iri: str, text: bytes | None = None) -> Checked:
    """Check a published round from our own copies of the logs, and keep that we did.

    Args:
        text: The document, where it comes from a file; otherwise it is fetched.

    Raises:
        NotFound: No such round is published.
        Refused: We do not hold the logs that it was made from.
        Unproven: The document is not the record's, or another round follows from the records.
        PeerError: The network's node does not give the document out.
    """
    record = await _record(home, iri)
    given = await text_of(home, iri) if text is None else text
    _check_digest(record, given)
    published = read(given)
    if published.name != iri:
        raise Unproven(f"name: expected {iri}, found {published.name}")
    network = _network_log(record)
    if not published.logs or published.logs[0].origin != network:
        raise Unproven(f"logs: expected {network} first")
    inputs = await _inputs(home, iri, published.day, published.settings, published.logs)
    await asyncio.to_thread(check, inputs, published)
    solved = published.settings.way == Way.ASKING
    if not solved and can_solve():
        if write(await asyncio.to_thread(compute, inputs)) != given:
            raise Unproven("the proof holds, but computed anew the document has other bytes")
        solved = True
    await home.desk.put_page(_TEXT, iri, given)
    await home.desk.put_page(_CHECKED, iri, home.stamp().encode())
    return Checked(iri=iri, result=published, solved=solved)


async def text_of(home: Home, iri: str) -> bytes:
    """The document of a published round: as we hold it, or as the network's node gives it out.

    Raises:
        NotFound, PeerError, Unproven: As in ``check_round``.
    """
    held = await held_text(home, iri)
    if held is not None:
        return held
    record = await _record(home, iri)
    answer = await home.fetch.get(record.content_url, min(record.content_size + 1, LARGEST))
    if answer.status != 200:
        raise NotFound(
            f"{record.content_url}: expected the round's document, found {answer.status}"
        )
    _check_digest(record, answer.body)
    return answer.body


async def held_text(home: Home, iri: str) -> bytes | None:
    """The document that a published round's record names, where it is held here."""
    record = await _record(home, iri)
    held = await home.desk.page(_TEXT, iri)
    if held is None or hashlib.sha256(held).hexdigest() != record.sha256:
        return None
    return held


async def result_of(home: Home, iri: str) -> Round | None:
    """A published round whose document is held here: made here, or checked here."""
    held = await held_text(home, iri)
    return read(held) if held is not None else None


def can_solve() -> bool:
    """Whether a solver is installed: without one rounds are checked, not computed."""
    return importlib.util.find_spec("scipy") is not None


async def _inputs(
    home: Home, iri: str, day: str, settings: Settings, logs: tuple[Log, ...]
) -> Inputs:
    """What the round is made from: the members' records, as the logs had them then."""
    expected = [str(one) for one in await members_then(home, logs[0], day)]
    named = [one.origin for one in logs[1:]]
    if named != expected:
        wrong = sorted({*named} ^ {*expected}) or ["their order"]
        raise Unproven(f"logs: expected those of all members on {day}; look at {wrong[0]}")
    records: list[AnyRecord] = []
    for log in logs[1:]:
        records += await records_then(home, log)
    profiles = profiles_of(records)
    on = date.fromisoformat(day)
    exchanged = [one for one in records if isinstance(one, Exchange)]
    return Inputs(
        name=iri,
        day=on,
        settings=settings,
        logs=logs,
        profiles=profiles,
        past=past_of(exchanged, profiles, on),
        near=[action.iri for action in load().actions],
    )


async def _record(home: Home, iri: str) -> PairingRound:
    held = await record_at(home, iri)
    assert held.body is not None, "record_at gives texts"
    value = parse_json(held.body.record)
    record = parse(value) if isinstance(value, Mapping) else None
    if not isinstance(record, PairingRound):
        raise NotFound(f"{iri}: expected a pairing round")
    return record


async def _frozen(home: Home, identity: str) -> _Frozen:
    content = await home.desk.page(_OPEN, identity)
    if content is None:
        raise NotFound(f"{identity}: expected a round that is open here; open one first")
    return msgspec.json.decode(content, type=_Frozen)


def _network_log(record: PairingRound) -> LogId:
    base = record.publisher.partition("/#")[0]
    return LogId(f"{base.partition('://')[2]}/log/public")


def _check_digest(record: PairingRound, text: bytes) -> None:
    digest = hashlib.sha256(text).hexdigest()
    if digest != record.sha256:
        raise Unproven(f"{record.id}: the record names {record.sha256}, the document has {digest}")


def _iri(base: str, identity: str) -> str:
    return f"{base}/pairing-round/{identity}"


def _view(home: Home, identity: str, frozen: _Frozen, state: str) -> RoundView:
    return RoundView(
        iri=_iri(home.base_url, identity),
        title=frozen.title,
        state=state,
        publisher=home.agent,
        day=frozen.day,
    )
