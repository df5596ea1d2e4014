"""Which witnesses must vouch for a log: a policy as text (c2sp.org/tlog-policy).

Lines, in any number, names before they are used; ``#`` begins a comment::

    log VKEY [URL]
    witness NAME VKEY [URL]
    group NAME all|any|NUMBER NAME...
    quorum NAME|none
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from peers.checkpoint import NoteVerifier
from peers.witness import vouched

__all__ = ["Group", "Policy", "Witness", "read_policy"]

_NAME: Final = re.compile(r"[^\s#]{1,200}")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}")
_MOST: Final = 200
"""Names in one policy."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness: the key that it cosigns with, and where it is asked, if that is said."""

    name: str
    verifier: NoteVerifier
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these must vouch; members are witnesses and groups, by name."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Who must have vouched for a checkpoint.

    Attributes:
        logs: The logs that it is for; empty: any.
        quorum: Name of the witness or group that must vouch; empty where none has to.
    """

    logs: tuple[NoteVerifier, ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = ""

    def met(self, names: Collection[str]) -> bool:
        """Whether it is enough that the witnesses of these names vouch."""
        return not self.quorum or self._vouches(self.quorum, names)

    def vouching(self, note: bytes, *, since: int) -> frozenset[str]:
        """Which of its witnesses vouch for a note, none longer ago than asked.

        Args:
            since: Seconds since 1970.

        Raises:
            Malformed: The bytes are not a checkpoint in a signed note.
        """
        return frozenset(
            one.name
            for one in self.witnesses.values()
            if vouched(note, [one.verifier], since=since)
        )

    def _vouches(self, name: str, names: Collection[str]) -> bool:
        if name in self.witnesses:
            return name in names
        group = self.groups[name]
        return sum(self._vouches(one, names) for one in group.members) >= group.least


def read_policy(text: str) -> Policy:
    """Read a policy.

    Raises:
        ValueError: What is wrong, and on which line.
    """
    made = _Reading()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            made.take(line.partition("#")[0])
        except ValueError as exc:
            raise ValueError(f"policy, line {number}: {exc}") from exc
    if made.quorum is None and (made.witnesses or made.groups):
        raise ValueError("policy: expected a line 'quorum NAME' or 'quorum none', found none")
    return Policy(tuple(made.logs), made.witnesses, made.groups, made.quorum or "")


class _Reading:
    """A policy in the making, line by line."""

    def __init__(self) -> None:
        self.logs: list[NoteVerifier] = []
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None

    def take(self, line: str) -> None:
        match line.split():
            case []:
                pass
            case ["log", key] | ["log", key, _]:
                self.logs.append(NoteVerifier.from_text(key))
            case ["witness", name, key, *url] if len(url) <= 1:
                self._take_witness(name, key, "".join(url))
            case ["group", name, least, *members] if members:
                self._check_new(name)
                self.groups[name] = _group(name, least, members, self._names())
            case ["quorum", name] if self.quorum is None:
                if name != "none" and name not in self._names():
                    raise ValueError(f"expected a witness or group above, found {name!r}")
                self.quorum = "" if name == "none" else name
            case _:
                raise ValueError(
                    "expected 'log', 'witness', 'group' or one 'quorum' with what belongs to it, "
                    f"found {line[:80]!r}"
                )

    def _take_witness(self, name: str, key: str, url: str) -> None:
        self._check_new(name)
        verifier = NoteVerifier.from_text(key, witness=True)
        if any(one.verifier.key == verifier.key for one in self.witnesses.values()):
            raise ValueError("expected each key once, found it under a second name")
        self.witnesses[name] = Witness(name, verifier, url.rstrip("/"))

    def _check_new(self, name: str) -> None:
        if not _NAME.fullmatch(name) or name == "none" or name in self._names():
            raise ValueError(f"expected a name of its own, found {name[:80]!r}")
        if len(self._names()) >= _MOST:
            raise ValueError(f"expected at most {_MOST} witnesses and groups")

    def _names(self) -> Collection[str]:
        return self.witnesses.keys() | self.groups.keys()


def _group(name: str, least: str, members: list[str], known: Collection[str]) -> Group:
    unknown = [one for one in members if one not in known]
    if unknown or len(set(members)) < len(members):
        raise ValueError(f"expected names from above, each once, found {members}")
    count = {"all": len(members), "any": 1}.get(least)
    if count is None:
        count = int(least) if _COUNT.fullmatch(least) else 0
    if not 1 <= count <= len(members):
        raise ValueError(f"expected all, any or 1 to {len(members)}, found {least!r}")
    return Group(name, count, tuple(members))
