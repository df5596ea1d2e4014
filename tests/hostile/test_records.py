"""Records that a liar signs and logs: quarantined one by one, and the log goes on."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from node.core.admission import RULES
from node.service import taking
from node.service.keys import history_of
from node.store.ports import Audience
from peers.log import Body, EntryKind
from tests.homes import FW, home_of, practice
from tests.hostile.towns import Draft, Market, draft_of, market
from tests.hostile.watch import CPU, watching
from tests.vocab.examples import good
from vocab.shapes import Severity, audience_limit, check

session = pytest.mark.asyncio(loop_scope="session")

LIAR, HONEST = "https://lira.example", "https://aurora.example"
Change = Callable[[Draft], Draft | None]


def says(**members: Any) -> Change:
    """Signed with other members."""
    return lambda draft: draft.update(members)


def lacks(name: str) -> Change:
    """Signed without a member."""
    return lambda draft: {key: value for key, value in draft.items() if key != name}


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


def both_contexts(secured: Draft) -> None:
    for holder in (secured, secured["proof"]):
        holder["@context"].append("https://evil.example/c")


SIGNED: dict[str, Change] = {
    # Structure
    "no type": lacks("type"),
    "no id": lacks("id"),
    "no publisher": lacks("publisher"),
    "no version": lacks("version"),
    "no title": lacks("title"),
    "type of nothing": says(type="Nothing"),
    "two types": says(type=["Practice", "City"]),
    "type by its address": says(type="https://w3id.org/intercity/ns#Practice"),
    "a withdrawal as a creation": says(type="Withdrawal"),
    "unknown term": says(unsignedTerm="x"),
    "term with a colon": says(**{"ic:title": "x"}),
    "term that is an address": says(**{"http://schema.org/name": "x"}),
    "empty term": says(**{"": "x"}),
    "prototype": says(__proto__={"admin": True}),
    "constructor": says(constructor={"prototype": {}}),
    "reverse": says(**{"@reverse": {"about": "https://evil.example/"}}),
    "graph": says(**{"@graph": [practice()]}),
    "included": says(**{"@included": [practice()]}),
    "nest": says(**{"@nest": {"title": {"es": "otro"}}}),
    "title as text": says(title="Una defensoría"),
    "title as list": says(title=[{"es": "uno"}]),
    "title as value object": says(title={"@value": "x", "@language": "es"}),
    "title of a number": says(title={"es": 1}),
    "title of null": says(title={"es": None}),
    "title of lists": says(title={"es": ["uno", "dos"]}),
    "language tag with N-Quads": says(title={'es" .\n<a:b> <c:d> "e': "x"}),
    "language tag of spaces": says(title={" ": "x"}),
    "language tag of 10 KB": says(title={"e" * 10_000: "x"}),
    "language none": says(title={"@none": "x"}),
    "action as text": says(action=f"{FW}action/complaint-oversight-redress-mechanism"),
    "action of nothing": says(action=[f"{FW}action/nothing"]),
    "action relative": says(action=["../action/x"]),
    "action with spaces": says(action=["https://evil.example/ >"]),
    "action in script": says(action=["javascript:alert(1)"]),
    "action embedded": says(action=[{"id": "https://evil.example/", "title": {"es": "x"}}]),
    "a boolean for a version": says(version=True),
    "version as text": says(version="1"),
    "version nought": says(version=0),
    "version below nought": says(version=-1),
    "version as a fraction": says(version=1.5),
    "version of 53 bits and more": says(version=2**53 - 1),
    # Contexts
    "another context": says(**{"@context": "https://evil.example/context"}),
    "one context more": says(
        **{"@context": [*draft_of(LIAR, 0)["@context"], "https://evil.example/c"]}
    ),
    "contexts the other way round": says(**{"@context": draft_of(LIAR, 0)["@context"][::-1]}),
    "a context of its own": says(
        **{"@context": [*draft_of(LIAR, 0)["@context"], {"title": "ex:x"}]}
    ),
    "a context below": says(contact={"@context": {"name": "ex:x"}, "name": "x"}),
    "no context": lacks("@context"),
    "null context": says(**{"@context": None}),
    # Aliases
    "id by its keyword": says(**{"@id": f"{HONEST}/city"}),
    "type by its keyword": says(**{"@type": "City"}),
    "id twice, in two words": says(**{"@id": f"{LIAR}/practice/x"}),
    # Whose it is
    "another's id": says(id=f"{HONEST}/practice/01ARYZ6S410000000000000000"),
    "another's publisher": says(publisher=f"{HONEST}/#city"),
    "no one's publisher": says(publisher="#city"),
    "publisher in a list": says(publisher=[f"{LIAR}/#city", f"{HONEST}/#city"]),
    "publisher as object": says(publisher={"id": f"{LIAR}/#city"}),
    "publisher in capitals": says(publisher="https://LIRA.example/#city"),
    "publisher with a port": says(publisher="https://lira.example:443/#city"),
    "publisher over http": says(publisher="http://lira.example/#city"),
    "publisher with a user": says(publisher="https://aurora.example@lira.example/#city"),
    "id with a dot segment": says(id=f"{LIAR}/practice/../city"),
    "id with a query": says(id=f"{LIAR}/practice/01ARYZ6S410000000000000000?x"),
    "id with a fragment": says(id=f"{LIAR}/practice/01ARYZ6S410000000000000000#x"),
    "id in other letters": says(id=f"{LIAR}/practice/0１ARYZ6S41000000000000000"),
    "id below another": says(id=f"{LIAR}/practice/x/01ARYZ6S410000000000000000"),
    "id of the city": says(id=f"{LIAR}/city"),
    # Floods
    "17 deep": says(contact=nested(17)),
    "200 deep": says(contact=nested(200)),
    "4,000 members": says(**{f"x{number}": number for number in range(4_000)}),
    "6,000 members": says(**{f"x{number}": 1 for number in range(6_000)}),
    "2,000 languages that are none": says(title={f"e{number}": "x" for number in range(2_000)}),
    "4,000 actions": says(action=[f"{FW}action/{number}" for number in range(4_000)]),
    "one action 3,000 times": says(
        action=[f"{FW}action/complaint-oversight-redress-mechanism"] * 3_000
    ),
    "200 KB of text": says(description={"es": "a" * 200_000}),
    "200 KB of one backtracking text": says(website="http://" + "a." * 50_000),
    "20,000 numbers": says(action=list(range(20_000))),
    "30,000 empty lists": says(action=[[] for _ in range(30_000)]),
    "300 KB": says(description={"es": "a" * 300_000}),
    # Text
    "a lone NUL": says(title={"es": "x\x00y"}),
    "terminal controls": says(title={"es": "\x1b[2Jx"}),
    # What puts people in danger
    "marked internal": says(audience="internal"),
    "an audience of nothing": says(audience="everyone"),
}
"""What was signed as it stands: the proof holds."""

TAMPERED: dict[str, Change] = {
    "title changed": says(title={"es": "otra"}),
    "term added": says(description={"es": "añadida"}),
    "term taken away": lacks("action"),
    "context appended": lambda one: one["@context"].append("https://evil.example/c"),
    "context appended in both": both_contexts,
    "id changed": says(id=f"{LIAR}/practice/01ARYZ6S41000000000000ZZZZ"),
    "version changed": says(version=2),
}
"""What was changed after it was signed."""

ENTRIES: dict[str, dict[str, Any]] = {
    "an object of another town": {"object": f"{HONEST}/city"},
    "an object of ours": {"object": "https://hansol.example/city"},
    "an object beside the town": {"object": "https://lira.example.evil.example/city"},
    "an object with a user": {"object": "https://lira.example@evil.example/city"},
    "a later version of nothing": {"version": 2, "prev": 0},
    "an update that begins": {"kind": EntryKind.UPDATE},
    "a deletion that is a creation": {"kind": EntryKind.DELETE},
    "a second genesis": {"kind": EntryKind.GENESIS},
    "a key change that is a practice": {"kind": EntryKind.KEY_CHANGE},
}
"""What the entry says beside a record that is well made."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town() -> Market:
    """One market for all of them: what came before makes no difference."""
    return await market()


async def _held(town: Market, iri: str) -> None:
    """One input, then an honest record of the same log: the first stays out, the second comes."""
    control = await town.liar.publish(town.draft())
    with watching(cpu=2 * CPU):
        await town.look()
    assert await town.shown(iri) is None
    assert await town.shown(control) is not None
    contact = await town.reader.desk.contact("did:web:lira.example")
    assert contact is not None
    assert contact.state == "following", contact.error


@session
@pytest.mark.parametrize("name", SIGNED)
async def test_a_record_that_is_not_as_it_must_be_is_quarantined(town: Market, name: str) -> None:
    draft = town.draft()
    named = draft["id"]
    changed = SIGNED[name](draft)
    await _held(town, await town.liar.publish(draft if changed is None else changed, object=named))


@session
@pytest.mark.parametrize("name", TAMPERED)
async def test_a_record_that_was_changed_once_signed_is_quarantined(
    town: Market, name: str
) -> None:
    await _held(town, await town.liar.publish(town.draft(), after=TAMPERED[name]))


@session
@pytest.mark.parametrize("name", ENTRIES)
async def test_an_entry_that_says_something_else_is_quarantined(town: Market, name: str) -> None:
    before = {iri: await town.shown(iri) for iri in (f"{HONEST}/city", f"{LIAR}/city")}
    iri = await town.liar.publish(town.draft(), **ENTRIES[name])
    if iri in before:
        control = await town.liar.publish(town.draft())
        await town.look()
        assert await town.shown(control) is not None
        assert {iri: await town.shown(iri) for iri in before} == before
    else:
        await _held(town, iri)


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(
            None,
            True,
            0,
            -1,
            1.5,
            2**53 - 1,
            "",
            "\u202e",
            "http://[",
            "javascript:1",
            "0000-00-00",
        ),
        *([], [[]], [None], {}, {"id": []}, {"type": []}, {"type": {}}, {"@value": "x"}),
        *({"id": "https://evil.example/", "type": "City"}, {"e" * 60: "x"}, ["x", 1, None, {}]),
    ]
)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every value within a document."""
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    return [*([above] if above else []), *(at for k, v in inner for at in places(v, (*above, k)))]


async def test_a_record_that_cannot_be_judged_is_quarantined_until_rules_are_new() -> None:
    home = await home_of()
    log = home.logs[Audience.PUBLIC]
    [held] = await home.ledger.entries(log, 0, 1)
    keys = await history_of(home.ledger, log, home.document.did)
    assert keys is not None
    assert held.body is not None
    broken = Body(held.body.salt, None)  # type: ignore[arg-type]
    with capture_logs() as lines:
        verdict = taking._verdict(held.entry, broken, log, home.document, keys, home.limits)
    assert not verdict.admitted
    assert verdict.rules < RULES
    assert [one["event"] for one in lines] == ["a record could not be judged"]


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_no_value_at_any_place_makes_the_check_stumble(data: st.DataObject) -> None:
    draft = copy.deepcopy(data.draw(st.sampled_from(sorted(good().items())))[1])
    for _ in range(data.draw(st.integers(1, 3))):
        *above, last = data.draw(st.sampled_from(places(draft)))
        holder = draft
        for step in above:
            holder = holder[step]
        holder[last] = copy.deepcopy(data.draw(ODD | JSON))
    with watching():
        findings = check(draft)
        audience_limit(draft)
    assert all(one.message for one in findings)


def test_the_honest_examples_have_nothing_against_them() -> None:
    for document in good().values():
        assert not [one for one in check(document) if one.severity is Severity.VIOLATION]
