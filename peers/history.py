"""Which key was in force where: the key history of one log, by position and never by date.

Signatures carry dates of their signer's own choosing, and a stolen key signs with any. So a key is
valid by log position: a record's proof is good if its key was in force at the record's index, a
checkpoint's signature if it was in force at the checkpoint's size. The history is read from the
log's own Genesis and KeyChange entries; whoever has read the same entries has the same history, in
however many steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from peers.did import Did, DidDocument, LogId
from peers.encoding import parse_canonical
from peers.errors import Malformed, PeerError, Untrusted
from peers.keychange import (
    PURPOSES,
    KeyChange,
    change_address,
    purpose_of,
    read_change,
    read_genesis,
    recovery_hash,
)
from peers.keys import PublicKey
from peers.log import Body, Entry, EntryKind

__all__ = ["KeyHistory", "Term", "begin", "followed"]


@dataclass(frozen=True, slots=True)
class Term:
    """How long a key was in force.

    Attributes:
        key: Which.
        first: The first index at which it may sign.
        last: The last: that of the change that removed it; ``None`` while it is in force.
    """

    key: PublicKey
    first: int
    last: int | None = None

    def holds(self, index: int) -> bool:
        """Whether it was in force there."""
        return self.first <= index and (self.last is None or index <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHistory:
    """The keys of a log's owner, as one log of theirs tells them.

    Attributes:
        did, log: Whose, and which log says so.
        terms: Method id → its key and when it was in force; the first of each purpose first.
        recovery: Hash of the recovery key that is good now.
        changes: Indices of the changes that were authorised, in order.
        compromised: Pairs of indices: what stands from the first up to, and without, the second
            may have been signed by somebody else.
        revoked: Method id → ``published`` of the entry that said it had been in wrong hands.
        refused: Index → why a KeyChange that stands there changes nothing.
    """

    did: Did
    log: LogId
    terms: Mapping[str, Term]
    recovery: str
    changes: tuple[int, ...] = ()
    compromised: tuple[tuple[int, int], ...] = ()
    revoked: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)

    def valid_at(self, method: str, index: int) -> PublicKey | None:
        """The key, if what it signed may be believed at this index; else ``None``.

        For a checkpoint, ``index`` is its size.
        """
        term = self.terms.get(method)
        if term is None or not term.holds(index) or self.is_compromised(index):
            return None
        return term.key

    def is_compromised(self, index: int) -> bool:
        """Whether the log has taken back, later, what stands there."""
        return any(start <= index < stop for start, stop in self.compromised)

    def in_force(self, purpose: str, index: int | None = None) -> tuple[str, PublicKey]:
        """Method and key of a purpose: now, or at an index (a size, for a checkpoint's key)."""
        for method, term in self.terms.items():
            named = purpose_of(method, self.did.text)
            if (
                named is not None
                and named[0] == purpose
                and (term.last is None if index is None else term.holds(index))
            ):
                return method, term.key
        raise AssertionError(f"one key of purpose {purpose} is always in force")

    def next_method(self, purpose: str) -> str:
        """The id of the next key of a purpose: a number is never used again."""
        method, _ = self.in_force(purpose)
        named = purpose_of(method, self.did.text)
        assert named is not None
        return f"{self.did.text}#{purpose}-{named[1] + 1}"

    def refusal(self, method: str, index: int) -> str:
        """Why ``valid_at`` gave nothing, in words: what was expected, and what was found."""
        if self.is_compromised(index):
            until = next(stop for start, stop in self.compromised if start <= index < stop)
            return (
                f"entry {until} of its log says that keys were in wrong hands when this was "
                "signed: expected a record that was published anew since"
            )
        method_now, _ = self.in_force("record", index)
        return (
            f"expected the record key in force at entry {index}, {method_now}, "
            f"found {method!r:.200}"
        )

    def document(self, base: DidDocument) -> DidDocument:
        """A DID document with the keys that the log gives, and the services of ``base``."""
        by_purpose: dict[str, dict[str, PublicKey]] = {purpose: {} for purpose in PURPOSES}
        retired: dict[str, PublicKey] = {}
        for method, term in self.terms.items():
            named = purpose_of(method, self.did.text)
            assert named is not None
            past = named[0] == "http" and term.last is not None
            (retired if past else by_purpose[named[0]])[method] = term.key
        return replace(
            base,
            record_keys=by_purpose["record"],
            log_keys=by_purpose["log"],
            http_keys=by_purpose["http"],
            retired=retired,
            revoked=dict(self.revoked),
        )

    def changed(self, change: KeyChange, authority: PublicKey, entry: Entry) -> KeyHistory:
        """The history with one more change, at the entry that commits to it.

        Args:
            change, authority: As ``peers.keychange.read_change`` gives them: the signature holds.

        Raises:
            Untrusted: It was not authorised.
            Malformed: It does not follow on this history.
        """
        index = _index_of(entry)
        self._check_authority(change, authority)
        self._check_place(change, entry)
        self._check_keys(change, authority)
        terms = {
            method: replace(term, last=index) if method in change.remove else term
            for method, term in self.terms.items()
        }
        terms |= {method: Term(key, index + 1) for method, key in change.add.items()}
        history = replace(
            self, terms=terms, recovery=change.recovery_hash, changes=(*self.changes, index)
        )
        if change.compromised_from is None:
            return history
        return _taken_back(history, change.compromised_from, index, entry.published)

    def _check_authority(self, change: KeyChange, authority: PublicKey) -> None:
        if change.recovery is None:
            method, key = self.in_force("record")
            if key != authority:
                raise self._untrusted(f"the record key in force, {method}", authority.multikey)
            if change.recovery_hash != self.recovery:
                # Else a stolen record key could lock its owner out for good.
                raise self._untrusted(
                    f"nextRecoveryHash to stay {self.recovery}: the recovery key alone changes it",
                    change.recovery_hash,
                )
            if change.compromised_from is not None:
                # Else it could take back everything that its owner ever published.
                raise self._untrusted(
                    "compromisedFrom in a change by the recovery key alone",
                    "one by the record key",
                )
        elif recovery_hash(authority) != self.recovery:
            raise self._untrusted(
                f"the recovery key with the hash {self.recovery}", recovery_hash(authority)
            )
        elif change.recovery_hash == self.recovery:
            raise self._untrusted("a new nextRecoveryHash: this one was used", self.recovery)

    def _check_place(self, change: KeyChange, entry: Entry) -> None:
        scheme = self.did.origin.partition("://")[0]
        expected = change_address(f"{scheme}://{self.log}", len(self.changes) + 1)
        found = change_address(change.address, change.number)
        if (found, entry.object) != (expected, expected):
            raise self._malformed(
                f"the change {expected}", f"{found} in an entry on {entry.object}"
            )
        if change.controller != self.did.text:
            raise self._untrusted(f"a change by {self.did}", change.controller)
        if change.version != entry.version:
            raise self._malformed(f"version {entry.version} as in the log", change.version)

    def _check_keys(self, change: KeyChange, authority: PublicKey) -> None:
        replaced = []
        for method in change.add:
            named = purpose_of(method, self.did.text)
            if named is None or method != self.next_method(named[0]):
                raise self._malformed(
                    "each new key to have its purpose's next number "
                    f"({', '.join(map(self.next_method, PURPOSES))})",
                    method,
                )
            replaced.append(self.in_force(named[0])[0])
        if sorted(replaced) != sorted(change.remove):
            raise self._malformed(f"remove to name {sorted(replaced)}", sorted(change.remove))
        if not change.add and change.recovery is None:
            raise self._malformed("at least one new key", "none")
        used = {term.key.raw for term in self.terms.values()} | {authority.raw}
        for method, key in change.add.items():
            if key.raw in used or recovery_hash(key) in {self.recovery, change.recovery_hash}:
                raise self._untrusted(f"a key for {method} that was never used", key.multikey)

    def _untrusted(self, expected: str, found: object) -> Untrusted:
        return Untrusted(self.log, f"KeyChange: expected {expected}; found {str(found)[:200]}")

    def _malformed(self, expected: str, found: object) -> Malformed:
        return Malformed(self.log, f"KeyChange: expected {expected}; found {str(found)[:200]}")


@lru_cache(maxsize=1024)
def begin(body: Body, did: Did, log: LogId) -> KeyHistory:
    """The history that a log's first body begins; kept, for every look at a peer begins with it.

    It does **not** say that these are the keys which anybody pinned.

    Raises:
        Malformed: Not the body of a Genesis entry of this log.
        Untrusted: Another node's, or a signature that does not hold.
    """
    genesis = read_genesis(_read(body, log), log)
    if genesis.controller != did.text or not log.startswith(f"{did.authority}/"):
        raise Untrusted(log, f"Genesis: expected the log's owner {did}, found {genesis.controller}")
    return KeyHistory(
        did=did,
        log=log,
        terms={method: Term(key, 0) for method, key in genesis.keys.items()},
        recovery=genesis.recovery_hash,
    )


def followed(
    history: KeyHistory, entries: Iterable[Entry], bodies: Sequence[Body | None]
) -> KeyHistory:
    """The history after further entries, which follow on it in the log.

    A change that was not authorised changes nothing: it is noted with its reason in ``refused``.

    Args:
        bodies: Shown by sync to have the entries' digests; aligned with them.
    """
    for entry, body in zip(entries, bodies, strict=True):
        if entry.kind is EntryKind.KEY_CHANGE:
            history = _tried(history, entry, body)
    return history


_ERASED: Final = "expected the text of a change of keys, found it erased"


def _tried(history: KeyHistory, entry: Entry, body: Body | None) -> KeyHistory:
    try:
        if body is None:
            raise Malformed(history.log, _ERASED)
        change, authority = read_change(_read(body, history.log), history.log)
        return history.changed(change, authority, entry)
    except PeerError as exc:
        return replace(history, refused={**history.refused, _index_of(entry): exc.reason})


def _taken_back(history: KeyHistory, start: int, index: int, published: str) -> KeyHistory:
    """The history after a change, at ``index``, that said what it said of the keys before it."""
    if start > index:
        raise Malformed(
            history.log, f"KeyChange: expected compromisedFrom at most {index}, found {start}"
        )
    # Every key that could sign there and can no more: a thief may have brought one or two.
    ended = {
        method: published
        for method, term in history.terms.items()
        if term.last is not None and term.last >= start and method not in history.revoked
    }
    return replace(
        history,
        compromised=(*history.compromised, (start, index)),
        revoked={**history.revoked, **ended},
    )


def _read(body: Body, log: LogId) -> dict[str, object]:
    try:
        value = parse_canonical(body.record)
    except ValueError as exc:
        raise Malformed(log, f"the record's bytes: {exc}") from exc
    if not isinstance(value, dict):
        raise Malformed(log, "expected a JSON object")
    return value


def _index_of(entry: Entry) -> int:
    """Its place, which its id names (``peers.log.read_entry`` has compared them)."""
    return int(entry.id.rpartition("/")[2])
