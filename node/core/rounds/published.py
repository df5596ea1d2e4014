"""A published round as data: inputs by name, result, proof and report, in one canonical text."""

from __future__ import annotations

from typing import Final

import msgspec

from node.core.rounds.certificate import Unproven
from node.core.rounds.report import Fairness, Left
from peers.encoding import jcs

__all__ = [
    "FORMAT",
    "Action",
    "Covered",
    "Log",
    "Pair",
    "Proof",
    "Round",
    "Settings",
    "Way",
    "read",
    "write",
]

FORMAT: Final = "intercity-round/1"


class Way:
    """How pairs are found."""

    OPTIMUM: Final = "optimum"
    ASKING: Final = "asking"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody chose. Choices, not measurements.

    Attributes:
        way: Of ``Way``: the assignment with a certificate, or learners asking in order.
        peers: Peers a learner has at most.
        candidates: Best helpers of each learner that are looked at; 0 for all of them.
    """

    way: str = Way.OPTIMUM
    peers: int = 2
    candidates: int = 0


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """A log as the round saw it: origin line, entries, root hash in base64."""

    origin: str
    size: int
    root: str


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """An action that a pair is about; need and offer in millionths, and the records behind."""

    action: str
    need: int
    offer: int
    kind: str
    sources: tuple[str, ...]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Who learns from whom.

    Attributes:
        rank: Of the helper among all ``options`` of the learner, from 1.
        context: Feature → how close the two are, millionths; what is not known is not there.
        recent: Whether the two have worked together lately, which lowers the score.
    """

    learner: str
    helper: str
    score: int
    rank: int
    options: int
    actions: tuple[Action, ...]
    context: dict[str, int]
    recent: bool


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """A cover, by places among ``learners`` and ``helpers`` of the round."""

    learners: tuple[int, ...]
    helpers: tuple[int, ...]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The certificate; see ``node.core.rounds.certificate``."""

    coverage: Covered
    smallest: int
    above: Covered
    within: Covered
    prices: tuple[Covered, ...]


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """A round as it is published.

    Attributes:
        name: IRI of the round; it also breaks ties.
        day: Of the snapshot; logs: the checkpoints that were read.
        weights: Of the context, millionths; countries: version of the table of countries.
        learners, helpers: IRIs, sorted; capacity: of the helpers.
        left: Cities without a pair, and why.
        proof: ``None`` where learners ask in order: that result needs no proof.
    """

    format: str
    name: str
    day: str
    settings: Settings
    weights: dict[str, int]
    countries: str
    logs: tuple[Log, ...]
    learners: tuple[str, ...]
    helpers: tuple[str, ...]
    capacity: tuple[int, ...]
    pairs: tuple[Pair, ...]
    left: tuple[Left, ...]
    report: Fairness
    proof: Proof | None


def write(made: Round) -> bytes:
    """The canonical text (RFC 8785)."""
    return jcs(msgspec.to_builtins(made))


def read(text: bytes) -> Round:
    """A published round; its form is checked, and nothing else.

    Raises:
        Unproven: What was expected, and what was found.
    """
    try:
        made = msgspec.json.decode(text, type=Round)
    except msgspec.MsgspecError as error:
        raise Unproven(f"expected a round, found {error}") from error
    if made.format != FORMAT or write(made) != text:
        raise Unproven(f"expected a round as {FORMAT}, in its canonical text")
    return made
