"""Checking, step by step and in plain words: a record at its address, a file, a copy of a log.

Whatever is checked is checked against the keys of the city that it speaks for: those pinned where
we follow it, those of its DID document where we do not.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from node.core.evidence import check_evidence
from node.core.identity import log_address
from node.core.steps import Step, Steps
from node.service.contacts import document_of_peer
from node.service.copies import part_of, read_file
from node.service.gone import check_log, find_in_mirror, pinned_elsewhere
from node.service.home import Home
from node.service.keys import keys_of, open_newest
from node.service.pinning import check_identity
from peers.checkpoint import Checkpoint, unverified
from peers.client import LogReader
from peers.did import Did, DidDocument, did_of, did_of_log, parse_did, read_document
from peers.encoding import JsonObject, digest_of, jcs, parse_json
from peers.errors import Unreachable
from peers.history import KeyHistory
from peers.limits import Limits
from peers.log import LogId, read_entry
from peers.merkle import leaf_hash, verify_inclusion
from peers.proofs import method_of
from peers.proofs import verify as verify_proof
from peers.sync import Fetch
from vocab.shapes import Severity, check

__all__ = ["probe", "verify", "verify_file", "verify_folder", "verify_receipt", "verify_url"]

_ACCEPT: Final = {"Accept": "application/ld+json"}
_Fetch = Callable[[Fetch], Awaitable[bytes | None]]


async def verify(home: Home, what: str) -> list[Step]:
    """Check an address, a file or a folder, whichever ``what`` is."""
    if what.startswith(("https://", "http://")):
        return await verify_url(home, what)
    path = Path(what)
    if await asyncio.to_thread(path.is_dir):
        return await verify_folder(home, path)
    return await verify_file(home, path)


async def verify_url(home: Home, url: str) -> list[Step]:
    """Check the record at an address: identity, key, proof, shape, place in the log, checkpoint."""
    steps = Steps()
    with steps.told():
        document = await _identity(home, did_of_address(url, steps), steps)
        try:
            answer = await home.fetch.get(url, home.limits.record, headers=_ACCEPT)
        except Unreachable as exc:
            record, keys, index = await find_in_mirror(home, url, document, exc.reason, steps)
            _check_record(record, document, keys, steps)
            _check_position(record, keys, index, steps)
            return steps.done
        with steps.step("the address answers with a record") as detail:
            if answer.status not in {200, 410}:
                raise ValueError(f"expected 200, or 410 with a withdrawal, found {answer.status}")
            record = _object(answer.body)
            detail.append(f"{record.get('type')}, version {record.get('version')}")
        keys = await _keys(home, document, steps)
        _check_record(record, document, keys, steps)
        iri = str(record.get("object") if record.get("type") == "Withdrawal" else record.get("id"))
        steps.expect(
            url in {iri, record.get("id"), f"{iri}/v/{record.get('version')}"},
            "the record is the one of this address",
            f"the record is {record.get('id')}",
        )
        with steps.step("the log gives a receipt"):
            place = f"{iri}/v/{record.get('version')}/receipt.json"
            proof = await home.fetch.get(place, home.limits.record)
            if proof.status != 200:
                raise ValueError(f"{place} answered {proof.status}, expected 200")
            receipt = _object(proof.body)
        checkpoint = _check_receipt(receipt, document, keys, steps)
        _check_position(record, keys, _integer(receipt.get("index")), steps)
        _check_digest(receipt, record, steps)
        await _compare_with_ours(home, document.public_log, receipt, checkpoint, steps)
    return steps.done


async def verify_file(home: Home, path: Path) -> list[Step]:
    """Check a file: a receipt, evidence of a fork, or a signed record."""
    steps = Steps()
    with steps.told():
        with steps.step("the file is JSON"):
            data = await asyncio.to_thread(read_file, path, home.limits.page)
            value = _object(data)
        if value.get("type") == "ForkEvidence":
            check_evidence(value, steps)
        elif value.get("type") == "Receipt":
            await _verify_receipt(home, value, steps)
        elif "proof" in value:
            with steps.step("the record names its signer"):
                did = parse_did(method_of(value).partition("#")[0])
            await _verify_record(home, value, await _identity(home, did, steps), steps)
        else:
            steps.stop(
                "the file is one that can be checked",
                "expected a signed record (with proof), a Receipt or ForkEvidence, "
                f"found an object with {', '.join(sorted(value))[:200]}",
            )
    return steps.done


async def verify_receipt(home: Home, receipt: JsonObject) -> list[Step]:
    """Check a receipt, and the record that we hold under it."""
    steps = Steps()
    with steps.told():
        await _verify_receipt(home, receipt, steps)
    return steps.done


async def verify_folder(home: Home, path: Path) -> list[Step]:
    """Check a copy of a log in a folder, laid out as it is served."""
    steps = Steps()
    with steps.told():
        with steps.step("the folder has a checkpoint") as detail:
            note = await asyncio.to_thread(read_file, path / "checkpoint", home.limits.note)
            claimed, _ = unverified(note, str(path))
            detail.append(f"{claimed.origin}, {claimed.size} entries")
        log = LogId(claimed.origin)
        with steps.step("the log's name is a node's"):
            did = did_of_log(log)
        document = await _identity(home, did, steps)

        async def fetch(wish: Fetch) -> bytes | None:
            return await asyncio.to_thread(part_of, path, wish)

        await check_log(fetch, document, log, home.limits, steps)
    return steps.done


async def probe(home: Home, url: str) -> list[Step]:
    """Ask a node everything that following it would ask, and keep nothing."""
    steps = Steps()
    with steps.told():
        document = await _identity(home, did_of_address(url, steps), steps, fresh=True)
        log = document.public_log
        reader = LogReader(home.fetch, log_address(document.did, log))
        await check_log(reader, document, log, home.limits, steps)
        steps.expect("inbox" in document.services, "it takes messages", "service #inbox")
    return steps.done


def did_of_address(url: str, steps: Steps) -> Did:
    """The DID of the node at an address, as a step."""
    with steps.step("the address is a node's") as detail:
        did = did_of(url.rstrip("/"))
        detail.append(did.text)
    return did


async def _identity(home: Home, did: Did, steps: Steps, *, fresh: bool = False) -> DidDocument:
    """The DID document to check against: ours, as pinned, or as it is published now."""
    contact = await home.desk.contact(did.text)
    with steps.step("the city's identity is known") as detail:
        if did == home.document.did:
            document = home.document
            detail.append(f"{did}, our own")
        elif contact is not None and not fresh:
            document = document_of_peer(contact)
            detail.append(f"{did}, as pinned on {contact.followed}")
        else:
            received, said = await _document(home, did, fresh=fresh)
            document = read_document(received, did, limits=home.limits)
            detail.append(f"{did}, as {said}")
            if contact is not None:
                check_identity(document_of_peer(contact), document)
    return document


async def _document(home: Home, did: Did, *, fresh: bool) -> tuple[bytes, str]:
    """A DID document and who says so; where the node is gone, as somebody has pinned it."""
    try:
        return await home.fetch.document(did), f"{did.url} says now"
    except Unreachable:
        found = None if fresh else await pinned_elsewhere(home, did)
        if found is None:
            raise
        received, base_url = found
        return received, f"{base_url} pinned it, on whose word alone: {did.url} is out of reach"


async def _keys(home: Home, document: DidDocument, steps: Steps) -> KeyHistory:
    with steps.step("which of the city's keys was in force where") as detail:
        keys = await keys_of(home, document)
        detail.append(f"{len(keys.changes)} changes of keys")
    return keys


async def _verify_record(
    home: Home, record: JsonObject, document: DidDocument, steps: Steps
) -> None:
    """A record by itself; its place is the one at which we hold it."""
    keys = await _keys(home, document, steps)
    version = record.get("version")
    held = [
        one
        for one in await home.ledger.versions(str(record.get("object", record.get("id"))))
        if one.entry.version == version and one.log == keys.log
    ]
    _check_record(record, document, keys, steps)
    if held:
        _check_position(record, keys, held[0].index, steps)
    else:
        steps.note("its place in the log", "not held here: the key was in force at some time")


def _check_record(
    record: JsonObject, document: DidDocument, keys: KeyHistory, steps: Steps
) -> None:
    """Key, proof, author and shape."""
    with steps.step("the key is one of the city's record keys") as detail:
        method = method_of(record)
        if method not in document.record_keys or method not in keys.terms:
            raise ValueError(f"expected one of {', '.join(document.record_keys)}, found {method}")
        detail.append(method)
    with steps.step("the signature fits exactly this text") as detail:
        detail.append(f"signed {verify_proof(record, keys.terms[method].key).created}")
    base = document.base_url
    steps.expect(
        str(record.get("id", "")).startswith(f"{base}/")
        and record.get("publisher") in {f"{base}/#city", f"{base}/#organization"},
        "the record speaks for the city that signed it",
        f"{record.get('id')} by {record.get('publisher')}",
    )
    wrong = [one for one in check(record) if one.severity is Severity.VIOLATION]
    steps.expect(
        not wrong,
        "the record is well made",
        f"{wrong[0].path}: {wrong[0].message}" if wrong else "",
    )


def _check_position(record: JsonObject, keys: KeyHistory, index: int, steps: Steps) -> None:
    with steps.step("the key was in force at the record's place in the log") as detail:
        method = method_of(record)
        if keys.valid_at(method, index) is None:
            raise ValueError(keys.refusal(method, index))
        detail.append(f"entry {index}")


async def _verify_receipt(home: Home, receipt: JsonObject, steps: Steps) -> None:
    with steps.step("the receipt names its log"):
        log = str(receipt.get("log"))
        did = did_of(log)
    document = await _identity(home, did, steps)
    keys = await _keys(home, document, steps)
    _check_receipt(receipt, document, keys, steps)
    held = await home.ledger.find(
        document.public_log, str(receipt.get("record")), _integer(receipt.get("version"))
    )
    if held is not None and held.body is not None:
        record = _object(held.body.record)
        _check_record(record, document, keys, steps)
        _check_position(record, keys, held.index, steps)
        _check_digest(receipt, record, steps)
    else:
        steps.note(
            "the record's text", "not in the receipt and not held here: nothing is said of it"
        )


def _check_receipt(
    receipt: JsonObject, document: DidDocument, keys: KeyHistory, steps: Steps
) -> Checkpoint:
    """The checkpoint is the log's, and the leaf stands in it."""
    log = document.public_log
    with steps.step("the checkpoint is signed by the city's log key") as detail:
        checkpoint = open_newest(str(receipt.get("checkpoint")).encode(), log, keys)
        detail.append(f"{checkpoint.size} entries")
    with steps.step("the entry stands in the log") as detail:
        leaf, index = _bytes(receipt, "leaf"), _integer(receipt.get("index"))
        entry = read_entry(leaf, log, index)
        path = [_base64(one) for one in receipt.get("path", ())]
        verify_inclusion(leaf_hash(leaf), index, checkpoint.size, path, checkpoint.root)
        if (entry.object, entry.version) != (receipt.get("record"), receipt.get("version")):
            raise ValueError(f"the entry is about {entry.object}, version {entry.version}")
        detail.append(f"position {index}, published {entry.published}")
    return checkpoint


def _check_digest(receipt: JsonObject, record: JsonObject, steps: Steps) -> None:
    with steps.step("the log's entry commits to exactly this record"):
        salt = base64.urlsafe_b64decode(str(receipt.get("salt")) + "==")
        entry = _object(_bytes(receipt, "leaf"))
        digest = digest_of(salt, jcs(record))
        if entry.get("digestMultibase") != digest:
            raise ValueError(f"expected {entry.get('digestMultibase')}, found {digest}")


async def _compare_with_ours(
    home: Home, log: LogId, receipt: JsonObject, checkpoint: Checkpoint, steps: Steps
) -> None:
    """Where we hold a copy of the log, both must tell the same."""
    head = await home.ledger.head(log)
    index = _integer(receipt.get("index"))
    if index >= head.size:
        return
    [leaf] = await home.ledger.leaves(log, index, index + 1)
    same = leaf == _bytes(receipt, "leaf") and (
        checkpoint.size != head.size or checkpoint.root == head.root()
    )
    steps.expect(same, "our own copy of the log says the same", f"we hold {head.size} entries")


def _object(data: bytes) -> JsonObject:
    value = parse_json(data, limits=Limits(record=Limits().page))
    if not isinstance(value, dict):
        raise ValueError("expected a JSON object")  # noqa: TRY004 - the document is wrong, not us
    return value


def _bytes(value: JsonObject, name: str) -> bytes:
    return _base64(value.get(name))


def _base64(value: object) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except binascii.Error as exc:
        raise ValueError(f"expected base64, found {str(value)[:80]!r}") from exc


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"expected a whole number, found {value!r}")  # noqa: TRY004 - likewise
    return value
