"""What came of asking a peer, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from node.service.taking import Taken
from node.store.ports import Audience
from peers.log import EntryKind

__all__ = ["PeerReport", "added"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerReport:
    """What came of asking one peer.

    Attributes:
        did, base_url: Who.
        state: Of the contact afterwards.
        size: Entries of its public log that we hold, verified.
        held: The same for each of its logs that we follow.
        new, changed, withdrawn: Records admitted now, by what happened to them.
        quarantined: A reason for each record that was not admitted.
        requests: How many it took.
        error: What went wrong, in words; empty where nothing did.
        exit_code: The command line's: 0, 1 (the answer cannot be used), 3 (out of reach) or
            4 (not to be believed).
    """

    did: str
    base_url: str
    state: str
    size: int = 0
    held: Mapping[Audience, int] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    quarantined: tuple[str, ...] = ()
    requests: int = 0
    error: str = ""
    exit_code: int = 0


def added(report: PeerReport, taken: Taken) -> PeerReport:
    """The report with what came from one more log."""
    judged = list(zip(taken.entries, taken.verdicts, strict=True))
    kinds = [entry.kind for entry, verdict in judged if verdict.admitted]
    quarantined = tuple(
        f"{entry.object}, version {entry.version}: {verdict.reason}"
        for entry, verdict in judged
        if not verdict.admitted
    )
    return replace(
        report,
        new=report.new + kinds.count(EntryKind.CREATE),
        changed=report.changed + kinds.count(EntryKind.UPDATE),
        withdrawn=report.withdrawn + kinds.count(EntryKind.DELETE),
        quarantined=report.quarantined + quarantined,
    )
