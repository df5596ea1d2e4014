"""What is internal stays on the desk: whatever is tried, no log and nobody's index gets it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from node.control import run
from node.errors import Refused
from node.service.append import stage_of
from node.service.drafts import draft, publish_draft, put_draft
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish, publish_many
from node.store.ports import Audience, SearchWish
from peers.encoding import jcs
from peers.log import EntryKind
from tests.homes import FW, home_of, practice, profile

HIDDEN = ("temporary-relocation", "humanitarian-visas", "livelihood-assistance")


def internal(element: str = HIDDEN[0], **more: Any) -> dict[str, Any]:
    """A practice of the kind that could put people in danger."""
    return practice(
        "Un lugar seguro",
        action=[f"{FW}action/protection-of-human-rights-defenders"],
        element=[f"{FW}action-element/{element}"],
        **more,
    )


@pytest.fixture
async def home() -> Home:
    home = await home_of()
    await publish(home, profile())
    return home


async def untouched(home: Home) -> bool:
    """Whether the logs hold their Genesis and the profile, and nothing waits to come into them."""
    await catch_up(home)
    sizes = [(await home.ledger.head(log)).size for log in home.logs.values()]
    found = [
        (await home.text_of(audience).search(SearchWish(words="seguro"))).total
        for audience in Audience
    ]
    return sizes == [2, 1] and found == [0, 0] and await home.desk.staged() == []


@pytest.mark.parametrize("element", HIDDEN)
@pytest.mark.parametrize("audience", list(Audience))
async def test_it_is_published_to_nobody(home: Home, element: str, audience: Audience) -> None:
    with pytest.raises(Refused, match="it may not be published"):
        await publish(home, internal(element), audience=audience)
    with pytest.raises(Refused, match="it may not be published"):
        await publish_many(home, [practice(), internal(element)], audience=audience, dry_run=True)
    with pytest.raises(Refused, match="it may not be published"):
        await publish_many(home, [practice(), internal(element)], audience=audience)
    assert await untouched(home)


@pytest.mark.parametrize("audience", list(Audience))
async def test_its_draft_stays_a_draft(home: Home, audience: Audience) -> None:
    key = await put_draft(home, internal())
    with pytest.raises(Refused, match="it may not be published"):
        await publish_draft(home, key, audience=audience)
    calls: dict[str, dict[str, Any]] = {
        "publish": {"documents": [internal()]},
        "drafts.publish": {"keys": [key]},
    }
    for name, arguments in calls.items():
        with pytest.raises(Refused, match="it may not be published"):
            await run(home, name, {**arguments, "audience": str(audience)})
    assert (await draft(home, key))["title"] == {"es": "Un lugar seguro"}
    assert await untouched(home)


async def test_an_import_that_publishes_leaves_it_on_the_desk(home: Home) -> None:
    file = base64.b64encode(jcs([internal()])).decode()
    call = {"data": file, "filename": "practices.jsonld", "publish": True, "audience": "members"}
    with pytest.raises(Refused, match="it may not be published"):
        await run(home, "import", call)
    assert len((await run(home, "drafts", {}))["drafts"]) == 1
    assert await untouched(home)


async def test_it_cannot_even_be_made_ready_for_a_log(home: Home) -> None:
    document = {**internal(), "id": f"{home.base_url}/practice/1", "version": 1}
    for log in home.logs.values():
        with pytest.raises(Refused, match="it may not be published"):
            stage_of(home, log, document, document["id"], EntryKind.CREATE)
    assert await untouched(home)


async def test_a_published_record_does_not_become_internal_in_its_log(home: Home) -> None:
    receipt = await publish(home, practice("Un lugar"), audience=Audience.MEMBERS)
    with pytest.raises(Refused, match="it may not be published"):
        await publish(home, internal(id=receipt.iri), audience=Audience.MEMBERS)
    held = await home.ledger.latest(receipt.iri)
    assert held is not None
    assert held.entry.version == 1


async def test_there_is_no_audience_of_that_name(home: Home) -> None:
    with pytest.raises(Refused, match="public or members; found 'internal'"):
        await run(home, "publish", {"documents": [practice()], "audience": "internal"})
    assert set(home.logs) == {Audience.PUBLIC, Audience.MEMBERS}
