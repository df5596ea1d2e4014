"""The SQLite file and the threads that use it: one writes, a few read, the event loop waits.

A few rows by their key are read on the event loop itself (``look``; ADR 0020).

Writes that come while another is being synced to the disk are put into one transaction, so that a
busy node pays for one sync and not for a hundred (group commit). Each of them still succeeds or
fails by itself, and none returns before the sync.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import apsw

from node.store.ports import Broken, Full, StoreError
from node.store.sqlite.schema import migrate

__all__ = ["Database", "faults_of", "rows", "value"]

T = TypeVar("T")

_GROUP = 256
"""Writes that share a transaction, at most."""

_READERS = 2

_FATAL = (apsw.IOError, apsw.CorruptError, apsw.NotADBError)


@dataclass(slots=True)
class _Job:
    """Something for the writer to do; ``alone`` where it cannot run within a transaction."""

    work: Callable[[apsw.Connection], Any]
    alone: bool = False
    done: Future[Any] = field(default_factory=Future)


class Database:
    """One file, open. Everything but ``open`` and ``close`` is for the event loop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_on, name="store-writer")
        self._to_write: apsw.Connection
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="store-reader")
        self._of_thread = threading.local()
        self._to_read: list[apsw.Connection] = []
        self._broken = ""
        self._open = True

    def open(self) -> None:
        """Open the file, making it where there is none.

        Raises:
            Outdated: A newer version of the program has written it.
            StoreError: It is no file of ours, or is damaged.
        """
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self.path.chmod(0o600)
        try:
            self._to_write = _connect(self.path)
        except (apsw.NotADBError, apsw.CorruptError) as exc:
            raise StoreError(f"{self.path} is damaged ({exc}): restore a backup") from exc
        try:
            migrate(self._to_write, self.path)
            # What a crash left there may hold what was to be erased.
            self._to_write.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except BaseException:
            self._to_write.close()
            raise
        self._writer.start()

    def close(self) -> None:
        """Let running work end, and let go of the file."""
        self._readers.shutdown()
        for connection in self._to_read:
            connection.close()
        self._jobs.put(_Job(self._end, alone=True))
        self._writer.join()
        self._to_write.close()

    async def write(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run ``work`` in a transaction: all of it or nothing, on the disk when this returns.

        What ``work`` raises undoes it alone.

        Raises:
            Full: There is no room; nothing was written.
            Broken: The disk failed: the process must end.
        """
        answer: T = await self._queue(_Job(work))
        return answer

    async def alone(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run ``work`` on the writer's thread, outside of any transaction."""
        answer: T = await self._queue(_Job(work, alone=True))
        return answer

    async def read(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run ``work`` on one state of the file: the newest that was written."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, work)

    def look(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run ``work`` as ``read`` does, at once, on the event loop's own thread.

        For reads of a few rows by their key: these take less time than the way to another thread
        and back. Readers of the write-ahead log wait for nobody.
        """
        return self._read(work)

    async def empty_log(self) -> None:
        """Leave nothing in the write-ahead log: what was deleted may still stand there."""
        for _ in range(3):
            [(busy, _, _)] = await self.alone(lambda c: rows(c, "PRAGMA wal_checkpoint(TRUNCATE)"))
            if not busy:
                return
        raise StoreError(f"{self.path}-wal is read all the time and could not be emptied")

    def copy_to(self, path: Path) -> None:
        """Write one state of the whole file to a new one, durably; others read and write meanwhile.

        Raises:
            StoreError: There is something at ``path`` already, or no room for it.
        """
        if path.exists():
            raise StoreError(f"{path} is there already: expected a new name")
        part = path.with_name(f"{path.name}.part")
        connection = _connect(self.path)
        try:
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            connection.execute("VACUUM INTO ?", (str(part),)).fetchall()
            _sync(part)
            part.rename(path)
            _sync(path.parent)
        except (apsw.Error, OSError) as exc:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise StoreError(f"no copy could be written to {path}: {exc}") from exc
        finally:
            connection.close()

    def _end(self, _connection: apsw.Connection) -> None:
        self._open = False

    async def _queue(self, job: _Job) -> Any:
        if self._broken:
            raise Broken(self._broken)
        self._jobs.put(job)
        return await asyncio.wrap_future(job.done)

    def _read(self, work: Callable[[apsw.Connection], T]) -> T:
        connection: apsw.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._of_thread.connection = _connect(self.path)
            connection.execute("PRAGMA query_only = ON")
            self._to_read.append(connection)
        try:
            with connection:
                return work(connection)
        except (apsw.IOError, apsw.CorruptError) as exc:
            raise StoreError(f"{self.path} cannot be read ({exc}): see `doctor`") from exc
        raise AssertionError("a transaction swallows no error")

    def _write_on(self) -> None:
        """The writer's life: take what waits, and write it together."""
        while self._open:
            group, alone = self._gather(self._jobs.get())
            if group:
                self._write_group(group)
            if alone is not None:
                _run(alone, self._to_write)

    def _gather(self, job: _Job) -> tuple[list[_Job], _Job | None]:
        """A job and those that wait behind it, up to one that must run alone."""
        group: list[_Job] = []
        while not job.alone:
            group.append(job)
            if len(group) == _GROUP:
                break
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
        return group, job if job.alone else None

    def _write_group(self, group: list[_Job]) -> None:
        started = [job for job in group if job.done.set_running_or_notify_cancel()]
        answers: list[Callable[[], None]] = []
        error: Exception | None = Broken(self._broken) if self._broken else None
        try:
            if error is None:
                with self._to_write:
                    answers = [_within(job, self._to_write) for job in started]
        except apsw.FullError as exc:
            error = Full(f"no room on the disk of {self.path}: nothing was written; make some")
            error.__cause__ = exc
        except _FATAL as exc:
            # After a failed sync nobody knows what is on the disk: do not read back and go on.
            self._broken = f"{self.path} could not be written ({exc}): the process must end"
            error = Broken(self._broken)
            error.__cause__ = exc
        except apsw.Error as exc:
            error = StoreError(f"{self.path} could not be written: {exc}")
            error.__cause__ = exc
        if error is not None:
            answers = [functools.partial(job.done.set_exception, error) for job in started]
        for give in answers:
            give()


def _within(job: _Job, connection: apsw.Connection) -> Callable[[], None]:
    """Do a job in a transaction that others share; its answer is given after the sync."""
    try:
        with connection:  # A savepoint.
            result = job.work(connection)
    except (apsw.FullError, *_FATAL):
        raise
    except Exception as exc:  # noqa: BLE001 - it is the caller's, and is handed to it
        return functools.partial(job.done.set_exception, exc)
    return functools.partial(job.done.set_result, result)


def _run(job: _Job, connection: apsw.Connection) -> None:
    if job.done.set_running_or_notify_cancel():
        try:
            job.done.set_result(job.work(connection))
        except Exception as exc:  # noqa: BLE001 - it is the caller's, and is handed to it
            job.done.set_exception(exc)


def faults_of(path: Path) -> list[str]:
    """What SQLite's own integrity check finds in a file that nobody has open.

    Raises:
        StoreError: It is no database.
    """
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            found = connection.execute("PRAGMA integrity_check").fetchall()
        finally:
            connection.close()
    except apsw.Error as exc:
        raise StoreError(f"{path} is no database that can be read: {exc}") from exc
    return [str(row[0]) for row in found if row[0] != "ok"]


def _connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    try:
        for pragma in (
            "busy_timeout = 10000",
            "journal_mode = WAL",
            "synchronous = FULL",
            "fullfsync = ON",
            "foreign_keys = ON",
            "secure_delete = ON",
            "trusted_schema = OFF",
            "cell_size_check = ON",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def rows(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """All rows of one statement; STRICT tables vouch for the columns' types."""
    return connection.execute(sql, tuple(values)).fetchall()


def value(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> Any:
    """The one column of the first row, or ``None`` where there is no row."""
    return connection.execute(sql, tuple(values)).get
