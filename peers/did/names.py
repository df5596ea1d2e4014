"""Names of nodes, by the method did:web (w3c-ccg.github.io/did-method-web), in one strict form.

``did:web:<host>[%3A<port>]``, the document at ``/.well-known/did.json`` of that host. The grammar
is strict, because a DID becomes an address that is dialled, and because two spellings of one name
would be two nodes: split on ":" first, percent-decode the port's colon alone, no path, no user, no
IP address but loopback, no port that goes without saying, HTTPS everywhere but on loopback.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NewType

from peers.errors import Malformed

__all__ = ["Did", "LogId", "did_of", "parse_did"]

LogId = NewType("LogId", str)
"""A log's origin line: its address without scheme, such as ``city.example/log/public``."""

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label by which a host is an IPv4 address, however odd (WHATWG URL, section 3.5)."""

_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})


@dataclass(frozen=True, slots=True)
class Did:
    """Who a node is.

    Attributes:
        host: Its name, lower case ASCII.
        port: Where the DID names one.
    """

    host: str
    port: int | None = None

    @property
    def text(self) -> str:
        """``did:web:…``."""
        return f"did:web:{self.host}" + (f"%3A{self.port}" if self.port else "")

    @property
    def authority(self) -> str:
        """``host`` or ``host:port``."""
        return self.host + (f":{self.port}" if self.port else "")

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine: development and demonstrations only."""
        return self.host in _LOOPBACK or self.host.endswith(".localhost")

    @property
    def origin(self) -> str:
        """Scheme, host and port; plain HTTP on loopback alone."""
        return f"{'http' if self.is_loopback else 'https'}://{self.authority}"

    @property
    def url(self) -> str:
        """Where its document lies."""
        return f"{self.origin}/.well-known/did.json"

    def path_of(self, address: object) -> str | None:
        """The path of an address on this node's host, or ``None`` where it is none.

        In plain characters, without query or fragment, up and down: nothing in it can lead away.

        >>> Did("city.example").path_of("https://city.example/log/public")
        '/log/public'
        >>> Did("city.example").path_of("https://city.example@evil.example/log/public") is None
        True
        """
        if not isinstance(address, str) or not address.startswith(self.origin):
            return None
        path = address.removeprefix(self.origin)
        plain = _PATH.fullmatch(path) and not {".", ".."} & set(path.split("/"))
        return path if plain else None

    def __str__(self) -> str:
        return self.text


def parse_did(text: str) -> Did:
    """Read a DID in the one form that it has here: a host in lower case ASCII, perhaps a port.

    Raises:
        Malformed: Another method, or a form that is refused.
    """
    parts = text.split(":")
    if len(text) > 300 or len(parts) != 3 or parts[:2] != ["did", "web"]:
        raise Malformed(text[:100], "expected did:web:<host>, or did:web:<host>%3A<port>")
    host, colon, port = parts[2].partition("%3A")
    return _checked(text, host, port if colon else None)


def did_of_log(log: str) -> Did:
    """Whose log this is, by its address without scheme.

    >>> did_of_log("localhost:8401/rights/log/public").text
    'did:web:localhost%3A8401'

    Raises:
        Malformed: It begins with no host.
    """
    return parse_did(f"did:web:{log.partition('/')[0].replace(':', '%3A')}")


def did_of(base_url: str) -> Did:
    """The DID of the node at an address, whatever the path below which it answers.

    Raises:
        Malformed: No address of a node: https (http on loopback), a host name, perhaps a port
            and a path.
    """
    scheme, separator, rest = base_url.partition("://")
    authority = rest.partition("/")[0]
    host, colon, port = (authority.lower() if authority.isascii() else authority).partition(":")
    if not separator or scheme not in {"https", "http"} or any(c in rest for c in "?#@\\"):
        raise Malformed(base_url[:100], "expected an address such as https://rights.city.example")
    did = _checked(base_url, host, port if colon else None)
    if scheme != did.origin.partition("://")[0]:
        raise Malformed(
            base_url, f"expected {did.origin}: https, or http on this machine alone, found {scheme}"
        )
    return did


def _checked(text: str, host: str, port: str | None) -> Did:
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise Malformed(
            text[:100],
            "expected a host name in lower case ASCII (letters of other scripts as xn--…), "
            f"found {host[:60]!r}",
        )
    if _NUMBER.fullmatch(host.rpartition(".")[2]) and host not in _LOOPBACK:
        raise Malformed(text[:100], f"expected a host name, found the IP address {host!r}")
    if port is not None and (not _PORT.fullmatch(port) or int(port) > 65535):
        raise Malformed(text[:100], f"expected a port from 1 to 65535, found {port[:12]!r}")
    did = Did(host, int(port) if port is not None else None)
    if did.port == (80 if did.is_loopback else 443):
        # One node, one name: with and without its scheme's own port would be two.
        raise Malformed(text[:100], f"expected no port: {did.port} is the one that is meant anyway")
    return did
