"""From HTTP to a call, and from an answer to HTTP: strict in what it takes."""

import asyncio
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from watchword.app.administration.idempotency import LONGEST_KEY
from watchword.app.administration.operation import Operation
from watchword.app.administration.problem import Problem, Refused
from watchword.core.nearest import nearest
from watchword.jose import strict_json
from watchword.jose.errors import JoseError

# Larger bodies are read beside the event loop.
_AT_ONCE_OCTETS = 32 * 1024
_KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")
_VERSION = re.compile(r'"(\d{1,15})"')
_FIELD = re.compile(r"^(.*?) - at `\$\.?(.*)`$", re.DOTALL)
# How msgspec names a field that is none, and one that is missing.
_NAMED = re.compile(r"(unknown|required) field `([^`]*)`")


def read_query(operation: Operation, request: Request) -> Any:
    """The query in its type; an unknown or repeated parameter is refused."""
    pairs = request.query_params.multi_items()
    given = dict(pairs)
    if len(given) != len(pairs):
        raise Refused(400, "repeated_parameter", "a query parameter is repeated")
    converted = _converted(given, operation.query, strict=False, status=400)
    for name in given:
        # "null" is read as nothing where a parameter may be left out; it is not left out here.
        if getattr(converted, name) is None:
            raise Refused(400, "invalid_value", "this is none of its values", field=name)
    return converted


async def read_body(operation: Operation, request: Request) -> Any:
    """The JSON body in its type; None for an operation without one."""
    octets = await _octets(request, operation.most_octets)
    if operation.body is None:
        if octets:
            raise Refused(400, "unexpected_body", "this operation takes no body")
        return None
    if not octets:
        return _converted({}, operation.body, strict=True, status=422)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        hint = "send it as application/json"
        raise Refused(415, "unsupported_media_type", "the body is not JSON", hint=hint)
    if len(octets) > _AT_ONCE_OCTETS:
        return await asyncio.to_thread(_said, operation, octets)
    return _said(operation, octets)


def _said(operation: Operation, octets: bytes) -> Any:
    try:
        decoded = strict_json.loads(octets)
    except JoseError as fault:
        raise Refused(400, "malformed_json", f"the body is not strict JSON: {fault}") from None
    return _converted(decoded, operation.body, strict=True, status=422)


def read_expected_version(operation: Operation, request: Request) -> int | None:
    """The version in If-Match (RFC 9110, 13.1.1), None without one or for any."""
    text = request.headers.get("if-match")
    if text is None or not operation.versioned or text.strip() == "*":
        return None
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        hint = "send the ETag of the answer that you have read"
        raise Refused(412, "conflict", "If-Match names no version of it", hint=hint)
    return int(match[1])


def read_idempotency_key(operation: Operation, request: Request) -> str | None:
    """The Idempotency-Key of a creation, None without one."""
    key = request.headers.get("idempotency-key")
    if key is None or not operation.repeatable:
        return None
    if _KEY.fullmatch(key) is None:
        hint = f"1 to {LONGEST_KEY} visible ASCII characters, e.g. a UUID"
        raise Refused(422, "invalid_value", "no key", hint=hint, field="Idempotency-Key")
    return key


def answer(operation: Operation, answered: Any, request_id: str) -> Response:
    """The answer as JSON, with its version where it has one."""
    headers = {"cache-control": "no-store", "x-request-id": request_id}
    if operation.versioned:
        headers["etag"] = f'"{answered.version}"'
    return Response(msgspec.json.encode(answered), operation.status, headers, "application/json")


def problem(problem: Problem, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """A problem as an answer (RFC 9457, 3)."""
    response = Response(
        msgspec.json.encode(problem), problem.status, None, "application/problem+json"
    )
    response.headers["cache-control"] = "no-store"
    response.headers["x-request-id"] = problem.request_id
    for name, value in headers:
        response.headers[name] = value
    return response


async def _octets(request: Request, most: int) -> bytes:
    body = bytearray()
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> Refused:
    detail = f"the body is larger than {most // 1024} KiB"
    return Refused(413, "too_large", detail, hint="send it in parts")


def _converted(value: Any, of: Any, *, strict: bool, status: int) -> Any:
    try:
        return msgspec.convert(value, of, strict=strict)
    except msgspec.ValidationError as fault:
        match = _FIELD.match(str(fault))
        message, place = match.groups() if match else (str(fault), "")
        field, hint = _named(message, place, of)
        raise Refused(status, "invalid_value", message, field=field, hint=hint) from None


def _named(message: str, place: str, of: Any) -> tuple[str, str]:
    """The path of the field at fault, and what was probably meant where there is no such field."""
    match = _NAMED.search(message)
    if match is None:
        return place, ""
    kind, name = match.groups()
    meant = nearest(name, _fields_of(of)) if kind == "unknown" and not place else None
    return f"{place}.{name}".lstrip("."), f"did you mean {meant!r}?" if meant else ""


def _fields_of(of: Any) -> tuple[str, ...]:
    return of.__struct_fields__ if isinstance(of, type) and issubclass(of, msgspec.Struct) else ()
