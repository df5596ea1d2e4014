"""What pages of the desk are about: a record that is being written, and how it will look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from node.core.drafts import called, named
from node.core.forms import sections_of
from node.core.ulid import ulid
from node.errors import NotFound
from node.service.drafts import draft, published
from node.service.home import Home
from node.service.reviews import iri_named
from node.web.record_page import known_of
from node.web.shell import Shell
from node.web.views import RecordView, named_in, view_of
from peers.encoding import JsonObject
from vocab.framework import Action
from vocab.languages import LangMap
from vocab.records import KINDS, TYPES, parse

__all__ = ["Written", "begun", "view_of_draft", "whole_of", "written_at"]

_BESIDE: Final = frozenset({"proof", "version"})
"""What a correction leaves behind: the node signs and counts anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A record that is being written.

    Attributes:
        name: The last part of its address; what pages of the desk call it.
        key: Its address.
        kind: Its type.
        document: The draft, else what is published; empty for a new one.
        draft: The draft; None where there is none yet.
        published: What is published under the address; None where nothing is.
    """

    name: str
    key: str
    kind: str
    document: JsonObject
    draft: JsonObject | None
    published: JsonObject | None

    @property
    def title(self) -> LangMap:
        """What it is called; empty where nothing says so yet."""
        return called(self.document)


async def written_at(home: Home, name: str, *, kind: str = "", withdrawn: bool = False) -> Written:
    """The record that a page of the desk names.

    Args:
        kind: The type of one that is not there yet.
        withdrawn: Whether one that was taken back will do, too.

    Raises:
        NotFound: It is not there, and of no type that can be written here.
    """
    try:
        key = await iri_named(home, name, withdrawn=withdrawn)
    except NotFound:
        if kind not in TYPES or kind not in KINDS:
            raise
        key = f"{home.base_url}/{KINDS[kind]}/{name}"
    said = await published(home, key)
    try:
        kept: JsonObject | None = await draft(home, key)
    except NotFound:
        kept = None
    begun = {one: value for one, value in (said or {}).items() if one not in _BESIDE}
    document = kept if kept is not None else begun
    found = str(document.get("type") or kind or _kind_at(home, key))
    if found not in TYPES:
        raise NotFound(f"{key}: expected a type of record that we know, found {found[:80]!r}")
    return Written(
        name=name,
        key=key,
        kind=found,
        document={"type": found, **document},
        draft=kept,
        published=said,
    )


def begun(home: Home, kind: str, action: Action | None = None) -> Written:
    """A new record of a type, about an action where one is given; nothing of it is kept yet."""
    name = ulid(int(home.now().timestamp() * 1000), home.entropy)
    document: JsonObject = {"type": kind}
    for key, many in _about(kind)[:1]:
        if action is not None:
            document[key] = [action.iri] if many else action.iri
    key = f"{home.base_url}/{KINDS[kind]}/{name}"
    return Written(name=name, key=key, kind=kind, document=document, draft=None, published=None)


def whole_of(home: Home, document: JsonObject) -> JsonObject:
    """A draft with the names that it will have, to be looked through."""
    return named(document, base_url=home.base_url, agent=home.agent, now=home.now(), entropy=bytes)


async def view_of_draft(home: Home, shell: Shell, written: Written) -> RecordView:
    """A well-made draft as its page will show it."""
    record = parse({"version": 1, **whole_of(home, written.document)})
    known = await known_of(home, named_in(record))
    return view_of(record, shell, {iri: put.title for iri, put in known.items()})


def _about(kind: str) -> list[tuple[str, bool]]:
    """Which field says what actions a record is about, and whether it is a list."""
    fields = [one for many in sections_of(kind).values() for one in many]
    return [(one.key, one.form == "list") for one in fields if one.ref == "ActionConcept"]


def _kind_at(home: Home, key: str) -> str:
    """The type that an address of ours is made for; a profile may not be written yet."""
    segment = key.removeprefix(f"{home.base_url}/").partition("/")[0]
    agents = {"city", "organization"}
    if segment in agents and key != home.profile_iri:
        return ""
    return next((kind for kind, one in KINDS.items() if one == segment), "")
