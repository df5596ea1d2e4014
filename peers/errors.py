"""What can go wrong between two nodes, and whose fault it is.

PeerError
├── Malformed        the bytes do not follow the format
├── Untrusted        the bytes are well formed, and must not be believed
│   ├── BadSignature     no known key made the signature
│   ├── Equivocation     the peer signed two histories that cannot both be true
│   └── NotAMember       a membership is missing, over, suspended or another's
├── TooLarge         more was offered than our limits admit
└── Unreachable      no answer came, or none that can be used: try again later
    ├── Absent           it answers, and has no such log, or none for us
    └── Superseded       an older state than we hold, signed before it

Every error names the log, address or DID it concerns, so that a line of a city's journal is enough
to act on.
"""

from __future__ import annotations

__all__ = [
    "Absent",
    "BadSignature",
    "Equivocation",
    "Malformed",
    "NotAMember",
    "PeerError",
    "Superseded",
    "TooLarge",
    "Unreachable",
    "Untrusted",
]


class PeerError(Exception):
    """A peer's answer cannot be used.

    Attributes:
        origin: The log, address or DID that it concerns.
        reason: What was expected, and what was found.
    """

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(f"{origin}: {reason}")
        self.origin = origin
        self.reason = reason


class Malformed(PeerError):
    """The bytes do not follow the format that they claim."""


class Untrusted(PeerError):
    """The bytes are well formed, and must not be believed."""


class BadSignature(Untrusted):
    """No key that we hold for this peer made a valid signature."""


class Equivocation(Untrusted):
    """The peer has shown two histories that cannot both be true. Keep the evidence.

    Attributes:
        evidence: The signed notes that contradict each other, as their bytes were received.
        proof: Where they are of two sizes and it could be had: see ``peers.evidence``.
    """

    def __init__(
        self,
        origin: str,
        reason: str,
        *,
        evidence: tuple[bytes, ...] = (),
        proof: tuple[bytes, ...] = (),
    ) -> None:
        super().__init__(origin, reason)
        self.evidence = evidence
        self.proof = proof


class NotAMember(Untrusted):
    """The membership that was shown does not hold now, or not for this city."""


class TooLarge(PeerError):
    """The peer offered more than our limits admit."""


class Unreachable(PeerError):
    """No answer came, or none that can be used. Try again later."""


class Absent(Unreachable):
    """The peer answers, and has no such log; one that we may not read looks the same."""


class Superseded(Unreachable):
    """The peer shows a state that its log has left behind: a cache, or a backup restored.

    It contradicts nothing, for it was signed before what we hold. Whether it is a state that we
    know is for the caller to say, who has the entries.
    """
