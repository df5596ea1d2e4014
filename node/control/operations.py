"""The table of operations.

Each is ``async (home, **arguments) -> JSON object``. Whatever changes records brings search and
graph up to date before it answers, and sends what it owes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from node.control import (
    joining,
    keeping,
    learning,
    looking,
    moderating,
    peering,
    recording,
    rounding,
    staffing,
)
from node.errors import NodeError
from node.service import sheet_calls
from node.service.home import Home
from node.store.ports import Broken
from peers.encoding import JsonObject

__all__ = ["OPERATIONS", "Operations", "run"]

Operations: TypeAlias = Mapping[str, Callable[..., Awaitable[JsonObject]]]

OPERATIONS: Final[Operations] = {
    "publish": recording.publish_documents,
    "withdraw": recording.withdraw_record,
    "erase": recording.erase_record,
    "erasures": recording.list_erasures,
    "records": recording.list_records,
    "show": recording.show_record,
    "search": looking.search_records,
    "query": looking.ask_query,
    "dump": looking.make_dump,
    "export": looking.write_export,
    "import": sheet_calls.import_call,
    "drafts": sheet_calls.list_drafts_call,
    "drafts.publish": sheet_calls.publish_drafts_call,
    "drafts.drop": sheet_calls.drop_draft_call,
    "verify": looking.verify_anything,
    "peers.follow": peering.follow_peer,
    "peers.unfollow": peering.unfollow_peer,
    "peers.state": peering.change_state,
    "peers.grant": peering.grant_peer,
    "peers.list": peering.list_peers,
    "peers.test": peering.test_peer,
    "peers.evidence": peering.show_evidence,
    "sync": peering.sync_peers,
    "network.members": peering.list_members,
    "network.admit": peering.admit_member,
    "network.renew": joining.renew_member,
    "network.suspend": joining.suspend_member,
    "network.lift": joining.lift_member,
    "network.revoke": joining.revoke_member,
    "network.apply": joining.apply_to,
    "network.accept": joining.accept_policy,
    "network.withdraw": joining.withdraw_one,
    "network.applications": joining.list_applications,
    "network.application": joining.show_application,
    "network.check": joining.check_items,
    "network.approve": joining.approve_one,
    "network.refuse": joining.refuse_one,
    "network.include": joining.include_list,
    "network.drop": joining.drop_list,
    "network.lists": joining.show_lists,
    "network.conflicts": joining.list_conflicts,
    "network.stand": joining.decide_conflict,
    "network.hide": moderating.hide_record,
    "network.unhide": moderating.unhide_record,
    "network.hidden": moderating.list_hidden,
    "round.open": rounding.open_round,
    "round.compute": rounding.compute_round,
    "round.publish": rounding.publish_round,
    "round.check": rounding.check_round,
    "round.list": rounding.list_rounds,
    "round.why": rounding.why_in_round,
    "pair.suggest": learning.suggest_cities,
    "pair.ask": learning.ask_city,
    "pair.say": learning.say_word,
    "pair.list": learning.list_exchanges,
    "users": staffing.list_users,
    "users.add": staffing.add_user,
    "users.link": staffing.link_user,
    "users.role": staffing.change_user,
    "users.remove": staffing.remove_user,
    "tokens": staffing.list_tokens,
    "tokens.add": staffing.add_token,
    "tokens.revoke": staffing.revoke_token,
    "audit": staffing.show_audit,
    "identity": keeping.identity,
    "identity.rotate": keeping.rotate_keys,
    "identity.confirm": keeping.confirm_log,
    "backup": keeping.back_up,
    "doctor": keeping.diagnose,
    "rebuild": keeping.rebuild_catalog,
}
"""Name → operation. The command line knows them by these names."""


async def run(
    home: Home, name: str, arguments: Mapping[str, Any], also: Operations = MappingProxyType({})
) -> JsonObject:
    """Run one operation.

    Args:
        also: Operations that need what lies above this layer, by name.

    Raises:
        NodeError: There is none of this name, or it refuses; also peers' and stores' errors.
    """
    known = {**OPERATIONS, **also}
    operation = known.get(name)
    if operation is None:
        raise NodeError(f"expected an operation, one of {', '.join(known)}; found {name!r}")
    try:
        return await operation(home, **arguments)
    except Broken:
        home.broken.set()
        raise
