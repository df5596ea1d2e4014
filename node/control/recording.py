"""Operations on records: publish, withdraw, list, show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from node.errors import Refused
from node.service.append import Receipt
from node.service.erase import erase, erased
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import audience_named, publish_many, withdraw
from node.service.records import document_of, own_records, record_at
from node.store.ports import Held, audience_of
from peers.encoding import JsonObject
from vocab.framework import load
from vocab.languages import LangMap, best

__all__ = [
    "list_records",
    "publish_documents",
    "show_record",
    "text_in",
    "title_of",
    "withdraw_record",
]

_TITLES: Final = ("title", "name", "subjectName", "memberName")


async def publish_documents(
    home: Home,
    *,
    documents: Sequence[Mapping[str, Any]],
    audience: str = "public",
    dry_run: bool = False,
    language: str = "en",
) -> JsonObject:
    """``receipts``: one for each document, in order; all are published, or none.

    Raises:
        Refused: Two people are asked for (``desk.two_people``): the command line is one.
    """
    if home.config.desk.two_people and not dry_run:
        raise Refused(
            "expected a draft that somebody else has approved (desk.two_people), found documents: "
            "'intercity import FILE' brings them to the desk"
        )
    receipts = await publish_many(
        home,
        documents,
        audience=audience_named(audience),
        dry_run=dry_run,
        language=language,
    )
    if not dry_run:
        await catch_up(home)
    return {"receipts": [_receipt(one) for one in receipts]}


async def withdraw_record(
    home: Home,
    *,
    iri: str,
    reason: str,
    note: LangMap | None = None,
    dry_run: bool = False,
) -> JsonObject:
    """The receipt of the withdrawal."""
    receipt = await withdraw(home, iri, reason, note=note, dry_run=dry_run)
    if not dry_run:
        await catch_up(home)
    return {**_receipt(receipt), "dry_run": dry_run}


async def erase_record(
    home: Home,
    *,
    iri: str,
    reason: str,
    note: LangMap | None = None,
    dry_run: bool = False,
) -> JsonObject:
    """The receipt of the withdrawal that asks for it; our own copies are gone by then."""
    receipt = await erase(home, iri, reason, note=note, dry_run=dry_run)
    return {**_receipt(receipt), "dry_run": dry_run}


async def list_erasures(home: Home) -> JsonObject:
    """``erasures``: each record of ours that is to be erased everywhere, and who has done so."""
    found = await erased(home)
    return {
        "erasures": [
            {
                "iri": one.iri,
                "asked": one.asked,
                "receipts": dict(one.receipts),
                "backups": dict(one.backups),
                "waiting": dict(one.waiting),
            }
            for one in found
        ]
    }


async def list_records(
    home: Home, *, kind: str | None = None, withdrawn: bool = False
) -> JsonObject:
    """``records``: our own, newest version of each."""
    held = await own_records(home, kind=kind, withdrawn=withdrawn)
    return {"records": [_row(one) for one in held]}


async def show_record(home: Home, *, iri: str, version: int | None = None) -> JsonObject:
    """``record`` as it was signed, ours or a peer's, and where it stands."""
    held = await record_at(home, iri, version)
    return {"record": document_of(held), **_place(held)}


def title_of(document: Mapping[str, Any], language: str = "en") -> str:
    """What a record is called in lists: its title, else the name of its action."""
    for key in _TITLES:
        if document.get(key):
            return text_in(document[key], language)
    action = document.get("action")
    concept = load().concept(action) if isinstance(action, str) else None
    return text_in(concept.label, language) if concept else ""


def text_in(texts: LangMap, language: str = "en") -> str:
    """A text in a language, or in the nearest that there is; empty where there is none."""
    found = best(texts, [language])
    return found[1] if found else ""


def _row(held: Held) -> JsonObject:
    document = document_of(held) if held.body else {}
    kind = document.get("type", str(held.entry.kind))
    return {"kind": kind, "title": title_of(document), **_place(held)}


def _place(held: Held) -> JsonObject:
    return {
        "iri": held.entry.object,
        "audience": str(audience_of(held.log)),
        "log": held.log,
        "index": held.index,
        "version": held.entry.version,
        "published": held.entry.published,
        "recorded": held.recorded,
    }


def _receipt(receipt: Receipt) -> JsonObject:
    return {
        "iri": receipt.iri,
        "version": receipt.version,
        "kind": str(receipt.kind),
        "audience": str(audience_of(receipt.log)),
        "log": receipt.log,
        "index": receipt.index,
        "digest": receipt.digest,
        "published": receipt.published,
    }
