"""A network's round: who learns from whom, as an assignment that anyone can check.

``problem`` says what is possible, ``assign`` finds the best, ``certificate`` proves it without a
solver, ``asking`` is the way without a secretariat, ``report`` says who gains and who is left out,
``published`` is what
everyone can read, and ``document`` makes and checks it.
"""

from __future__ import annotations

from node.core.rounds.assign import Assignment, assign
from node.core.rounds.certificate import Certificate, Unproven, check_certificate
from node.core.rounds.problem import Edge, Problem, problem_of

__all__ = [
    "Assignment",
    "Certificate",
    "Edge",
    "Problem",
    "Unproven",
    "assign",
    "check_certificate",
    "problem_of",
]
