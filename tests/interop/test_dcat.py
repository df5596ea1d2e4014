"""The catalogue breaks no rule of DCAT-AP 3.0.1, in the opinion of two engines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pyshacl
import pytest
import pytest_asyncio
from rdflib import Graph
from rdflib.namespace import SH

from node.app import build, make_node
from node.app.building import now
from node.config import load
from node.service.dumps import make_due
from node.service.home import Home
from node.service.index import catch_up
from node.service.publish import publish
from tests.homes import Clock, practice
from tests.interop.conftest import Node
from tests.node.web.conftest import site_of


@pytest.fixture
def shapes(shared: Path) -> Graph:
    """DCAT-AP 3.0.1 by SEMICeu, CC BY 4.0, but for two properties that say nothing."""
    graph = Graph().parse(shared / "data" / "dcat-ap-3.0.1" / "shacl_dcat-ap-SHACL.ttl")
    for shape, named in list(graph.subject_objects(SH.property)):
        if (named, SH.path, None) not in graph:
            graph.remove((shape, SH.property, named))
    return graph


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest_asyncio.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """A city's node with a dump."""
    base = "http://localhost:8531"
    await asyncio.to_thread(
        partial(make_node, tmp_path / "a", name={"es": "Villa Aurora"}, country="AR", base_url=base)
    )
    clock = Clock(now())
    async with build(load(tmp_path / "a" / "config.toml", {}), clock=clock) as made:
        await publish(made, practice())
        await catch_up(made)
        clock.time += timedelta(days=1)
        assert await make_due(made) == 1
        yield made


async def catalog(home: Home) -> str:
    async with site_of(home) as site, await site.get("/catalog.nt") as answer:
        assert answer.status == 200
        return await answer.text()


async def test_pyshacl_finds_nothing_and_what_is_missing_is_found(
    home: Home, shapes: Graph
) -> None:
    text = await catalog(home)
    holds, _, said = pyshacl.validate(Graph().parse(data=text, format="nt"), shacl_graph=shapes)
    assert holds, said
    less = "".join(
        f"{line}\n"
        for line in text.splitlines()
        if not ("#practices> " in line and "/terms/title>" in line)
    )
    holds, _, _ = pyshacl.validate(Graph().parse(data=less, format="nt"), shacl_graph=shapes)
    assert not holds, "a dataset without a title"


async def test_rdf_validate_shacl_finds_nothing(home: Home, shapes: Graph, node: Node) -> None:
    text = shapes.serialize(format="turtle")
    found = node("shacl", {"shapes": text, "documents": {"catalog": await catalog(home)}})
    assert found == {"catalog": []}
