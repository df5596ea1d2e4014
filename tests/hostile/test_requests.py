"""Requests to our own addresses, as bytes on a connection: answered, and never with an error."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from node.web.addresses import PLURALS
from tests.homes import Web
from tests.hostile.watch import CPU, MEMORY, little_memory, watching
from tests.node.web.conftest import BASES, Site, network_of, site_of

session = pytest.mark.asyncio(loop_scope="session")
ULID = "01ARYZ6S410000000000000000"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """A directory of two cities, whose records are of all kinds."""
    homes = await network_of(Web(), BASES[:4])
    async with site_of(homes["directory"]) as found:
        for path in KNOWN:  # What a page needs once for all is not the first hostile input's work.
            await said(found, get(path, "Accept: text/html"))
        yield found


async def said(site: Site, sent: bytes, *, patience: float = 4) -> list[int]:
    """The statuses that come back for some bytes, until the server closes or patience ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    answer = b""
    try:
        writer.write(sent)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while more := await reader.read(1 << 20):
                    answer += more
    except ConnectionError:
        pass
    finally:
        writer.close()
    return [int(one) for one in re.findall(rb"^HTTP/1\.[01] (\d{3})", answer, re.MULTILINE)]


async def harmless(site: Site, sent: bytes, *, patience: float = 4) -> list[int]:
    port = site.client.port
    assert port is not None
    with watching(port):
        statuses = await said(site, sent, patience=patience)
    assert statuses or patience < 1, "it was answered"
    assert all(status < 500 for status in statuses), statuses
    return statuses


def get(path: str, *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


PATHS = [
    # Traversal
    "/../etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/static/../../pyproject.toml",
    "/static/..%2F..%2Fpyproject.toml",
    "/static/%2e%2e/%2e%2e/x",
    "/static/%252e%252e%252fx",
    "/static/..\\..\\x",
    "/static/style.css%00.html",
    "/static/%2Fetc%2Fpasswd",
    "/static//etc/passwd",
    "/vocab/context/../x",
    "/vocab/ns/../../x",
    "/vocab/framework/action/../../../x",
    "//evil.example/",
    "/\\evil.example/",
    "/%5C%5Cevil.example",
    # Encodings
    "/%",
    "/%zz",
    "/%00",
    "/%ff%fe",
    "/%c0%af",
    "/%ed%a0%80",
    "/%u0041",
    "/" + "%41" * 2_000,
    "/\u202e",
    "/cities/%00",
    "/cities/..",
    "/cities/%2e%2e",
    "/cities/localhost%3A8401",
    "/cities/localhost%253A8401",
    "/cities/" + "a" * 260,
    "/cities/" + "%F0%9F%92%A9" * 20,
    "/cities/evil.example%2F..",
    f"/practices/%00/{ULID}",
    f"/practices/evil.example/{ULID}.ttl",
    f"/practice/{ULID}/v/999999999",
    f"/practice/{'7' + 'Z' * 25}",
    f"/practice/{'8' + 'Z' * 25}",
    f"/practice/{ULID.lower()}",
    # The log
    "/log/public/tile/0/000",
    "/log/public/tile/9/000",
    "/log/public/tile/0/x999/999",
    "/log/public/tile/0/" + "x999/" * 7 + "999",
    "/log/public/tile/0/000.p/0",
    "/log/public/tile/0/000.p/256",
    "/log/public/tile/0/000.p/257",
    "/log/public/tile/0/000.p/01",
    "/log/public/tile/0/000.p/9999999999",
    "/log/public/tile/0/x000/000",
    "/log/public/tile/entries/000.p/1/../x",
    "/log/public/tile/entries/....",
    "/log/public/tile/entries/pppp",
    "/log/public/records/000?from=-1",
    "/log/public/records/000?from=" + "9" * 5_000,
    "/log/public/records/000?from=1e9",
    "/log/public/records/000?from=\u0661",
    "/log/public/records/000?from=0&from=1",
    "/log/public/e/999999999999",
    "/log/public/keychange/999999",
    "/log/members/checkpoint",
    "/log/members/../public/checkpoint",
    f"/mirror/{'0' * 64}/checkpoint",
    f"/mirror/{'f' * 64}/tile/0/000",
    f"/mirror/{'0' * 63}/checkpoint",
    f"/witness/{'0' * 64}/checkpoint",
    # Feeds
    "/feed",
    "/feed/0",
    "/feed/999999999",
    "/feed/-1",
    "/feed/00",
    "/feed?page=" + "9" * 100,
    "/feed.atom?before=x",
    "/feed.atom?before=-1",
    "/feed.atom?before=0",
    "/feed.atom?before=" + "9" * 5_000,
    "/feed.atom?before=1e999",
    "/feed.atom?before=\u0661",
    "/feed.atom?before=9223372036854775808",
    "/feed.atom?before=1&before=2",
    "/feed.atom?kind=x&city=%00",
    # Searches and filters
    "/search?q=" + "a" * 4_000,
    "/search?q=" + "%20" * 2_000,
    "/search?q=%00",
    "/search?q=%ed%a0%80",
    "/search?q=%22",
    "/search?q=AND+OR+NOT+NEAR(",
    "/search?q=title:x*+^(%22",
    "/search?q=" + "(" * 1_000,
    "/search?q=" + "*" * 1_000,
    "/search?q=" + "a*+" * 900,
    "/search?q=" + "%F0%9F%8F%B3" * 900,
    "/search?q=' OR 1=1 --",
    "/search?page=-1",
    "/search?page=" + "9" * 4_000,
    "/search?page=99999999999",
    "/search?q=x&page=x",
    "/search?" + "&".join(f"a{number}=1" for number in range(900)),
    "/search?" + "&" * 5_000,
    "/search?" + "=" * 5_000,
    "/search?q=x&lang=../../x",
    "/search?q=x&lang=%00",
    "/search?sort=__class__",
    "/search?kind=Nothing&action=x&area=%00&country=ZZZ&language=" + "x" * 500,
    "/practices?action=javascript:alert(1)",
    "/practices?after=%00",
    "/cities?country=%27%3B--",
    "/partners?city=did:web:127.0.0.1",
    "/partners?city=%00&side=x",
    "/actions/F0",
    "/actions/F99",
    "/actions/T%00",
    # Checks of addresses: nothing is dialled for a visitor but what was verified before
    "/verify?iri=http://169.254.169.254/",
    "/verify?record=http://127.0.0.1:1/x",
    "/verify?q=file:///etc/passwd",
    "/verify?iri=did:web:127.0.0.1",
    "/verify?iri=" + "a" * 4_000,
    "/verify?iri=https://[::1]/",
    "/verify?iri=%00",
    "/peers?x",
    "/sparql?query=",
    "/sparql?query=%00",
    "/sparql?query=SELECT",
    "/sparql?query=LOAD+%3Chttp://127.0.0.1/%3E",
    "/sparql?query=" + "(" * 4_000,
    "/sparql?query=x&query=y",
    "/sparql?default-graph-uri=http://127.0.0.1/",
    "/?" + "x" * 7_000,
    "/" + "a/" * 3_000,
    "/" + "x" * 100_000,
    "/.well-known/did.json/",
    "/.well-known/../x",
    "/.git/config",
    "/robots.txt?%",
    "*",
    "http://evil.example/",
    "http://127.0.0.1:1/inbox",
    "evil.example:443",
    "?",
    "#",
    "/#x",
    "/;x=y",
]


@session
@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
async def test_no_address_makes_us_stumble(site: Site, path: str) -> None:
    for accept in ("Accept: text/html", "Accept: application/json"):
        await harmless(site, get(path, accept))


HEADERS = [
    "Accept: " + "a/b," * 1_900,
    "Accept: ;;;,,,q=q=q",
    "Accept: */*;q=" + "9" * 1_000,
    "Accept: text/html;q=NaN",
    "Accept: \xff",
    "Accept-Language: " + "en," * 2_000,
    "Accept-Language: " + "-" * 7_000,
    "Accept-Language: ;q=1e999,*;q=-1",
    "Accept-Encoding: " + "gzip;q=0," * 700,
    "If-None-Match: " + '"x",' * 1_900,
    "If-None-Match: W/",
    "If-Modified-Since: Sun, 99 Xxx 9999 99:99:99 GMT",
    "Range: bytes=0-,1-,2-" + ",3-" * 1_000,
    "Range: bytes=-" + "9" * 500,
    "Cookie: " + "a=b; " * 1_500,
    'Cookie: session="\\\\000; $Version=1',
    "Host: evil.example",
    "Host: [",
    "X-Forwarded-For: " + "1," * 3_000,
    "X-Forwarded-Host: evil.example",
    "Forwarded: for=_;host=\x01",
    "Authorization: Bearer " + "x" * 7_000,
    "Authorization: Basic ////",
    "Upgrade: websocket",
    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    "Expect: 100-continue",
    "Expect: x",
    "Origin: null",
    "Sec-Fetch-Site: x",
    "Content-Length: 0",
    "Content-Type: multipart/form-data; boundary=",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Transfer-Encoding: x, chunked",
    "Transfer-Encoding : chunked",
    "Content-Length: +5",
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: 99999999999999999999",
    "Content-Length: -1",
    " folded: x",
    "a b: c",
    ": x",
    "x",
    "X-Nul: \x00",
    *["\r\n".join(f"X-{number}: x" for number in range(count)) for count in (90, 5_000)],
    "X-Long: " + "x" * 100_000,
]


@session
@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
async def test_no_header_makes_us_stumble(site: Site, header: str) -> None:
    for path in ("/", "/search?q=x", "/city", "/feed.atom", "/log/public/checkpoint", "/inbox"):
        await harmless(site, get(path, header), patience=0.3)


SMUGGLED = (
    b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
)
RAW = [
    b"",
    b"\x00" * 1_000,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /\r\n\r\n",
    b"GET  /  HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\nHost: x\n\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"G" * 100_000,
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a" * 200_000,
    b"POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx",
    b"POST /inbox HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /inbox HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
    b"POST /inbox HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;" + b"x" * 50_000,
    b"POST /inbox HTTP/1.1\r\nHost: x\r\n" + SMUGGLED,
    b"POST /inbox HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n" + SMUGGLED,
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
]


@session
@pytest.mark.parametrize("sent", RAW, ids=range(len(RAW)))
async def test_no_bytes_make_us_stumble(site: Site, sent: bytes) -> None:
    port = site.client.port
    assert port is not None
    with watching(port, cpu=CPU if len(sent) < 200 else 4 * CPU):
        statuses = await said(site, sent, patience=0.3)
    assert all(status < 500 for status in statuses), statuses


@session
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "X" * 60])
async def test_no_method_makes_us_stumble(site: Site, method: str) -> None:
    for path in ("/", "/inbox", "/witness/add-checkpoint", "/sparql", "/search", "/log/members/x"):
        body = "Content-Length: 0\r\nContent-Type: application/x-www-form-urlencoded"
        await harmless(site, get(path, body, method=method))


BODIES = [
    b"",
    b"old 0\n",
    b"old 999999999999999999999999\n\nx\n1\nAAAA\n\n",
    b"old -1\n\n",
    b"old 0\n" + b"A\n" * 30_000,
    b"\x00" * 60_000,
    b"old 0\n\n" + b"x\n" * 20_000,
    b"old 0\n\nlira.example/log/public\n1\n"
    + b"A" * 43
    + b"=\n\n"
    + "\u2014 lira.example/log/public AAAAAAAA\n".encode() * 1_500,
    b"query=" + b"%" * 60_000,
    b"&" * 60_000,
    b"a=1&" * 15_000,
    b"query=SELECT+*+WHERE{" + b"{" * 300,
]
KINDS = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/ld+json",
    "multipart/form-data; boundary=x",
]


@session
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("kind", KINDS)
async def test_no_body_makes_us_stumble(site: Site, kind: str, body: bytes) -> None:
    for path in ("/inbox", "/witness/add-checkpoint", "/sparql"):
        head = get(path, f"Content-Type: {kind}", f"Content-Length: {len(body)}", method="POST")
        assert await harmless(site, head + body) != [200]


@session
async def test_large_requests_take_little_memory(site: Site) -> None:
    with little_memory(MEMORY):
        await said(site, get("/search?q=" + "a" * 60_000))
        await said(site, get("/", "X-Long: " + "x" * 1_000_000))
        head = b"POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n"
        await said(site, head + b"x" * 4_000_000)


WORDS = "q page lang kind action area city country before iri query format from sort year after"
FIELDS = st.sampled_from(WORDS.split())
PLACES = "/ /search /cities /actions /partners /feed.atom /feed /verify /peers /city /city.ttl"
KNOWN = [
    *PLACES.split(),
    *(f"/{plural}" for plural in PLURALS.values()),
    "/log/public",
    "/vocab/ns",
]
ADDRESSES = st.sampled_from(KNOWN)


@settings(max_examples=400, deadline=None)
@given(
    asked=st.lists(
        st.tuples(ADDRESSES, st.lists(st.tuples(FIELDS, st.binary(max_size=30)), max_size=4)),
        min_size=1,
        max_size=1,
    )
)
@session
async def test_no_query_makes_us_stumble(
    site: Site, asked: list[tuple[str, list[tuple[str, bytes]]]]
) -> None:
    [(path, fields)] = asked
    query = "&".join(f"{name}=" + "".join(f"%{b:02x}" for b in value) for name, value in fields)
    await harmless(site, get(f"{path}?{query}", "Accept: text/html"))


@session
@pytest.mark.parametrize("path", ["/", "/search?q=agua", "/cities", "/feed.atom", "/partners"])
async def test_an_honest_request_is_answered(site: Site, path: str) -> None:
    assert await harmless(site, get(path)) == [200]
