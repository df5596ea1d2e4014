"""Kinds of values that settings have, each read strictly: durations, sizes, addresses, lists."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from node.config.units import duration, size
from peers.did import did_of
from peers.errors import PeerError
from peers.policy import read_policy

__all__ = ["BaseUrl", "Duration", "Listen", "Networks", "Policy", "Section", "Size", "Urls"]


class Section(BaseModel):
    """A table of settings: frozen, and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _base_url(value: str) -> str:
    """An address of a node, without a trailing slash, its host in lower case."""
    url = value.rstrip("/")
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    try:
        did_of(url)
    except PeerError as exc:
        raise ValueError(f"{exc.reason} ({exc.origin})") from exc
    if not re.fullmatch(r"[A-Za-z0-9._~/-]*", path) or "//" in path or ".." in path:
        raise ValueError(f"expected a path of plain letters, found {path!r}")
    return f"{scheme}://{authority.lower()}{slash}{path}"


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError(f"expected HOST:PORT such as '127.0.0.1:8400', found {value!r}")
    return value


def _policy(value: str) -> str:
    read_policy(value)
    return value


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as exc:
        raise ValueError(
            f"expected an address or a network such as '10.0.0.0/8', found {value!r}"
        ) from exc


def _words(value: object) -> object:
    """A list as it is; text, as the environment gives it, split at its commas."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
Policy = Annotated[str, AfterValidator(_policy)]
Urls = Annotated[tuple[BaseUrl, ...], BeforeValidator(_words)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_words)]
Listen = Annotated[str, AfterValidator(_listen)]
