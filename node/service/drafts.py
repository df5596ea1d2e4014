"""Drafts: documents on the desk that nobody has signed. They reach a log by publishing alone.

A draft is kept under the address that its record will have, or under a ULID where the document
does not say yet what it is. It may be unfinished. Publishing it drops it; a crash between the two
leaves a draft that says what is published already, and publishing that again only drops it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from node.core.drafts import named
from node.core.review import Comment, Review, Stage, fault, text_digest, written
from node.core.ulid import ulid
from node.errors import NotFound, Refused
from node.service.home import Home
from node.service.publish import Receipt, publish_many
from node.store.ports import Audience, Held
from peers.encoding import JsonObject, jcs, parse_json
from peers.log import EntryKind

__all__ = [
    "DRAFT",
    "NOTES",
    "REVIEW",
    "add_notes",
    "claim",
    "document_in",
    "draft",
    "draft_page",
    "drafts",
    "drop_draft",
    "notes_of",
    "publish_draft",
    "publish_drafts",
    "published",
    "put_draft",
    "read_review",
    "review_of",
    "review_page",
    "same_words",
]

DRAFT: Final = "draft"
"""Family of the desk's pages: key → the document."""

NOTES: Final = "draft-notes"
"""Family of the desk's pages: key of a draft → heading and text of what no field has room for."""

REVIEW: Final = "draft-review"
"""Family of the desk's pages: key of a draft → who wrote it, and what was said of it."""

_FAMILIES: Final = (DRAFT, NOTES, REVIEW)
_NAMES: Final = frozenset({"@context", "version", "publisher", "proof"})


async def put_draft(home: Home, document: Mapping[str, Any], *, key: str = "") -> str:
    """Keep a draft, new or changed, and return its key.

    Args:
        key: Under which it is kept already; empty for a new one.
    """
    key, content = draft_page(home, document, key=key)
    await home.desk.put_page(DRAFT, key, content)
    return key


def draft_page(home: Home, document: Mapping[str, Any], *, key: str = "") -> tuple[str, bytes]:
    """Key and content of a draft that is to be kept."""
    made = named(
        {**document, "id": key} if ":" in key else document,
        base_url=home.base_url,
        agent=home.agent,
        now=home.now(),
        entropy=home.entropy,
    )
    iri = made.get("id")
    if isinstance(iri, str) and iri:
        return iri, jcs(made)
    return key or ulid(int(home.now().timestamp() * 1000), home.entropy), jcs(made)


async def drafts(home: Home, segment: str = "") -> dict[str, JsonObject]:
    """Every draft by its key.

    Args:
        segment: Only those whose address has it, such as ``/action-status/``.
    """
    kept = await home.desk.pages(DRAFT)
    return {key: document_in(data) for key, data in kept.items() if segment in key}


async def draft(home: Home, key: str) -> JsonObject:
    """One draft.

    Raises:
        NotFound: There is none of that key.
    """
    found = await home.desk.page(DRAFT, key)
    if found is None:
        raise NotFound(f"{key}: expected the key of a draft, found none")
    return document_in(found)


async def notes_of(home: Home, key: str) -> dict[str, str]:
    """What came with a draft that no field has room for: heading → text."""
    found = await home.desk.page(NOTES, key)
    return {} if found is None else {name: str(text) for name, text in document_in(found).items()}


async def add_notes(home: Home, key: str, notes: Mapping[str, str]) -> None:
    """Keep more texts beside a draft; what is there under the same heading stays, too."""
    kept = await notes_of(home, key)
    for heading, text in notes.items():
        name, number = heading, 1
        while kept.get(name, text) != text:
            number += 1
            name = f"{heading} ({number})"
        kept[name] = text
    await home.desk.put_page(NOTES, key, jcs(dict(kept)))


async def claim(home: Home, who: str, documents: Mapping[str, JsonObject]) -> None:
    """Say who has written these drafts, before they are kept: key → text."""
    pages: dict[tuple[str, str], bytes | None] = {}
    for key, document in documents.items():
        review = written(await review_of(home, key), who, text_digest(document))
        pages[REVIEW, key] = review_page(review)
    await home.desk.put_pages(pages)


async def review_of(home: Home, key: str) -> Review:
    """What is known of a draft beside its text; of one that nobody looked after, nothing."""
    found = await home.desk.page(REVIEW, key)
    return Review() if found is None else read_review(found)


def review_page(review: Review) -> bytes:
    """A review as it is kept."""
    said: JsonObject = asdict(review)
    said["writers"] = list(review.writers)
    said["comments"] = [asdict(one) for one in review.comments]
    return jcs({key: value for key, value in said.items() if value})


def read_review(data: bytes) -> Review:
    """A review as it was kept."""
    said: JsonObject = document_in(data)
    return Review(
        **{
            **said,
            "writers": tuple(said.get("writers", ())),
            "stage": Stage(said.get("stage", Stage.WRITING)),
            "comments": tuple(Comment(**one) for one in said.get("comments", ())),
        }
    )


async def drop_draft(home: Home, key: str) -> None:
    """Forget a draft. What is published under its address stays.

    Raises:
        NotFound: There is none of that key.
    """
    await draft(home, key)
    await home.desk.put_pages({(family, key): None for family in _FAMILIES})


async def publish_draft(
    home: Home, key: str, *, audience: Audience = Audience.PUBLIC
) -> Receipt | None:
    """Publish one draft; see ``publish_drafts``."""
    receipts = await publish_drafts(home, [key], audience=audience)
    return receipts[0] if receipts else None


async def publish_drafts(
    home: Home,
    keys: Sequence[str],
    *,
    audience: Audience = Audience.PUBLIC,
    language: str = "en",
) -> list[Receipt]:
    """Publish drafts together, or none of them, and drop them.

    Args:
        language: Tag of the language that findings are told in.

    Returns:
        A receipt for each that said something new, in order.

    Raises:
        NotFound: There is no draft of one of the keys.
        Refused: Two people are asked for, and nobody else has approved one of them.
        Invalid, Refused: As ``publish_many``; all drafts stay.
    """
    documents = [await draft(home, key) for key in keys]
    for key, document in zip(keys, documents, strict=True):
        review, digest = await review_of(home, key), text_digest(document)
        two_people = home.config.desk.two_people
        if reason := fault(review, digest, two_people=two_people, audience=str(audience)):
            raise Refused(f"{key}: {reason}")
    new = [one for one in documents if not same_words(one, await published(home, one.get("id")))]
    receipts = await publish_many(home, new, audience=audience, language=language) if new else []
    await home.desk.put_pages({(family, key): None for key in keys for family in _FAMILIES})
    return receipts


async def published(home: Home, iri: object) -> JsonObject | None:
    """What we say now under an address of ours; None where we say nothing."""
    held: Held | None = await home.ledger.latest(iri) if isinstance(iri, str) else None
    if held is None or held.log not in home.logs.values() or held.body is None:
        return None
    return None if held.entry.kind is EntryKind.DELETE else document_in(held.body.record)


def same_words(one: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    """Whether two documents say the same, whoever signed them, and in whatever version."""
    if other is None:
        return False
    return {key: value for key, value in one.items() if key not in _NAMES} == {
        key: value for key, value in other.items() if key not in _NAMES
    }


def document_in(data: bytes) -> JsonObject:
    """A document as the desk keeps it."""
    value = parse_json(data)
    assert isinstance(value, dict), "the desk keeps documents"
    return value
