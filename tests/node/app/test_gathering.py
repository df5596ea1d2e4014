"""A whole network on a researcher's disk, verified without a network; what was changed is named."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pyarrow.parquet
import pytest
import pytest_asyncio

from node.app.gathering import check, gather
from node.app.gathering.keeping import read_about, write_about
from node.errors import NodeError
from tests.browser.serving import listening
from tests.homes import Web, home_of
from tests.node.web.conftest import Site, network_of, site_of

Network = dict[str, Site]


@pytest_asyncio.fixture
async def network() -> AsyncIterator[Network]:
    """A directory, an observatory and three cities, each answering on loopback."""
    held = {base: one for one, base in (listening() for _ in range(5))}
    homes = await network_of(Web(), [*held])
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(site_of(home, held[home.base_url]))
            for name, home in homes.items()
        }


def quiet(_: str) -> None:
    """Progress is for people."""


async def gathered(network: Network, folder: Path) -> None:
    report = await gather(network["directory"].home.base_url, folder, quiet)
    assert report.holds, report.text()


async def test_every_log_is_fetched_verified_and_verified_again_from_the_files(
    network: Network, tmp_path: Path
) -> None:
    told: list[str] = []
    url = network["directory"].home.base_url
    first = await gather(url, tmp_path, told.append)
    assert first.holds, first.text()
    assert len(first.cities) == len(told) == 5
    for name in ("villa-aurora", "directory"):
        home = network[name].home
        log = home.logs["public"]  # type: ignore[index]
        [one] = [one for one in first.cities if one.log == log]
        assert one.entries == (await home.ledger.head(log)).size
    files = {one.name: one.read_bytes() for one in tmp_path.iterdir() if one.is_file()}
    for site in network.values():
        await site.client.close()
    again = await check(tmp_path, quiet)
    assert again.cities == first.cities
    for name, data in files.items():
        if not name.startswith(("report", "raw")) and not name.endswith("parquet"):
            assert (tmp_path / name).read_bytes() == data, name
    rows = list(csv.DictReader(io.StringIO(files["cities-actions.csv"].decode())))
    table = pyarrow.parquet.read_table(tmp_path / "cities-actions.parquet")
    assert table.num_rows == len(rows) > 28
    assert "verified to its end" in (tmp_path / "report.txt").read_text("utf-8")


async def test_one_byte_that_was_changed_is_named(network: Network, tmp_path: Path) -> None:
    await gathered(network, tmp_path)
    files = sorted(path for path in (tmp_path / "raw").rglob("*") if path.is_file())
    parts = {
        part: [one for one in files if part in one.as_posix()]
        for part in ("did.json", "checkpoint/", "entries", "records")
    }
    for part, found in parts.items():
        assert found, (part, [one.as_posix() for one in files][:20])
        for path in (found[0], found[-1]):
            whole = path.read_bytes()
            for place in (0, len(whole) // 2, len(whole) - 1):
                path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
                report = await check(tmp_path, quiet)
                assert not report.holds
                name = path.relative_to(tmp_path).as_posix()
                assert any(one.startswith(f"{name}: expected SHA-256") for one in report.changed)
                path.write_bytes(whole)
    assert (await check(tmp_path, quiet)).holds


async def test_whoever_changes_the_list_of_files_too_is_found_by_the_signatures(
    network: Network, tmp_path: Path
) -> None:
    """The record is named by its place in the log, though every hash in the list fits."""
    await gathered(network, tmp_path)
    [path, *_] = [
        one
        for one in sorted((tmp_path / "raw").rglob("*"))
        if one.is_file() and b'"title"' in one.read_bytes()
    ]
    path.write_bytes(path.read_bytes().replace(b'"title"', b'"titel"', 1))
    write_about(tmp_path, {k: v for k, v in read_about(tmp_path).items() if k != "files"})
    report = await check(tmp_path, quiet)
    assert report.changed == ()
    assert not report.holds
    [city] = [one for one in report.cities if not one.whole]
    assert city.error == ""
    [refused] = city.refused
    assert "the record of entry" in refused
    assert "has the digest" in refused


async def test_a_city_that_is_away_is_read_from_the_mirror_and_told(
    network: Network, tmp_path: Path
) -> None:
    home = network["villa-aurora"].home
    await network["villa-aurora"].client.close()
    report = await gather(network["directory"].home.base_url, tmp_path, quiet)
    [one] = [one for one in report.cities if one.did == home.document.did.text]
    assert one.source == "mirror"
    assert one.entries == (await home.ledger.head(home.logs["public"])).size  # type: ignore[index]
    assert (await check(tmp_path, quiet)).cities == report.cities


@pytest.mark.parametrize("url", ["https://nobody.example", "ftp://x", "nonsense"])
async def test_what_is_no_directory_is_said(url: str, tmp_path: Path) -> None:
    with pytest.raises(NodeError, match=r"expected|cannot be read"):
        await gather(url, tmp_path, quiet)
    with pytest.raises(NodeError, match=r"expected raw\.json"):
        await check(tmp_path, quiet)


async def test_a_node_that_knows_nobody_is_gathered_alone(tmp_path: Path) -> None:
    held, base = listening()
    async with site_of(await home_of(base), held):
        report = await gather(base, tmp_path, quiet)
    assert report.holds
    assert [one.entries for one in report.cities] == [1]
