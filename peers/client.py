"""The only code here that talks to the network: guarded fetches, with caps on size and time.

Every address that a name resolves to is checked when it is dialled, so that a name which changes
its mind between check and dial gains nothing. Plain HTTP goes to this machine alone, and only from
nodes that are on it. No redirect is followed, no cookie kept, no proxy of the environment used. A
body is counted while it streams, what is compressed is unpacked by us under the same cap, and a
body that is not whole is none.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from yarl import URL

from peers.addresses import may_dial
from peers.did import Did
from peers.errors import Malformed, Unreachable
from peers.limits import Limits
from peers.sync import Fetch
from peers.unpack import Unpacker

__all__ = ["Answer", "Fetcher", "LogReader"]

_AGENT: Final = "Intercity (a node of a network of cities)"
_CONNECTIONS: Final = 256
_HEADERS: Final = 64
_CHUNK: Final = 64 * 1024
_ETAG: Final = re.compile(r'(?:W/)?"[!#-~]{0,200}"')
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")
_BODILESS: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a peer answered.

    Attributes:
        status: HTTP status; 3xx as it came, for nothing is followed.
        body: Whole, unpacked, and at most as many bytes as was asked for.
        etag: Its validator (RFC 9110, section 8.8.3), or empty where there is none that is one.
        media_type: Without parameters, lower case; empty where there is none that is one.
    """

    status: int
    body: bytes
    etag: str = ""
    media_type: str = ""


class Fetcher:
    """A node's way out. Open it with ``async with``.

    Args:
        limits: ``seconds`` bounds every request as a whole.
        allow_loopback: Dial this machine: only for nodes that are on it themselves.
        resolver: In place of the system's, for tests.
        per_host: Requests to one host at a time; a slow peer delays itself alone.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        allow_loopback: bool = False,
        resolver: aiohttp.abc.AbstractResolver | None = None,
        per_host: int = 8,
    ) -> None:
        self._limits = limits
        self._loopback = allow_loopback
        self._resolver = resolver
        self._per_host = per_host
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            limit=_CONNECTIONS,
            limit_per_host=self._per_host,
            use_dns_cache=False,
            socket_factory=self._socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=self._limits.seconds, sock_connect=10),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            headers={"User-Agent": _AGENT},
            max_line_size=8190,
            max_field_size=8190,
            max_headers=_HEADERS,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def get(
        self, url: str, limit: int, *, etag: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Fetch an address.

        Args:
            limit: Bytes of the body, unpacked.
            etag: Ask only for what is no longer this.

        Raises:
            Unreachable: No answer, an address that may not be dialled, or no time left.
            TooLarge: More than ``limit`` bytes.
            Malformed: No address of a node, or a body that cannot be unpacked.
        """
        asked = {"Accept-Encoding": "zstd, gzip", **(headers or {})}
        if etag:
            asked["If-None-Match"] = etag
        return await self._ask("GET", url, limit, headers=asked)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Deliver a message, once: whether it has arrived is known by an answer alone.

        Raises:
            Unreachable: No answer, an address that may not be dialled, or no time left.
            TooLarge: The answer is longer than ``Limits.message``.
            Malformed: No address of a node.
        """
        asked = {"Accept-Encoding": "identity", **headers}
        return await self._ask("POST", url, self._limits.message, headers=asked, data=body)

    async def document(self, did: Did) -> bytes:
        """Fetch a DID's document, as bytes.

        Raises:
            Unreachable: There is none at its address, or no answer.
            TooLarge: More than ``Limits.did`` bytes.
        """
        answer = await self.get(did.url, self._limits.did)
        if answer.status != 200:
            raise Unreachable(did.text, f"{did.url} answered {answer.status}, expected 200")
        return answer.body

    async def _ask(self, method: str, url: str, limit: int, **options: Any) -> Answer:
        if self._session is None:
            raise RuntimeError("the fetcher is not open: use it with 'async with'")
        target = self._target(url)
        try:
            async with self._session.request(
                method, target, allow_redirects=False, **options
            ) as response:
                return Answer(
                    status=response.status,
                    body=await _read(response, url, limit),
                    etag=_matching(_ETAG, response.headers.get("ETag", "")),
                    media_type=_matching(_MEDIA_TYPE, response.content_type.lower()),
                )
        except TimeoutError as exc:
            raise Unreachable(url, f"no whole answer within {self._limits.seconds:g} s") from exc
        except aiohttp.ClientError as exc:
            raise Unreachable(url, _reason(exc)) from exc
        except (OSError, ValueError) as exc:
            raise Unreachable(url, f"cannot be asked: {exc}") from exc

    def _target(self, url: str) -> URL:
        """The address as it is dialled: not encoded anew, so that what was signed is what is sent.

        Raises:
            Malformed: Not an address that a node asks.
        """
        try:
            target = URL(url, encoded=True)
            host, port = target.host or "", target.port
        except ValueError as exc:
            raise Malformed(url[:200], f"expected an address, found {exc}") from exc
        if len(url) > 2048 or not url.isascii() or not url.isprintable() or " " in url:
            raise Malformed(url[:200], "expected an address of at most 2,048 printable characters")
        if target.scheme not in {"http", "https"} or not host or not port or target.raw_user:
            raise Malformed(url[:200], "expected an https address of a host, and nobody's name")
        here = host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost")
        if target.scheme == "http" and not (here and self._loopback):
            raise Malformed(url[:200], "expected https: plain http is for nodes on one machine")
        return target

    def _socket(
        self, address: tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, Any]
    ) -> socket.socket:
        """Make the socket for a dial, or refuse it: the one place that every dial passes."""
        family, kind, protocol, _, place = address
        if not may_dial(str(place[0]), loopback=self._loopback):
            raise OSError(f"{place[0]} is not an address that this node dials")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


class LogReader:
    """Answers a flow's wishes from a log on the network; asks for the checkpoint conditionally.

    Args:
        prefix: The log's address.
        etag, note: The checkpoint that is held, and its validator: asked for only if it changed.
        signed: Headers that sign the read of an address, where only some may read the log.

    Attributes:
        etag: The validator of the checkpoint that was read last: keep it with what was verified.
        note: That checkpoint, or the one given where none was read. Not verified here.
        requests: How many were made.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        prefix: str,
        *,
        etag: str = "",
        note: bytes | None = None,
        signed: Callable[[str], Mapping[str, str]] | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._signed = signed
        self._prefix = prefix.rstrip("/")
        self.note = note
        self.etag = etag if note is not None else ""
        self.requests = 0

    async def __call__(self, wish: Fetch) -> bytes | None:
        """Fetch what is wished for; ``None`` where there is nothing.

        Raises:
            Unreachable: The peer did not answer, or answered something else than 200, 304 or 404.
            TooLarge: More than was wished for.
        """
        checkpoint = wish.path == "checkpoint"
        url = f"{self._prefix}/{wish.path}"
        self.requests += 1
        headers = self._signed(url) if self._signed else {}
        etag = self.etag if checkpoint else ""
        answer = await self._fetcher.get(url, wish.limit, etag=etag, headers=headers)
        match answer.status:
            case 200:
                if checkpoint:
                    # Together, or a later 304 would be answered with an older checkpoint.
                    self.etag, self.note = answer.etag, answer.body
                return answer.body
            case 304 if checkpoint and self.note is not None:
                return self.note
            case 404 | 410:
                return None
            case status:
                raise Unreachable(url, f"answered {status}, expected 200")


async def _read(response: aiohttp.ClientResponse, url: str, limit: int) -> bytes:
    """The whole body, unpacked, or an error: never a part of it."""
    if response.status in _BODILESS:
        return b""
    unpacker = Unpacker(response.headers.get("Content-Encoding", ""), url, limit)
    async for chunk in response.content.iter_chunked(_CHUNK):
        unpacker.feed(chunk)
        await asyncio.sleep(0)
    return unpacker.whole()


def _matching(pattern: re.Pattern[str], text: str) -> str:
    """The text, or nothing: what a peer says of its answer may end in our stores."""
    return text if pattern.fullmatch(text) else ""


def _reason(error: aiohttp.ClientError) -> str:
    cause = getattr(error, "os_error", None) or error
    return (
        f"cannot be reached: {cause}"
        if str(cause)
        else f"cannot be reached ({type(error).__name__})"
    )
