"""Why two cities were proposed to each other, and why a need has no proposal, in sentences.

English, for the command line; pages say the same in the reader's language from the same terms.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from node.core.pairing import ActionTerm, ContextTerm, Proposal, Reason, Unmatched
from vocab.framework import load
from vocab.terms import OfferKind

__all__ = ["action_name", "sentences", "why_not"]

_KINDS: Final = {
    OfferKind.ANSWER: "answers questions",
    OfferKind.CALL: "offers a call",
    OfferKind.VISIT: "welcomes visitors",
    OfferKind.MENTOR: "accompanies a city for a year",
}
_WHY: Final = {
    Reason.NO_OFFER: "no city offers help with this yet",
    Reason.NO_EXPERIENCE: "who offers help has not said yet how far its own work is",
    Reason.NO_EVIDENCE: "who offers help shows no document that can be checked",
    Reason.NO_LANGUAGE: "who offers help works in other languages, without interpretation",
    Reason.FULL: "who offers help has no room left this year",
    Reason.BLOCKED: "who offers help is blocked here",
}


def action_name(iri: str) -> str:
    """An action's code and English label."""
    concept = load().concept(iri)
    return f"{concept.notation} {concept.label['en']}" if concept else iri


def sentences(proposal: Proposal) -> list[str]:
    """What speaks for a proposal: each action, then what the two cities have in common."""
    said = [_of_action(term) for term in proposal.terms]
    said += [text for term in proposal.context if (text := _of_context(term))]
    if proposal.recent:
        said.append("you have worked together lately, so others come first")
    return said


def why_not(unmatched: Unmatched) -> str:
    """Why a need has no proposal, and what is near."""
    text = _WHY[unmatched.reason]
    if unmatched.nearest:
        return f"{text}; the nearest with an offer is {action_name(unmatched.nearest)}"
    return text


def _of_action(term: ActionTerm) -> str:
    help_ = term.help
    shown = [
        *(["a document to check"] if help_.documented else []),
        *(["an assessment by somebody else"] if help_.assessed else []),
    ]
    when = f", last said so {help_.day.isoformat()}" if help_.day else ""
    return (
        f"{action_name(term.action)}: {_KINDS[OfferKind(help_.kind)]}, "
        f"{help_.capacity} a year, with {' and '.join(shown)}{when} "
        f"({', '.join(help_.sources[:3])})"
    )


def _of_context(term: ContextTerm) -> str:
    if term.closeness is None:
        return ""
    near = term.closeness >= Decimal("0.6")
    match term.feature:
        case "size":
            return "a city of similar size" if near else "a city of another size"
        case "language":
            return "a shared working language" if near else "no shared working language"
        case "income":
            return "a country with similar means" if near else "a country with other means"
        case _:
            return "the same level of government" if near else "another level of government"
