"""The way out: what is asked, what is never dialled, and what a hostile answer costs."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

import pytest
import zstandard
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from peers.client import Answer, Fetcher, LogReader
from peers.did import parse_did
from peers.errors import Malformed, PeerError, TooLarge, Unreachable
from peers.limits import Limits
from peers.merkle import Frontier
from peers.sync import Fetch, drive, pull_entries
from tests.simulator import Town

QUICK = Limits(seconds=0.5)
MOST = 10_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A proper server on this machine; gives its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(app) as server:
        yield f"http://127.0.0.1:{server.port}"


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[str]:
    """A server that says what no server should; gives its address."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def saying(*parts: bytes) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return talk


def saying_for_ever(start: bytes, again: bytes, pause: float = 0) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(pause)

    return talk


async def ask(talk: Talk, *, limits: Limits = QUICK, limit: int = MOST) -> Answer:
    async with talking(talk) as base, Fetcher(limits, allow_loopback=True) as fetcher:
        return await fetcher.get(f"{base}/x", limit)


def answering(body: bytes = b"", status: int = 200, **headers: str) -> Handler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers=named)

    return answer


async def get(handler: Handler, limit: int = MOST) -> Answer:
    async with serving(handler) as base, Fetcher(QUICK, allow_loopback=True) as fetcher:
        return await fetcher.get(f"{base}/x", limit)


# --- what is asked and answered ------------------------------------------------------------------


async def test_an_answer_is_its_status_body_type_and_validator() -> None:
    answer = await get(answering(b"{}", Content_Type="Application/JSON; a=b", ETag='"v1"'))
    assert answer == Answer(status=200, body=b"{}", etag='"v1"', media_type="application/json")


async def test_nothing_is_asked_again_that_has_not_changed() -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == 'W/"v1"':
            return web.Response(status=304, headers={"ETag": 'W/"v1"', "Content-Encoding": "gzip"})
        return web.Response(body=b"new", headers={"ETag": 'W/"v1"'})

    async with serving(answer) as base, Fetcher(QUICK, allow_loopback=True) as fetcher:
        first = await fetcher.get(base, MOST)
        again = await fetcher.get(base, MOST, etag=first.etag)
    assert (first.body, first.etag) == (b"new", 'W/"v1"')
    assert (again.status, again.body) == (304, b"")


async def test_a_message_is_delivered_as_it_was_signed() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.raw_path == "/a%2Fb/./c?q=%20+"
        assert request.headers["Signature"] == "x"
        assert request.headers["Accept-Encoding"] == "identity"
        return web.Response(body=await request.read(), status=202)

    async with serving(answer) as base, Fetcher(QUICK, allow_loopback=True) as fetcher:
        sent = await fetcher.post(f"{base}/a%2Fb/./c?q=%20+", b"\x00body", {"Signature": "x"})
    assert (sent.status, sent.body) == (202, b"\x00body")


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_what_comes_packed_is_unpacked(coding: str) -> None:
    body = b"record " * 1000
    packed = gzip.compress(body) if coding == "gzip" else zstandard.compress(body)
    assert (await get(answering(packed, Content_Encoding=coding))).body == body
    with pytest.raises(TooLarge, match="expected at most 6,999 bytes"):
        await get(answering(packed, Content_Encoding=coding), limit=6_999)


async def test_a_body_may_have_as_many_bytes_as_was_asked_for() -> None:
    assert (await get(answering(b"x" * MOST))).body == b"x" * MOST
    with pytest.raises(TooLarge, match=r"http://127\.0\.0\.1:\d+/x: expected at most 10,000"):
        await get(answering(b"x" * (MOST + 1)))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    assert (await get(answer)).status == status
    assert asked == ["/x"]


async def test_no_cookie_is_kept() -> None:
    cookies = []

    async def answer(request: web.Request) -> web.Response:
        cookies.append(dict(request.cookies))
        response = web.Response()
        response.set_cookie("session", "1", domain="localhost")
        return response

    async with serving(answer) as base, Fetcher(QUICK, allow_loopback=True) as fetcher:
        for _ in range(2):
            await fetcher.get(base.replace("127.0.0.1", "localhost"), MOST)
    assert cookies == [{}, {}]


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def proxy(request: web.Request) -> web.Response:
        asked.append(str(request.url))
        return web.Response()

    async with serving(proxy) as base:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, base)
        assert (await get(answering(b"straight"))).body == b"straight"
        async with Fetcher(QUICK, resolver=Names({})) as fetcher:
            with pytest.raises(Unreachable):
                await fetcher.get("https://city.example/", MOST)
    assert asked == []


async def test_a_host_is_asked_only_so_much_at_a_time() -> None:
    busy, most = 0, 0

    async def answer(_request: web.Request) -> web.Response:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.02)
        busy -= 1
        return web.Response()

    limits = Limits(seconds=10)
    async with (
        serving(answer) as base,
        Fetcher(limits, allow_loopback=True, per_host=3) as fetcher,
    ):
        await asyncio.gather(*(fetcher.get(base, MOST) for _ in range(12)))
    assert most == 3


async def test_a_slow_host_delays_no_other() -> None:
    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with (
        serving(slow) as tortoise,
        serving(answering(b"quick")) as hare,
        Fetcher(Limits(seconds=2), allow_loopback=True, per_host=2) as fetcher,
        asyncio.TaskGroup() as tasks,
    ):
        waiting = [tasks.create_task(fetcher.get(tortoise, MOST)) for _ in range(10)]
        await asyncio.sleep(0.05)
        started = monotonic()
        assert (await fetcher.get(hare, MOST)).body == b"quick"
        assert monotonic() - started < 1
        for task in waiting:
            task.cancel()


async def test_a_fetcher_is_opened_first() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await Fetcher(QUICK).get("https://city.example/", MOST)


# --- what is never dialled -----------------------------------------------------------------------


class Names(AbstractResolver):
    """A name server that says what a test wants: a list of addresses for each time it is asked."""

    def __init__(self, answers: dict[str, list[list[str]]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        self.asked.append(host)
        known = self.answers.get(host)
        if not known:
            raise OSError(f"{host} is not known")
        now = known.pop(0) if len(known) > 1 else known[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=0,
            )
            for address in now
        ]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[int, list[object]]]:
    """A port of this machine, and who has come."""
    came: list[object] = []

    async def connected(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], came
    finally:
        server.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.8.8.8",
        "0x7f.1",
        "0x7f000001",
        "0x7f.0x0.0x0.0x1",
        "0177.0.0.1",
        "2130706433",
        "017700000001",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "0",
        "0.0.0.0",  # noqa: S104
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fd00::1]",
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "2852039166",
        "0xa9fea9fe",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "１２７.０.０.１",
        "①②⑦.0.0.1",
        "127。0。0。1",
    ],
)
async def test_a_hostile_host_is_not_dialled(host: str) -> None:
    async with listening() as (port, came), Fetcher(QUICK) as fetcher:
        started = monotonic()
        with pytest.raises(PeerError):
            await fetcher.get(f"https://{host}:{port}/", MOST)
        assert monotonic() - started < QUICK.seconds, "it was refused, and not waited for"
        with pytest.raises(Malformed):
            await fetcher.get(f"http://{host}:{port}/", MOST)
    assert came == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["fd00::1", "10.1.2.3"],
        ["64:ff9b::7f00:1"],
    ],
)
async def test_a_name_of_a_private_address_is_not_dialled(addresses: list[str]) -> None:
    names = Names({"evil.example": [addresses]})
    async with listening() as (port, came), Fetcher(QUICK, resolver=names) as fetcher:
        with pytest.raises(Unreachable, match="not an address that this node dials"):
            await fetcher.get(f"https://evil.example:{port}/", MOST)
    assert came == []
    assert names.asked == ["evil.example"]


async def test_a_name_that_changes_its_mind_gains_nothing() -> None:
    """Rebinding: what is checked is what is dialled, each time."""
    names = Names({"evil.example": [["192.0.2.1"], ["127.0.0.1"], ["::1"], ["127.0.0.1"]]})
    async with listening() as (port, came), Fetcher(QUICK, resolver=names) as fetcher:
        for _ in range(4):
            with pytest.raises(Unreachable, match="not an address that this node dials"):
                await fetcher.get(f"https://evil.example:{port}/", MOST)
    assert came == []


async def test_a_private_address_beside_a_public_one_is_not_dialled_either() -> None:
    """The public one is tried, and cannot be reached from a test; this machine is not."""
    names = Names({"evil.example": [["127.0.0.1", "192.0.2.7", "::1"]]})
    async with listening() as (port, came), Fetcher(QUICK, resolver=names) as fetcher:
        with pytest.raises(Unreachable):
            await fetcher.get(f"https://evil.example:{port}/", MOST)
    assert came == []


async def test_a_node_on_this_machine_dials_this_machine_and_no_other_private_address() -> None:
    names = Names({"aurora.localhost": [["127.0.0.1"]], "lan.example": [["192.168.0.1"]]})
    async with (
        serving(answering(b"here")) as base,
        Fetcher(QUICK, allow_loopback=True, resolver=names) as fetcher,
    ):
        port = base.rpartition(":")[2]
        answer = await fetcher.get(f"http://aurora.localhost:{port}/", MOST)
        assert answer.body == b"here"
        with pytest.raises(Unreachable, match="not an address that this node dials"):
            await fetcher.get("https://lan.example/", MOST)
        with pytest.raises(Malformed, match="expected https"):
            await fetcher.get("http://lan.example/", MOST)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/path",
        "//city.example/",
        "city.example",
        "https:///path",
        "https://",
        "ftp://city.example/",
        "file:///etc/passwd",
        "gopher://city.example/",
        "data:text/plain,x",
        "https://user@city.example/",
        "https://user:pass@city.example/",
        "https://city.example:0/",
        "https://city.example:99999/",
        "https://city.example:port/",
        "https://city.example/ HTTP/1.1\r\nX: y",
        "https://city.example/\r\nX:y",
        "https://city.example/\x00",
        "https://city.example/é",
        "https://[::1/",
        "https://city.example/" + "x" * 2048,
        "http://city.example/",
        "http://127.0.0.1:8400/",
    ],
)
async def test_what_is_no_address_of_a_node_is_not_asked(url: str) -> None:
    names = Names({})
    async with Fetcher(QUICK, resolver=names) as fetcher:
        with pytest.raises(Malformed, match="expected"):
            await fetcher.get(url, MOST)
        with pytest.raises(Malformed, match="expected"):
            await fetcher.post(url, b"", {})
    assert names.asked == []


async def test_a_name_that_nobody_knows_is_out_of_reach() -> None:
    async with Fetcher(QUICK, resolver=Names({})) as fetcher:
        with pytest.raises(Unreachable, match=r"https://city\.example/: cannot be reached"):
            await fetcher.get("https://city.example/", MOST)


async def test_a_closed_port_is_out_of_reach() -> None:
    async with listening() as (port, _):
        pass
    async with Fetcher(QUICK, allow_loopback=True) as fetcher:
        with pytest.raises(Unreachable, match="cannot be reached"):
            await fetcher.get(f"http://127.0.0.1:{port}/", MOST)


# --- what a hostile answer costs -----------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"2000\r\n" + b"x" * 0x2000 + b"\r\n"


@pytest.mark.parametrize(
    "talk",
    [
        saying_for_ever(b"", b"", pause=0.05),
        saying_for_ever(OK, b"X: y\r\n", pause=0.02),
        saying_for_ever(OK + b"Content-Length: 1000\r\n\r\n", b"x", pause=0.02),
        saying_for_ever(CHUNKED, b"1\r\nx\r\n", pause=0.02),
        saying_for_ever(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
    ],
    ids=["silent", "slow headers", "slow body", "slow chunks", "promises"],
)
async def test_an_answer_that_takes_too_long_is_given_up(talk: Talk) -> None:
    started = monotonic()
    with pytest.raises(Unreachable, match=r"no whole answer within 0.5 s|cannot be reached"):
        await ask(talk)
    assert monotonic() - started < 2


@pytest.mark.parametrize(
    "talk",
    [
        saying_for_ever(OK + b"\r\n", b"x" * 8192),
        saying_for_ever(CHUNKED, CHUNK),
        saying_for_ever(OK + b"Content-Length: 999999999999\r\n\r\n", b"x" * 8192),
    ],
    ids=["until closed", "chunks", "long"],
)
async def test_an_answer_without_end_is_given_up_at_the_first_byte_too_many(talk: Talk) -> None:
    started = monotonic()
    with pytest.raises(TooLarge, match="expected at most 10,000 bytes"):
        await ask(talk, limits=Limits(seconds=20))
    assert monotonic() - started < 2


@pytest.mark.parametrize(
    "talk",
    [
        saying(b""),
        saying(b"HTTP/1.1 200"),
        saying(b"nonsense\r\n\r\n"),
        saying(b"\x16\x03\x01\x02\x00"),
        saying(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"),
        saying_for_ever(OK, b"X-Header: " + b"y" * 1000 + b"\r\n"),
        saying(OK + b"Content-Length: 10\r\n\r\nshort"),
        saying(OK + b"Content-Length: -1\r\n\r\nx"),
        saying(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        saying(CHUNKED + b"5\r\nhal"),
        saying(CHUNKED + b"zz\r\nhal"),
        saying(CHUNKED + CHUNK),
    ],
    ids=[
        "nothing",
        "half a line",
        "nonsense",
        "another protocol",
        "a long header",
        "headers without end",
        "less than said",
        "a negative length",
        "two lengths",
        "half a chunk",
        "no chunk",
        "no last chunk",
    ],
)
async def test_an_answer_that_is_not_whole_is_none(talk: Talk) -> None:
    with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:\d+/x: cannot be"):
        await ask(talk)


async def test_bytes_after_the_end_of_an_answer_are_none_of_it() -> None:
    answer = await ask(saying(OK + b"Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n"))
    assert answer.body == b"ok"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_a_bomb_is_given_up_at_the_first_byte_too_many(coding: str) -> None:
    zeros = bytes(64 * 1024 * 1024)
    packed = gzip.compress(zeros) if coding == "gzip" else zstandard.compress(zeros)
    head = OK + f"Content-Encoding: {coding}\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    started = monotonic()
    with pytest.raises(TooLarge, match="expected at most 10,000 bytes"):
        await ask(saying(head + packed), limits=Limits(seconds=20))
    assert monotonic() - started < 1


@pytest.mark.parametrize(
    ("coding", "body", "words"),
    [
        ("gzip", b"plain text", "cannot be unpacked"),
        ("gzip", gzip.compress(b"x" * 99)[:-5], "ends in the middle"),
        ("gzip", gzip.compress(b"a") + gzip.compress(b"b"), "more after its end"),
        ("zstd", zstandard.compress(b"x" * 99)[:-1], "ends in the middle"),
        ("br", b"\x0b\x02\x80x\x03", "expected gzip, zstd or no Content-Encoding"),
        ("gzip, gzip", b"", "expected gzip, zstd or no Content-Encoding"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_none(coding: str, body: bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        await get(answering(body, Content_Encoding=coding))


@pytest.mark.parametrize(
    "etag", [b"v1", b'"v', b'"\xff"', b'"a" "b"', b'w/"v1"', b'"' + b"x" * 300 + b'"', b"*"]
)
async def test_a_validator_that_is_none_is_not_kept(etag: bytes) -> None:
    """It would end in our stores, and in our next request."""
    answer = await ask(saying(OK + b"ETag: " + etag + b"\r\nContent-Length: 0\r\n\r\n"))
    assert answer.etag == ""


@pytest.mark.parametrize("kind", [b"\xff/\xff", b"text", b"a b/c", b"/", b"x/" + b"y" * 200])
async def test_a_type_that_is_none_is_not_kept(kind: bytes) -> None:
    answer = await ask(saying(OK + b"Content-Type: " + kind + b"\r\nContent-Length: 0\r\n\r\n"))
    assert answer.media_type in {"", "application/octet-stream"}


async def test_after_a_hostile_answer_the_next_one_is_asked_anew() -> None:
    async with (
        talking(saying_for_ever(CHUNKED, CHUNK)) as hostile,
        serving(answering(b"ok")) as honest,
        Fetcher(QUICK, allow_loopback=True) as fetcher,
    ):
        for _ in range(20):
            with pytest.raises(TooLarge):
                await fetcher.get(hostile, MOST)
        assert (await fetcher.get(honest, MOST)).body == b"ok"


# --- documents and logs --------------------------------------------------------------------------


async def test_a_document_is_fetched_from_its_place() -> None:
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=b"{}", status=200 if len(asked) == 1 else 404)

    async with serving(answer) as base, Fetcher(QUICK, allow_loopback=True) as fetcher:
        did = parse_did(f"did:web:127.0.0.1%3A{base.rpartition(':')[2]}")
        assert await fetcher.document(did) == b"{}"
        with pytest.raises(Unreachable, match=f"{did}.*answered 404, expected 200"):
            await fetcher.document(did)
    assert asked == ["/.well-known/did.json"] * 2


class Site:
    """A town's log on the web, with a checkpoint that can be asked for conditionally."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.statuses: list[int] = []
        self.broken = 0

    async def answer(self, request: web.Request) -> web.Response:
        response = await self._answer(request)
        self.statuses.append(response.status)
        return response

    async def _answer(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.Response(status=self.broken)
        path = request.rel_url.raw_path_qs.removeprefix("/log/public/")
        body = await self.town.fetch(Fetch(path, 2**24))
        if body is None:
            return web.Response(status=404)
        etag = f'"{hash(body):x}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, headers={"ETag": etag} if path == "checkpoint" else {})


@asynccontextmanager
async def town_site() -> AsyncIterator[tuple[Site, Fetcher, str]]:
    town = Town()
    town.publish(*({"n": n} for n in range(300)))
    site = Site(town)
    async with (
        serving(site.answer) as base,
        Fetcher(Limits(seconds=5), allow_loopback=True) as fetcher,
    ):
        yield site, fetcher, f"{base}/log/public/"


async def test_a_log_is_followed_over_the_network_and_unchanged_costs_one_request() -> None:
    async with town_site() as (site, fetcher, prefix):
        reader = LogReader(fetcher, prefix)
        batch = await drive(pull_entries(Frontier(), site.town.verifier, Limits()), reader)
        assert batch is not None
        assert batch.head.size == 300
        assert reader.requests == len(site.statuses) == 3
        later = LogReader(fetcher, prefix, etag=reader.etag, note=batch.note)
        flow = pull_entries(batch.head, site.town.verifier, Limits(), note=batch.note)
        assert await drive(flow, later) is None
        assert site.statuses[3:] == [304]
        assert later.etag == reader.etag


async def test_one_reader_may_ask_for_the_checkpoint_twice() -> None:
    """What a 304 stands for is the checkpoint that came with the validator, not an older one."""
    async with town_site() as (site, fetcher, prefix):
        old = site.town.note
        reader = LogReader(fetcher, prefix, etag='"old"', note=old)
        site.town.publish({"n": 300})
        wish = Fetch("checkpoint", Limits().note)
        assert await reader(wish) == site.town.note != old
        assert await reader(wish) == site.town.note
        assert site.statuses == [200, 304]


async def test_a_validator_without_its_checkpoint_is_not_sent() -> None:
    async with town_site() as (site, fetcher, prefix):
        first = LogReader(fetcher, prefix)
        wish = Fetch("checkpoint", Limits().note)
        await first(wish)
        assert await LogReader(fetcher, prefix, etag=first.etag)(wish) == site.town.note
        assert site.statuses == [200, 200]


async def test_what_is_not_there_is_nothing_and_what_fails_is_out_of_reach() -> None:
    async with town_site() as (site, fetcher, prefix):
        reader = LogReader(fetcher, prefix)
        assert await reader(Fetch("tile/entries/009", 1000)) is None
        for status in (500, 503, 429, 403, 301, 206):
            site.broken = status
            with pytest.raises(Unreachable, match=f"answered {status}, expected 200"):
                await reader(Fetch("checkpoint", 1000))
        site.broken = 410
        assert await reader(Fetch("records/000", 1000)) is None
        site.broken = 304
        with pytest.raises(Unreachable, match="answered 304"):
            await reader(Fetch("tile/entries/000", 1000))
