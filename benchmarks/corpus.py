"""Records to measure with: practices in two languages, about 3 KB each, signed by an invented city.

The same number gives the same bytes on every machine: nothing here is random.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from node.core.ulid import ulid
from peers.encoding import JsonObject, jcs
from peers.keys import SecretKey
from peers.log import Body, Entry, EntryKind, LogId
from peers.proofs import sign
from vocab.framework import load
from vocab.records import CONTEXT

__all__ = ["BASE", "KEY", "LOG", "METHOD", "START", "bodies", "documents", "entries"]

BASE = "http://localhost:8499"
LOG = LogId("localhost:8499/log/public")
KEY = SecretKey.from_seed(hashlib.sha256(b"benchmark: record key").digest())
METHOD = "did:web:localhost%3A8499#record-1"
START = datetime(2026, 1, 1, tzinfo=UTC)

_ES = (
    "El municipio abrió una oficina en cada barrio para escuchar, mediar y responder por escrito "
    "en menos de cuarenta días, con personas elegidas por las organizaciones sociales. "
)
_EN = (
    "The city opened an office in every district to listen, to mediate and to answer in writing "
    "within forty days, staffed by people whom residents' organizations had chosen. "
)


def documents(count: int, base: str = BASE) -> list[JsonObject]:
    """``count`` practices of the city at an address, not yet signed."""
    # What T11 protects is for members only, and this log is public.
    actions = [action.iri for action in load().actions if action.code != "T11"]
    groups = [concept.iri for concept in load().scheme("group")]
    made: list[JsonObject] = []
    for number in range(count):
        iri = f"{base}/practice/{ulid(1_767_225_600_000 + number, bytes)}"
        made.append(
            {
                "@context": list(CONTEXT),
                "id": iri,
                "type": "Practice",
                "version": 1,
                "publisher": f"{base}/#city",
                "title": {
                    "es": f"Defensoría de barrio número {number}",
                    "en": f"Neighbourhood ombudsperson number {number}",
                },
                "action": sorted({actions[number % 27], actions[(number * 7 + 3) % 27]}),
                "rightsHolders": [groups[number % len(groups)]],
                "summary": {"es": _ES * 2, "en": _EN * 2},
                "situationBefore": {"es": _ES, "en": _EN},
                "whatWasDone": {"es": _ES * 3, "en": _EN * 3},
                "results": {"es": _ES, "en": _EN},
                "started": f"{2010 + number % 16}",
                "languages": ["es", "en"],
            }
        )
    return made


def bodies(count: int) -> list[Body]:
    """The same, signed, each with its salt."""
    signed = [
        sign(document, KEY, method=METHOD, created=START + timedelta(seconds=number))
        for number, document in enumerate(documents(count))
    ]
    return [
        Body(hashlib.sha256(f"salt {number}".encode()).digest()[:16], jcs(document))
        for number, document in enumerate(signed)
    ]


def entries(held: list[Body], iris: list[str], start: int = 0) -> list[Entry]:
    """A log's entries for these bodies, from position ``start``."""
    return [
        Entry(
            id=f"http://{LOG}/e/{number}",
            kind=EntryKind.CREATE,
            object=iri,
            published=(START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            version=1,
            prev=None,
            digest=body.digest,
        )
        for number, (body, iri) in enumerate(zip(held, iris, strict=True), start)
    ]
