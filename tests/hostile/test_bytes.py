"""Everything that reads bytes or text of others: it reads them, or says what is wrong."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from node.core.identity import genesis_of, identity_of
from peers.checkpoint import NoteSigner, open_note, unverified
from peers.did import did_of, parse_did, read_document, write_document
from peers.encoding import jcs, parse_canonical, parse_json, unmultibase
from peers.errors import PeerError
from peers.feed import read_page
from peers.fields import read_dictionary
from peers.history import begin
from peers.keychange import read_change, recovery_hash
from peers.keys import PublicKey
from peers.limits import Limits
from peers.log import Body, LogId, read_entry
from peers.notify import announce, read_message
from peers.proofs import sign
from peers.tiles import pack, pack_records, unpack, unpack_records
from peers.unpack import Unpacker
from peers.witness import read_request, write_request
from tests.hostile.towns import NOW, draft_of
from tests.hostile.watch import little_memory, watching
from tests.simulator import Town, key_of

BASE = "https://lira.example"
LOG = LogId("lira.example/log/public")
KEYS = [key_of(f"{BASE} {name}") for name in ("record", "log", "http")]
DOCUMENT = identity_of(BASE, *(key.public for key in KEYS))
TOWN = Town(LOG)
TOWN.publish_many(3)
WITNESS = NoteSigner("w.example", key_of("w"))
SECURED = sign(draft_of(BASE, 1), KEYS[0], method=f"{DOCUMENT.did}#record-1", created=NOW)
GENESIS = sign(
    genesis_of(DOCUMENT, f"https://{LOG}", recovery_hash(key_of("paper").public)),
    KEYS[0],
    method=f"{DOCUMENT.did}#record-1",
    created=NOW,
)
FIELD = b'intercity=("@method" "@target-uri");created=1;keyid="did:web:x";alg="ed25519"'
Reader = Callable[[bytes], object]


def text(read: Callable[[str], object]) -> Reader:
    return lambda data: read(data.decode("utf-8", "replace"))


def unpacked(coding: str) -> Reader:
    def read(data: bytes) -> bytes:
        unpacker = Unpacker(coding, "https://lira.example/x", 100_000)
        unpacker.feed(data)
        return unpacker.whole()

    return read


READERS: dict[str, tuple[Reader, bytes]] = {
    "JSON": (parse_json, jcs(SECURED)),
    "canonical JSON": (parse_canonical, jcs(SECURED)),
    "a DID document": (lambda data: read_document(data, DOCUMENT.did), write_document(DOCUMENT)),
    "a message": (
        lambda data: read_message(data, Limits()),
        announce(
            id="urn:uuid:1",
            actor=DOCUMENT.did,
            published="2026-01-01T00:00:00Z",
            log=f"https://{LOG}",
            note=TOWN.note,
        ),
    ),
    "an entry": (lambda data: read_entry(data, LOG, 0), TOWN.leaves[0]),
    "a checkpoint": (lambda data: open_note(data, TOWN.verifier), TOWN.note),
    "anybody's checkpoint": (lambda data: unverified(data, "x"), TOWN.note),
    "a bundle": (unpack, pack(TOWN.leaves)),
    "a page of records": (lambda data: unpack_records(data, 256), pack_records(TOWN.bodies)),
    "a request to a witness": (read_request, write_request(TOWN.note, old=1, proof=[b"x" * 32])),
    "a genesis": (lambda data: begin(Body(b"s" * 16, data), DOCUMENT.did, LOG), jcs(GENESIS)),
    "a change of keys": (lambda data: read_change(parse_canonical(data), LOG), jcs(GENESIS)),
    "a page of a feed": (text(lambda said: [*read_page(said)]), b"<a> <b> <c> ."),
    "a structured field": (text(read_dictionary), FIELD),
    "a key": (text(PublicKey.from_multikey), KEYS[0].public.multikey.encode()),
    "multibase": (text(unmultibase), b"z6MkpTHR8VNsBxYAAWHut2Geadd9jSwu"),
    "a DID": (text(parse_did), b"did:web:lira.example%3A8443"),
    "an address": (text(did_of), b"https://lira.example:8443/rights"),
    "gzip": (unpacked("gzip"), gzip.compress(b"x" * 1_000, mtime=0)),
    "zstd": (unpacked("zstd"), zstandard.compress(b"x" * 1_000)),
}
HONEST_TOO = {"a change of keys", "a page of a feed", "multibase"}
"""What is no whole example of its kind: it is only changed from."""

HOSTILE = {
    "nothing": b"",
    "null": b"null",
    "NaN": b"NaN",
    "NaN inside": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "duplicate keys": b'{"id":"a","id":"b"}',
    "duplicate keys, escaped": b'{"id":"a","\\u0069d":"b"}',
    "half a pair": b'{"a":"\\ud800"}',
    "halves the wrong way": b'{"a":"\\udc00\\ud800"}',
    "half in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "long UTF-8": b'{"a":"\xc0\xaf"}',
    "BOM": b'\xef\xbb\xbf{"a":1}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "UTF-16, bare": '{"a":1}'.encode("utf-16-le"),
    "UTF-32": '{"a":1}'.encode("utf-32"),
    "UTF-7": b"+AHs-",
    "a large number": b'{"a":1e999}',
    "a number of 60,000 digits": b'{"a":' + b"9" * 60_000 + b"}",
    "a fraction of 60,000 digits": b'{"a":0.' + b"9" * 60_000 + b"}",
    "an exponent of 60,000 digits": b'{"a":1e' + b"9" * 60_000 + b"}",
    "beyond a double": b'{"a":9007199254740993}',
    "minus nought": b'{"a":-0}',
    "plus": b'{"a":+1}',
    "leading nought": b'{"a":01}',
    "a comment": b'{"a":1/**/}',
    "a comma more": b'{"a":1,}',
    "single quotes": b"{'a':1}",
    "two documents": b'{"a":1}{"b":2}',
    "NUL behind": b'{"a":1}\x00',
    "a control": b'{"a":"\x01"}',
    "prototype": b'{"__proto__":{"a":1}}',
    "deep lists": b"[" * 60_000,
    "deep objects": b'{"a":' * 12_000,
    "deep and closed": b"[" * 30_000 + b"]" * 30_000,
    "many keys": b"{" + b",".join(b'"%d":1' % n for n in range(6_000)) + b"}",
    "quotes": b'"' * 60_000,
    "backslashes": b'"' + b"\\" * 60_000,
    "brackets in a text": b'{"a":"' + b"[{" * 30_000 + b'"}',
    "lines": b"\n" * 60_000,
    "dashes": "— x AAAA\n".encode() * 5_000,
    "many signatures": TOWN.note + "— w.example AAAAAAAA\n".encode() * 2_500,
    "widths": b"\xff\xff" * 30_000,
    "noughts": b"\x00" * 65_000,
    "ones": b"\xff" * 65_000,
    "digits of base58": b"z" + b"1" * 65_000,
    "parentheses": b"a=(" * 20_000,
    "members": b"a," * 30_000,
    "parameters": b"a;" + b"b;" * 30_000,
    "colons": b"did:web:" + b"a:" * 30_000,
    "dots": b"https://" + b"a." * 30_000,
    "a bomb of gzip": gzip.compress(bytes(50_000_000), mtime=0),
    "a bomb of zstd": zstandard.compress(bytes(50_000_000)),
    "gzip, half": gzip.compress(b"x" * 1_000, mtime=0)[:-9],
    "gzip twice": gzip.compress(b"x", mtime=0) * 2,
    "zstd with a window of 2 GB": b"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00x",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("reader", READERS)
def test_hostile_bytes_are_read_or_refused(reader: str, name: str) -> None:
    read, _ = READERS[reader]
    told = ""
    with watching():
        try:
            read(HOSTILE[name])
        except (PeerError, ValueError) as exc:
            told = str(exc)
    assert len(told) < 2_000, "what is said of it is bounded as well"


@pytest.mark.parametrize("reader", ["gzip", "zstd"])
def test_a_bomb_takes_little_memory(reader: str) -> None:
    with little_memory(), pytest.raises(PeerError, match="at most"):
        READERS[reader][0](HOSTILE[f"a bomb of {reader}"])


@pytest.mark.parametrize("reader", READERS.keys() - HONEST_TOO)
def test_honest_bytes_are_read(reader: str) -> None:
    read, honest = READERS[reader]
    with watching():
        assert read(honest) is not None


@st.composite
def changed(draw: st.DrawFn, honest: bytes) -> bytes:
    """Honest bytes with a few changes: cut, doubled, swapped, and with others put in."""
    data = honest
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        to = draw(st.integers(at, min(len(data), at + 40)))
        match draw(st.integers(0, 4)):
            case 0:
                data = data[:at]
            case 1:
                data = data[:at] + data[to:]
            case 2:
                data = data[:to] + data[at:]
            case 3:
                data = data[:at] + draw(st.binary(max_size=8)) + data[to:]
            case _:
                other = draw(st.sampled_from(sorted(HOSTILE.values(), key=len)[:30]))
                data = data[:at] + other + data[to:]
    return data


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_changed_bytes_are_read_or_refused(reader: str, data: st.DataObject) -> None:
    read, honest = READERS[reader]
    sent = data.draw(changed(honest))
    with watching(), suppress(PeerError, ValueError):
        read(sent)


ODD_DIDS = """
did:web: did:web:. did:web:a. did:web:.a did:web:a..b did:web:-a.example did:web:a-.example
did:web:A.example did:web:a_b.example did:web:a.example:path did:web:a.example:..:x
did:web:a.example%2Fx did:web:a.example%2fx did:web:..%2F did:web:a%40evil.example
did:web:a@evil.example did:web:a.example%3A did:web:a.example%3a8443 did:web:a.example%3A0
did:web:a.example%3A65536 did:web:a.example%3A08443 did:web:a.example%3A443
did:web:a.example%3A-1 did:web:a.example%3A8443%3A1 did:web:a.example#x did:web:a.example?x
did:web:a.example/x did:web:a.example\\x did:web:%61.example did:web:a%2Eexample did:web:[::1]
did:web:%5B::1%5D did:web:1.2.3.4 did:web:0x7f.1 did:web:127.1 did:web:2130706433
did:web:10.0.0.1 did:web:169.254.169.254 did:web:0177.0.0.1 did:web:a.1 did:web:a.0x1
did:web:\uff11.example did:web:\u0435xample.com did:web:xn--.example
did:web:m\u00fcnchen.example did:web:a\u00ad.example did:web:a\u3002example
did:web:a\u200b.example did:web:a.example\u0000 did:key:z6Mk did:plc:x did:WEB:a.example
DID:web:a.example did:web:a.example,b did:web:a.example;x did:web:a%25.example
did:web:a+b.example did:web::a.example did:web did:web:http://a.example
did:web:a.example%0d%0aHost:x
"""
DIDS = ODD_DIDS.split()


@pytest.mark.parametrize("did", [*DIDS, f"did:web:{'a' * 64}.example", "did:web:a.example\n"])
def test_a_did_has_one_form(did: str) -> None:
    with watching(), pytest.raises(PeerError):
        parse_did(did)


@pytest.mark.parametrize(
    "did", ["did:web:a.example", "did:web:xn--mnchen-3ya.example", "did:web:a.example%3A8443"]
)
def test_an_honest_did_is_read(did: str) -> None:
    assert parse_did(did).text == did
