"""A record of every type that a city publishes, with hostile text wherever text may stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

from node.core.ulid import ulid
from tests.hostile.texts import TEXTS
from vocab.shapes import Severity, check

__all__ = ["covering", "examples", "poisoned", "tampered"]

_KINDS = list(TEXTS.values())
_OURS = {"id", "type", "@context", "proof", "publisher", "version", "did"}
"""What the node says itself; whoever writes a record cannot choose it."""


def examples(base: str, agent: str = "city") -> list[dict[str, Any]]:
    """The vocabulary's examples of an agent's records, as this node's own; one profile among them.

    Args:
        agent: ``city`` or ``organization``: who publishes.
    """
    found: dict[str, dict[str, Any]] = {}
    folder = files("vocab").joinpath("data", "examples")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".jsonld") or "internal" in file.name:
            continue
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["type"] == "Withdrawal" or not document["publisher"].endswith(f"/#{agent}"):
            continue
        whole = _moved(document, base)
        found.setdefault(whole["id"], whole)
    return list(found.values())


def covering(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As few of the documents as have every field of every type that any of them has."""
    chosen: list[dict[str, Any]] = []
    seen: set[tuple[str, ...]] = set()
    for document in sorted(documents, key=lambda one: -len(set(_fields(one, ())))):
        fields = {(document["type"], *field) for field in _fields(document, ())}
        if not fields <= seen:
            seen |= fields
            chosen.append(document)
    return chosen


def poisoned(
    document: dict[str, Any], turn: int, entropy: Callable[[int], bytes]
) -> dict[str, Any]:
    """A copy with another kind of hostile text in each text that has a language.

    Args:
        turn: Which kind comes first: after as many turns as there are kinds, each has stood in
            each field.
        entropy: For the copy's own ULID; a profile keeps its address.
    """
    copy: dict[str, Any] = _filled(document, [turn])
    for finding in check(copy):
        if finding.severity is Severity.VIOLATION:
            _shorten(copy, finding.path.split("/")[1:])
    if document["type"] in {"City", "Organization"}:
        return copy
    old, new = document["id"].rpartition("/")[2], ulid(1_700_000_000_000, entropy)
    renamed: dict[str, Any] = json.loads(json.dumps(copy).replace(old, new))
    return renamed


def tampered(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The record with hostile text in one place of no language: dates, addresses, codes, names.

    Yields:
        Where, which kind, and the whole record.
    """
    for number, path in enumerate(_plain_places(document, ())):
        for step in range(4):
            kind = list(TEXTS)[(number * 5 + step * 11) % len(TEXTS)]
            copy = json.loads(json.dumps(document))
            inner = copy
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = TEXTS[kind]
            yield "/".join(map(str, path)), kind, copy


def _moved(document: dict[str, Any], base: str) -> dict[str, Any]:
    """An example as our own: its base replaced by ours wherever it stands."""
    old = document["publisher"].partition("/#")[0]
    text = json.dumps(document).replace(f"{old}/", f"{base}/").replace(f'"{old}"', f'"{base}"')
    changed: dict[str, Any] = json.loads(text.replace(f"{base}/files/", f"{old}/files/"))
    foreign = {"did", "learnerDid", "helperDid", "proof"}
    return {key: value for key, value in changed.items() if key not in foreign} | {"version": 1}


def _shorten(document: Any, path: list[str]) -> None:
    """Cut a text that is too long for its field; it is as hostile as it was."""
    for key in path[:-1]:
        document = document[int(key) if isinstance(document, list) else key]
    document[path[-1]] = document[path[-1]][:200]


def _fields(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, list):
        for one in value:
            yield from _fields(one, path)
    elif isinstance(value, dict) and not _is_language_map(value):
        for key, one in value.items():
            yield from _fields(one, (*path, key))
    else:
        yield path


def _is_language_map(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and not {"id", "type"} & set(value)


def _filled(value: Any, count: list[int]) -> Any:
    if isinstance(value, list):
        return [_filled(one, count) for one in value]
    if _is_language_map(value):
        count[0] += 1
        return {tag: f"{_KINDS[count[0] % len(_KINDS)]} {count[0]}" for tag in value}
    if isinstance(value, dict):
        return {key: _filled(one, count) for key, one in value.items()}
    return value


def _plain_places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict) and not _is_language_map(value):
        for key, one in value.items():
            if key not in _OURS:
                yield from _plain_places(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(value[:1]):
            yield from _plain_places(one, (*path, number))
    elif isinstance(value, str):
        yield path
