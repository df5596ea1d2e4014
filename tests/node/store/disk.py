"""A disk that fails when told to, and remembers what would survive a power cut.

It is a layer under SQLite (its VFS), so that the store itself runs as it always does. What was
written and not yet synced may, after a cut, be there, be missing or be torn: ``after_cut`` makes
one such state.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import apsw

__all__ = ["Disk", "disk"]

_NAME = "failing-disk"


@dataclass(slots=True)
class _Event:
    """What happened to a file: ``write`` (at, data), ``truncate`` (at = new size) or ``sync``."""

    path: Path
    what: str
    at: int = 0
    data: bytes = b""


@dataclass(slots=True)
class Disk:
    """What happened, and what is to happen.

    Attributes:
        events: In order, over all files.
        full_after, broken_after: So many more writes, or syncs, succeed; ``None``: all do.
    """

    events: list[_Event] = field(default_factory=list)
    full_after: int | None = None
    broken_after: int | None = None

    def note(self, event: _Event) -> None:
        if event.what == "write" and self.full_after is not None:
            if self.full_after <= 0:
                raise apsw.FullError
            self.full_after -= 1
        if event.what == "sync" and self.broken_after is not None:
            if self.broken_after <= 0:
                raise apsw.IOError
            self.broken_after -= 1
        self.events.append(event)

    def after_cut(self, at: int, folder: Path, chance: random.Random) -> None:
        """Write into a folder what files may look like when power goes after ``at`` events."""
        before = self.events[:at]
        for path in {event.path for event in before}:
            own = [event for event in before if event.path == path]
            synced = max((n for n, one in enumerate(own, 1) if one.what == "sync"), default=0)
            content = bytearray()
            for number, event in enumerate(own):
                if number < synced or chance.random() < 0.5:
                    torn = number >= synced and chance.random() < 0.2
                    _apply(event, content, chance if torn else None)
            (folder / path.name).write_bytes(content)


def _apply(event: _Event, content: bytearray, chance: random.Random | None) -> None:
    if event.what == "truncate":
        del content[event.at :]
        content.extend(bytes(event.at - len(content)))
    elif event.what == "write":
        data = event.data if chance is None else event.data[: chance.randrange(len(event.data))]
        content.extend(bytes(max(0, event.at - len(content))))
        content[event.at : event.at + len(data)] = data


@contextmanager
def disk() -> Iterator[Disk]:
    """Have every SQLite file that is opened inside lie on such a disk."""
    made = Disk()
    before = apsw.vfs_names()[0]  # The default.
    layer = _Layer(made, before)
    try:
        yield made
    finally:
        apsw.set_default_vfs(before)
        layer.unregister()


class _Layer(apsw.VFS):
    def __init__(self, made: Disk, below: str) -> None:
        self._disk, self._below = made, below
        super().__init__(_NAME, below, makedefault=True)

    def xOpen(  # noqa: N802 - SQLite's name
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> apsw.VFSFile:
        return _File(self._disk, self._below, name, flags)


class _File(apsw.VFSFile):
    def __init__(
        self, made: Disk, below: str, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._disk, self._path = made, Path(path or "temporary")
        super().__init__(below, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.note(_Event(self._path, "write", offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.note(_Event(self._path, "truncate", newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.note(_Event(self._path, "sync"))
        super().xSync(flags)
