"""The only code here that talks to the network: guarded fetches, with caps on size and time.

Every address that a name resolves to is checked when it is dialled, so that a name which changes
its mind between check and dial gains nothing. No redirect is followed, no cookie kept, no proxy of
the environment used; a body is counted while it streams, and what is compressed is unpacked by us
under the same cap.
"""

from __future__ import annotations

import asyncio
import socket
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
import zstandard
from yarl import URL

from peers.addresses import may_dial
from peers.did import Did
from peers.errors import Malformed, TooLarge, Unreachable
from peers.limits import Limits
from peers.sync import Fetch

__all__ = ["Answer", "Fetcher", "LogReader"]

_CHUNK = 64 * 1024
_AGENT = "Intercity (a node of a network of cities)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a peer answered.

    Attributes:
        status: HTTP status; 3xx as it came, for nothing is followed.
        body: At most as many bytes as was asked for, unpacked.
        etag: Its validator, or empty.
        media_type: Without parameters, lower case.
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
            limit=64,
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
        """
        asked = {"Accept-Encoding": "zstd, gzip", **(headers or {})}
        if etag:
            asked["If-None-Match"] = etag
        return await self._ask("GET", url, limit, headers=asked)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Deliver a message; the answer's body is cut to what an error needs (64 KiB).

        Raises:
            Unreachable: No answer, an address that may not be dialled, or no time left.
            TooLarge: The answer is longer than that.
        """
        asked = {"Accept-Encoding": "identity", **headers}
        return await self._ask("POST", url, self._limits.message, headers=asked, data=body)

    async def document(self, did: Did) -> bytes:
        """Fetch a DID's document, as bytes.

        Raises:
            Unreachable: There is none at its address.
        """
        answer = await self.get(did.url, self._limits.did)
        if answer.status != 200:
            raise Unreachable(did.text, f"{did.url} answered {answer.status}, expected 200")
        return answer.body

    async def _ask(self, method: str, url: str, limit: int, **options: Any) -> Answer:
        if self._session is None:
            raise RuntimeError("the fetcher is not open: use it with 'async with'")
        target = _target(url)
        try:
            async with self._session.request(
                method, target, allow_redirects=False, **options
            ) as response:
                body = await _read(response, url, limit)
                return Answer(
                    status=response.status,
                    body=body,
                    etag=response.headers.get("ETag", ""),
                    media_type=response.content_type.lower(),
                )
        except TimeoutError as exc:
            raise Unreachable(url, f"no whole answer within {self._limits.seconds:g} s") from exc
        except aiohttp.ClientError as exc:
            raise Unreachable(url, _reason(exc)) from exc
        except (OSError, ValueError) as exc:
            raise Unreachable(url, f"cannot be asked: {exc}") from exc

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

    Attributes:
        etag: The validator of the checkpoint that was read last: keep it for the next time.
    """

    def __init__(
        self, fetcher: Fetcher, prefix: str, *, etag: str = "", note: bytes | None = None
    ) -> None:
        self._fetcher = fetcher
        self._prefix = prefix.rstrip("/")
        self._note = note
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
        answer = await self._fetcher.get(url, wish.limit, etag=self.etag if checkpoint else "")
        match answer.status:
            case 200:
                if checkpoint:
                    self.etag = answer.etag
                return answer.body
            case 304 if checkpoint and self._note is not None:
                return self._note
            case 404 | 410:
                return None
            case status:
                raise Unreachable(url, f"answered {status}, expected 200")


def _target(url: str) -> URL:
    try:
        target = URL(url, encoded=True)
        plain = target.scheme in {"http", "https"} and target.host and not target.user
    except ValueError as exc:
        raise Malformed(url[:200], f"is not an address: {exc}") from exc
    if not plain or len(url) > 2048:
        raise Malformed(url[:200], "expected an http or https address of at most 2,048 characters")
    return target


async def _read(response: aiohttp.ClientResponse, url: str, limit: int) -> bytes:
    """The whole body, unpacked, or an error: never a part of it."""
    unpack = _unpacker(response.headers.get("Content-Encoding", ""), url, limit)
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += unpack(chunk, limit + 1 - len(body))
        if len(body) > limit:
            raise TooLarge(url, f"expected at most {limit:,} bytes, found more")
        await asyncio.sleep(0)
    return bytes(body)


def _unpacker(coding: str, url: str, limit: int) -> Callable[[bytes, int], bytes]:
    """``unpack(chunk, most)``: the next bytes, cut off soon after ``most``."""
    match coding.strip().lower():
        case "" | "identity":
            return lambda chunk, _most: chunk
        case "gzip":
            inflate = zlib.decompressobj(wbits=31)
            return lambda chunk, most: _guarded(lambda: inflate.decompress(chunk, most), url)
        case "zstd":
            window = max(limit, 1 << 20)
            whole = zstandard.ZstdDecompressor(max_window_size=1 << window.bit_length())
            expand = whole.decompressobj(write_size=_CHUNK)
            # A chunk of 64 KiB can grow without bound: it is fed in small steps.
            return lambda chunk, most: _guarded(lambda: _steps(expand, chunk, most), url)
        case other:
            raise Malformed(url, f"expected gzip, zstd or no Content-Encoding, found {other!r}")


def _steps(expand: Any, chunk: bytes, most: int) -> bytes:
    made = bytearray()
    for at in range(0, len(chunk), 256):
        made += expand.decompress(chunk[at : at + 256])
        if len(made) > most:
            break
    return bytes(made)


def _guarded(unpack: Callable[[], bytes], url: str) -> bytes:
    try:
        return unpack()
    except (zlib.error, zstandard.ZstdError) as exc:
        raise Malformed(url, f"the body cannot be unpacked: {exc}") from exc


def _reason(error: aiohttp.ClientError) -> str:
    cause = getattr(error, "os_error", None) or error
    return (
        f"cannot be reached: {cause}"
        if str(cause)
        else f"cannot be reached ({type(error).__name__})"
    )
