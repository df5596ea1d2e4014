"""``/actions``: the 28 in the framework's words; ``/actions/{code}``: one, and who has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from aiohttp import web

from node.errors import NotFound
from node.service.discover import Found
from node.web import shelf
from node.web.answers import HTML, Link
from node.web.api.operation import ROOT
from node.web.context import addresses_of
from node.web.facade import Block
from node.web.formats import chosen
from node.web.pages import render, shell_of
from node.web.twins import JSON, twin
from node.web.vocabulary import OFFERS, links_of, rdf
from node.web.words import in_scheme, triples_of
from vocab.framework import load
from vocab.records import ActionStatus

__all__ = ["listing", "one"]

_ORDER = ("in-place", "under-way", "planned", "stopped", "not-applicable")
_MOST = 200
"""Records of one kind that an action's page lists; the rest is found by search."""


async def listing(request: web.Request) -> web.Response:
    """``/actions``."""
    links = [twin(request, "/actions")]
    entries = await shelf.cities(request)
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        for action, state in entry.states.items():
            counts.setdefault(action, Counter())[shelf.slug_of(state)] += 1
    invented = any(shelf.is_demonstration(entry) for entry in entries)
    shell = await shell_of(request, demonstration=invented)
    return await render(
        request,
        "actions.html",
        shell,
        links=links,
        section="actions",
        areas=load().scheme("area"),
        actions=load().actions,
        counts=counts,
        cities=len(entries),
        order=_ORDER,
    )


async def one(request: web.Request) -> web.Response:
    """``/actions/{code}``."""
    code = request.match_info["code"]
    action = load().action(code)
    if action is None:
        raise NotFound(f"The framework has no action {code}: it has F1–F3, S1–S6 and T1–T19.")
    here = addresses_of(request)
    media = chosen(request, OFFERS)
    if media != HTML:
        return await rdf(request, triples_of(action), media, links_of(here, action))
    said = await shelf.about(request, action.iri, _KINDS)
    entries = {entry.agent: entry for entry in await shelf.cities(request)}
    shell = await shell_of(
        request,
        demonstration=any(
            one.put.agent in entries and shelf.is_demonstration(entries[one.put.agent])
            for one in said
        ),
    )
    by_kind = {kind: [it for it in said if it.put.kind == kind][:_MOST] for kind in _KINDS}
    schemes = [scheme for scheme in load().schemes if scheme.slug == "action"]
    position = in_scheme(schemes[0]).index(action)
    return await render(
        request,
        "action.html",
        shell,
        section="actions",
        links=[
            *links_of(here, action),
            Link(here.whole(f"{ROOT}/actions/{code}"), "alternate", {"type": JSON}),
        ],
        action=action,
        elements=load().narrower(action.iri),
        by_state=_by_state(by_kind["ActionStatus"]),
        order=_ORDER,
        by_kind=by_kind,
        names=await shelf.names(request),
        entries=entries,
        blocks={action.code: Block("in-place")},
        before=load().actions[position - 1] if position else None,
        after=load().actions[position + 1] if position + 1 < len(load().actions) else None,
        tier=next(it for it in load().scheme("tier") if it.slug == action.tier),
        area=next(it for it in load().scheme("area") if it.slug == action.area),
    )


_KINDS = ("ActionStatus", "Practice", "Strategy", "Need", "Offer", "Exchange", "Assessment")


def _by_state(statuses: Sequence[Found]) -> Mapping[str, list[Found]]:
    """State → statuses, the whole city before its districts."""
    grouped: dict[str, list[Found]] = {}
    for one in statuses:
        if isinstance(one.record, ActionStatus):
            grouped.setdefault(shelf.slug_of(one.record.state), []).append(one)
    for ones in grouped.values():
        ones.sort(key=lambda one: (bool(getattr(one.record, "district", None)), one.put.agent))
    return grouped
