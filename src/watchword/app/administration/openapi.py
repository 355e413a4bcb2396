"""The API's OpenAPI 3.1 document, made of the list of operations and the types they name."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from watchword import __version__
from watchword.admin.role import PERMISSIONS
from watchword.app.administration.operation import PREFIX, NoQuery, Operation
from watchword.app.administration.problem import Problem
from watchword.app.administration.resource import OPERATIONS

Document = dict[str, Any]

# What any operation can be answered besides its own success, and when.
_REFUSALS = {
    400: "The request cannot be read.",
    401: "There is no usable access token.",
    403: "The administrator's role does not allow it.",
    404: "There is no such thing, or none that the administrator may see.",
    408: "The request did not arrive in time.",
    409: "The state of things does not allow it.",
    412: "It was changed by somebody else meanwhile.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A value cannot be taken; `field` names it.",
    431: "The request line or the headers are too large.",
    503: "The database cannot be reached.",
}


@cache
def text() -> bytes:
    """The document as JSON text, stable from run to run."""
    return json.dumps(document(), indent=2, ensure_ascii=False).encode() + b"\n"


def document() -> Document:
    """The document."""
    types = {Problem, *(op.answer for op in OPERATIONS), *(op.body for op in OPERATIONS)} - {None}
    ordered = sorted(types, key=str)
    schemas, components = msgspec.json.schema_components(
        ordered, ref_template="#/components/schemas/{name}"
    )
    refs = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, Document] = {}
    for operation in OPERATIONS:
        item = paths.setdefault(PREFIX + operation.path, {})
        item[operation.method.lower()] = _operation(operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Watchword administration",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {str(status): _refusal(status, refs) for status in _REFUSALS},
            "securitySchemes": {"administrator": _security_scheme()},
        },
    }


def _operation(operation: Operation, refs: Mapping[Any, Document]) -> Document:
    described: Document = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.action.partition(".")[0]],
        "security": [{"administrator": [operation.permission]}],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation.query)],
        "responses": {
            str(operation.status): _success(operation, refs),
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS},
        },
    }
    if operation.versioned and operation.method != "GET" and operation.status != 201:
        described["parameters"].append(_IF_MATCH)
    if operation.repeatable:
        described["parameters"].append(_IDEMPOTENCY_KEY)
    if operation.body is not None:
        described["requestBody"] = {
            "description": f"At most {operation.most_octets // 1024} KiB.",
            "required": _needs_something(operation.body),
            "content": {"application/json": {"schema": refs[operation.body]}},
        }
    return described


_IF_MATCH: Document = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the answer that was read: the change is refused if it is older.",
    "schema": {"type": "string"},
}


_IDEMPOTENCY_KEY: Document = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Of your own choice: a repetition under the same key makes nothing again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def _success(operation: Operation, refs: Mapping[Any, Document]) -> Document:
    answer: Document = {
        "description": operation.summary + ".",
        "content": {"application/json": {"schema": refs[operation.answer]}},
    }
    if operation.versioned:
        answer["headers"] = {"ETag": {"required": True, "schema": {"type": "string"}}}
    return answer


def _refusal(status: int, refs: Mapping[Any, Document]) -> Document:
    return {
        "description": _REFUSALS[status],
        "content": {"application/problem+json": {"schema": refs[Problem]}},
    }


def _path_parameters(operation: Operation) -> list[Document]:
    names = re.findall(r"{(\w+)}", operation.path)
    schema = {"type": "string", "minLength": 1, "pattern": "^[^/]+$"}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _query_parameters(query: type[Struct]) -> list[Document]:
    if query is NoQuery:
        return []
    _, components = msgspec.json.schema_components([query], ref_template="#/{name}")
    schema = components[query.__name__]
    return [
        {"name": name, "in": "query", "required": False, "schema": _without_null(part)}
        for name, part in schema["properties"].items()
    ]


def _without_null(schema: Document) -> Document:
    """A query parameter's schema: it is left out rather than null."""
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**kept, **choices[0]} if len(choices) == 1 else {**kept, **schema}


def _needs_something(body: Any) -> bool:
    try:
        msgspec.convert({}, body)
    except msgspec.ValidationError:
        return True
    return False


def _security_scheme() -> Document:
    return {
        "type": "oauth2",
        "flows": {
            "clientCredentials": {
                "tokenUrl": f"{PREFIX}/token",
                "scopes": dict.fromkeys(PERMISSIONS, ""),
            }
        },
    }
