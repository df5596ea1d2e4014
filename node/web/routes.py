"""Every address that the node answers, on one page.

The same routes answer below the path of ``base_url`` and without it: proxies differ in whether they
strip the path that they route by. ``/.well-known/did.json`` belongs to the host's root.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from node.core.accounts import Duty
from node.core.forms import Section
from node.core.tables import TABLES
from node.web import (
    account,
    actions,
    admitting,
    assets,
    cards,
    checking,
    cities,
    compare,
    conflicts,
    datasets,
    dates,
    desk,
    drafting,
    elsewhere,
    embedding,
    feed,
    filing,
    finding,
    front,
    hiding,
    importing,
    inbox,
    joining,
    learning,
    log,
    members,
    mending,
    messages,
    movement,
    oidc,
    partners,
    peer_records,
    peering,
    people,
    plain,
    provenance,
    publishing,
    records,
    reports,
    reviewing,
    rounds,
    signin,
    sparql,
    state,
    stream,
    tokens,
    upkeep,
    vocabulary,
    witness,
)
from node.web.addresses import PLURALS
from node.web.api import reference
from node.web.api.operation import ROOT, preflight, serve
from node.web.api.table import OPERATIONS
from node.web.ontology import FILES
from node.web.readers import members_only
from node.web.staff import saving, staff

__all__ = ["ROUTES", "Route"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Route = tuple[str, str, Handler]

_SUFFIX: Final = "{suffix:(?:\\.(?:jsonld|ttl|nt|html|linkset))?}"
_RDF: Final = "{suffix:(?:\\.(?:jsonld|ttl|nt))?}"
_KIND: Final = f"{{kind:{'|'.join(PLURALS)}}}"
_ULID: Final = "{ulid:[0-7][0-9A-HJKMNP-TV-Z]{25}}"
_AGENT: Final = "{kind:city|organization}"
_VERSION: Final = "{version:[1-9][0-9]{0,8}}"
_MINOR: Final = "[1-9][0-9]?\\.[0-9]{1,2}"
_PLURAL: Final = f"{{plural:{'|'.join(PLURALS.values())}}}"
_HOST: Final = "{host:[A-Za-z0-9.:%_-]{1,260}}"
_SITE: Final = "{host:[A-Za-z0-9.:%_-]{1,260}?}"
"""The same where a suffix may follow: no top-level domain is called like one."""
_LOG: Final = "/log/public"
_HASH: Final = "{hash:[0-9a-f]{64}}"
_MIRROR: Final = f"/mirror/{_HASH}"
_MEMBERS: Final = "/log/members"
_KEY: Final = "{key:[0-7][0-9A-HJKMNP-TV-Z]{25}}"
_NAME: Final = "{name:[0-7][0-9A-HJKMNP-TV-Z]{25}|city|organization}"
_SECTION: Final = f"{{section:{'|'.join(Section)}}}"
_YEAR: Final = "{year:20[0-9]{2}}"
_FILE: Final = "{suffix:(?:\\.(?:docx|pdf|xlsx|jsonld))?}"
_CODE: Final = "{code:[FST][0-9]{1,2}}"
_WRITERS: Final = (Duty.AUTHOR, Duty.PUBLISHER)
_BODY: Final[tuple[tuple[str, Handler], ...]] = (
    ("checkpoint", log.checkpoint),
    ("tile/entries/{place:[x0-9./p]{3,40}}", log.bundle),
    ("tile/{level:[0-9]}/{place:[x0-9./p]{3,40}}", log.tile),
    ("records/{place:[x0-9./p]{3,40}}", log.records),
)
"""The parts of a log that is followed: path below its address, handler."""
_PARTS: Final[tuple[tuple[str, Handler], ...]] = (
    *_BODY,
    ("e/{number:0|[1-9][0-9]{0,11}}", log.entry),
    ("{name:genesis|keychange/[1-9][0-9]{0,5}}", log.keys),
)
"""The parts of a log of ours, whose entries and keys have addresses."""

ROUTES: Final[tuple[Route, ...]] = (
    # Machines: identity, health, the log, messages.
    ("GET", "/.well-known/did.json", plain.did),
    ("GET", "/healthz", plain.healthz),
    ("GET", "/readyz", plain.readyz),
    ("GET", "/version", plain.version),
    ("GET", "/robots.txt", plain.robots),
    ("GET", "/favicon.svg", plain.favicon),
    ("GET", "/favicon.ico", plain.favicon),
    ("GET", "/static/{name}", assets.serve),
    ("GET", _LOG, log.itself),
    *(("GET", f"{_LOG}/{path}", handler) for path, handler in _PARTS),
    # Any method: where nothing is to be seen, no method is refused for another.
    *(("*", f"{_MEMBERS}/{path}", members_only(handler)) for path, handler in _PARTS),
    *(("GET", f"{_MIRROR}/{path}", handler) for path, handler in _BODY),
    ("GET", f"{_MIRROR}/did.json", log.document),
    ("POST", "/inbox", inbox.post),
    ("POST", "/witness/add-checkpoint", witness.add),
    ("GET", f"/witness/{_HASH}/checkpoint", witness.newest),
    # Queries and data.
    ("GET", "/sparql", sparql.get),
    ("POST", "/sparql", sparql.post),
    ("OPTIONS", "/sparql", sparql.options),
    ("GET", "/data/checkpoints", state.checkpoints),
    ("GET", "/data/codebook.csv", datasets.book),
    ("GET", f"/data/{{table:{'|'.join(TABLES)}}}.csv", datasets.table),
    ("GET", "/data/dumps/{day:20[0-9-]{8}}/{name:[a-z.-]{1,40}}", datasets.dump_file),
    ("GET", f"/catalog{_RDF}", datasets.catalog),
    ("GET", "/.well-known/void", datasets.void_of),
    ("GET", "/sitemap.xml", datasets.sitemap),
    ("GET", "/feed", stream.root),
    ("GET", "/feed/{number:0|[1-9][0-9]{0,8}}", stream.page),
    ("GET", "/feed.atom", feed.atom),
    # The API: its routes are its table.
    ("GET", "/api", reference.index),
    ("GET", "/api/openapi.json", reference.openapi),
    *((one.method, ROOT + one.path, serve(one)) for one in OPERATIONS),
    *(("OPTIONS", ROOT + one.path, preflight) for one in OPERATIONS if one.scope is None),
    # Records at their own addresses.
    ("GET", f"/{_AGENT}{_SUFFIX}", records.record),
    ("GET", f"/{_AGENT}/timemap", records.timemap),
    ("GET", f"/{_AGENT}/provenance{_RDF}", provenance.own),
    ("GET", f"/{_AGENT}/v/{_VERSION}{_SUFFIX}", records.record),
    ("GET", f"/{_AGENT}/v/{_VERSION}/receipt.json", records.proof),
    ("GET", f"/{_KIND}/{_ULID}{_SUFFIX}", records.record),
    ("GET", f"/{_KIND}/{_ULID}/timemap", records.timemap),
    ("GET", f"/{_KIND}/{_ULID}/provenance{_RDF}", provenance.own),
    ("GET", f"/{_KIND}/{_ULID}/v/{_VERSION}{_SUFFIX}", records.record),
    ("GET", f"/{_KIND}/{_ULID}/v/{_VERSION}/receipt.json", records.proof),
    # The vocabulary.
    ("GET", f"/vocab{_SUFFIX}", vocabulary.index),
    ("GET", f"/vocab/framework{_SUFFIX}", vocabulary.framework),
    ("GET", f"/vocab/ns{_SUFFIX}", vocabulary.namespace),
    ("GET", "/vocab/context/{name:[a-z0-9.-]{1,60}}", vocabulary.context),
    ("GET", "/vocab.csv", vocabulary.table),
    ("GET", f"/vocab/{{name:{'|'.join(FILES)}}}{_SUFFIX}", vocabulary.source),
    ("GET", "/vocab/{name:schema\\.json|schema/v1\\.json}", vocabulary.schema),
    ("GET", f"/vocab/framework/{{version:{_MINOR}}}/", vocabulary.version),
    ("GET", f"/vocab/framework/{{version:{_MINOR}}}{_SUFFIX}", vocabulary.version),
    (
        "GET",
        f"/vocab/{{space:framework|ns}}/{{rest:[A-Za-z0-9/-]{{1,120}}}}{_SUFFIX}",
        vocabulary.word,
    ),
    # Pages.
    ("GET", "/", front.home),
    ("GET", "/cities", cities.listing),
    ("GET", f"/cities/{_SITE}{_SUFFIX}", cities.one),
    ("GET", f"/cities/{_HOST}/card", embedding.card),
    ("GET", "/hidden", hiding.listing),
    ("GET", f"/places/{_SITE}", elsewhere.one),
    ("GET", "/movement", movement.newest),
    ("GET", f"/movement/{_YEAR}{{suffix:(?:\\.(?:csv|json))?}}", movement.one),
    ("GET", "/compare", compare.compare),
    ("GET", f"/organizations/{_SITE}{_SUFFIX}", front.organization),
    ("GET", f"/{{plural:cities|organizations}}/{_HOST}/provenance{_RDF}", provenance.profile),
    ("GET", f"/{_PLURAL}", finding.family),
    ("GET", f"/{_PLURAL}/{_HOST}/{_ULID}{_SUFFIX}", peer_records.record),
    ("GET", f"/{_PLURAL}/{_HOST}/{_ULID}/provenance{_RDF}", provenance.peers),
    ("GET", f"/{_PLURAL}/{_HOST}/{_ULID}/v/{_VERSION}{_SUFFIX}", peer_records.record),
    ("GET", "/actions", actions.listing),
    ("GET", f"/actions/{_CODE}{_SUFFIX}", actions.one),
    ("GET", "/dates.ics", dates.calendar),
    ("GET", "/reports", reports.listing),
    ("GET", f"/reports/{_YEAR}{_FILE}", reports.year),
    ("GET", f"/reports/{_YEAR}/vlr{_FILE}", reports.chapter),
    ("GET", "/partners", partners.page),
    ("GET", "/learning{suffix:(?:\\.(?:jsonld|ttl|nt|csv))?}", learning.page),
    ("GET", f"/pairing-round/{_ULID}/result.json", rounds.document),
    ("GET", f"/rounds/{_HOST}/{_ULID}", rounds.page),
    ("GET", "/search", finding.search),
    ("GET", "/verify", checking.verify),
    ("GET", "/peers", checking.peers),
    *(("GET", f"/{name}", front.statement) for name in front.STATEMENTS),
    # Staff.
    ("GET", "/sign-in", signin.show),
    ("POST", "/sign-in", signin.spend),
    ("GET", "/sign-in/oidc", oidc.out),
    ("GET", "/sign-in/oidc/back", oidc.back),
    ("POST", "/sign-in/passkey", account.use),
    ("GET", "/desk/account", staff(account.page)),
    ("POST", "/desk/account", staff(account.change)),
    ("POST", "/sign-out", staff(signin.leave)),
    ("GET", "/desk/tokens", staff(tokens.page)),
    ("POST", "/desk/tokens", staff(tokens.make)),
    ("POST", "/desk/tokens/revoke", staff(tokens.end)),
    ("GET", "/desk", staff(desk.page)),
    ("POST", "/desk/publish", staff(desk.publish, Duty.PUBLISHER)),
    ("GET", "/desk/actions", staff(cards.listing)),
    ("GET", f"/desk/actions/{_CODE}", staff(cards.one, *_WRITERS)),
    ("POST", f"/desk/actions/{_CODE}/reviewed", staff(cards.still_true, *_WRITERS)),
    ("GET", f"/desk/{_PLURAL}/new", staff(drafting.new, *_WRITERS)),
    ("GET", f"/desk/drafts/{_NAME}", staff(drafting.overview)),
    ("GET", f"/desk/drafts/{_NAME}/{_SECTION}", staff(drafting.part, *_WRITERS)),
    ("POST", f"/desk/drafts/{_NAME}/{_SECTION}", saving(drafting.save, *_WRITERS)),
    ("POST", f"/desk/drafts/{_NAME}/drop", staff(drafting.drop, *_WRITERS)),
    ("GET", "/files/{sha256:[0-9a-f]{64}}/{name:[^/]{1,200}}", filing.fetch),
    ("GET", "/desk/files", staff(filing.listing)),
    ("POST", "/desk/files", staff(filing.upload, *_WRITERS)),
    ("POST", "/desk/files/{sha256:[0-9a-f]{64}}", staff(filing.change, *_WRITERS)),
    ("GET", "/desk/messages", staff(messages.listing)),
    ("POST", "/desk/messages", staff(messages.ask, Duty.PUBLISHER)),
    ("GET", "/desk/messages/new", staff(messages.new, Duty.PUBLISHER)),
    ("GET", f"/desk/messages/{_ULID}", staff(messages.one)),
    ("POST", f"/desk/messages/{_ULID}", staff(messages.say, Duty.PUBLISHER)),
    ("GET", "/desk/networks", staff(joining.listing)),
    ("POST", "/desk/networks", staff(joining.ask, Duty.PUBLISHER)),
    ("POST", f"/desk/networks/{_ULID}", staff(joining.change, Duty.PUBLISHER)),
    ("GET", "/desk/applications", staff(admitting.listing)),
    ("GET", f"/desk/applications/{_ULID}", staff(admitting.one)),
    ("POST", f"/desk/applications/{_ULID}", staff(admitting.decide, Duty.PUBLISHER)),
    ("GET", "/desk/members", staff(members.listing)),
    ("POST", "/desk/members", staff(members.change, Duty.PUBLISHER)),
    ("GET", "/desk/conflicts", staff(conflicts.listing)),
    ("POST", "/desk/conflicts/{id:[0-9a-f]{32}}", staff(conflicts.decide, Duty.PUBLISHER)),
    ("GET", "/desk/reports", staff(reports.desk)),
    ("GET", f"/desk/reports/{_YEAR}{_FILE}", staff(reports.desk_year)),
    ("GET", f"/desk/reports/{_YEAR}/vlr{_FILE}", staff(reports.desk_chapter)),
    ("POST", f"/desk/reports/{_YEAR}", staff(reports.begin, *_WRITERS)),
    ("GET", "/desk/people", staff(people.listing, Duty.ADMIN)),
    ("POST", "/desk/people", staff(people.invite, Duty.ADMIN)),
    ("POST", "/desk/people/{id:[0-9A-Z]{26}}", staff(people.change, Duty.ADMIN)),
    ("GET", "/desk/audit", staff(people.audit, Duty.ADMIN)),
    ("GET", "/desk/peers", staff(peering.listing, Duty.ADMIN)),
    ("POST", "/desk/peers", staff(peering.look, Duty.ADMIN)),
    ("POST", "/desk/peers/change", staff(peering.change, Duty.ADMIN)),
    ("GET", "/desk/hidden", staff(hiding.desk, Duty.ADMIN)),
    ("POST", "/desk/hidden", staff(hiding.change, Duty.ADMIN)),
    ("GET", "/desk/doctor", staff(upkeep.diagnosis, Duty.ADMIN)),
    ("GET", "/desk/settings", staff(upkeep.settings, Duty.ADMIN)),
    ("GET", "/desk/backups", staff(upkeep.safe, Duty.ADMIN)),
    ("POST", "/desk/backups", staff(upkeep.make_one, Duty.ADMIN)),
    ("GET", "/desk/keys", staff(upkeep.keys, Duty.ADMIN)),
    ("POST", "/desk/keys", staff(upkeep.rotate_keys, Duty.ADMIN)),
    ("GET", f"/desk/publish/{_NAME}", staff(publishing.page)),
    ("POST", f"/desk/publish/{_NAME}", staff(publishing.publish, Duty.PUBLISHER)),
    ("GET", f"/desk/review/{_NAME}", staff(reviewing.page)),
    ("POST", f"/desk/review/{_NAME}", staff(reviewing.decide)),
    ("GET", "/desk/records", staff(mending.records)),
    ("GET", f"/desk/withdraw/{_NAME}", staff(mending.withdrawal, Duty.PUBLISHER)),
    ("POST", f"/desk/withdraw/{_NAME}", staff(mending.take_back, Duty.PUBLISHER)),
    ("GET", f"/desk/receipts/{_NAME}", staff(publishing.receipt_page)),
    ("GET", "/desk/import", staff(importing.page, *_WRITERS)),
    ("POST", "/desk/import", staff(importing.upload, *_WRITERS)),
    ("GET", "/desk/import/template", staff(importing.template, *_WRITERS)),
    ("POST", f"/desk/import/{_KEY}", staff(importing.take, *_WRITERS)),
    ("GET", f"/desk/import/{_KEY}/errors", staff(importing.returned, *_WRITERS)),
)
"""Method, path below ``base_url``, handler."""
