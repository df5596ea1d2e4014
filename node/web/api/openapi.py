"""The API as an OpenAPI 3.1 document, made from the table that routes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from node import __version__
from node.web.api.operation import ROOT, Operation
from node.web.api.parameters import Parameter
from node.web.api.schemas import SCHEMAS

__all__ = ["document"]

_HEADERS = {
    "ETag": "A strong validator; send it as `If-None-Match`, and an answer that has not changed "
    "is 304 without a body.",
    "Content-Digest": "SHA-256 of the body as it is sent (RFC 9530).",
    "Link": "What belongs to it: `next` of a list, `service-desc` to this document (RFC 8288).",
    "Intercity-Position": "The state of this node's catalog that it was answered from.",
    "Intercity-Snapshot": "Hash of the checkpoints of every log behind it, to cite it by; missing "
    "while the catalog catches up with the logs.",
}
_ALWAYS = ("ETag", "Content-Digest", "Link")
_PROBLEMS = {
    "400": "A parameter is unknown, missing, or not of its form.",
    "401": "There is no token, or none that stands.",
    "403": "The token does not reach so far, or it is not allowed here; `detail` says which.",
    "404": "There is no such thing here.",
    "410": "It was withdrawn by its publisher, erased, or hidden at this node.",
    "409": "It has changed since you looked at it; read it again.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The document breaks the shapes; `findings` has all that is wrong.",
    "503": "The node cannot answer now; `Retry-After` says when to come back.",
}


def document(base: str, operations: Sequence[Operation]) -> dict[str, Any]:
    """The document.

    Args:
        base: The node's ``base_url``.
    """
    paths: dict[str, Any] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Intercity",
            "version": __version__,
            "summary": "What cities say of their human rights work, signed and checkable.",
            "description": "Reading needs no account. Missing is not no: an action without a "
            "record is not reported. What a city says of itself and what others say of it are "
            "different records.",
            "license": {
                "name": "CC BY 4.0 unless a record names another licence",
                "url": "https://creativecommons.org/licenses/by/4.0/",
            },
        },
        "servers": [{"url": base + ROOT}],
        "externalDocs": {"url": f"{base}/data", "description": "How to read and cite the data"},
        "tags": [{"name": name} for name in dict.fromkeys(one.family for one in operations)],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made on the desk or by `intercity token add`, for one person, "
                    "with scopes and a last day; shown once.",
                }
            },
            "headers": {
                name: {"description": about, "schema": {"type": "string"}}
                for name, about in _HEADERS.items()
            },
            "responses": {
                f"Problem{status}": {
                    "description": about,
                    "content": {"application/problem+json": {"schema": _ref("Problem")}},
                }
                for status, about in _PROBLEMS.items()
            },
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.family],
        "summary": one.title,
        "description": one.about,
        "parameters": [_parameter(parameter) for parameter in one.parameters],
        "responses": {
            str(one.status): {
                "description": str(SCHEMAS[one.answer]["description"]),
                "headers": {
                    name: {"$ref": f"#/components/headers/{name}"}
                    for name in (_HEADERS if one.scope is None else _ALWAYS)
                },
                "content": {"application/json": {"schema": _ref(one.answer)}},
            },
            **{
                status: {"$ref": f"#/components/responses/Problem{status}"}
                for status in _troubles(one)
            },
        },
    }
    if one.method == "GET":
        said["responses"]["304"] = {
            "description": "It has not changed since the validator that was sent."
        }
    if one.scope is not None:
        # OpenAPI 3.1, section 4.8.30: scopes of a token may be named for any scheme.
        said["security"] = [{"token": [str(one.scope)]}]
    if one.body:
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(one.body)}},
        }
    return said


def _troubles(one: Operation) -> list[str]:
    """The statuses of refusals that an operation can answer."""
    found = {"400", "503"}
    if one.missing:
        found |= {"404", "410"}
    if one.scope is not None:
        found |= {"401", "403"}
    if one.method != "GET":
        found |= {"409"}
    if one.body:
        found |= {"413", "415", "422"}
    return sorted(found)


def _parameter(one: Parameter) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": one.name,
        "in": one.where,
        "required": one.required,
        "description": one.about,
        "schema": one.schema(),
    }
    if one.many > 1:
        said |= {"style": "form", "explode": True}
    return said


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
