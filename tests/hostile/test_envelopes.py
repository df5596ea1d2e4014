"""Messages to the inbox: who signed, what is covered, when, and how often."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from node.service.contacts import follow
from node.service.home import Home
from node.service.publish import publish_many
from node.store.ports import Audience
from peers.client import Answer
from peers.encoding import JsonObject, jcs
from peers.httpsig import LIFETIME, Request, content_digest, sign_request
from peers.keys import Signer
from peers.notify import announce
from peers.notify.messages import CONTEXT
from tests.homes import Clock, Web, WebFetcher, home_of, profile
from tests.hostile.watch import watching
from tests.node.web.conftest import Site, site_of
from tests.simulator import key_of

session = pytest.mark.asyncio(loop_scope="session")
KIND = "application/ld+json"
INBOX = "https://hansol.example/inbox"
"""The inbox as its operator named it; it is asked at another address, behind a proxy."""


@dataclass(slots=True)
class Letter:
    """One message, on its way to being hostile.

    Attributes:
        created: Seconds from now.
        drop, add: Headers that are left out, and more of them, in the end.
        covered: What ``Signature-Input`` becomes, by a pattern and what stands instead.
    """

    body: bytes
    key: Signer
    keyid: str
    target: str = INBOX
    method: str = "POST"
    kind: str = KIND
    created: int = 0
    drop: tuple[str, ...] = ()
    add: list[tuple[str, str]] = field(default_factory=list)
    instead: list[tuple[str, str]] = field(default_factory=list)
    path: str = "/inbox"
    sent: bytes | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """The inbox that is written to, a peer whose keys are pinned, and a stranger."""

    site: Site
    peer: Home
    asked: Web

    async def body(self) -> bytes:
        note = await self.peer.ledger.note(self.peer.logs[Audience.PUBLIC])
        assert note is not None
        return announce(
            id=f"urn:uuid:{self.peer.entropy(16).hex()}",
            actor=self.peer.document.did,
            published=self.peer.stamp(),
            log=self.peer.log_url(Audience.PUBLIC),
            note=note,
        )

    async def letter(self) -> Letter:
        return Letter(await self.body(), self.peer.keys.http, self.peer.http_method)

    def headers(self, letter: Letter, nonce: str = "") -> list[tuple[str, str]]:
        request = Request(
            method=letter.method,
            target=letter.target,
            headers={"content-type": letter.kind},
            body=letter.body,
        )
        signed = sign_request(
            request,
            letter.key,
            keyid=letter.keyid,
            now=int(self.peer.now().timestamp()) + letter.created,
            nonce=nonce or self.peer.entropy(16).hex(),
        )
        for pattern, other in letter.instead:
            found = re.sub(pattern, other, signed["Signature-Input"])
            assert found != signed["Signature-Input"], pattern
            signed["Signature-Input"] = found
        named = [("Content-Type", letter.kind), *signed.items()]
        return [one for one in named if one[0] not in letter.drop] + letter.add

    async def send(self, letter: Letter, nonce: str = "") -> tuple[int, str]:
        sent = letter.body if letter.sent is None else letter.sent
        async with await self.site.client.post(
            letter.path, data=sent, headers=self.headers(letter, nonce)
        ) as answer:
            return answer.status, await answer.text()


class Guarded(WebFetcher):
    """Reaches the nodes of a web, after the guard of the real one."""

    async def get(self, url: str, limit: int, **more: Any) -> Answer:
        self._target(url)
        return await super().get(url, limit, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def post() -> AsyncIterator[Post]:
    reach, clock = Web(), Clock()
    fetch = Guarded(reach)
    reader = await home_of("https://hansol.example", web=reach, clock=clock, fetch=fetch)
    peer = await home_of("https://aurora.example", web=reach, clock=clock)
    await publish_many(peer, [profile()])
    await follow(reader, peer.base_url)
    reach.asked.clear()
    async with site_of(reader) as site:
        yield Post(site, peer, reach)


def sets(**members: Any) -> Callable[[Letter], None]:
    def change(letter: Letter) -> None:
        for name, value in members.items():
            setattr(letter, name, value)

    return change


def swaps(pattern: str, other: str) -> Callable[[Letter], None]:
    return lambda letter: letter.instead.append((pattern, other))


def adds(name: str, value: str) -> Callable[[Letter], None]:
    return lambda letter: letter.add.append((name, value))


HOSTILE: dict[str, Callable[[Letter], None]] = {
    # Components
    "method not covered": swaps('"@method" ', ""),
    "target not covered": swaps('"@target-uri" ', ""),
    "digest not covered": swaps('"content-digest" ', ""),
    "type not covered": swaps(' "content-type"', ""),
    "path instead of target": swaps('"@target-uri"', '"@path"'),
    "authority too": swaps('"@target-uri"', '"@target-uri" "@authority"'),
    "a component twice": swaps('"@method"', '"@method" "@method"'),
    "a parameter on a component": swaps('"@method"', '"@method";req'),
    "byte sequence of a component": swaps('"content-type"', '"content-type";bs'),
    "a component in capitals": swaps('"content-digest"', '"Content-Digest"'),
    "an unknown component": swaps('"@method"', '"@status"'),
    "the order changed": swaps('"@method" "@target-uri"', '"@target-uri" "@method"'),
    "nothing covered": swaps(r"\([^)]*\)", "()"),
    # Parameters
    "no created": swaps(";created=[0-9]+", ""),
    "no expires": swaps(";expires=[0-9]+", ""),
    "no nonce": swaps(';nonce="[^"]*"', ""),
    "a short nonce": swaps(';nonce="[^"]*"', ';nonce="x"'),
    "nonce as number": swaps(';nonce="[^"]*"', ";nonce=1234567890123456"),
    "no key": swaps(';keyid="[^"]*"', ""),
    "no tag": swaps(';tag="[^"]*"', ""),
    "the tag of a read": swaps(';tag="[^"]*"', ';tag="intercity-read"'),
    "another algorithm": swaps('alg="ed25519"', 'alg="rsa-pss-sha512"'),
    "HMAC": swaps('alg="ed25519"', 'alg="hmac-sha256"'),
    "no algorithm": swaps(';alg="ed25519"', ""),
    "algorithm none": swaps('alg="ed25519"', 'alg="none"'),
    "created true": swaps("created=[0-9]+", "created"),
    "created with a point": swaps(r"created=([0-9]+)", r"created=\1.0"),
    "created beyond all": swaps("created=[0-9]+", "created=999999999999999"),
    "created below nought": swaps("created=[0-9]+", "created=-1"),
    "expires later": swaps("expires=[0-9]+", "expires=99999999999"),
    "an unknown parameter": swaps('alg="ed25519"', 'alg="ed25519";x=1'),
    "a parameter twice": swaps('alg="ed25519"', 'alg="none";alg="ed25519"'),
    # Times
    "too old": sets(created=-LIFETIME - 30),
    "too early": sets(created=LIFETIME + 30),
    "a year old": sets(created=-31_536_000),
    # Labels
    "another label": swaps("^intercity=", "other="),
    "two with the tag": adds("Signature-Input", 'b=("@method");tag="intercity"'),
    "two signatures": adds("Signature", "intercity=:AAAA:"),
    "no signature": sets(drop=("Signature",)),
    "no input": sets(drop=("Signature-Input",)),
    "neither": sets(drop=("Signature", "Signature-Input")),
    "no digest": sets(drop=("Content-Digest",)),
    "no type": sets(drop=("Content-Type",)),
    # Whose key
    "key of another": sets(key=key_of("somebody")),
    "another's name": sets(keyid="did:web:hansol.example#http-1"),
    "the record key's name": sets(keyid="did:web:aurora.example#record-1"),
    "a key that is not there": sets(keyid="did:web:aurora.example#http-7"),
    "no fragment": sets(keyid="did:web:aurora.example"),
    "a key on the web": sets(keyid="https://evil.example/key"),
    "a key inside": sets(keyid="http://169.254.169.254/latest/meta-data"),
    "a key in did:key": sets(keyid=f"did:key:{key_of('x').public.multikey}#x"),
    "a DID of this machine": sets(keyid="did:web:127.0.0.1%3A8400#http-1"),
    "a DID of an address": sets(keyid="did:web:169.254.169.254#http-1"),
    "a DID with a path": sets(keyid="did:web:aurora.example:..:x#http-1"),
    "a DID with a slash": sets(keyid="did:web:aurora.example%2F..#http-1"),
    "a DID with a user": sets(keyid="did:web:a@evil.example#http-1"),
    "a DID in capitals": sets(keyid="did:web:AURORA.example#http-1"),
    "a DID of 300 letters": sets(keyid="did:web:" + "a." * 140 + "example#http-1"),
    # Where it goes
    "to another": sets(target="https://aurora.example/inbox"),
    "to http": sets(target="http://hansol.example/inbox"),
    "to a port": sets(target="https://hansol.example:443/inbox"),
    "to a host in capitals": sets(target="https://HANSOL.example/inbox"),
    "to a slash more": sets(target="https://hansol.example//inbox"),
    "to a query": sets(target=f"{INBOX}?"),
    "with a query": sets(path="/inbox?x=1"),
    "another method": sets(method="PUT"),
    # The body
    "another body": sets(sent=b"{}"),
    "a body more": lambda one: sets(sent=one.body + b" ")(one),
    "no body": sets(sent=b""),
    "packed": adds("Content-Encoding", "gzip"),
    "packed twice": adds("Content-Encoding", "identity, identity"),
    "digest of MD5 alone": lambda one: (
        sets(drop=("Content-Digest",))(one),
        adds("Content-Digest", "md5=:AAAA:")(one),
    )[0],
    "digest twice": adds("Content-Digest", content_digest(b"x")),
    "type of JSON": sets(kind="application/json"),
    "type of a form": sets(kind="multipart/form-data; boundary=x"),
    "type twice": adds("Content-Type", KIND),
    "a charset that is none": sets(kind=f"{KIND}; charset=utf-7", created=-9_999),
}


@session
@pytest.mark.parametrize("name", HOSTILE)
async def test_an_envelope_that_is_not_whole_is_refused(post: Post, name: str) -> None:
    letter = await post.letter()
    HOSTILE[name](letter)
    letter.add.append(("Connection", "close"))  # Its end is not the honest one's, which follows.
    hints = await post.site.home.desk.pages("hint")
    port = post.site.client.port
    assert port is not None
    with watching(port):
        status, said = await post.send(letter)
    assert 400 <= status < 500, (status, said)
    noted = await post.site.home.desk.pages("hint")
    if name == "a key that is not there":  # Its log may name it by now: that is read, no more.
        assert status == 429
        assert set(noted) == set(hints) | {post.peer.document.did.text}
    else:
        assert noted == hints
    assert post.asked.asked == [], "nobody was asked for a key"
    with watching(port):
        assert (await post.send(await post.letter()))[0] == 202


HONEST: dict[str, Callable[[Letter], None]] = {
    "as it is": lambda _: None,
    "a host that is another": adds("X-Forwarded-Host", "evil.example"),
    "forwarded": adds("Forwarded", "host=evil.example;proto=http"),
    "another scheme": adds("X-Forwarded-Proto", "gopher"),
    "another address": adds("X-Original-URL", "/admin"),
    "another method on top": adds("X-HTTP-Method-Override", "DELETE"),
    "another's signature": adds("Signature-Agent", "evil"),
    "the clock a bit off": sets(created=-200),
}


@session
@pytest.mark.parametrize("name", HONEST)
async def test_what_a_proxy_adds_changes_nothing(post: Post, name: str) -> None:
    letter = await post.letter()
    HONEST[name](letter)
    assert (await post.send(letter))[0] == 202


@session
async def test_the_same_request_is_taken_once_however_its_label_reads(post: Post) -> None:
    letter, nonce = await post.letter(), "once-and-not-again"
    assert (await post.send(letter, nonce))[0] == 202
    for _ in range(3):
        assert (await post.send(letter, nonce))[0] == 403


def worded(home: Home, kind: object, about: object, **members: Any) -> JsonObject:
    """A message that follows the form as far as a test lets it."""
    return {
        "@context": CONTEXT,
        "id": "urn:uuid:x",
        "type": kind,
        "actor": home.document.did.text,
        "published": "2026-01-01T00:00:00Z",
        "object": about,
        **members,
    }


TO = "did:web:hansol.example"
EXCHANGE = "01ARYZ6S410000000000000000"
MESSAGES: list[tuple[object, object, dict[str, Any]]] = [
    ("Announce", "https://evil.example/log/public", {"content": "x"}),
    ("Announce", "http://169.254.169.254/log/public", {"content": "x"}),
    ("Announce", ["https://aurora.example/log/public"], {"content": "x"}),
    ("Announce", {}, {"content": {}}),
    ("Offer", {"exchange": EXCHANGE, "verb": "ask", "content": {}}, {"to": TO}),
    ("Offer", {"exchange": EXCHANGE, "verb": "ask", "content": {"x": [1] * 500}}, {"to": TO}),
    ("Offer", {"exchange": "../../x", "verb": "ask", "content": {}}, {"to": TO}),
    ("Accept", {"exchange": EXCHANGE, "verb": "accept", "content": {}}, {"to": TO}),
    ("Update", {"exchange": EXCHANGE, "verb": "note", "content": {"text": {}}}, {"to": TO}),
    ("Undo", {"exchange": EXCHANGE, "verb": "withdraw", "content": {"x": None}}, {"to": TO}),
    ("Accept", {"type": "Delete", "id": "x", "object": "y"}, {"to": TO}),
    ("Accept", {"type": "Delete", "id": f"{INBOX}/../log/public/e/0", "object": INBOX}, {"to": TO}),
    ("Join", {"content": {"x": 1}}, {"to": TO}),
    ("Flag", {"log": "aurora.example/log/public", "notes": ["x", "y"]}, {"to": TO}),
    (
        "Flag",
        {"log": "x", "notes": ["x\n1\nAA==\n", "x\n2\nAA==\n"], "proof": ["x"]},
        {"to": TO},
    ),
    ("Flag", {"log": "x", "notes": ["x", "y", "z"]}, {"to": TO}),
    (["Announce"], "https://aurora.example/log/public", {"content": "x"}),
    (None, None, {}),
    (
        "Offer",
        {"exchange": EXCHANGE, "verb": "ask", "content": {}},
        {"to": "did:web:other.example"},
    ),
    ("Offer", {"exchange": EXCHANGE, "verb": "ask", "content": {}}, {"to": ["did:web:x"]}),
]


@session
@pytest.mark.parametrize("number", range(len(MESSAGES)))
async def test_a_message_that_says_something_else_is_refused(post: Post, number: int) -> None:
    kind, about, members = MESSAGES[number]
    letter = await post.letter()
    letter.body = jcs(worded(post.peer, kind, about, **members))
    assert post.site.client.port is not None
    with watching(post.site.client.port):
        status, said = await post.send(letter)
    assert 400 <= status < 500, (status, said)


class Counting(WebFetcher):
    """Reaches nobody, and counts how often it was to."""

    dialled = 0

    async def get(self, url: str, limit: int, **more: Any) -> Answer:
        self.dialled += 1
        return await super().get(url, limit, **more)


@session
async def test_strangers_cannot_make_us_dial_as_they_like() -> None:
    fetch = Counting(Web())
    home = await home_of("https://hansol.example", fetch=fetch)
    liar = await home_of("https://lira.example")
    async with site_of(home) as site:
        post = Post(site, liar, Web())
        assert site.client.port is not None
        with watching(site.client.port, cpu=5):
            for number in range(20):
                letter = await post.letter()
                letter.keyid = f"did:web:lira.example#http-{number}"
                assert (await post.send(letter))[0] == 429
            assert fetch.dialled == 1
            for number in range(150):
                letter = await post.letter()
                letter.keyid = f"did:web:n{number}.lira.example#http-1"
                assert (await post.send(letter))[0] == 429
        # The clock goes on by some seconds with each.
        assert fetch.dialled < 170
        assert len(await home.desk.pages("hint")) == 0
