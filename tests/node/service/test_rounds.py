"""A network's round: frozen, computed, published; made anew by its members, byte for byte."""

from __future__ import annotations

import hashlib

import pytest
from msgspec.structs import replace as changed

from node.core.rounds import Unproven
from node.core.rounds.published import Way, read, write
from node.errors import NotFound, Refused
from node.service import rounds
from node.service.contacts import follow
from node.service.directory import admit, suspend
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish, withdraw
from node.service.replicate import sync_all, sync_peer
from node.store.ports import Audience
from tests.homes import FW, Clock, Web, home_of, need, practice, profile
from vocab.terms import NodeRole, OfferKind, State

NETWORK = "https://network.example"
TOWNS = {
    "https://aurora.example": ("Aurora", "AR", 60_000),
    "https://hansol.example": ("Hansol", "KR", 900_000),
    "https://marama.example": ("Marama", "NZ", 90_000),
}
ACTION = f"{FW}action/human-rights-based-budgeting"
TITLE = {"en": "Spring round"}


def offer() -> dict[str, object]:
    return {"type": "Offer", "action": ACTION, "kind": OfferKind.MENTOR, "capacity": 2}


def status() -> dict[str, object]:
    evidence = {"id": "#e1", "type": "Evidence", "contentUrl": "https://hansol.example/budget.pdf"}
    return {
        "type": "ActionStatus",
        "action": ACTION,
        "state": State.IN_PLACE,
        "since": "2024",
        "evidence": [evidence],
    }


async def _step(*homes: Home) -> None:
    for home in homes:
        await sync_all(home)
        await catch_up(home)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
async def towns(web: Web) -> list[Home]:
    """Aurora and Marama want to learn what Hansol could teach."""
    made = []
    for url, (name, country, people) in TOWNS.items():
        home = await home_of(url, web=web, clock=Clock())
        await publish(
            home,
            profile(
                name, country, population=people, populationYear="2024", workingLanguages=["en"]
            ),
        )
        made.append(home)
    aurora, hansol, marama = made
    await publish(aurora, need())
    await publish(marama, need())
    await publish(hansol, offer())
    await publish(hansol, status())
    return made


@pytest.fixture
async def network(web: Web, towns: list[Home]) -> Home:
    """Everyone is a member, and everyone follows everyone."""
    home = await home_of(NETWORK, role="network", web=web, clock=Clock())
    name = {"en": "Network of Invented Towns"}
    await publish(home, {"type": "Organization", "name": name, "role": NodeRole.NETWORK})
    for town in towns:
        await admit(home, town.base_url)
        for other in [*towns, home]:
            if other is not town:
                await follow(town, other.base_url)
    await _step(*towns)
    return home


async def published(network: Home, web: Web, way: str = Way.OPTIMUM) -> str:
    opened = await rounds.open_round(network, TITLE, way=way)
    identity = opened.iri.rpartition("/")[2]
    await rounds.compute_round(network, identity)
    view = await rounds.publish_round(network, identity)
    web.instead[f"{view.iri}/result.json"] = await rounds.text_of(network, view.iri)
    return view.iri


@pytest.mark.parametrize("way", [Way.OPTIMUM, Way.ASKING])
async def test_every_member_makes_the_round_anew_byte_for_byte(
    web: Web, network: Home, towns: list[Home], way: str
) -> None:
    iri = await published(network, web, way)
    await _step(*towns)
    for town in towns:
        checked = await rounds.check_round(town, iri)
        assert checked.solved
        assert {one.learner for one in checked.result.pairs} == {
            f"{url}/#city" for url in TOWNS if "hansol" not in url
        }
        assert [one.checked != "" for one in await rounds.rounds(town)] == [True]


async def test_what_is_published_after_the_snapshot_changes_nothing(
    web: Web, network: Home, towns: list[Home]
) -> None:
    opened = await rounds.open_round(network, TITLE)
    identity = opened.iri.rpartition("/")[2]
    before = write(await rounds.compute_round(network, identity))
    aurora, hansol, marama = towns
    await publish(aurora, offer())
    await publish(marama, need("complaint-oversight-redress-mechanism"))
    await suspend(network, hansol.base_url)
    await _step(network)
    assert write(await rounds.compute_round(network, identity)) == before
    view = await rounds.publish_round(network, identity)
    web.instead[f"{view.iri}/result.json"] = before
    await _step(*towns)
    assert (await rounds.check_round(marama, view.iri)).solved


async def test_a_withdrawn_need_and_a_suspended_member_are_not_in_the_next_round(
    web: Web, network: Home, towns: list[Home]
) -> None:
    aurora, _, marama = towns
    receipt = await publish(marama, need("complaint-oversight-redress-mechanism"))
    await withdraw(marama, receipt.iri, "outdated")
    await suspend(network, aurora.base_url)
    await _step(network)
    opened = await rounds.open_round(network, TITLE)
    made = await rounds.compute_round(network, opened.iri.rpartition("/")[2])
    assert made.learners == (marama.agent,)
    assert [len(one.actions) for one in made.pairs] == [1]
    assert [one.origin for one in made.logs] == [
        "network.example/log/public",
        "hansol.example/log/public",
        "marama.example/log/public",
    ]


async def test_a_node_without_a_solver_checks_the_proof(
    web: Web, network: Home, towns: list[Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    iri = await published(network, web)
    await _step(*towns)
    monkeypatch.setattr(rounds, "can_solve", lambda: False)
    checked = await rounds.check_round(towns[0], iri)
    assert not checked.solved
    assert len(checked.result.pairs) == 2
    opened = await rounds.open_round(network, TITLE)
    with pytest.raises(Refused, match="SciPy"):
        await rounds.compute_round(network, opened.iri.rpartition("/")[2])


async def test_a_round_that_leaves_out_a_pair_is_refused_by_every_member(
    web: Web, network: Home, towns: list[Home]
) -> None:
    """The secretariat signs what it likes; the records say otherwise."""
    opened = await rounds.open_round(network, TITLE)
    made = await rounds.compute_round(network, opened.iri.rpartition("/")[2])
    text = write(changed(made, pairs=made.pairs[:1]))
    await network.desk.put_page("round-text", opened.iri, text)
    view = await rounds.publish_round(network, opened.iri.rpartition("/")[2])
    web.instead[f"{view.iri}/result.json"] = text
    await _step(*towns)
    with pytest.raises(Unproven, match="coverage: the certificate proves 2, the round has 1"):
        await rounds.check_round(towns[0], view.iri)


async def test_a_round_that_leaves_out_a_member_is_refused(
    web: Web, network: Home, towns: list[Home]
) -> None:
    iri = await published(network, web)
    await _step(*towns)
    text = await rounds.text_of(network, iri)
    made = read(text)
    fewer = write(changed(made, logs=made.logs[:-1]))
    record = {
        "type": "PairingRound",
        "id": iri,
        "title": TITLE,
        "contentUrl": f"{iri}/result.json",
        "sha256": hashlib.sha256(fewer).hexdigest(),
        "contentSize": len(fewer),
    }
    await publish(network, record)
    await _step(*towns)
    with pytest.raises(Unproven, match="logs: expected those of all members"):
        await rounds.check_round(towns[0], iri, fewer)
    with pytest.raises(Unproven, match="the record names"):
        await rounds.check_round(towns[0], iri, text)


async def test_who_is_behind_is_told_which_log_it_lacks(
    web: Web, network: Home, towns: list[Home]
) -> None:
    await publish(towns[1], practice())
    await _step(network)
    iri = await published(network, web)
    network_alone = next(one for one in await towns[0].desk.contacts() if one.base_url == NETWORK)
    await sync_peer(towns[0], network_alone)
    await catch_up(towns[0])
    with pytest.raises(Refused, match=r"hansol\.example/log/public: expected 5 entries, found 4"):
        await rounds.check_round(towns[0], iri)
    await _step(towns[0])
    assert (await rounds.check_round(towns[0], iri)).solved


async def test_only_a_network_with_members_opens_rounds(web: Web, towns: list[Home]) -> None:
    with pytest.raises(Refused, match="only a network has rounds"):
        await rounds.open_round(towns[0], TITLE)
    alone = await home_of("https://alone.example", role="network", web=web)
    with pytest.raises(Refused, match="expected members"):
        await rounds.open_round(alone, TITLE)


async def test_settings_out_of_bounds_are_refused(network: Home) -> None:
    wrong = (("best", 2, 0), ("optimum", 0, 0), ("asking", 9, 0), ("asking", 2, -1))
    for way, peers, candidates in wrong:
        with pytest.raises(Refused, match="expected"):
            await rounds.open_round(network, TITLE, way=way, peers=peers, candidates=candidates)


async def test_a_round_is_computed_before_it_is_published(network: Home) -> None:
    opened = await rounds.open_round(network, TITLE)
    assert [(one.iri, one.state) for one in await rounds.rounds(network)] == [(opened.iri, "open")]
    with pytest.raises(NotFound, match="compute it first"):
        await rounds.publish_round(network, opened.iri.rpartition("/")[2])
    with pytest.raises(NotFound, match="open one first"):
        await rounds.compute_round(network, "01JD0000000000000000000000")
    assert await network.ledger.latest(opened.iri) is None
    assert (await network.ledger.head(network.logs[Audience.MEMBERS])).size == 1
