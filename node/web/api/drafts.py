"""``/drafts`` and ``/withdrawals``: what staff write, for programs of theirs.

The same services as behind the desk's pages: who writes cannot approve, an approval is of a text,
and what is published passes the same checks. Whoever changes a draft names the text that they saw
by its digest; where it has changed since, nothing is written.
"""

from __future__ import annotations

from typing import Any

from node.core.drafts import called, named
from node.core.review import text_digest
from node.errors import Changed, Refused
from node.service.accounts import note_deed
from node.service.append import Receipt
from node.service.drafts import draft, drafts, drop_draft, review_of
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import audience_named, withdraw
from node.service.reviews import (
    approve,
    iri_named,
    note_drop,
    publish_reviewed,
    reviews,
    save_draft,
    submit,
)
from node.web.api.operation import Call, Reply
from node.web.api.paging import foreign, place_of
from node.web.problems import told
from peers.encoding import JsonObject
from vocab.shapes import check

__all__ = ["approval", "change", "create", "drop", "listing", "one", "publish", "retract", "send"]


async def listing(call: Call) -> Reply:
    """Every draft, in the order of keys, which are the places of the list."""
    place = place_of(call.asked)
    if not isinstance(place, str | None):
        raise foreign()
    kept, known = await drafts(call.home), await reviews(call.home)
    ahead = sorted(key for key in kept if place is None or key > place)
    shown = ahead[: call.number("limit")]
    return Reply(
        content={
            "total": len(kept),
            "items": [
                _item(key, kept[key], str(known[key].stage)) for key in shown if key in known
            ],
        },
        place=shown[-1] if len(ahead) > len(shown) else None,
    )


async def one(call: Call) -> Reply:
    """A draft with what is wrong with it."""
    return Reply(content=await _picture(call.home, await iri_named(call.home, call.text("name"))))


async def create(call: Call) -> Reply:
    """A new draft; its address follows from its type."""
    home, document = call.home, _own(call.home, dict(call.sent["record"]))
    key = str(document["id"])
    await call.note()
    if not await save_draft(home, call.holder.person.id, key, document, None):
        raise Changed(f"{key}: expected no draft under this address yet, found one; change it")
    name = key.rpartition("/")[2]
    address = call.addresses.whole(f"/api/v1/drafts/{name}")
    return Reply(content=await _picture(home, key), headers={"Location": address})


async def change(call: Call) -> Reply:
    """The draft with another text; an approval of the one before is gone."""
    home, (key, before) = call.home, await _seen(call)
    document = _own(home, {**call.sent["record"], "id": key} if ":" in key else call.sent["record"])
    await call.note()
    if not await save_draft(home, call.holder.person.id, key, document, before):
        raise Changed(f"{key}: expected the text that you named, found it changed meanwhile")
    return Reply(content=await _picture(home, key))


async def drop(call: Call) -> Reply:
    """Forget a draft."""
    key, _ = await _seen(call)
    await call.note()
    await note_drop(call.home, call.holder.person.id, key)
    await drop_draft(call.home, key)
    return Reply(content={"id": key})


async def send(call: Call) -> Reply:
    """Hand a draft to whoever reviews."""
    key, _ = await _seen(call)
    await call.note()
    await submit(call.home, call.holder.person.id, key)
    return Reply(content=await _picture(call.home, key))


async def approval(call: Call) -> Reply:
    """Approve a draft that somebody else has written."""
    key, _ = await _seen(call)
    await call.note()
    await approve(call.home, call.holder.person.id, key, str(call.sent["digest"]))
    return Reply(content=await _picture(call.home, key))


async def publish(call: Call) -> Reply:
    """Publish a draft: signed, logged and indexed as from the desk."""
    key, document = await _seen(call)
    audience = audience_named(str(call.sent.get("audience", "public")))
    await call.note()
    receipt = await publish_reviewed(
        call.home, call.holder.person.id, key, audience, digest=str(call.sent["digest"])
    )
    if receipt is None:
        raise Refused(f"{document.get('id', key)}: the same words are published already")
    return Reply(content=_receipt(receipt), headers={"Location": receipt.iri})


async def retract(call: Call) -> Reply:
    """Withdraw a record of ours; nobody has to approve that."""
    iri = str(call.sent["id"])
    await call.note()
    await note_deed(call.home, call.holder.person.id, "withdraw", iri)
    receipt = await withdraw(
        call.home,
        iri,
        str(call.sent["reason"]),
        note=call.sent.get("note"),
        replaced_by=call.sent.get("replacedBy"),
    )
    await catch_up(call.home)
    return Reply(content=_receipt(receipt))


async def _seen(call: Call) -> tuple[str, JsonObject]:
    """Key and text of the draft, which must be the text that the program has seen."""
    key = await iri_named(call.home, call.text("name"))
    document = await draft(call.home, key)
    digest = call.sent["digest"] if "digest" in call.sent else call.text("digest")
    if text_digest(document) != digest:
        raise Changed(
            f"{key}: expected the digest of its text as it is now, found another; read it again"
        )
    return key, document


async def _picture(home: Home, key: str) -> dict[str, Any]:
    document, review = await draft(home, key), await review_of(home, key)
    findings = [told(one) for one in check({"version": 1, **document})]
    return {**_item(key, document, str(review.stage)), "record": document, "findings": findings}


def _item(key: str, document: JsonObject, stage: str) -> dict[str, Any]:
    return {
        "name": key.rpartition("/")[2],
        "id": key,
        "type": str(document.get("type", "")),
        "title": dict(called(document)),
        "stage": stage,
        "digest": text_digest(document),
    }


def _own(home: Home, document: JsonObject) -> JsonObject:
    """The document with its address, which must be below ours."""
    made = named(
        document, base_url=home.base_url, agent=home.agent, now=home.now(), entropy=home.entropy
    )
    iri = made.get("id")
    if not isinstance(iri, str) or not iri.startswith(f"{home.base_url}/"):
        raise Refused(
            f"expected a record of a type of the vocabulary, below {home.base_url}/; found "
            f"{str(iri)[:200]!r}"
        )
    return made


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": receipt.iri,
        "version": receipt.version,
        "kind": str(receipt.kind),
        "log": str(receipt.log),
        "index": receipt.index,
        "digest": receipt.digest,
        "published": receipt.published,
        "receipt": f"{receipt.iri}/v/{receipt.version}/receipt.json",
    }
