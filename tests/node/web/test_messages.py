"""Two cities agree from their desks to learn from each other, and on how it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from node.service import pair
from node.service.contacts import follow
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish_many
from node.service.replicate import sync_all
from peers.notify import ExchangeMessage, read_message
from tests.homes import Clock, Web, home_of, need, practice, profile
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk

HANSOL = "http://localhost:8483"
NOTE = "Nos mostraron cómo cuentan las quejas por barrio."


async def carry(sender: Home, receiver: Home) -> None:
    """Bring every word of one city's desk to the other's, however often it came already."""
    for view in await pair.exchanges(sender):
        for message in await sender.desk.messages(f"exchange:{view.id}"):
            if message.direction == "out":
                read = read_message(message.body, receiver.limits)
                assert isinstance(read, ExchangeMessage)
                await pair.receive(receiver, read)


@pytest_asyncio.fixture
async def desks() -> AsyncIterator[tuple[Desk, Desk]]:
    """A city that looks for help with its budget, and one that follows it and is followed."""
    web = Web()
    aurora, hansol = await home_of(BASE, web=web, clock=Clock()), await home_of(HANSOL, web=web)
    await publish_many(
        aurora,
        [
            profile(workingLanguages=["es"]),
            need(problem={"es": "No sabemos contar las quejas."}),
        ],
    )
    await publish_many(hansol, [profile("Hansol", "KR", workingLanguages=["es"]), practice()])
    await follow(aurora, HANSOL)
    await follow(hansol, BASE)
    for home in (aurora, hansol):
        await sync_all(home)
        await catch_up(home)
    async with AsyncExitStack() as stack:
        both = []
        for home in (aurora, hansol):
            desk = Desk(await stack.enter_async_context(site_of(home)))
            await accounts_of(desk)
            both.append(desk)
        yield both[0], both[1]


async def accounts_of(desk: Desk) -> None:
    await desk.sign_in_as("Amaru", "publisher")


async def test_an_exchange_goes_from_the_first_question_to_the_published_note(
    desks: tuple[Desk, Desk],
) -> None:
    asking, helping = desks
    page = await asking.open("/desk/messages/new")
    did = helping.home.document.did.text
    page = await asking.press(page, "ask", {"peer": did, "action": "T7", "tag": "es"})
    assert page.path.startswith("/desk/messages/0")
    here = page.path
    assert "asked" in page.text
    await carry(asking.home, helping.home)
    front = await helping.open("/desk")
    assert "An exchange waits for a word of ours" in front.text
    listed = await helping.open("/desk/messages")
    assert "waits for us" in listed.text
    there = next(link for link in listed.links if link.startswith("/desk/messages/0"))
    page = await helping.press(await helping.open(there), "accept", {"reason": "Con gusto."})
    assert "Con gusto." in page.text
    await carry(helping.home, asking.home)
    page = await asking.press(await asking.open(here), "meet")
    page = await asking.press(page, "adopt", {"note.es": NOTE})
    await carry(asking.home, helping.home)
    page = await helping.open(there)
    assert NOTE in page.text
    page = await helping.press(page, "Agree, and publish it")
    assert "concluded, and published" in page.text
    await carry(helping.home, asking.home)
    page = await asking.open(here)
    assert "As it was published" in page.text


async def test_a_request_is_declined_with_a_reason_for_the_other_alone(
    desks: tuple[Desk, Desk],
) -> None:
    asking, helping = desks
    did = helping.home.document.did.text
    page = await asking.open(f"/desk/messages/new?peer={did}&action=T7")
    page = await asking.press(page, "ask", {"tag": "es", "problem": "¿Cómo se cuenta?"})
    await carry(asking.home, helping.home)
    listed = await helping.open("/desk/messages")
    there = next(link for link in listed.links if link.startswith("/desk/messages/0"))
    seen = await helping.open(there)
    assert "¿Cómo se cuenta?" in seen.text
    done = await helping.press(seen, "decline", {"reason": "Este año no podemos."})
    assert "declined" in done.text
    await carry(helping.home, asking.home)
    assert "Este año no podemos." in (await asking.open(page.path)).text
    for desk in desks:
        log = await desk.home.ledger.head(desk.home.logs["public"])  # type: ignore[index]
        assert log.size == 3, "nothing of it is published"


async def test_what_does_not_fit_is_refused_in_words_and_nothing_is_sent(
    desks: tuple[Desk, Desk],
) -> None:
    asking, helping = desks
    did = helping.home.document.did.text
    page = await asking.open(f"/desk/messages/new?peer={did}&action=T7")
    page = await asking.press(page, "ask", {"tag": "es"})
    token = page.form("withdraw").fields["token"][0]
    for verb, note in (("accept", ""), ("adopt", ""), ("fly", "")):
        sent = {"token": token, "verb": verb, "note.es": note}
        async with await asking.post(page.path, sent) as answer:
            assert answer.status == 422
            assert "That could not be done" in await answer.text()
    again = await asking.open(f"/desk/messages/new?peer={did}&action=T7")
    again = await asking.press(again, "ask", {"tag": "es"})
    assert again.status == 422
    assert "is open" in again.text


@pytest.mark.parametrize("duty", ["author", "reviewer"])
async def test_only_a_publisher_speaks_for_the_city(desks: tuple[Desk, Desk], duty: str) -> None:
    asking, helping = desks
    did = helping.home.document.did.text
    page = await asking.open(f"/desk/messages/new?peer={did}&action=T7")
    page = await asking.press(page, "ask", {"tag": "es"})
    other = Desk(asking.site)
    await other.sign_in_as("Benita", duty)
    seen = await other.open(page.path)
    assert seen.status == 200
    assert not any("withdraw" in {value for _, value, _ in form.buttons} for form in seen.forms)
    assert (await other.open("/desk/messages/new")).status == 403
    token = await other.token("/desk")
    async with await other.post(page.path, {"token": token, "verb": "withdraw"}) as answer:
        assert answer.status == 403
