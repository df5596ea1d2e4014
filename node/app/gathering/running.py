"""Fetching and verifying: one way for both, over what answers."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from node.app.building import now
from node.app.gathering.keeping import Keeper, Kept, changed_files, read_about, write_about
from node.app.gathering.telling import CityReport, Gathered, write_files
from node.config import Config
from node.config.model import NodeSettings, WitnessSettings
from node.core.identity import identity_of
from node.errors import NodeError
from node.service.append import open_logs
from node.service.contacts import follow
from node.service.dumps import known_versions, standing
from node.service.home import Home, Keys, Own
from node.service.log_facts import facts_of
from node.service.replicate import sync_peer
from node.service.views import compare_views, notes_in
from node.store.memory import (
    MemoryDesk,
    MemoryGraphStore,
    MemoryKeyRing,
    MemoryLedger,
    MemoryTextIndex,
)
from node.store.ports import Audience, Contact
from peers.client import Fetcher
from peers.did import did_of, did_of_log, read_document
from peers.errors import PeerError
from peers.keychange import recovery_hash
from peers.keys import SecretKey
from peers.limits import Limits
from peers.log import LogId
from vocab.languages import best
from vocab.records import City, Organization

__all__ = ["check", "gather"]

_OUT_OF_REACH = 3
"""Exit code of a report on a peer whose own node does not answer."""
_NOBODY = "https://researcher.invalid"
"""Who reads: an address that nobody has, as nothing is ever published from here."""

Say = Callable[[str], None]


async def gather(url: str, folder: Path, say: Say) -> Gathered:
    """Fetch every log that the directory at an address holds, verify them, and write the tables.

    Doing it again asks again, and keeps what is new.

    Raises:
        NodeError: The directory cannot be read.
    """
    url = url.rstrip("/")
    limits = Limits()
    try:
        loopback = did_of(url).is_loopback
    except PeerError as exc:
        raise NodeError(f"{url}: expected the address of a node: {exc.reason}") from exc
    async with Keeper(folder, url, limits, loopback=loopback) as fetch:
        home = await _reader(fetch, url, limits, now)
        report = await _verified(home, url, home.stamp(), say, fetch.mirrored)
        about = {"network": url, "fetched": report.fetched, "mirrored": [*sorted(fetch.mirrored)]}
        await asyncio.to_thread(write_about, folder, about)
        await _write(home, folder, report)
    return report


async def check(folder: Path, say: Say) -> Gathered:
    """Verify what was gathered from its files alone, and write the tables anew.

    Raises:
        NodeError: The folder is none that ``gather`` has made.
    """
    about = await asyncio.to_thread(read_about, folder)
    network, fetched = str(about.get("network", "")), str(about.get("fetched", ""))
    mirrored = about.get("mirrored")
    changed = tuple(await asyncio.to_thread(changed_files, folder, about))
    moment = datetime.fromisoformat(fetched).astimezone(UTC)
    limits = Limits()
    home = await _reader(Kept(folder, limits), network, limits, lambda: moment)
    known = {str(one) for one in mirrored} if isinstance(mirrored, list) else set()
    try:
        report = await _verified(home, network, fetched, say, known)
    except NodeError:
        if not changed:
            raise
        report = Gathered(network, fetched, ())  # What was changed is the directory's own.
    report = Gathered(network, fetched, report.cities, changed, report.contradictions)
    await _write(home, folder, report)
    return report


async def _write(home: Home, folder: Path, report: Gathered) -> None:
    records, known = await standing(home), await known_versions(home)
    await asyncio.to_thread(write_files, folder, report, records, known)


async def _reader(
    fetch: Fetcher, network: str, limits: Limits, clock: Callable[[], datetime]
) -> Home:
    """A node in memory that reads and never says anything."""
    keys = Keys(
        **{one: SecretKey.from_seed(secrets.token_bytes(32)) for one in ("record", "log", "http")}
    )
    document = identity_of(_NOBODY, keys.record.public, keys.log.public, keys.http.public)
    home = Home(
        config=Config(
            node=NodeSettings(base_url=_NOBODY, role="observer", data_dir=Path("absent")),
            witness=WitnessSettings(mirrors=(network,)),
        ),
        own=Own(document, keys),
        keyring=MemoryKeyRing({}),
        logs={one: LogId(f"researcher.invalid/log/{one}") for one in Audience},
        ledger=MemoryLedger("gathered"),
        desk=MemoryDesk(),
        text=MemoryTextIndex(),
        members_text=MemoryTextIndex(),
        graph=MemoryGraphStore(),
        fetch=fetch,
        limits=limits,
        now=clock,
        entropy=secrets.token_bytes,
    )
    paper = SecretKey.from_seed(secrets.token_bytes(32))
    await open_logs(home, recovery_hash(paper.public))
    return home


async def _verified(
    home: Home, network: str, fetched: str, say: Say, mirrored: set[str]
) -> Gathered:
    try:
        directory = await follow(home, network)
        answer = await home.fetch.get(f"{network}/data/checkpoints", home.limits.page)
    except PeerError as exc:
        raise NodeError(f"the directory cannot be read: {exc}") from exc
    logs = sorted({log for log, _ in notes_in(answer.body, network)})
    cities = []
    for number, log in enumerate(logs, 1):
        one = await _city(home, log, mirrored)
        cities.append(one)
        said = "ok" if one.whole else one.error or "behind"
        say(f"{number}/{len(logs)} {one.name or log}: {one.entries} entries, {said}")
    frozen = await compare_views(home, directory)
    return Gathered(network, fetched, tuple(cities), contradictions=tuple(frozen))


async def _city(home: Home, log: str, mirrored: set[str]) -> CityReport:
    did = did_of_log(log)
    contact: Contact | None = None
    refused: tuple[str, ...] = ()
    error, behind, source = "", 0, "mirror" if did.text in mirrored else "city"
    try:
        document = read_document(await home.fetch.document(did), did, limits=home.limits)
        contact = await follow(home, document.base_url)
        if contact.log != log:
            raise NodeError(f"expected the log {log}, its identity names {contact.log}")  # noqa: TRY301
        report = await sync_peer(home, contact)
        away = report.exit_code == _OUT_OF_REACH and report.size > 0
        source = "mirror" if away else source
        error, refused = "" if away else report.error, tuple(report.quarantined)
        contact = await home.desk.contact(contact.did) or contact
        behind = max(0, contact.size - report.size)
    except (PeerError, NodeError) as exc:
        error = str(exc)
    facts = await facts_of(home, LogId(log)) if contact else None
    known = [one for one in await known_versions(home) if one.log == log and one.newest]
    head = await home.ledger.head(LogId(log))
    said = next((k.record for k in known if isinstance(k.record, City | Organization)), None)
    called = best(said.name, ["en"]) if said else None
    return CityReport(
        log=log,
        did=did.text,
        name=called[1] if called else "",
        entries=head.size,
        records=len(known),
        behind=behind,
        refused=refused,
        cosigned=len(facts.cosignatures) if facts else 0,
        source=source,
        error=error,
    )
