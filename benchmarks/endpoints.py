"""Other people's SPARQL endpoints on this machine, each with the same triples, for a while.

Each gives its address, or says why it was left out: none of them is needed to measure our own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from benchmarks.place import free_port

__all__ = ["oxigraph_serve", "virtuoso"]

_GRAPH = "http://localhost/benchmark"
"""The graph that Virtuoso keeps the triples in; it is asked for that one alone."""
_WAIT = 60.0
"""Seconds in which a server must answer."""
_VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = .
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
[SPARQL]
ResultSetMaxRows = 1000000
"""


@contextmanager
def oxigraph_serve(folder: Path, triples: Path) -> Iterator[tuple[str, str]]:
    """``oxigraph serve`` of the package ``oxigraph``: its address, and what to know of it."""
    beside = Path(sys.executable).with_name("oxigraph")
    program = str(beside) if beside.exists() else shutil.which("oxigraph")
    if program is None:
        yield "", "oxigraph serve was left out: pip install oxigraph"
        return
    location, port = str(folder / "oxigraph"), free_port()
    load = [program, "load", "--location", location, "--file", str(triples)]
    subprocess.run(load, check=True, capture_output=True)
    command = [program, "serve-read-only", "--location", location, "--bind", f"127.0.0.1:{port}"]
    with _running(command, folder, f"http://127.0.0.1:{port}/query") as url:
        yield url, _version([program, "--version"])


@contextmanager
def virtuoso(folder: Path, triples: Path) -> Iterator[tuple[str, str]]:
    """Virtuoso, of Debian's virtuoso-opensource: its address, and what to know of it."""
    program, isql = shutil.which("virtuoso-t"), shutil.which("isql-vt") or shutil.which("isql-v")
    if program is None or isql is None:
        yield "", "Virtuoso was left out: apt-get install virtuoso-opensource-7-bin"
        return
    place, sql, port = folder / "virtuoso", free_port(), free_port()
    place.mkdir()
    (place / "bench.ini").write_text(_VIRTUOSO.format(sql=sql, http=port), "utf-8")
    shutil.copy(triples, place / "triples.nt")
    command = [program, "+foreground", "+configfile", "bench.ini"]
    with _running(command, place, f"http://127.0.0.1:{port}/sparql") as url:
        load = f"ld_dir('.', 'triples.nt', '{_GRAPH}'); rdf_loader_run(); checkpoint;"
        told = [isql, f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"]
        subprocess.run(told, check=True, capture_output=True)
        yield f"{url}?default-graph-uri={quote(_GRAPH, safe='')}", "7.2"


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[str]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet) as server:
        try:
            until = time.monotonic() + _WAIT
            while not _answers(url):
                if server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{command[0]} did not start; it was given {folder}")
                time.sleep(0.1)
            yield url
        finally:
            server.terminate()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=5):  # noqa: S310 - ours
            return True
    except (urllib.error.URLError, OSError):
        return False


def _version(command: list[str]) -> str:
    said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    return said.split()[-1]
