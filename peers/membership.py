"""Membership in a network: the network's signed word that a node belongs to it, for a term.

The word is a record in the network's public log; here it is checked as a credential, wherever it
was found: by the network's key, for this node, on this day.
"""

from __future__ import annotations

from dataclasses import dataclass

from peers.did import Did, DidDocument, LogId, parse_did
from peers.encoding import JsonObject
from peers.errors import Malformed, NotAMember
from peers.proofs import method_of, verify

__all__ = ["Membership", "verify_membership"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What a network says of a member.

    Attributes:
        network: Who says it; member: of whom.
        valid_from, valid_until: First and last day, ``YYYY-MM-DD``; no last day where open.
        logs: Origin lines of the member's logs; genesis: digest of the first entry, or empty.
        suspended: Whether it holds for now.
    """

    network: Did
    member: Did
    valid_from: str
    valid_until: str
    logs: tuple[LogId, ...]
    genesis: str
    suspended: bool

    def holds_on(self, day: str) -> bool:
        """Whether the member is one on a day, ``YYYY-MM-DD``."""
        started = self.valid_from <= day
        return started and not self.suspended and (not self.valid_until or day <= self.valid_until)


def verify_membership(
    secured: JsonObject, network: DidDocument, *, member: Did, day: str
) -> Membership:
    """Check a membership: signed by the network, about this node, in force on this day.

    It does **not** check whether the network has withdrawn it since: its log says that.

    Raises:
        Malformed: Not a membership.
        BadSignature: The network's key did not sign it.
        NotAMember: It is about another node, not in force yet, over, or suspended.
    """
    about = member.text
    method = method_of(secured)
    key = network.record_keys.get(method)
    if key is None:
        raise NotAMember(about, f"expected the word of {network.did.text}, found one by {method}")
    verify(secured, key)
    found = _read(secured, network.did)
    if found.member != member:
        raise NotAMember(about, f"the membership is that of {found.member.text}")
    if not found.holds_on(day):
        until = found.valid_until or "no end"
        state = "is suspended" if found.suspended else f"runs from {found.valid_from} to {until}"
        raise NotAMember(about, f"the membership {state}, and today is {day}")
    return found


def _read(secured: JsonObject, network: Did) -> Membership:
    match secured:
        case {"type": "Membership", "memberDid": str() as did, "validFrom": str() as start}:
            return Membership(
                network=network,
                member=parse_did(did),
                valid_from=start,
                valid_until=str(secured.get("validUntil", "")),
                logs=tuple(
                    LogId(str(one).partition("://")[2]) for one in secured.get("memberLogs", [])
                ),
                genesis=str(secured.get("memberGenesis", "")),
                suspended=secured.get("suspended") is True,
            )
        case _:
            raise Malformed(network.text, "expected a Membership with memberDid and validFrom")
