"""Records made up from the schema: any keys, any values that fit them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from vocab.jsonld import CONTEXT
from vocab.records import KINDS, TYPES
from vocab.shapes.schema import definitions, known_keys

Document = dict[str, Any]

TAGS = st.sampled_from(
    ["en", "es", "ar", "pt-BR", "zh-Hans", "sr-Latn-RS", "de-1996", "en-x-a"],
)
BASES = st.sampled_from(
    ["https://a.example/", "http://localhost:8401/", "https://b.example/city/x/"],
)
DAYS = st.dates().map(str)
STEPS = st.text("aB9-._~!$&'()*+,;=:@é漢ع", max_size=8)
TEXT = st.text(min_size=1, max_size=60)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "ShortText": TEXT,
    "SummaryText": TEXT,
    "SectionText": TEXT,
    "Line": TEXT,
    "LanguageTag": TAGS,
    "WebAddress": st.builds(
        "https://{}.example/{}?{}%20#{}".format, st.sampled_from(["a", "é"]), STEPS, STEPS, STEPS
    ),
    "Agent": BASES.map(lambda base: f"{base}#city"),
    "Subject": st.integers(1, 9**9).map("https://sws.geonames.org/{}/".format),
    "Place": st.integers(1, 9**9).map("https://sws.geonames.org/{}/".format),
    "Wikidata": st.integers(1, 9**9).map("http://www.wikidata.org/entity/Q{}".format),
    "SdgTarget": st.integers(1, 17).map("http://metadata.un.org/sdg/{}.1".format),
    "Did": st.sampled_from(["did:web:a.example", "did:web:localhost%3A8401"]),
    "PartialDate": st.one_of(DAYS, DAYS.map(lambda day: day[:7]), DAYS.map(lambda day: day[:4])),
    "Day": DAYS,
    "Time": DAYS.map("{}T10:00:00Z".format),
    "Year": DAYS.map(lambda day: day[:4]),
    "MonthDay": DAYS.map(lambda day: day[5:]),
    "Amount": st.decimals(0, 10**9, places=2).map(str),
    "Measured": st.decimals(-(10**9), 10**9, places=2).map(str),
    "AgeBand": st.sampled_from(["_T", "Y15T24", "Y_LT15", "Y_GE65"]),
    "Structure": st.just("https://w3id.org/intercity/ns#observationStructure"),
    "Share": st.sampled_from(["1", "0.5", "0.50001"]),
    "Latitude": st.decimals(-89, 89, places=4).map(str),
    "Longitude": st.decimals(-179, 179, places=4).map(str),
    "CountryCode": st.text("ABCXYZ", min_size=2, max_size=2),
    "Currency": st.text("ABCXYZ", min_size=3, max_size=3),
    "M49": st.text("0123456789", min_size=3, max_size=3),
    "Sha256": st.text("0123456789abcdef", min_size=64, max_size=64),
    "Digest": st.text("123ABCxyz", min_size=46, max_size=46).map("z{}".format),
    "MediaType": st.sampled_from(["application/pdf", "image/svg+xml"]),
    "Email": st.sampled_from(["office@city.example", "büro@städt.example"]),
}
_OWN = {"@context", "id", "type", "publisher", "proof"}


@st.composite
def records(draw: st.DrawFn, kind: str | None = None) -> Document:
    """A record with some of its keys. Its shapes hold; what must fit each other may not."""
    kind = kind or draw(st.sampled_from(sorted(TYPES)))
    base = draw(BASES)
    ulid = draw(st.text("0123456789ABCXYZ", min_size=26, max_size=26))
    segment = KINDS.get(kind, f"practice/{ulid}/v/2")
    name = base + segment
    if kind not in {"City", "Organization", "Withdrawal"}:
        name += f"/{ulid}"
    return {
        "@context": list(CONTEXT),
        "id": name,
        "type": kind,
        "publisher": f"{base}#city",
        **_filled(draw, kind, name),
    }


def _filled(draw: st.DrawFn, kind: str, name: str) -> Document:
    """Required keys, and some others."""
    required = definitions()[kind]["required"]
    filled: Document = {}
    for key, about in known_keys(kind).items():
        if key not in _OWN and (key in required or draw(st.booleans())):
            filled[key] = _held(draw, about, f"{name}#{key}")
    return filled


def _held(draw: st.DrawFn, about: Mapping[str, Any], name: str) -> Any:
    """What a key holds: one value, a list, or text by language."""
    if "items" in about:
        kind = _named(about["items"])
        if "properties" in definitions()[kind]:
            count = draw(st.integers(1, 3))
            return [_part(draw, kind, f"{name}-{number}") for number in range(1, count + 1)]
        return draw(st.lists(_value(kind), min_size=1, max_size=4, unique=True))
    if "propertyNames" in about:
        value = _value(_named(about["additionalProperties"]))
        return draw(st.dictionaries(TAGS, value, min_size=1, max_size=4))
    return draw(_value(_named(about)))


def _part(draw: st.DrawFn, kind: str, name: str) -> Document:
    return {"id": name, "type": kind, **_filled(draw, kind, name)}


def _value(kind: str) -> st.SearchStrategy[Any]:
    """Any value of a kind."""
    about = definitions()[kind]
    if "enum" in about:
        return st.sampled_from(about["enum"])
    if about["type"] == "boolean":
        return st.booleans()
    if about["type"] == "integer":
        return st.integers(about["minimum"], about["maximum"])
    return VALUES[kind]


def _named(about: Mapping[str, Any]) -> str:
    return str(about["$ref"]).rpartition("/")[2]
