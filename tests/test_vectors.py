"""What others published to be tested against is tested against, all of it."""

from __future__ import annotations

from pathlib import Path


def test_every_folder_of_vectors_is_read_by_some_test(root: Path, shared: Path) -> None:
    folders = {path.name for path in (shared / "vectors").iterdir() if path.is_dir()}
    tests = "".join(
        path.read_text("utf-8")
        for part in ("peers", "vocab", "node")
        for path in (root / "tests" / part).rglob("test_*.py")
    )
    unread = {name for name in folders if f'"{name}"' not in tests and f'"{name}/' not in tests}
    assert len(folders) >= 10
    assert unread == set()
