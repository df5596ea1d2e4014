"""Membership in a network: the network's signed word that a node belongs to it, for a term.

The word is a record in the network's public log; here it is checked as a credential, wherever it
was found: by the network's key, for this node, on this day. Whoever holds one may pin the member's
logs, and the keys with which they began, without having asked the member first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from peers.did import Did, DidDocument, LogId, parse_did
from peers.encoding import JsonObject
from peers.errors import BadSignature, Malformed, NotAMember
from peers.proofs import method_of, verify
from peers.times import is_day

__all__ = ["Membership", "verify_membership"]

_DIGEST: Final = re.compile(r"zQm[1-9A-HJ-NP-Za-km-z]{44}")
_LOGS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What a network says of a member.

    Attributes:
        id: Address of the record in the network's log.
        network: Who says it; member: of whom. Their agents' addresses: organization, agent.
        valid_from, valid_until: First and last day, ``YYYY-MM-DD``; no last day where open.
        logs: Origin lines of the member's logs, on the member's host.
        genesis: Digest of their first entry's body, by which their first keys are pinned, or empty.
        suspended: Whether it does not hold for now.
    """

    id: str
    network: Did
    organization: str
    member: Did
    agent: str
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

    It does **not** check whether the network has withdrawn or replaced it since, nor at which entry
    its key was valid: the network's log says both.

    Args:
        secured: As the strict parser has read it.
        network: Its document, with the keys that are pinned.
        day: ``YYYY-MM-DD``, in UTC.

    Raises:
        Malformed: Not a membership, or one with a proof of another form.
        BadSignature: The network's key did not sign it, or was revoked.
        NotAMember: It is another network's or about another node, not in force yet, over, or
            suspended.
    """
    about = member.text
    method = method_of(secured)
    key = network.record_keys.get(method)
    if key is None:
        raise NotAMember(about, f"expected the word of {network.did}, found one by {method[:200]}")
    if method in network.revoked:
        raise BadSignature(
            about,
            f"the membership is signed with {method}, revoked at {network.revoked[method]}: "
            "whether it was signed before is for the network's log to say",
        )
    verify(secured, key, method=method)
    found = _read(secured, network.did)
    if found.member != member:
        raise NotAMember(about, f"the membership is that of {found.member}")
    if not found.holds_on(day):
        until = found.valid_until or "no end"
        state = "is suspended" if found.suspended else f"runs from {found.valid_from} to {until}"
        raise NotAMember(about, f"the membership {state}, and the day is {day}")
    return found


def _read(secured: JsonObject, network: Did) -> Membership:
    """Take the record apart; what it names lies with whom it is about, or it is no membership."""
    match secured:
        case {
            "type": "Membership",
            "id": str() as id_,
            "organization": str() as organization,
            "publisher": str() as publisher,
            "member": str() as agent,
            "memberDid": str() as did,
            "validFrom": str() as start,
        } if publisher == organization:
            member = parse_did(did)
        case _:
            raise Malformed(
                network.text,
                "expected a Membership with id, member, memberDid, validFrom and the network as "
                f"organization and publisher, found {str(secured)[:200]}",
            )
    for address, owner in ((id_, network), (organization, network), (agent, member)):
        if not address.startswith(f"{owner.origin}/"):
            raise NotAMember(id_[:300], f"expected an address of {owner}, found {address[:200]!r}")
    until = secured.get("validUntil", "")
    if not is_day(start) or not (until == "" or (is_day(until) and start <= until)):
        raise Malformed(
            id_, f"expected a term from day to day (YYYY-MM-DD), found {start!r} to {until!r:.40}"
        )
    suspended = secured.get("suspended", False)
    if not isinstance(suspended, bool):
        raise Malformed(id_, f"expected suspended to be true or false, found {suspended!r:.40}")
    return Membership(
        id=id_,
        network=network,
        organization=organization,
        member=member,
        agent=agent,
        valid_from=start,
        valid_until=until,
        logs=_logs(secured.get("memberLogs", []), member, id_),
        genesis=_genesis(secured.get("memberGenesis", ""), id_),
        suspended=suspended,
    )


def _logs(addresses: object, member: Did, about: str) -> tuple[LogId, ...]:
    if not isinstance(addresses, list) or len(addresses) > _LOGS:
        raise Malformed(about, f"expected memberLogs to be a list of at most {_LOGS}")
    logs = []
    for address in addresses:
        path = member.path_of(address)
        if not path:
            raise NotAMember(
                about, f"expected a log's address on {member.origin}, found {address!r:.200}"
            )
        logs.append(LogId(member.authority + path))
    return tuple(logs)


def _genesis(digest: object, about: str) -> str:
    if isinstance(digest, str) and (not digest or _DIGEST.fullmatch(digest)):
        return digest
    raise Malformed(about, f"expected memberGenesis to be a digest (zQm…), found {digest!r:.80}")
