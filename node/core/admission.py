"""Shall we take this record?

Sync has shown that the entry stands in the log and that the body is what it commits to. Here it is
asked whether the record may be believed and shown: who speaks, by which key, about what, and
whether it is well made. First who, then what: nothing is read of a record whose author is not the
log's owner. A refusal quarantines one record, and the log goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from node.core.identity import check_genesis
from node.core.ulid import is_ulid
from peers.did import DidDocument
from peers.encoding import JsonObject, parse_canonical
from peers.errors import PeerError
from peers.history import KeyHistory
from peers.keychange import purpose_of
from peers.limits import Limits
from peers.log import Body, Entry, EntryKind, LogId
from peers.proofs import method_of, verify
from vocab.records import KINDS
from vocab.shapes import Severity, Widest, audience_limit, check

__all__ = ["RULES", "Verdict", "admit"]

RULES: Final = 2
"""Version of the rules: what was quarantined under older ones is judged again."""

_PUBLIC_ONLY: Final = frozenset({"City", "Organization", "Membership", "PairingRound"})
_SHOWN: Final = 3
"""Findings that a refusal tells; there may be a hundred."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What admission said of an entry.

    Attributes:
        admitted: Whether it may be shown and searched.
        reason: Why not: what was expected and what was found; empty where admitted.
        rules: Version of the rules that said so.
    """

    admitted: bool
    reason: str = ""
    rules: int = RULES


class _No(Exception):
    """A reason not to admit."""


def admit(
    entry: Entry,
    body: Body | None,
    log: LogId,
    document: DidDocument,
    keys: KeyHistory,
    limits: Limits,
) -> Verdict:
    """Judge one entry of the log of the node that ``document`` describes.

    It does **not** check that the entry follows on the record's last one: that takes the log.

    Args:
        entry: Read, and shown by sync to stand in ``log``.
        body: Shown by sync to have the entry's digest; ``None`` where it was erased.
        document: The pinned DID document of the log's owner.
        keys: The key history of ``log``, as far as it is known: what a later entry takes back is
            not admitted.

    Returns:
        Admitted; or not, with what was expected and what was found. An entry without a body is
        admitted: there is nothing to show, and its withdrawal must be seen.
    """
    try:
        _check_place(entry, log, document)
        if body is not None:
            _check_body(entry, _read(body, limits), log, document, keys)
    except _No as no:
        return Verdict(admitted=False, reason=str(no)[:1000])
    except PeerError as error:
        return Verdict(admitted=False, reason=error.reason[:1000])
    return Verdict(admitted=True)


def _expect(holds: object, what: str, found: object) -> None:
    if not holds:
        raise _No(f"expected {what}, found {str(found)[:200]!r}")


def _check_place(entry: Entry, log: LogId, document: DidDocument) -> None:
    """The log is the document's, and the entry speaks of an address below it."""
    base = document.base_url
    logs = (f"{base}/log/public", f"{base}/log/members")
    _expect(log in {one.partition("://")[2] for one in logs}, f"a log of {base}", log)
    if entry.kind in {EntryKind.GENESIS, EntryKind.KEY_CHANGE}:
        return
    _expect(entry.object.startswith(f"{base}/"), f"a record below {base}/", entry.object)
    begun = entry.version == 1 and entry.prev is None
    follows = entry.version > 1 and entry.prev is not None
    # A record that was withdrawn may be created again: its versions count on.
    _expect(
        follows or (begun and entry.kind is EntryKind.CREATE),
        "a Create of version 1, or a later version that names the entry before it",
        f"{entry.kind} of version {entry.version} after entry {entry.prev}",
    )


def _read(body: Body, limits: Limits) -> JsonObject:
    try:
        return parse_canonical(body.record, limits=limits)
    except ValueError as exc:
        raise _No(f"the record's bytes: {exc}") from exc


def _check_body(
    entry: Entry, secured: JsonObject, log: LogId, document: DidDocument, keys: KeyHistory
) -> None:
    index = int(entry.id.rpartition("/")[2])
    if entry.kind is EntryKind.GENESIS:
        _expect(index == 0, "Genesis as the first entry", f"one at {index}")
        check_genesis(secured, document, log)
        return
    if entry.kind is EntryKind.KEY_CHANGE:
        if index not in keys.changes:
            raise _No(keys.refused.get(index, "expected a change of keys that was authorised"))
        return
    method = method_of(secured)
    named = purpose_of(method, document.did.text)
    key = keys.valid_at(method, index) if named and named[0] == "record" else None
    if key is None:
        raise _No(keys.refusal(method, index))
    verify(secured, key, method=method)
    _check_record(entry, secured, log, document)


def _check_record(entry: Entry, secured: JsonObject, log: LogId, document: DidDocument) -> None:
    """The record is the one that the entry names, of this city, and well made."""
    base, kind = document.base_url, str(secured.get("type"))
    agents = (f"{base}/#city", f"{base}/#organization")
    _expect(
        secured.get("publisher") in agents,
        f"the publisher to be {base}'s own",
        secured.get("publisher"),
    )
    version = secured.get("version")
    _expect(
        type(version) is int and version == entry.version,
        f"version {entry.version} within the record as in the log",
        version,
    )
    if entry.kind is EntryKind.DELETE:
        _expect(kind == "Withdrawal", "a Withdrawal as the body of a Delete", kind)
        _expect(secured.get("object") == entry.object, entry.object, secured.get("object"))
        own = f"{entry.object}/v/{entry.version}"
    else:
        _expect(kind in KINDS, "a record of the vocabulary", kind)
        own = entry.object
        _check_address(own, kind, base)
    _expect(secured.get("id") == own, f"the id {own}", secured.get("id"))
    _check_shape(secured)
    _check_audience(secured, kind, log)


def _check_shape(secured: JsonObject) -> None:
    wrong = [one for one in check(secured) if one.severity is Severity.VIOLATION]
    if wrong:
        told = " ".join(f"{one.path or 'the record'}: {one.message}" for one in wrong[:_SHOWN])
        more = f" (and {len(wrong) - _SHOWN} more)" if len(wrong) > _SHOWN else ""
        raise _No(told + more)


def _check_audience(secured: JsonObject, kind: str, log: LogId) -> None:
    """What puts people in danger stays away from the public log; who is who is in it alone."""
    public = log.endswith("/public")
    limit = audience_limit(secured)
    may = {Widest.PUBLIC} if public else {Widest.PUBLIC, Widest.MEMBERS}
    _expect(limit.widest in may, "a record that may stand in this log", limit.reason)
    _expect(public or kind not in _PUBLIC_ONLY, f"a {kind} in the public log", log)


def _check_address(iri: str, kind: str, base: str) -> None:
    segment = KINDS[kind]
    if kind in {"City", "Organization"}:
        _expect(iri == f"{base}/{segment}", f"the address {base}/{segment}", iri)
    else:
        parent, _, name = iri.rpartition("/")
        _expect(
            parent == f"{base}/{segment}" and is_ulid(name), f"{base}/{segment}/ and a ULID", iri
        )
