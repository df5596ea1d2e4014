"""Publishing: from a document to a signed record in one of our logs, and taking it back.

Indexing and announcing come after, and on their own: nothing after the commit can undo it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from node.core.drafts import asks_erasure, named, numbered, withdrawal_of
from node.errors import Gone, Invalid, NotFound, Refused
from node.service.append import Receipt, promised, put, stage_of
from node.service.home import Home
from node.store.ports import Audience, Held, audience_of
from peers.encoding import JsonObject
from peers.log import EntryKind
from vocab.languages import LangMap
from vocab.shapes import Finding, Severity, Widest, audience_limit, check

__all__ = ["Receipt", "audience_named", "publish", "publish_many", "withdraw"]

_ALWAYS_PUBLIC: Final = frozenset({"City", "Organization", "Membership", "PairingRound"})


def audience_named(text: str) -> Audience:
    """The audience that a word names.

    Raises:
        Refused: It is none that a record is published to; what is internal stays a draft.
    """
    try:
        return Audience(text)
    except ValueError:
        expected = " or ".join(Audience)
        raise Refused(f"expected an audience, {expected}; found {text[:40]!r}") from None


async def publish(
    home: Home, document: Mapping[str, Any], *, audience: Audience = Audience.PUBLIC
) -> Receipt:
    """Publish one record; see ``publish_many``."""
    return (await publish_many(home, [document], audience=audience))[0]


async def publish_many(
    home: Home,
    documents: Sequence[Mapping[str, Any]],
    *,
    audience: Audience = Audience.PUBLIC,
    dry_run: bool = False,
    language: str = "en",
) -> list[Receipt]:
    """Publish records together, or none of them.

    What can be known is filled in: ``id``, ``@context``, ``publisher`` and ``version``; the ``id``
    of a nested part may be its fragment alone. A ``proof`` is dropped: we sign anew. A version that
    is given must be the last one published, or the one after it.

    Args:
        language: Tag of the language that findings are told in.

    Returns:
        A receipt for each, in order. On a dry run everything is checked, and nothing is written.

    Raises:
        Invalid: Some break the shapes; all findings.
        Refused: Not ours to publish, not for this audience, or changed by somebody else meanwhile.
    """
    async with home.writing:
        drafts = [_named(home, document) for document in documents]
        latest = [await _latest(home, document) for document in drafts]
        ready = [
            numbered(document, await _last_version(home, str(document.get("id"))))
            for document in drafts
        ]
        _check(ready, language)
        for document, held in zip(ready, latest, strict=True):
            _allow(home, document, audience, held)
        staged = [
            stage_of(home, home.logs[audience], document, str(document["id"]), _kind_after(held))
            for document, held in zip(ready, latest, strict=True)
        ]
        return promised(home, staged) if dry_run else await put(home, staged)


async def _last_version(home: Home, iri: str) -> int:
    """The highest version of a record in our logs; one that was taken back counts, too."""
    held = await home.ledger.versions(iri)
    return max((one.entry.version for one in held if one.log in home.logs.values()), default=0)


async def withdraw(
    home: Home,
    iri: str,
    reason: str,
    *,
    note: LangMap | None = None,
    replaced_by: str | None = None,
    erase: bool = False,
    dry_run: bool = False,
) -> Receipt:
    """Take a record of ours back: its address answers with the signed withdrawal from now on.

    Its history stays where it is, unless its text is to be erased (``node.service.erase``).

    Args:
        reason: A withdrawal reason of the vocabulary: its slug, such as ``outdated``, or its IRI.
        note: In our words.
        replaced_by: IRI of the record that stands in its place.
        erase: Ask everyone to erase its text, ourselves included; of a record that is withdrawn
            already as well.

    Raises:
        NotFound: There is no such record of ours.
        Gone: It is withdrawn already, and its erasure asked for where that is wanted.
        Invalid: Reason or note break the shapes.
    """
    async with home.writing:
        held = await home.ledger.latest(iri)
        if held is None or held.log not in home.logs.values():
            raise NotFound(f"{iri}: expected a record that this node has published, found none")
        if held.entry.kind is EntryKind.DELETE and not (erase and not asks_erasure(held.body)):
            raise Gone(f"{iri} was withdrawn already, on {held.entry.published}")
        document = withdrawal_of(
            iri,
            await _last_version(home, iri) + 1,
            publisher=home.agent,
            reason=reason,
            at=home.now(),
            note=note or {},
            replaced_by=replaced_by,
            erase=erase,
        )
        _check([document])
        staged = [stage_of(home, held.log, document, iri, EntryKind.DELETE)]
        return (promised(home, staged) if dry_run else await put(home, staged))[0]


def _named(home: Home, document: Mapping[str, Any]) -> JsonObject:
    return named(
        document,
        base_url=home.base_url,
        agent=home.agent,
        now=home.now(),
        entropy=home.entropy,
    )


async def _latest(home: Home, document: Mapping[str, Any]) -> Held | None:
    iri = document.get("id")
    return await home.ledger.latest(iri) if isinstance(iri, str) else None


def _check(documents: Sequence[JsonObject], language: str = "en") -> None:
    """Refuse documents that break the shapes, with every finding of every one."""
    iris = [document.get("id") for document in documents]
    twice = sorted({str(iri) for iri in iris if iri is not None and iris.count(iri) > 1})
    if twice:
        raise Invalid(f"expected each record once, found several documents for {twice[0]}")
    found: list[Finding] = []
    for number, document in enumerate(documents):
        place = f"/{number}" if len(documents) > 1 else ""
        found += [
            Finding(place + one.path, one.code, one.message, one.mend, one.severity)
            for one in check(document, language)
            if one.severity is Severity.VIOLATION
        ]
    if found:
        first = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Invalid(f"{first.path or 'the record'}: {first.message}{more}", tuple(found))


def _allow(home: Home, document: JsonObject, audience: Audience, held: Held | None) -> None:
    """Refuse what is well made and still not ours to say here."""
    iri, kind = str(document["id"]), document["type"]
    if kind == "Withdrawal":
        raise Refused(f"{iri}: a withdrawal is made by withdrawing the record that it is about")
    if document["publisher"] != home.agent or not iri.startswith(f"{home.base_url}/"):
        raise Refused(
            f"{iri}: expected a record below {home.base_url}/ by {home.agent}, "
            f"found one by {document['publisher']}"
        )
    limit = audience_limit(document)
    if limit.widest is Widest.MEMBERS and audience is Audience.PUBLIC:
        raise Refused(f"{iri}: it may be published to members, not to everyone. {limit.reason}")
    if kind in _ALWAYS_PUBLIC and audience is not Audience.PUBLIC:
        raise Refused(f"{iri}: a {kind} is public; found the audience {audience}")
    if held is not None and audience_of(held.log) is not audience:
        raise Refused(
            f"{iri} is published to {audience_of(held.log)}; a record's audience does not change: "
            "withdraw it, and publish it under another id"
        )


def _kind_after(held: Held | None) -> EntryKind:
    gone = held is None or held.entry.kind is EntryKind.DELETE
    return EntryKind.CREATE if gone else EntryKind.UPDATE
