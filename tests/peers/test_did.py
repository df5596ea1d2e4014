"""Names of nodes and their documents: one spelling, one host, one key for one purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyld.documentloader.frozen import FrozenDocumentLoader

from peers.checkpoint import NoteVerifier
from peers.did import Did, DidDocument, did_of, parse_did, read_document, write_document
from peers.encoding import JsonObject, jcs, parse_canonical
from peers.errors import Malformed, PeerError, Untrusted
from peers.keys import SecretKey
from peers.limits import Limits
from tests.simulator import key_of

DID = parse_did("did:web:city.example")
BASE = "https://city.example/rights"

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
HOSTS = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
PORTS = st.none() | st.integers(1, 65535).filter(lambda port: port not in {80, 443})


# --- names ---------------------------------------------------------------------------------------


@given(HOSTS, PORTS)
def test_a_name_is_read_back(host: str, port: int | None) -> None:
    did = Did(host, port)
    assert parse_did(did.text) == did
    assert did_of(did.origin) == did
    assert did_of(f"{did.origin}/rights/of/all") == did


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_name_or_refused(host: str, rest: str) -> None:
    """What is read is written again as it came: there is no second spelling."""
    for text in (host, f"did:web:{host}", f"did:web:city.example{rest}"):
        try:
            did = parse_did(text)
        except Malformed:
            continue
        assert did.text == text
        assert did.url == f"{did.origin}/.well-known/did.json"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("did:web:city.example", "https://city.example"),
        ("did:web:city.example%3A8443", "https://city.example:8443"),
        ("did:web:xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("did:web:localhost%3A8400", "http://localhost:8400"),
        ("did:web:aurora.localhost%3A8400", "http://aurora.localhost:8400"),
        ("did:web:127.0.0.1%3A8400", "http://127.0.0.1:8400"),
    ],
)
def test_its_document_lies_at_the_root_of_its_host(text: str, origin: str) -> None:
    did = parse_did(text)
    assert (did.origin, did.url) == (origin, f"{origin}/.well-known/did.json")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "did:web",
        "did:web:",
        "did:key:z6Mk",
        "DID:web:city.example",
        "did:WEB:city.example",
        # Another path, user, host or query than the one that is seen.
        "did:web:city.example:rights",
        "did:web:city.example:8443",
        "did:web:city.example%2Frights",
        "did:web:city.example%2frights",
        "did:web:city.example/rights",
        "did:web:city.example%3A8443%2F..",
        "did:web:user@city.example",
        "did:web:city.example%40evil.example",
        "did:web:city.example#log-1",
        "did:web:city.example?a=b",
        "did:web:city.example\\evil.example",
        "did:web:..",
        "did:web:city..example",
        "did:web:.city.example",
        # Two spellings of one name.
        "did:web:City.example",
        "did:web:city.example.",
        "did:web:city.example%3a8443",
        "did:web:city.example%3A443",
        "did:web:localhost%3A80",
        "did:web:city%2Eexample",
        "did:web:münchen.example",
        "did:web:city.example\n",
        " did:web:city.example",
        "did:web:cïty.example",
        "did:web:сity.example",
        # Ports that are none.
        "did:web:city.example%3A",
        "did:web:city.example%3A0",
        "did:web:city.example%3A08443",
        "did:web:city.example%3A65536",
        "did:web:city.example%3A8443%3A1",
        "did:web:city.example%3A٨٤٤٣",
        # Addresses, however odd.
        "did:web:10.0.0.1",
        "did:web:127.0.0.2",
        "did:web:127.1",
        "did:web:2130706433",
        "did:web:0x7f.1",
        "did:web:0x7f000001",
        "did:web:0177.0.0.0x1",
        "did:web:city.0x",
        "did:web:[::1]",
        "did:web:%5B%3A%3A1%5D",
        # Hosts that are none.
        "did:web:-city.example",
        "did:web:city-.example",
        "did:web:ci_ty.example",
        "did:web:" + "a" * 64 + ".example",
        "did:web:" + ".".join(["abcdefgh"] * 30),
        "did:web:" + "a." * 200 + "example",
    ],
)
def test_another_form_of_name_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="expected"):
        parse_did(text)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://city.example", "did:web:city.example"),
        ("https://City.EXAMPLE/rights", "did:web:city.example"),
        ("https://city.example:8443/rights", "did:web:city.example%3A8443"),
        ("http://localhost:8400", "did:web:localhost%3A8400"),
        ("http://127.0.0.1:8400/a", "did:web:127.0.0.1%3A8400"),
    ],
)
def test_a_node_below_a_path_has_the_name_of_its_host(url: str, text: str) -> None:
    assert did_of(url).text == text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("city.example", "such as https"),
        ("ftp://city.example", "such as https"),
        ("https://", "host name"),
        ("https:///path", "host name"),
        ("https://user@city.example", "such as https"),
        ("https://user:pass@city.example", "such as https"),
        ("https://city.example?x", "such as https"),
        ("https://city.example#x", "such as https"),
        ("https://city.example\\@evil.example", "such as https"),
        ("http://city.example", "https, or http on this machine alone"),
        ("https://localhost:8400", "https, or http on this machine alone"),
        ("https://10.0.0.1", "IP address"),
        ("https://0x7f.1", "IP address"),
        ("https://[::1]", "host name"),
        ("https://city.example:443", "expected no port"),
        ("http://localhost:80", "expected no port"),
        ("https://münchen.example", "xn--"),
        ("https://\u212a.example", "xn--"),  # the sign for kelvin, which is a small k in lower case
    ],
)
def test_another_form_of_address_is_refused(url: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        did_of(url)


# --- documents -----------------------------------------------------------------------------------


def document_of(did: Did = DID, base: str = BASE) -> DidDocument:
    return DidDocument(
        did=did,
        record_keys={f"{did}#record-1": key_of("record").public},
        log_keys={f"{did}#log-1": key_of("log").public},
        http_keys={f"{did}#http-1": key_of("http").public},
        services={
            "log-public": f"{base}/log/public",
            "log-members": f"{base}/log/members",
            "inbox": f"{base}/inbox",
        },
    )


DOCUMENT = document_of()
WRITTEN = write_document(DOCUMENT)


def changed(change: Callable[[Any], None]) -> bytes:
    value = parse_canonical(WRITTEN)
    change(value)
    return jcs(value)


def test_a_document_is_read_back() -> None:
    assert read_document(WRITTEN, DID) == DOCUMENT


@given(
    st.lists(st.sampled_from(["record", "log", "http"]), max_size=6),
    st.sets(st.sampled_from(["log-public", "feed", "inbox", "sparql"])),
    HOSTS,
    PORTS,
)
def test_a_document_with_later_keys_is_read_back(
    later: list[str], services: set[str], host: str, port: int | None
) -> None:
    did = Did(host, port)
    purposes = ["record", "log", "http", *later]
    keys: dict[str, dict[str, Any]] = {"record": {}, "log": {}, "http": {}}
    for number, purpose in enumerate(purposes):
        method = f"{did}#{purpose}-{len(keys[purpose]) + 1}"
        keys[purpose][method] = key_of(str(number)).public
    document = DidDocument(
        did=did,
        record_keys=keys["record"],
        log_keys=keys["log"],
        http_keys=keys["http"],
        services={name: f"{did.origin}/{name.replace('-', '/')}" for name in services},
    )
    found = read_document(write_document(document), did)
    assert found == document
    assert list(found.log_keys) == list(document.log_keys)


def test_it_names_its_logs_and_where_the_node_answers() -> None:
    assert DOCUMENT.base_url == BASE
    assert DOCUMENT.public_log == "city.example/rights/log/public"
    assert DOCUMENT.members_log == "city.example/rights/log/members"
    bare = DidDocument(did=DID, record_keys={}, log_keys={}, http_keys={})
    assert bare.members_log is None
    with pytest.raises(Malformed, match="expected a service #log-public, found none"):
        _ = bare.public_log
    with pytest.raises(Malformed, match="expected a service #log-public, found none"):
        _ = bare.base_url


def test_as_linked_data_it_says_the_same(shared: Path) -> None:
    """By the contexts that it names, each key is a Multikey under its one purpose."""

    def load(url: str, _options: object) -> dict[str, object]:
        files = {"https://w3id.org/security/multikey/v1": "multikey-v1.jsonld"}
        if url not in files:
            found: dict[str, object] = FrozenDocumentLoader()(url, {})
            return found
        text = (shared / "vectors" / "contexts" / files[url]).read_text("utf-8")
        return {"documentUrl": url, "contextUrl": None, "document": json.loads(text)}

    document = document_of()
    [node] = jsonld.expand(json.loads(write_document(document)), {"documentLoader": load})
    sec, did = "https://w3id.org/security#", "https://www.w3.org/ns/did#"
    said = {
        one["@id"]: (one["@type"], one[f"{sec}publicKeyMultibase"][0]["@value"])
        for one in node[f"{sec}verificationMethod"]
    }
    purposes = {
        "assertionMethod": {**document.record_keys, **document.log_keys},
        "authenticationMethod": document.http_keys,
    }
    for purpose, keys in purposes.items():
        assert [one["@id"] for one in node[sec + purpose]] == list(keys)
        for id_, key in keys.items():
            assert said.pop(id_) == ([f"{sec}Multikey"], key.multikey)
    assert said == {}
    assert {
        one["@id"]: one[f"{did}serviceEndpoint"][0]["@id"] for one in node[f"{did}service"]
    } == {f"{DID.text}#{name}": address for name, address in document.services.items()}


def test_a_logs_service_carries_the_line_that_its_followers_need() -> None:
    services = {one["id"]: one for one in parse_canonical(WRITTEN)["service"]}
    line = services["did:web:city.example#log-public"]["verifierKey"]
    verifier = NoteVerifier.from_text(line)
    assert verifier == NoteVerifier(DOCUMENT.public_log, key_of("log").public)


def test_members_and_services_of_others_are_passed_over() -> None:
    def change(value: JsonObject) -> None:
        value["alsoKnownAs"] = ["https://city.example/"]
        value["service"] += [
            {"id": "did:web:city.example#website", "type": "LinkedDomains"},
            {"id": "did:web:other.example#inbox", "serviceEndpoint": "https://other.example"},
            {"id": "inbox", "serviceEndpoint": "https://evil.example"},
            {"id": "#inbox", "serviceEndpoint": "https://evil.example"},
        ]
        value["verificationMethod"] += [
            {
                "id": "did:web:city.example#website-1",
                "type": "Multikey",
                "controller": "did:web:city.example",
                "publicKeyMultibase": key_of("website").public.multikey,
            }
        ]
        value["assertionMethod"] += ["did:web:city.example#website-1"]

    assert read_document(changed(change), DID) == DOCUMENT


def with_second_keys(value: JsonObject, revoked: object) -> None:
    for purpose, name in (("assertionMethod", "record"), ("authentication", "http")):
        method = {
            "id": f"did:web:city.example#{name}-2",
            "type": "Multikey",
            "controller": "did:web:city.example",
            "publicKeyMultibase": key_of(f"{name} 2").public.multikey,
            "revoked": revoked,
        }
        value["verificationMethod"].append(method)
        value[purpose].append(method["id"])


def test_a_revoked_key_is_told_and_signs_no_request() -> None:
    """Which of its records hold is for their positions in the log to say."""
    at = "2026-05-01T00:00:00Z"
    found = read_document(changed(lambda value: with_second_keys(value, at)), DID)
    assert list(found.http_keys) == [f"{DID}#http-1"]
    assert list(found.record_keys) == [f"{DID}#record-1", f"{DID}#record-2"]
    assert found.revoked == {f"{DID}#record-2": at, f"{DID}#http-2": at}


def test_a_key_revoked_by_ourselves_is_written_so() -> None:
    at, method = "2026-05-01T00:00:00Z", f"{DID}#http-1"
    document = DidDocument(
        did=DID,
        record_keys=DOCUMENT.record_keys,
        log_keys=DOCUMENT.log_keys,
        http_keys={f"{DID}#http-2": key_of("http 2").public},
        retired=DOCUMENT.http_keys,
        revoked={method: at},
    )
    assert replace(read_document(write_document(document), DID), services={}) == document
    value = parse_canonical(write_document(document))
    assert value["authentication"] == [f"{DID}#http-2"]
    assert [one["id"] for one in value["verificationMethod"] if one.get("revoked") == at] == [
        method
    ]
    assert list(read_document(jcs(value), DID).http_keys) == [f"{DID}#http-2"]


def method(number: int, **members: object) -> Callable[[JsonObject], None]:
    return lambda value: value["verificationMethod"][number].update(members)


def service(number: int, **members: object) -> Callable[[JsonObject], None]:
    """Of the services in the order of ``document_of``: log-public, log-members, inbox."""
    return lambda value: value["service"][number].update(members)


def top(**members: object) -> Callable[[JsonObject], None]:
    return lambda value: value.update(members)


OTHER = "did:web:other.example"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (top(id=OTHER), Untrusted, "expected its own document, found one of 'did:web:other"),
        (top(id=None), Untrusted, "expected its own document"),
        (top(verificationMethod=[]), Malformed, "a list of 1 to 64 keys"),
        (top(verificationMethod={}), Malformed, "a list of 1 to 64 keys"),
        (top(verificationMethod=["x"]), Malformed, "to be a Multikey"),
        (top(assertionMethod=None), Malformed, "assertionMethod to be a list of DID URLs"),
        (top(assertionMethod=[{}]), Malformed, "assertionMethod to be a list of DID URLs"),
        (top(assertionMethod=[]), Malformed, "expected keys #record-1"),
        (top(authentication=[]), Malformed, "expected keys #record-1"),
        (top(authentication=["#http-1"]), Malformed, "which is not among its keys"),
        (top(authentication=[f"{DID}#record-1"]), Malformed, "expected keys #record-1"),
        (top(authentication=[f"{OTHER}#http-1"]), Malformed, "not among its keys"),
        (top(service={}), Malformed, "service to be a list"),
        (top(service=[{}] * 33), Malformed, "service to be a list of at most 32"),
        (top(service=["x"]), Malformed, "expected a service with its id"),
        (method(0, type="JsonWebKey"), Malformed, "to be a Multikey"),
        (method(0, controller=OTHER), Malformed, "to be a Multikey of this DID"),
        (method(0, id=f"{OTHER}#record-1"), Malformed, "by its absolute DID URL"),
        (method(0, id="#record-1"), Malformed, "by its absolute DID URL"),
        (method(0, id=f"{DID}#log-1"), Malformed, "named once"),
        (method(0, publicKeyMultibase="z6Mk"), Untrusted, "z6Mk"),
        (method(0, publicKeyMultibase=key_of("log").public.multikey), Untrusted, "under two"),
        (method(0, publicKeyMultibase=key_of("http").public.multikey), Untrusted, "under two"),
        (
            method(0, publicKeyMultibase=SecretKey.from_seed(bytes(32)).public.multikey),
            Untrusted,
            "public knowledge",
        ),
        (method(0, secretKeyMultibase=key_of("record").multikey), Untrusted, "its secret key is"),
        (method(0, expires="2030-01-01T00:00:00Z"), Malformed, "expected no member 'expires'"),
        (method(2, revoked="2026-05-01T00:00:00Z"), Malformed, "expected keys #record-1"),
        (method(0, revoked="yesterday"), Malformed, "revoked as YYYY"),
        (method(0, revoked=True), Malformed, "revoked as YYYY"),
        (service(2, serviceEndpoint="https://other.example/inbox"), Untrusted, "below https"),
        (service(2, serviceEndpoint="https://city.example.evil/inbox"), Untrusted, "below https"),
        (service(2, serviceEndpoint="https://city.example@evil/inbox"), Untrusted, "below https"),
        (service(2, serviceEndpoint="https://city.example:8443/inbox"), Untrusted, "below https"),
        (service(2, serviceEndpoint="http://city.example/inbox"), Untrusted, "below https"),
        (service(2, serviceEndpoint="https://city.example/../inbox"), Untrusted, "below https"),
        (service(2, serviceEndpoint="https://city.example/./inbox"), Untrusted, "below https"),
        (service(2, serviceEndpoint="https://city.example/a%2Fb"), Untrusted, "below https"),
        (service(2, serviceEndpoint="https://city.example/inbox?a"), Untrusted, "below https"),
        (service(2, serviceEndpoint="https://city.example/inbox\n"), Untrusted, "below https"),
        (service(2, serviceEndpoint=""), Untrusted, "below https"),
        (service(2, serviceEndpoint=["https://city.example/inbox"]), Untrusted, "below https"),
        (service(2, id=f"{DID}#log-public"), Malformed, "expected one service #log-public"),
        (service(0, serviceEndpoint="https://city.example/log"), Malformed, "…/log/public"),
        (
            service(1, serviceEndpoint="https://city.example/log/members"),
            Malformed,
            "expected #log-members beside #log-public",
        ),
        (service(0, id=f"{DID}#other"), Malformed, "expected #log-members beside #log-public"),
    ],
)
def test_another_document_is_refused(
    change: Callable[[JsonObject], None], error: type[PeerError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        read_document(changed(change), DID)
    assert caught.value.origin == DID.text


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b'{"id":1,"id":1}', b"\xff"])
def test_bytes_that_are_no_document_are_refused(data: bytes) -> None:
    with pytest.raises(PeerError, match=r"did:web:city\.example"):
        read_document(data, DID)


def test_a_document_has_a_size() -> None:
    limits = Limits(did=len(WRITTEN))
    assert read_document(WRITTEN, DID, limits=limits) == DOCUMENT
    with pytest.raises(Malformed, match="expected at most"):
        read_document(WRITTEN + b" ", DID, limits=limits)


@given(st.integers(0, len(WRITTEN) - 1), st.integers(0, 255))
def test_any_damage_ends_in_a_document_or_in_words(at: int, byte: int) -> None:
    """Nothing but a peer's error comes out, whatever comes in."""
    damaged = WRITTEN[:at] + bytes([byte]) + WRITTEN[at + 1 :]
    try:
        found = read_document(damaged, DID)
    except PeerError:
        return
    assert found.did == DID
    for address in found.services.values():
        assert address.startswith("https://city.example/")
