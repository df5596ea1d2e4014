"""Drafts on their way to the log: kept, handed over, commented, given back, approved, published.

The text lies with the other drafts (``node.service.drafts``), what was said of it beside it. Each
deed is in the audit log before it is done. What one person may do at all, pages ask
(``node.core.accounts.Duty``); here is decided what may be done with this draft by this person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from node.core.review import (
    Comment,
    Review,
    approved,
    commented,
    due,
    fault,
    returned,
    scheduled,
    submitted,
    text_digest,
    unscheduled,
    written,
)
from node.core.ulid import is_ulid
from node.errors import NodeError, NotFound, Refused
from node.service.accounts import note_deed
from node.service.append import Receipt
from node.service.drafts import (
    DRAFT,
    REVIEW,
    document_in,
    draft,
    draft_page,
    publish_drafts,
    published,
    read_review,
    review_of,
    review_page,
)
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import audience_named
from node.store.ports import Audience, audience_of
from peers.encoding import jcs
from vocab.records import KINDS

__all__ = [
    "approve",
    "audience_before",
    "cancel_schedule",
    "comment",
    "give_back",
    "iri_named",
    "note_drop",
    "publish_due",
    "publish_reviewed",
    "reviews",
    "save_draft",
    "schedule",
    "submit",
    "why_not_yet",
]

_log = structlog.get_logger(__name__)

DUE: Final = "draft-due"
"""Family of the desk's pages: key of a draft that was scheduled → when. Its review has the say."""
_NAMES: Final = ("city", "organization")


async def iri_named(home: Home, name: str, *, withdrawn: bool = False) -> str:
    """The key of a draft, or the address of a record of ours, by the last part of it.

    Args:
        withdrawn: Whether a record that was taken back will do, too.

    Raises:
        NotFound: There is neither.
    """
    if name in _NAMES:
        return f"{home.base_url}/{name}"
    keys = [f"{home.base_url}/{segment}/{name}" for segment in KINDS.values()]
    for key in [name, *keys] if is_ulid(name) else ():
        if await home.desk.page(DRAFT, key) is not None:
            return key
    for key in keys if is_ulid(name) else ():
        if await published(home, key) is not None:
            return key
        if withdrawn and await audience_before(home, key) is not None:
            return key
    raise NotFound(f"{name}: expected a draft or a record of this node, found neither")


async def reviews(home: Home) -> dict[str, Review]:
    """What is known of every draft, by its key."""
    kept = {key: read_review(data) for key, data in (await home.desk.pages(REVIEW)).items()}
    return {key: kept.get(key, Review()) for key in await home.desk.pages(DRAFT)}


async def save_draft(
    home: Home, who: str, key: str, document: Mapping[str, Any], before: Mapping[str, Any] | None
) -> bool:
    """Keep a draft as somebody wrote it, finished or not.

    Args:
        key: Its address.
        before: The draft as it was when they changed it; None where there was none.

    Returns:
        Whether it was as ``before``; where not, nothing was written.
    """
    key, content = draft_page(home, document, key=key)
    old = None if before is None else jcs(dict(before))
    if old == content:
        return True
    review = await review_of(home, key)
    if who not in review.writers:
        await note_deed(home, who, "write", key)
    # Who writes is known before what they wrote: nobody can approve a text of their own.
    await _keep(home, key, written(review, who, text_digest(document_in(content))))
    return await home.desk.swap_page(DRAFT, key, old, content)


async def note_drop(home: Home, who: str, key: str) -> None:
    """Say in the audit log that somebody is about to forget a draft."""
    await note_deed(home, who, "drop", key)


async def submit(home: Home, who: str, key: str, shown_to: str = "") -> None:
    """Hand a draft to whoever reviews.

    Args:
        shown_to: Audience that it is to be published for; empty for the widest that it may have.
    """
    digest = text_digest(await draft(home, key))
    await _do(
        home, who, "submit", key, lambda one: submitted(one, who, digest, home.stamp(), shown_to)
    )


async def comment(home: Home, who: str, key: str, field: str, text: str) -> None:
    """Say something of a field, or of the whole.

    Raises:
        NotFound: There is no such draft.
        Refused: Nothing was said, or too much.
    """
    said = Comment(field=field[:200], text=text.strip(), who=who, at=home.stamp())
    await draft(home, key)
    await _do(home, who, "comment", key, lambda one: commented(one, said))


async def give_back(home: Home, who: str, key: str, reason: str) -> None:
    """Return a draft to its writers, with a reason.

    Raises:
        Refused: It does not wait for review, or no reason is given.
    """
    await _do(home, who, "return", key, lambda one: returned(one, who, reason, home.stamp()))


async def approve(home: Home, who: str, key: str, digest: str) -> None:
    """Let a draft be published as it was looked at.

    Args:
        digest: Of the text that they looked at.

    Raises:
        NotFound: There is no such draft.
        Refused: It has changed since, does not wait, or they wrote it themselves.
    """
    if text_digest(await draft(home, key)) != digest:
        raise Refused("expected the text as you looked at it, found it changed: look at it again")
    await _do(home, who, "approve", key, lambda one: approved(one, who, digest, home.stamp()))


async def why_not_yet(home: Home, key: str, audience: str = "") -> str:
    """Why a draft may not be published yet, where two people are asked for; empty where it may."""
    digest = text_digest(await draft(home, key))
    two_people = home.config.desk.two_people
    return fault(await review_of(home, key), digest, two_people=two_people, audience=audience)


async def publish_reviewed(
    home: Home, who: str, key: str, audience: Audience, *, digest: str, language: str = "en"
) -> Receipt | None:
    """Publish one draft as somebody looked at it, and index it.

    Args:
        digest: Of the text that they looked at.
        language: Tag of the language that findings are told in.

    Returns:
        Its receipt; None where the same is published already.

    Raises:
        NotFound, Invalid, Refused: As ``publish_drafts``; or the text has changed.
    """
    if text_digest(await draft(home, key)) != digest:
        raise Refused("expected the text as you looked at it, found it changed: look at it again")
    await note_deed(home, who, "publish", key)
    receipts = await publish_drafts(home, [key], audience=audience, language=language)
    await catch_up(home)
    return receipts[0] if receipts else None


async def schedule(
    home: Home, who: str, key: str, audience: Audience, publish_at: str, *, digest: str
) -> None:
    """Let a draft be published by itself at a time; nothing of it is seen before.

    Args:
        publish_at: ``YYYY-MM-DDTHH:MM:SSZ``.

    Raises:
        NotFound: There is no such draft.
        Refused: The time is over, the text has changed, or nobody has approved it.
    """
    if publish_at <= home.stamp():
        raise Refused(f"expected a time that is still to come, found {publish_at}")
    if text_digest(await draft(home, key)) != digest:
        raise Refused("expected the text as you looked at it, found it changed: look at it again")
    if reason := await why_not_yet(home, key, str(audience)):
        raise Refused(reason)
    await home.desk.put_page(DUE, key, publish_at.encode())
    await _do(
        home,
        who,
        "schedule",
        key,
        lambda one: scheduled(one, who, digest, str(audience), publish_at),
    )


async def cancel_schedule(home: Home, who: str, key: str) -> None:
    """Let a draft wait again."""
    await _do(home, who, "unschedule", key, unscheduled)


async def publish_due(home: Home) -> int:
    """Publish what was to be published by now; what cannot be stays, with the reason.

    Returns:
        How many were published.
    """
    done = 0
    for key, when in (await home.desk.pages(DUE)).items():
        if when.decode() > home.stamp():
            continue
        review = await review_of(home, key)
        if not due(review, home.stamp()):
            await home.desk.drop_page(DUE, key)  # It was taken back, or published by hand.
            continue
        try:
            await _publish_scheduled(home, key, review)
            done += 1
        except NodeError as exc:
            _log.warning("a draft was not published at its time", draft=key, reason=str(exc))
            await _keep(home, key, unscheduled(await review_of(home, key), str(exc)[:500]))
        await home.desk.drop_page(DUE, key)
    return done


async def _publish_scheduled(home: Home, key: str, review: Review) -> None:
    if text_digest(await draft(home, key)) != review.digest:
        raise Refused("expected the text as it was scheduled, found it changed")
    audience = audience_named(review.audience)
    await publish_reviewed(home, review.scheduled_by, key, audience, digest=review.digest)


async def audience_before(home: Home, iri: str) -> Audience | None:
    """Whom a record of ours was published to; None where it never was."""
    held = await home.ledger.latest(iri)
    if held is None or held.log not in home.logs.values():
        return None
    return audience_of(held.log)


async def _do(
    home: Home, who: str, what: str, key: str, change: Callable[[Review], Review]
) -> None:
    """Change a draft's review, and say so in the audit log first."""
    before = await home.desk.page(REVIEW, key)
    changed = change(Review() if before is None else read_review(before))
    await note_deed(home, who, what, key)
    if not await home.desk.swap_page(REVIEW, key, before, review_page(changed)):
        raise Refused("expected the draft as it was a moment ago, found it changed; try again")


async def _keep(home: Home, key: str, review: Review) -> None:
    await home.desk.put_page(REVIEW, key, review_page(review))
