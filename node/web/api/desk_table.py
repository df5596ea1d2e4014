"""The operations of the staff's part of the API: drafts, reviews, publishing, withdrawing."""

from __future__ import annotations

from typing import Final

from node.core.tokens import Scope
from node.web.api import drafts
from node.web.api.operation import Operation
from node.web.api.paging import CURSOR, LIMIT
from node.web.api.parameters import Parameter

__all__ = ["DESK_OPERATIONS"]

_NAME: Final = Parameter(
    name="name",
    where="path",
    required=True,
    about="The draft's `name`.",
    pattern="[0-9A-Za-z-]{1,40}",
    words="the name of a draft",
    longest=40,
)
_DIGEST: Final = Parameter(
    name="digest",
    required=True,
    about="The `digest` of the draft as you read it.",
    pattern="[0-9A-Za-z:=+/_-]{1,100}",
    words="the digest of a draft",
    longest=100,
)

DESK_OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="listDrafts",
        path="/drafts",
        family="Desk",
        title="List drafts",
        about="What the city's staff are writing.",
        answer="Drafts",
        handler=drafts.listing,
        parameters=(LIMIT, CURSOR),
        scope=Scope.DRAFTS,
    ),
    Operation(
        name="createDraft",
        method="POST",
        path="/drafts",
        family="Desk",
        title="Begin a draft",
        about="It may be unfinished; its findings say what it still needs.",
        body="NewDraft",
        answer="Draft",
        handler=drafts.create,
        status=201,
        scope=Scope.DRAFTS,
    ),
    Operation(
        name="readDraft",
        path="/drafts/{name}",
        family="Desk",
        title="Read a draft",
        about="Its text, what is wrong with it, and the digest to change or publish it by.",
        answer="Draft",
        handler=drafts.one,
        parameters=(_NAME,),
        missing=True,
        scope=Scope.DRAFTS,
    ),
    Operation(
        name="changeDraft",
        method="PUT",
        path="/drafts/{name}",
        family="Desk",
        title="Change a draft",
        about="The whole text anew. An approval was of the text before, and is gone.",
        body="ChangedDraft",
        answer="Draft",
        handler=drafts.change,
        parameters=(_NAME,),
        missing=True,
        scope=Scope.DRAFTS,
    ),
    Operation(
        name="dropDraft",
        method="DELETE",
        path="/drafts/{name}",
        family="Desk",
        title="Forget a draft",
        about="What is published under its address stays.",
        answer="Dropped",
        handler=drafts.drop,
        parameters=(_NAME, _DIGEST),
        missing=True,
        scope=Scope.DRAFTS,
    ),
    Operation(
        name="submitDraft",
        method="POST",
        path="/drafts/{name}/submission",
        family="Desk",
        title="Hand a draft to review",
        about="Whoever reviews sees it on the desk.",
        body="SeenDraft",
        answer="Draft",
        handler=drafts.send,
        parameters=(_NAME,),
        missing=True,
        scope=Scope.DRAFTS,
    ),
    Operation(
        name="approveDraft",
        method="POST",
        path="/drafts/{name}/approval",
        family="Desk",
        title="Approve a draft",
        about="As it was looked at. Nobody approves what they have written themselves.",
        body="SeenDraft",
        answer="Draft",
        handler=drafts.approval,
        parameters=(_NAME,),
        missing=True,
        scope=Scope.REVIEW,
    ),
    Operation(
        name="publishDraft",
        method="POST",
        path="/drafts/{name}/publication",
        family="Desk",
        title="Publish a draft",
        about="Signed and put into the log, which forgets nothing. Where this node asks for two "
        "people, somebody who has not written it must have approved this text.",
        body="Publication",
        answer="Receipt",
        handler=drafts.publish,
        parameters=(_NAME,),
        missing=True,
        status=201,
        scope=Scope.PUBLISH,
    ),
    Operation(
        name="withdraw",
        method="POST",
        path="/withdrawals",
        family="Desk",
        title="Withdraw a record",
        about="Its address answers with the signed withdrawal from then on. No second person is "
        "asked for.",
        body="Retraction",
        answer="Receipt",
        handler=drafts.retract,
        missing=True,
        status=201,
        scope=Scope.PUBLISH,
    ),
)
