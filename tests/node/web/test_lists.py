"""What visitors of a network see of the members of another that it includes."""

from __future__ import annotations

from node.service.directory import admit
from node.service.index import catch_up
from node.service.lists import drop, include
from node.service.publish import publish
from tests.homes import Web, home_of, profile
from tests.node.web.conftest import site_of
from tests.node.web.desks import BASE, Desk


async def test_members_of_an_included_network_are_shown_with_whose_they_are() -> None:
    web = Web()
    world = await home_of(BASE, role="network", web=web)
    rivers = await home_of("https://rivers.example", role="network", web=web)
    named = {"type": "Organization", "name": {"es": "Red de los ríos"}}
    role = "https://w3id.org/intercity/ns#node-role/network"
    await publish(rivers, {**named, "role": role})
    city = await home_of("https://hansol.example", web=web)
    await publish(city, profile("Hansol", "KR"))
    await admit(rivers, city.base_url, valid_until="2027-06-30")
    await include(world, rivers.base_url)
    async with site_of(world) as site:
        desk = Desk(site)
        assert "Hansol" in (await desk.open("/")).text
        page = await desk.open("/cities/hansol.example")
        assert "Member of" in page.text
        assert "Red de los ríos until 30 June 2027 followed through its list" in page.text
        await drop(world, rivers.base_url)
        await catch_up(world)
        assert "Hansol" not in (await desk.open("/")).text
        assert (await desk.open("/cities/hansol.example")).status == 404
