"""Proofs: the suite byte for byte, and nothing that was changed is believed."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers import proofs
from peers.encoding import JsonObject, jcs, multibase, parse_canonical, unmultibase
from peers.errors import BadSignature, Malformed, PeerError
from peers.keys import SecretKey
from peers.proofs import RECORD_CONTEXT, Verified, method_of, sign, verify
from tests.simulator import key_of

KEY = key_of("aurora")
METHOD = "did:web:aurora.example#record-1"
AT = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
RECORD: JsonObject = {
    "@context": list(RECORD_CONTEXT),
    "id": "https://aurora.example/practice/01ARYZ6S410000000000000000",
    "type": "Practice",
    "version": 1,
    "name": {"es": "Mediación en el barrio", "ar": "وساطة"},
    "evidence": [{"id": "https://aurora.example/practice/01ARYZ6S41#evidence-1", "count": 3}],
    "open": True,
    "closed": None,
}
SECURED = sign(RECORD, KEY, method=METHOD, created=AT)
WIRE = jcs(SECURED)


# --- what the suite says -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vectors(shared: Path) -> Path:
    return shared / "vectors" / "vc-di-eddsa"


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def secret_of(vectors: Path) -> SecretKey:
    return SecretKey.from_multikey(read(vectors / "keyPair.json")["privateKeyMultibase"])


def test_the_suites_own_example_is_signed_byte_for_byte(vectors: Path) -> None:
    folder = vectors / "eddsa-jcs-2022"
    expected = read(folder / "signedJCS.json")
    config = read(folder / "proofConfigJCS.json")
    secured = sign(
        read(vectors / "unsigned.json"),
        secret_of(vectors),
        method=config["verificationMethod"],
        created=datetime.fromisoformat(config["created"]),
    )
    assert secured == expected
    assert jcs(secured) == jcs(expected)
    signature = unmultibase(secured["proof"]["proofValue"])
    assert signature.hex() == (folder / "sigHexJCS.txt").read_text().strip()
    assert secured["proof"]["proofValue"] == (folder / "sigBTC58JCS.txt").read_text().strip()


def test_each_step_on_the_way_is_the_suites(vectors: Path) -> None:
    folder = vectors / "eddsa-jcs-2022"
    document, config = read(vectors / "unsigned.json"), read(folder / "proofConfigJCS.json")
    texts = {path.stem: path.read_text("utf-8").strip() for path in folder.glob("*.txt")}
    assert jcs(document).decode() == texts["canonDocJCS"]
    assert jcs(config).decode() == texts["proofCanonJCS"]
    assert hashlib.sha256(jcs(document)).hexdigest() == texts["docHashJCS"]
    assert hashlib.sha256(jcs(config)).hexdigest() == texts["proofHashJCS"]
    assert proofs._hash_data(document, config).hex() == texts["combinedHashJCS"]


def test_the_suites_own_example_is_verified_where_its_context_is_admitted(vectors: Path) -> None:
    secured = read(vectors / "eddsa-jcs-2022" / "signedJCS.json")
    key = secret_of(vectors).public
    method = secured["proof"]["verificationMethod"]
    expected = Verified(method, "2023-02-24T23:36:38Z")
    assert verify(secured, key, method=method, contexts=None) == expected
    with pytest.raises(BadSignature, match="expected @context to be exactly"):
        verify(secured, key)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("eddsa-rdfc-2022/signedDataInt.json", "cryptosuite eddsa-jcs-2022"),
        ("Ed25519Signature2020/signedEdSig.json", "expected a DataIntegrityProof"),
        ("proof-set-chain/signedProofSet2.json", "expected one proof, found a list of 2"),
        ("proof-set-chain/signedProofChain2.json", "expected one proof, found a list"),
        ("unsigned.json", "expected a proof, found none"),
    ],
)
def test_other_suites_and_several_proofs_are_refused(vectors: Path, name: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        verify(read(vectors / name), secret_of(vectors).public, contexts=None)


# --- what is signed ------------------------------------------------------------------------------


def test_a_signed_record_says_by_which_key_and_when() -> None:
    assert verify(SECURED, KEY.public, method=METHOD) == Verified(METHOD, "2026-02-28T23:59:59Z")
    assert method_of(SECURED) == METHOD
    assert {name: value for name, value in SECURED.items() if name != "proof"} == RECORD
    assert SECURED["proof"].keys() == proofs._MEMBERS


def test_time_is_written_in_utc_to_the_second() -> None:
    east = AT.astimezone(timezone(timedelta(hours=9))) + timedelta(microseconds=999_999)
    assert sign(RECORD, KEY, method=METHOD, created=east) == SECURED
    with pytest.raises(ValueError, match="expected a time with its zone"):
        sign(RECORD, KEY, method=METHOD, created=AT.replace(tzinfo=None))


def test_a_record_is_signed_once() -> None:
    with pytest.raises(ValueError, match="has a proof already"):
        sign(SECURED, KEY, method=METHOD, created=AT)


def test_what_is_no_json_is_not_signed() -> None:
    with pytest.raises(ValueError, match="canonical JSON"):
        sign({**RECORD, "size": float("nan")}, KEY, method=METHOD, created=AT)


NAMES = st.text(max_size=6).filter(lambda name: name not in {"@context", "proof"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.dictionaries(NAMES, JSON, max_size=5), MOMENTS)
def test_whatever_is_signed_is_verified(members: JsonObject, created: datetime) -> None:
    document = {**members, "@context": list(RECORD_CONTEXT)}
    secured = sign(document, KEY, method=METHOD, created=created)
    found = verify(parse_canonical(jcs(secured)), KEY.public, method=METHOD)
    assert found.created == created.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- what was changed ----------------------------------------------------------------------------


def believed(wire: bytes) -> bool:
    """As a follower reads a record: its canonical bytes, then its proof."""
    try:
        verify(parse_canonical(wire), KEY.public, method=METHOD)
    except (ValueError, PeerError):
        return False
    return True


def test_what_was_not_changed_is_believed() -> None:
    assert believed(WIRE)


@given(st.integers(0, len(WIRE) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(at: int, by: int) -> None:
    assert not believed(WIRE[:at] + bytes([WIRE[at] ^ by]) + WIRE[at + 1 :])


def test_no_bit_can_be_flipped_and_no_byte_left_out() -> None:
    for at, byte in enumerate(WIRE):
        for bit in range(8):
            assert not believed(WIRE[:at] + bytes([byte ^ 1 << bit]) + WIRE[at + 1 :]), (at, bit)
        assert not believed(WIRE[:at] + WIRE[at + 1 :]), at


@given(st.integers(0, len(WIRE)), st.binary(min_size=1, max_size=3))
def test_nothing_can_be_put_in(at: int, more: bytes) -> None:
    assert not believed(WIRE[:at] + more + WIRE[at:])


def paths(value: Any, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where everything stands in a document."""
    found = [here] if here else []
    parts = enumerate(value) if isinstance(value, list) else ()
    for step, inner in value.items() if isinstance(value, dict) else parts:
        found += paths(inner, (*here, step))
    return found


def at_path(document: JsonObject, path: tuple[str | int, ...]) -> tuple[Any, str | int]:
    *way, last = path
    place: Any = document
    for step in way:
        place = place[step]
    return place, last


@given(st.sampled_from(paths(SECURED)), JSON)
def test_no_value_can_be_replaced(path: tuple[str | int, ...], value: Any) -> None:
    """In the document, in the options of the proof, and in its value alike."""
    changed = copy.deepcopy(SECURED)
    place, last = at_path(changed, path)
    if jcs(place[last]) == jcs(value):
        return
    place[last] = value
    with pytest.raises((BadSignature, Malformed)):
        verify(changed, KEY.public)


@pytest.mark.parametrize("path", paths(SECURED))
def test_no_value_can_be_taken_away(path: tuple[str | int, ...]) -> None:
    changed = copy.deepcopy(SECURED)
    place, last = at_path(changed, path)
    del place[last]
    with pytest.raises((BadSignature, Malformed)):
        verify(changed, KEY.public)


@given(st.sampled_from([(), *paths(SECURED)]), NAMES, JSON)
def test_no_member_can_be_added(path: tuple[str | int, ...], name: str, value: Any) -> None:
    changed = copy.deepcopy(SECURED)
    place: Any = changed
    for step in path:
        place = place[step]
    if not isinstance(place, dict) or name in place:
        return
    place[name] = value
    with pytest.raises((BadSignature, Malformed)):
        verify(changed, KEY.public)


def test_another_key_does_not_verify() -> None:
    with pytest.raises(BadSignature, match="does not fit"):
        verify(SECURED, key_of("boreal").public)


def test_the_key_that_was_looked_up_is_the_key_that_is_named() -> None:
    with pytest.raises(BadSignature, match="expected a proof by did:web:boreal"):
        verify(SECURED, KEY.public, method="did:web:boreal.example#record-1")


# --- contexts ------------------------------------------------------------------------------------

EVIL = "https://evil.example/context.jsonld"


@pytest.mark.parametrize(
    "context",
    [
        [*RECORD_CONTEXT, EVIL],
        [EVIL, *RECORD_CONTEXT],
        [*RECORD_CONTEXT, {"name": "https://evil.example/name"}],
        list(reversed(RECORD_CONTEXT)),
        RECORD_CONTEXT[:1],
        RECORD_CONTEXT[0],
        [],
        {},
        None,
    ],
)
def test_another_context_is_refused_even_where_it_was_signed(context: Any) -> None:
    """As specified, the suite would let a relay append one: proof good, meaning changed."""
    value = list(context) if isinstance(context, tuple) else context
    secured = sign({**RECORD, "@context": value}, KEY, method=METHOD, created=AT)
    verify(secured, KEY.public, contexts=None)
    with pytest.raises(BadSignature, match="expected @context to be exactly"):
        verify(secured, KEY.public)


def test_a_record_without_context_is_refused() -> None:
    secured = sign({"type": "Practice"}, KEY, method=METHOD, created=AT)
    assert "@context" not in secured["proof"]
    verify(secured, KEY.public, contexts=None)
    with pytest.raises(BadSignature, match="expected @context to be exactly"):
        verify(secured, KEY.public)


@pytest.mark.parametrize("below", [{"@context": EVIL}, {"a": [[{"@context": None}]]}])
def test_a_context_below_the_top_is_refused(below: JsonObject) -> None:
    secured = sign({**RECORD, "note": below}, KEY, method=METHOD, created=AT)
    with pytest.raises(BadSignature, match="found one below it"):
        verify(secured, KEY.public)


@pytest.mark.parametrize("place", ["document", "proof"])
@pytest.mark.parametrize("contexts", [None, proofs.RECORD_CONTEXTS])
def test_document_and_proof_have_the_same_context(
    place: str, contexts: tuple[tuple[str, ...], ...] | None
) -> None:
    """A relay that appends a context in one of both, or takes it away from one, is found out."""
    for context in ([*RECORD_CONTEXT, EVIL], None):
        changed = copy.deepcopy(SECURED)
        held = changed if place == "document" else changed["proof"]
        if context is None:
            del held["@context"]
        else:
            held["@context"] = context
        with pytest.raises(BadSignature, match="@context"):
            verify(changed, KEY.public, contexts=contexts)


def test_a_later_context_can_be_admitted_beside_the_first() -> None:
    later = ("https://w3id.org/intercity/context/v2.jsonld", RECORD_CONTEXT[1])
    secured = sign({**RECORD, "@context": list(later)}, KEY, method=METHOD, created=AT)
    verify(secured, KEY.public, contexts=(RECORD_CONTEXT, later))
    verify(SECURED, KEY.public, contexts=(RECORD_CONTEXT, later))


# --- the form of a proof -------------------------------------------------------------------------


def proof(**members: object) -> Callable[[JsonObject], None]:
    return lambda secured: secured["proof"].update(members)


def without(name: str) -> Callable[[JsonObject], None]:
    return lambda secured: secured["proof"].pop(name)


def replaced(value: object) -> Callable[[JsonObject], None]:
    return lambda secured: secured.update(proof=value)


SIGNATURE = unmultibase(SECURED["proof"]["proofValue"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda secured: secured.pop("proof"), "expected a proof, found none"),
        (replaced(None), "expected a proof, found none"),
        (replaced({}), "expected a DataIntegrityProof"),
        (replaced([]), "found a list of 0"),
        (replaced([SECURED["proof"]]), "found a list of 1"),
        (replaced("proof"), "expected a DataIntegrityProof"),
        (proof(type="Ed25519Signature2020"), "expected a DataIntegrityProof"),
        (proof(type=["DataIntegrityProof"]), "expected a DataIntegrityProof"),
        (proof(cryptosuite="eddsa-rdfc-2022"), "expected a DataIntegrityProof"),
        (proof(cryptosuite=None), "expected a DataIntegrityProof"),
        (proof(proofPurpose="authentication"), "proofPurpose assertionMethod"),
        (proof(verificationMethod={"id": METHOD}), "verificationMethod"),
        (proof(created="2026-02-28T23:59:59+00:00"), "YYYY-MM-DDTHH:MM:SSZ"),
        (proof(created="2026-02-28T23:59:59.000Z"), "YYYY-MM-DDTHH:MM:SSZ"),
        (proof(created="2026-02-28 23:59:59Z"), "YYYY-MM-DDTHH:MM:SSZ"),
        (proof(created="2026-02-30T23:59:59Z"), "YYYY-MM-DDTHH:MM:SSZ"),
        (proof(created="2026-02-28T24:00:00Z"), "YYYY-MM-DDTHH:MM:SSZ"),
        (proof(created="2026-02-28T23:59:60Z"), "YYYY-MM-DDTHH:MM:SSZ"),
        (proof(created="٢٠٢٦-02-28T23:59:59Z"), "YYYY-MM-DDTHH:MM:SSZ"),
        (proof(created=1772323199), "YYYY-MM-DDTHH:MM:SSZ"),
        (proof(expires="2030-01-01T00:00:00Z"), r"not read here: \['expires'\]"),
        (proof(previousProof="urn:uuid:1"), r"not read here: \['previousProof'\]"),
        (proof(id="urn:uuid:1"), r"not read here: \['id'\]"),
        (proof(domain="x", challenge="y"), "not read here"),
        (without("proofValue"), "proofValue"),
        (proof(proofValue=""), r"multibase base58btc \(z…\)"),
        (proof(proofValue=SIGNATURE.hex()), r"multibase base58btc \(z…\)"),
        (proof(proofValue="u" + SIGNATURE.hex()), r"multibase base58btc \(z…\)"),
        (proof(proofValue="z0OIl"), "not a character of base58btc"),
        (proof(proofValue="z"), "64 bytes, found 0"),
        (proof(proofValue=multibase(SIGNATURE[1:])), "64 bytes, found 63"),
        (proof(proofValue=multibase(SIGNATURE + b"\0")), "64 bytes, found 65"),
        (proof(proofValue=multibase(b"\0" + SIGNATURE)), "64 bytes, found 65"),
        (proof(proofValue="z" + "1" * 10_000), "at most 128"),
    ],
)
def test_another_form_of_proof_is_refused(
    change: Callable[[JsonObject], object], words: str
) -> None:
    changed = copy.deepcopy(SECURED)
    change(changed)
    with pytest.raises(Malformed, match=words) as caught:
        verify(changed, KEY.public)
    assert caught.value.origin == RECORD["id"]


def test_a_claim_of_a_key_needs_the_form_of_a_proof() -> None:
    with pytest.raises(Malformed, match="expected a proof, found none"):
        method_of(RECORD)


def test_what_cannot_have_been_signed_is_refused_in_words() -> None:
    """The strict parser keeps such things away; who goes past it gets no crash either."""
    for value in (float("nan"), "\ud800", 2**60):
        with pytest.raises(PeerError):
            verify({**SECURED, "name": value}, KEY.public)
