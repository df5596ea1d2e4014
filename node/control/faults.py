"""Errors over the control socket: told as JSON there, raised again here as what they were."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from node import errors
from node.store import ports
from peers import errors as peer_errors
from peers.encoding import JsonObject
from peers.log import LogId
from vocab.shapes import Finding, Severity

__all__ = ["KINDS", "raised", "told"]


def told(error: Exception) -> JsonObject:
    """An error as JSON: its class, and what it was made with."""
    made: JsonObject
    match error:
        case errors.SettingsError():
            made = {"mistakes": error.mistakes}
        case errors.Invalid():
            found = [asdict(one) for one in error.findings if isinstance(one, Finding)]
            made = {"message": str(error), "findings": found}
        case errors.Gone():
            withdrawal = base64.b64encode(error.withdrawal).decode()
            made = {"message": str(error), "withdrawal": withdrawal}
        case errors.QueryBusy():
            made = {"message": str(error), "retry_after": error.retry_after}
        case peer_errors.PeerError():
            made = {"origin": error.origin, "reason": error.reason}
        case ports.Conflict():
            made = {"log": error.log}
        case errors.NodeError() | ports.StoreError():
            made = {"message": str(error)}
        case _:
            return {
                "kind": "NodeError",
                "message": f"{type(error).__name__}: {error}. This is a mistake in the program; "
                "the server's log says where it happened.",
            }
    return {"kind": type(error).__name__, **made}


def raised(said: JsonObject) -> Exception:
    """The error that ``told`` has told."""
    return KINDS[said["kind"]](said)


def _plain(make: Callable[[str], Exception]) -> Callable[[JsonObject], Exception]:
    return lambda said: make(said["message"])


def _of_peer(make: Callable[[str, str], Exception]) -> Callable[[JsonObject], Exception]:
    return lambda said: make(said["origin"], said["reason"])


def _invalid(said: JsonObject) -> Exception:
    findings = (
        Finding(**{**one, "severity": Severity(one["severity"])}) for one in said["findings"]
    )
    return errors.Invalid(said["message"], tuple(findings))


KINDS: Final[dict[str, Callable[[JsonObject], Exception]]] = {
    **{
        one.__name__: _plain(one)
        for one in (
            errors.NodeError,
            errors.Refused,
            errors.Changed,
            errors.NotFound,
            errors.HiddenHere,
            errors.QueryRefused,
            errors.QueryTooCostly,
            ports.StoreError,
            ports.Busy,
            ports.Outdated,
            ports.Full,
            ports.Broken,
        )
    },
    **{
        one.__name__: _of_peer(one)
        for one in (
            peer_errors.PeerError,
            peer_errors.Malformed,
            peer_errors.Untrusted,
            peer_errors.BadSignature,
            peer_errors.Equivocation,
            peer_errors.NotAMember,
            peer_errors.Superseded,
            peer_errors.TooLarge,
            peer_errors.Unreachable,
            peer_errors.Absent,
        )
    },
    "SettingsError": lambda said: errors.SettingsError(said["mistakes"]),
    "Invalid": _invalid,
    "Gone": lambda said: errors.Gone(said["message"], base64.b64decode(said["withdrawal"])),
    "QueryBusy": lambda said: errors.QueryBusy(said["message"], said["retry_after"]),
    "Conflict": lambda said: ports.Conflict(LogId(said["log"])),
}
"""Name of an error's class → how to make it again."""
