"""Who may bring a request: the proxies of the settings, where there are any.

The node speaks plain HTTP and leaves TLS to a proxy. Whoever reaches it past the proxy is refused,
so that nothing secret is sent in the clear. Nothing is taken from ``Forwarded``, ``X-Forwarded-*``
or ``Host``: addresses follow from ``base_url`` (``node.web.addresses``), and who visits
is not kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from aiohttp import web

from node.web.context import addresses_of, home_of

__all__ = ["brought", "is_trusted"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_OPEN: Final = frozenset({"/healthz", "/readyz"})
"""Asked by whoever looks after the machine; they say nothing about anybody."""


def is_trusted(peer: str, proxies: tuple[str, ...]) -> bool:
    """Whether a peer's address lies in one of the networks; all do where none is named.

    >>> is_trusted("::ffff:10.1.2.3", ("10.0.0.0/8",)), is_trusted("192.0.2.1", ("10.0.0.0/8",))
    (True, False)
    """
    if not proxies:
        return True
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in ip_network(one) for one in proxies)


@web.middleware
async def brought(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse whoever comes past the proxies."""
    trusted = home_of(request).config.server.trusted_proxies
    path = request.path.removeprefix(addresses_of(request).prefix)
    # The connection's own other end, which no header can change.
    if path not in _OPEN and not is_trusted(request.remote or "", trusted):
        raise web.HTTPForbidden(
            text=f"Expected a proxy of this node's settings (server.trusted_proxies), found "
            f"{request.remote}. Use {addresses_of(request).base}."
        )
    return await handler(request)
