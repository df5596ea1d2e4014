"""What a stranger's query can and cannot do to the node: time, memory, network, the others."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from node.errors import QueryBusy, QueryTooCostly
from node.store.workers.frames import Ask, Question
from node.store.workers.pool import Workers, open_workers

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
QUICK = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the system has other means")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A snapshot of 2,000 triples."""
    path = tmp_path / "snapshot"
    store = Store(path)
    iri = NamedNode("https://lyon.example/")
    store.extend(Quad(iri, iri, Literal(f"number {number}")) for number in range(2000))
    store.flush()
    return path


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    async with open_workers(slots=1, queue=1) as opened:
        yield opened


def asking(folder: Path, query: str, *, seconds: float = 20.0, mebibytes: int = 256) -> Ask:
    return Ask(
        folder=str(folder),
        question=Question(query=query, accept="text/csv", rows=10_000, size=16 * 1024**2),
        seconds=seconds,
        memory=mebibytes * 1024**2,
    )


async def is_well(workers: Workers, folder: Path) -> bool:
    return (await workers.ask(asking(folder, QUICK))).body == b"n\r\n2000\r\n"


async def test_a_runaway_query_is_dead_within_a_second_of_its_deadline(
    workers: Workers, folder: Path
) -> None:
    assert await is_well(workers, folder)
    start = time.monotonic()
    with pytest.raises(
        QueryTooCostly,
        match=r"stopped after 0\.5 seconds.*“\?a \?b \?c” and “\?d \?e \?f” share no.*LIMIT.*dumps",
    ):
        await workers.ask(asking(folder, ENDLESS, seconds=0.5))
    assert time.monotonic() - start < 1.5
    assert await is_well(workers, folder)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
        "SELECT (GROUP_CONCAT(?c) AS ?all) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        f"SELECT * {'{' * 20_000}{'}' * 20_000}",
        f"SELECT * {{ ?s ?p ?o FILTER({'(' * 20_000}1{')' * 20_000}) }}",
    ],
)
@on_linux
async def test_a_query_that_eats_memory_harms_itself_alone(
    workers: Workers, folder: Path, query: str
) -> None:
    with pytest.raises(QueryTooCostly, match=r"64 MiB"):
        await workers.ask(asking(folder, query, mebibytes=64))
    assert await is_well(workers, folder)


async def test_who_finds_the_queue_full_is_told_to_come_back(
    workers: Workers, folder: Path
) -> None:
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(_outcome(workers, asking(folder, ENDLESS, seconds=2.0)))
        await asyncio.sleep(0.4)
        waiting = group.create_task(_outcome(workers, asking(folder, f"{ENDLESS} # 2")))
        await asyncio.sleep(0.4)
        impatient = group.create_task(_outcome(workers, asking(folder, f"{ENDLESS} # 3")))
        assert await impatient == "QueryBusy"
        waiting.cancel()
    assert slow.result() == "Overspent"
    with pytest.raises(QueryBusy) as busy:
        await asyncio.gather(*(workers.ask(asking(folder, ENDLESS, seconds=0.3)) for _ in range(5)))
    assert busy.value.retry_after > 0
    await asyncio.sleep(1)
    assert await is_well(workers, folder)


async def test_waiting_ends_with_the_time_that_a_query_was_given(
    workers: Workers, folder: Path
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_outcome(workers, asking(folder, ENDLESS, seconds=1.5)))
        await asyncio.sleep(0.4)
        late = group.create_task(_outcome(workers, asking(folder, f"{ENDLESS} # 2", seconds=0.3)))
    assert late.result() == "QueryBusy"


async def test_what_is_quick_never_waits_for_what_is_long(workers: Workers, folder: Path) -> None:
    assert await is_well(workers, folder)
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(_outcome(workers, asking(folder, ENDLESS, seconds=2.0)))
        await asyncio.sleep(0.5)
        for number in range(5):  # Whether it was asked before or not.
            assert await is_well(workers, folder)
            await workers.ask(asking(folder, f"{QUICK} # {number}"))
        assert not slow.done()


async def test_what_is_long_is_answered_and_at_once_the_next_time(
    workers: Workers, folder: Path
) -> None:
    long = asking(folder, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }")
    assert (await workers.ask(long)).body == b"n\r\n4000000\r\n"
    new = [slot._process for slot in workers._new._slots]
    assert (await workers.ask(long)).cpu > 0.1
    assert [slot._process for slot in workers._new._slots] == new, "it was not tried again"


async def test_what_only_looks_new_is_not_tried_time_and_again(
    workers: Workers, folder: Path
) -> None:
    def variant(number: int) -> Ask:
        return asking(folder, ENDLESS.replace("?n", f"?n{number}"), seconds=0.6)

    for number in range(3):
        with pytest.raises(QueryTooCostly):
            await workers.ask(variant(number))
    new = [slot._process for slot in workers._new._slots]
    with pytest.raises(QueryTooCostly):
        await workers.ask(variant(4))
    assert [slot._process for slot in workers._new._slots] == new, "it was not tried"
    assert await is_well(workers, folder), "another shape is"


def _process(workers: Workers) -> Process:
    """The worker that answers what is new."""
    found = [one._process for lane in (workers._known, workers._new) for one in lane._slots]
    return next(process for process in found if process is not None)


async def _outcome(workers: Workers, ask: Ask) -> str:
    try:
        await workers.ask(ask)
    except (QueryBusy, QueryTooCostly) as exc:
        return type(exc).__name__
    return "answered"


async def test_nobody_is_given_the_answer_of_one_who_went_away(
    workers: Workers, folder: Path
) -> None:
    assert await is_well(workers, folder)
    gone = asyncio.create_task(workers.ask(asking(folder, ENDLESS)))
    await asyncio.sleep(0.2)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await is_well(workers, folder)


async def test_no_worker_is_started_before_the_first_question() -> None:
    async with open_workers(slots=3) as workers:
        lanes = (workers._known, workers._new, workers._long)
        assert {slot._process for lane in lanes for slot in lane._slots} == {None}


async def test_a_worker_that_died_is_replaced(workers: Workers, folder: Path) -> None:
    assert await is_well(workers, folder)
    process = _process(workers)
    process.kill()
    await process.wait()
    assert await is_well(workers, folder)


@on_linux
async def test_a_worker_knows_nothing_of_our_surroundings(
    workers: Workers, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERCITY_SECRET", "hush")
    assert await is_well(workers, folder)
    process = _process(workers)
    told = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert [one.partition(b"=")[0] for one in told.split(b"\0") if one] == [b"PYTHONPATH"]


_DIAL = """
import socket, subprocess, sys
from node.store.workers.sandbox import isolate
print(isolate(), flush=True)
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2),
    lambda: socket.create_connection(("::1", int(sys.argv[1])), 2),
    lambda: subprocess.run(["true"]),
):
    try:
        attempt()
        print("reached")
    except OSError as exc:
        print("refused")
from pyoxigraph import Store
query = "SELECT * { SERVICE <http://127.0.0.1:%s/> { ?s ?p ?o } }" % sys.argv[1]
try:
    print(list(Store().query(query)))
except (OSError, RuntimeError):
    print("refused")
"""


async def test_from_a_workers_process_nothing_can_be_dialled(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _DIAL, str(port), stdout=subprocess.PIPE, cwd=root
        )
        told = (await asyncio.wait_for(process.communicate(), 30))[0].decode().splitlines()
        if told[0].startswith("only"):
            pytest.skip(f"this system can shut no worker in: {told[0]}")
        assert told[1:] == ["refused"] * 4
        with pytest.raises(TimeoutError):
            server.accept()


_PARENT = """
import asyncio, sys
from pathlib import Path
from node.store.workers.pool import open_workers
from tests.node.store.test_workers import ENDLESS, asking
async def main():
    async with open_workers(slots=1) as workers:
        asked = asyncio.create_task(workers.ask(asking(Path(sys.argv[1]), ENDLESS, seconds=100)))
        while not (process := workers._long._slots[0]._process):
            await asyncio.sleep(0.05)
        print(process.pid, flush=True)
        await asked
asyncio.run(main())
"""


@on_linux
async def test_a_worker_ends_with_the_node_even_in_the_midst_of_a_query(
    folder: Path, root: Path
) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PARENT, str(folder), stdout=subprocess.PIPE, cwd=root
    )
    assert parent.stdout is not None
    worker = int(await asyncio.wait_for(parent.stdout.readline(), 30))
    await asyncio.sleep(0.3)
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    for _ in range(50):
        if _is_gone(worker):
            break
        await asyncio.sleep(0.1)
    assert _is_gone(worker)
    await parent.communicate()


def _is_gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has asked for its result yet."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return True
    return state == "Z"
