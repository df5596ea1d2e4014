"""What is not for everyone is in no channel that everyone reads, byte for byte.

Records for members, and drafts that are kept inside the city, carry words that stand nowhere else.
Then everything is read that four nodes tell: the author's, that of a member who holds a copy, the
network's, and that of a stranger. A word of a public record is looked for as well, so that it is
known that each channel was read at all.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession, web

from node.app.journal import start_journal
from node.config import LogSettings
from node.control import run
from node.errors import Refused
from node.service.contacts import follow
from node.service.directory import admit
from node.service.discover import host_of
from node.service.drafts import NOTES, publish_draft, put_draft
from node.service.home import Home
from node.service.index import catch_up
from node.service.outbox import announce
from node.service.publish import publish, withdraw
from node.service.replicate import sync_hinted
from node.store.ports import Audience, SearchWish
from peers.did import write_document
from peers.encoding import jcs
from tests.homes import FW, document_of, need, practice
from tests.scenarios.channels import (
    Channels,
    contents,
    log_paths,
    mirror_paths,
    size_of,
    sparql_paths,
)
from tests.scenarios.towns import check_everything, free_port, in_step, made, running

PUBLIC, MEMBERS, WITHDRAWN, INTERNAL, NEED = (
    "zafirnube", "oroverdex", "cobrelunax", "platasolix", "estanorrio"
)  # fmt: skip
PLACES = ("title", "text", "caption", "partner", "office", "file")
TELLING = {
    "pages",
    "search",
    "queries",
    "feeds",
    "addresses",
    "logs",
    "copies",
    "exports",
    "journal",
}
"""Channels in which the public word is found: in the journal by a line of the test's own."""


def record(marker: str, **more: Any) -> dict[str, Any]:
    """A practice with a word of its own in every kind of place, and a common one in its title."""
    return practice(
        f"Una defensoría con {marker}title",
        summary={"es": f"Lo que {marker}text cuenta"},
        whatWasDone={"es": f"Otra vez {marker}text"},
        contactOffice={"es": f"Oficina {marker}office"},
        evidence=[
            {
                "contentUrl": f"https://files.example/{marker}file.pdf",
                "caption": {"es": f"Acta {marker}caption"},
                "encodingFormat": "application/pdf",
            }
        ],
        partnersNamed=[
            {
                "name": {"es": f"Juntas {marker}partner"},
                "kind": f"{FW}partner/civil-society-organizations",
            }
        ],
        **more,
    )


class Listener:
    """A follower who is no node: it takes whatever it is told, and keeps it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.heard: list[bytes] = []

    async def did(self, _request: web.Request) -> web.Response:
        return web.Response(body=write_document(document_of(self.base)))

    async def inbox(self, request: web.Request) -> web.Response:
        head = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        self.heard.append(head.encode() + await request.read())
        return web.Response(status=202)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    port = free_port()
    listener = Listener(f"http://localhost:{port}")
    app = web.Application()
    app.router.add_get("/.well-known/did.json", listener.did)
    app.router.add_post("/inbox", listener.inbox)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield listener
    finally:
        await runner.cleanup()


@pytest.fixture
def journal() -> Iterator[None]:
    """Everything that the process can be made to say about itself."""
    before = list(logging.getLogger().handlers), logging.getLogger().level
    start_journal(LogSettings(level="debug", format="json"))
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:], _ = before
    logging.getLogger().setLevel(before[1])


async def told(aurora: Home, *, to: tuple[Home, ...]) -> dict[str, str]:
    """Publish what is public, what is for members, and try what is internal."""
    iris = {"public": (await publish(aurora, record(PUBLIC))).iri}
    kept = await publish(aurora, record(MEMBERS), audience=Audience.MEMBERS)
    await publish(aurora, record(MEMBERS, id=kept.iri), audience=Audience.MEMBERS)
    gone = await publish(aurora, record(WITHDRAWN), audience=Audience.MEMBERS)
    wish = await publish(
        aurora,
        need("annual-report", problem={"es": f"Falta {NEED}text"}),
        audience=Audience.MEMBERS,
    )
    await in_step(aurora, *to)
    note = {"es": f"Retirada por {WITHDRAWN}office"}
    await withdraw(aurora, gone.iri, "mistake", note=note)
    hidden = [f"{FW}action-element/temporary-relocation"]
    action = [f"{FW}action/protection-of-human-rights-defenders"]
    key = await put_draft(aurora, record(INTERNAL, action=action, element=hidden))
    await aurora.desk.put_page(NOTES, key, jcs({"Nota interna": f"{INTERNAL}office"}))
    for audience in Audience:
        with pytest.raises(Refused):
            await publish_draft(aurora, key, audience=audience)
    await in_step(aurora, *to)
    return iris | {"members": kept.iri, "withdrawn": gone.iri, "need": wish.iri, "draft": key}


async def read_everything(
    channels: Channels, homes: list[Home], iris: dict[str, str], folder: Path
) -> None:
    """Ask each node for everything that it has an address for; the first is the author's."""
    aurora = homes[0]
    sizes = {log: await size_of(aurora, log) for log in aurora.logs.values()}
    for number, home in enumerate(homes):
        seeds = (
            "/",
            "/feed.atom",
            "/data/checkpoints",
            "/practices",
            "/needs",
            "/partners",
            "/learning",
        )
        for path in ("/feed", "/feed/0"):
            for accept in ("application/n-quads", "application/trig", "application/ld+json"):
                await channels.get("feeds", home.base_url + path, Accept=accept)
        await channels.crawl("pages", home.base_url, seeds)
        await ask(channels, home.base_url)
        for log, size in sizes.items():
            for path in mirror_paths(log, size):
                await channels.get("copies", home.base_url + path)
        await read_about(channels, home.base_url, aurora, iris)
        for form in ("jsonld", "nquads", "csv", "xlsx"):
            file = folder / f"{number}.{form}"
            await run(home, "export", {"format": form, "path": str(file)})
            channels.keep("exports", file.name, contents(file.read_bytes()))
    for audience, log in aurora.logs.items():
        for path in log_paths(str(audience), sizes[log]):
            await channels.get("logs", aurora.base_url + path)
    await read_at_their_addresses(channels, iris)


async def ask(channels: Channels, base: str) -> None:
    """Search for what all records say, and for slips: a suggestion would be the word itself."""
    slips = [f"{one[:-2]}{one[-1]}title" for one in (PUBLIC, MEMBERS, WITHDRAWN, INTERNAL)]
    for words in ("defensoría", "Falta", "Juntas", "Acta", "Oficina", *slips):
        await channels.get("search", f"{base}/search?q={words}", Accept="text/html")
        await channels.get("search", f"{base}/practices?q={words}", Accept="text/html")
    for path in sparql_paths():
        for accept in ("application/sparql-results+json", "text/csv", "text/turtle"):
            await channels.get("queries", base + path, Accept=accept)


async def read_about(channels: Channels, base: str, aurora: Home, iris: dict[str, str]) -> None:
    """What a node has to say of each record: a page, its formats, a check."""
    host = host_of(aurora.agent).replace("%", "%25")
    for iri in iris.values():
        await channels.get("errors", f"{base}/verify?u={iri}")
        for plural in ("practices", "needs"):
            for tail in ("", ".jsonld", ".ttl", ".nt"):
                place = f"{base}/{plural}/{host}/{iri.rpartition('/')[2]}{tail}"
                await channels.get("addresses", place)


async def read_at_their_addresses(channels: Channels, iris: dict[str, str]) -> None:
    """Ask for each record itself, with and without a signature that is none."""
    wrong = {"Signature": "s=:AAAA:", "Signature-Input": "s=()", "If-None-Match": "*"}
    for iri in iris.values():
        for tail in ("", "/v/1", "/v/2", "/v/1/receipt.json", ".ttl", ".html", "/v/1.jsonld"):
            for accept in ("text/html", "application/ld+json"):
                await channels.get("addresses", iri + tail, Accept=accept)
                await channels.get("errors", iri + tail, Accept=accept, **wrong)


async def test_no_channel_tells_what_is_not_for_everyone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], journal: None
) -> None:
    names = (("aurora", "AR", "city"), ("hansol", "KR", "city"), ("brisa", "CL", "city"))
    configs = [await made(tmp_path, *one) for one in (*names, ("red", "", "network"))]
    async with AsyncExitStack() as stack:
        homes = await stack.enter_async_context(running(*configs))
        aurora, hansol, brisa, network = homes
        listener = await stack.enter_async_context(listening())
        session = await stack.enter_async_context(ClientSession())
        channels = Channels(session)
        for home in (aurora, hansol):
            await admit(network, home.base_url)
        for home in (aurora, hansol, brisa):
            for other in (aurora, network):
                if other is not home:
                    await follow(home, other.base_url)
        for address in (hansol.base_url, brisa.base_url, listener.base):
            await follow(aurora, address)
        await in_step(network, aurora, hansol, brisa)
        iris = await told(aurora, to=(hansol, brisa, network))
        await members_have_it(aurora, hansol, network)
        assert await size_of(brisa, aurora.logs[Audience.MEMBERS]) == 0
        found = await run(hansol, "search", {"words": f"{MEMBERS}title", "members": True})
        assert [hit["iri"] for hit in found["hits"]] == [iris["members"]]

        await read_everything(channels, homes, iris, tmp_path)
        for body in listener.heard:
            channels.keep("push", listener.base, body)
        await counts_are_of_public_records(homes)
        tags = await digests_of(aurora)
        for home in homes:
            await check_everything(home)
    structlog.get_logger("test").debug("the last line", word=PUBLIC)
    written = capsys.readouterr()
    for name, text in (("stderr", written.err), ("stdout", written.out)):
        channels.keep("journal", name, text.encode())

    for marker in (MEMBERS, WITHDRAWN, INTERNAL, NEED, *tags):
        assert channels.where(marker) == [], marker
    assert {where.partition(":")[0] for where in channels.where(PUBLIC)} == TELLING
    for place in PLACES:
        assert channels.where(PUBLIC + place), f"the test does not look for {place}"
    slip = f"{PUBLIC[:-2]}{PUBLIC[-1]}title"
    suggested = [place for place in channels.where(f"{PUBLIC}title") if place.endswith(slip)]
    assert suggested, "nothing was suggested for a slip"
    assert len(listener.heard) > 0
    assert b"log/public" in b"".join(listener.heard)
    assert b"log/members" not in b"".join(listener.heard)


async def members_have_it(aurora: Home, *members: Home) -> None:
    """Let the members' log be announced, and wait until each member has copied it."""
    log = aurora.logs[Audience.MEMBERS]
    size = await size_of(aurora, log)
    for _ in range(100):
        await announce(aurora)
        for home in members:
            await sync_hinted(home)
            await catch_up(home)
        if {await size_of(home, log) for home in members} == {size}:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the members did not hear of their log")


async def counts_are_of_public_records(homes: list[Home]) -> None:
    """Facets and totals count what is public, and nothing else."""
    for home in homes:
        page = await home.text.search(SearchWish(counts=("kind", "city")))
        kinds = {one.value: one.count for one in page.facets["kind"]}
        assert kinds.get("Practice") == 1, home.base_url
        assert "Need" not in kinds
        assert page.total == sum(kinds.values())


async def digests_of(aurora: Home) -> list[str]:
    """What would give a members' record away without a word of it: digests, tags, leaf hashes."""
    log = aurora.logs[Audience.MEMBERS]
    found: list[str] = []
    for one in await aurora.ledger.entries(log, 1, 100):
        assert one.body is not None
        found.append(one.entry.digest)
        found += [
            hashlib.sha256(kind + b"\0" + one.body.record).hexdigest()[:32]
            for kind in (b"application/ld+json", b"application/x-ndjson")
        ]
        found.append(hashlib.sha256(one.body.record).hexdigest())
    return found


async def test_a_leak_would_be_found(tmp_path: Path) -> None:
    """The same reading finds the words of a members' record where a node does tell them."""
    [config] = [await made(tmp_path, "aurora")]
    async with running(config) as [aurora], ClientSession() as session:
        await publish(aurora, record(MEMBERS))
        await in_step(aurora)
        channels = Channels(session)
        await read_everything(channels, [aurora], {"leak": f"{aurora.base_url}/city"}, tmp_path)
        found = {where.partition(":")[0] for where in channels.where(MEMBERS)}
    assert found == {"pages", "search", "queries", "feeds", "logs", "copies", "exports"}
