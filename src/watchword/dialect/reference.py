"""The reference of the format, docs/dialects/reference.md, made of the code that reads it.

`python -m watchword.dialect.reference > docs/dialects/reference.md` writes it; a test compares.
"""

import sys
from collections.abc import Iterator
from typing import Any

from msgspec import NODEFAULT, inspect, json

from watchword.dialect.cause import CAUSES, CONFIDENTIAL, lineage
from watchword.dialect.filters import FILTERS
from watchword.dialect.load import MAX_BYTES
from watchword.dialect.model import DialectFile
from watchword.dialect.moment import DIRECTIVES
from watchword.dialect.place import MAX_STEPS
from watchword.dialect.placeholder import PLACEHOLDERS
from watchword.dialect.slot import MAX_FILTERS, MAX_SLOTS
from watchword.dialect.write import RESERVED_HEADERS

_HEAD = """\
# The dialect file

Made by `python -m watchword.dialect.reference`; change the code, not this page.

A dialect is one TOML file. It is checked when it is loaded: `watchword dialect check FILE` tells
each fault with its line, its key and what it may be. Nothing of a file is ever executed.
[The guide](guide.md) goes from a vendor's page to a file.
"""

_PLACES = f"""
## Places

A place is a text that says where a value of the request stands.

| place | |
|---|---|
| `form:NAME` | a parameter of a form body |
| `query:NAME` | a parameter of the query |
| `json:a.b.0` | a member of a JSON body, by names and list indices, at most {MAX_STEPS} deep |
| `json:/a.b/c~1d` | the same as a JSON pointer (RFC 6901), for names that hold a dot |
| `header:NAME` | a header of any name; case does not matter |
| `header:NAME SCHEME` | what follows the scheme word in it: `header:Authorization ApiKey` |

An absent and an empty value are the same, and so is `null`. Credentials in JSON are texts; further
fields may be whole numbers. A header or parameter that is sent twice is refused, and so is a query
with credentials that the dialect does not look for there.
"""

_TEMPLATES = f"""
## Templates

Bodies, headers and descriptions are templates. In a body whose content type is JSON the template is
JSON text, and its placeholders stand inside quotes:

```toml
body = '''
{{
  "token": "{{access_token}}",
  "expires": "{{expires_in}}",
  "scopes?": "{{scope|split}}",
  "refresh": null
}}
'''
```

- A value that is one placeholder keeps its JSON type: `"{{expires_in}}"` becomes `3600`. Inside a
  longer text it becomes text.
- A key that ends in `?` is left out when its value is absent (`??` for a key that itself ends so).
  Without it an absent value is `null`.
- A header is left out when one of its placeholders is absent.
- `{{{{` and `}}}}` are braces.
- Values are escaped for their place: JSON, one line of a header, percent-encoding in
  `application/x-www-form-urlencoded`, entities in XML and HTML, nothing in other texts.
- A generated value that is named twice is the same value twice.
- At most {MAX_SLOTS} placeholders a template, {MAX_FILTERS} filters a placeholder, and
  {MAX_BYTES // 1024} KiB a file.

The secret is no placeholder.
"""


def reference() -> str:
    """The text of docs/dialects/reference.md."""
    lines = [_HEAD, *_tables(), _PLACES, _TEMPLATES, *_placeholders(), *_filters(), *_causes()]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()).rstrip() + "\n"


def _tables() -> Iterator[str]:
    shape = inspect.type_info(DialectFile)
    if isinstance(shape, inspect.StructType):
        yield from _table("The file", shape)
        parts = {field.name: _struct(field.type) for field in shape.fields}
        headings = {
            "request": "[request]",
            "token": "[token]",
            "answer": "[answer]",
            "refusals": "[refusals.CAUSE]",
            "presentation": "[presentation]",
        }
        for name, heading in headings.items():
            struct = parts[name]
            if struct is None:
                continue
            yield from _table(heading, struct)
            if name == "request":
                yield from _below_request(struct)


def _below_request(shape: inspect.StructType) -> Iterator[str]:
    headings = {
        "credentials": "[[request.credentials]]",
        "grant": "[request.grant]",
        "fields": "[request.fields.NAME]",
    }
    for field in shape.fields:
        struct = _struct(field.type)
        if struct is not None:
            yield from _table(headings[field.name], struct)


def _struct(shape: Any) -> inspect.StructType | None:
    """The table that a key holds, alone, in a list or by names."""
    while isinstance(shape, inspect.Metadata):
        shape = shape.type
    if isinstance(shape, inspect.UnionType):
        return next((found for each in shape.types if (found := _struct(each))), None)
    if isinstance(shape, inspect.ListType):
        return _struct(shape.item_type)
    if isinstance(shape, inspect.DictType):
        return _struct(shape.value_type)
    return shape if isinstance(shape, inspect.StructType) else None


def _table(heading: str, shape: inspect.StructType) -> Iterator[str]:
    yield f"\n## {heading if heading[0] != '[' else f'`{heading}`'}\n"
    yield f"{(shape.cls.__doc__ or '').strip()}\n"
    yield "| key | may be | default | |"
    yield "|---|---|---|---|"
    for field in shape.fields:
        told = " ".join(_description(field.type).split())
        yield f"| `{field.name}` | {_words(field.type)} | {_default(field)} | {told} |"


def _description(shape: Any) -> str:
    if isinstance(shape, inspect.Metadata):
        extra = (shape.extra_json_schema or {}).get("description", "")
        return str(extra) or _description(shape.type)
    return ""


def _default(field: inspect.Field) -> str:
    if field.required:
        return "**required**"
    default = field.default
    if field.default_factory is not NODEFAULT:
        default = field.default_factory()
    if isinstance(default, (str, int, bool, list)) and default not in ([], ""):
        return f"`{json.encode(default).decode()}`"
    return ""


def _words(shape: Any) -> str:
    """What a value may be, in words."""
    while isinstance(shape, inspect.Metadata):
        shape = shape.type
    if isinstance(shape, inspect.LiteralType):
        return " ".join(f"`{value}`" for value in shape.values)
    if isinstance(shape, inspect.UnionType):
        told = (_words(each) for each in shape.types)
        return " or ".join(text for text in told if text)
    if isinstance(shape, inspect.ListType):
        listed = {"a text": "texts", "a table": "tables"}
        words = _words(shape.item_type)
        return f"a list of {listed.get(words, words)}"
    if isinstance(shape, inspect.DictType):
        return _dict_words(shape)
    return _scalar_words(shape)


def _dict_words(shape: inspect.DictType) -> str:
    if _struct(shape) is None:
        return "texts by header"
    return "tables by cause" if isinstance(shape.key_type, inspect.LiteralType) else "tables"


def _scalar_words(shape: Any) -> str:
    if isinstance(shape, inspect.IntType) and shape.ge is not None:
        return f"{shape.ge} to {shape.le}"
    names: dict[type, str] = {
        inspect.StrType: "a text",
        inspect.BoolType: "`true` `false`",
        inspect.IntType: "a number",
        inspect.StructType: "a table",
    }
    return names.get(type(shape), "")


def _placeholders() -> Iterator[str]:
    yield "\n## Placeholders\n"
    yield "| placeholder | kind | in answers | in refusals | |"
    yield "|---|---|---|---|---|"
    for name, each in PLACEHOLDERS.items():
        argument = f":{each.argument}" if each.argument else ""
        if each.argument.startswith("["):
            argument = f"[:{each.argument[1:]}"
        answer, refusal = ("yes" if where in each.where else "" for where in ("answer", "refusal"))
        shown = f"`{{{name}{argument}}}`"
        yield f"| {shown} | {each.kind} | {answer} | {refusal} | {each.meaning} |"


def _filters() -> Iterator[str]:
    yield "\n## Filters\n"
    yield "A filter follows a placeholder: `{expires_at|zone:+02:00|strftime:%d.%m.%Y %H:%M}`."
    yield f"Formats of `strftime` may have {' '.join(f'`%{letter}`' for letter in DIRECTIVES)}.\n"
    yield "| filter | of | gives | |"
    yield "|---|---|---|---|"
    for name, each in FILTERS.items():
        argument = f":{each.argument}" if each.argument else ""
        if each.argument.startswith("["):
            argument = f"[:{each.argument[1:]}"
        example = {"zone": "UTC", "strftime": "%Y", "prefix": "x"}.get(name, "")
        kind = each.make(example).kind
        shown = f"`{name}{argument}`".replace("|", "\\|")
        yield f"| {shown} | {', '.join(each.takes)} | {kind} | {each.meaning} |"


def _causes() -> Iterator[str]:
    yield "\n## Causes\n"
    yield (
        "A cause that a file does not name is answered like its parent, key by key, and at last\n"
        "like `default`. Causes marked * are answered like `invalid_client`, in the same words,\n"
        "unless `reveal` lists them. Only `server_error`, `temporarily_unavailable` and\n"
        "`too_many_requests` may be answered with a 5xx.\n"
    )
    yield "| cause | then like | `{error}` | status | |"
    yield "|---|---|---|---|---|"
    for name, each in CAUSES.items():
        mark = "*" if name in CONFIDENTIAL else ""
        parents = ", ".join(f"`{parent}`" for parent in list(lineage(name))[1:])
        error = f"`{each.made.error}`"
        yield f"| `{name}`{mark} | {parents} | {error} | {each.status} | {_CAUSE_WORDS[name]} |"
    yield "\n## Headers that are the server's own\n"
    yield " ".join(f"`{name}`" for name in sorted(RESERVED_HEADERS))
    yield (
        "\nA 401 has `WWW-Authenticate: Basic` if the request had an Authorization header, or\n"
        "Basic is the dialect's only place, unless the file gives that header itself."
    )


_CAUSE_WORDS = {
    "invalid_request": "what is wrong with the request and has no name of its own",
    "missing_fields": "a required field or the grant type is absent; `{missing}` names it",
    "malformed": "bytes that cannot be read, repeated parameters, another content type",
    "method_not_allowed": "another HTTP method",
    "unsupported_grant_type": "another grant type",
    "invalid_client": "the client did not prove itself",
    "missing_credentials": "no credentials, or half of them; `{missing}` names what is absent",
    "undecodable_credentials": "an Authorization header that cannot be decoded",
    "unknown_client": "nobody has that client id",
    "wrong_secret": "the secret is not the client's",
    "expired_secret": "the right secret, too late",
    "revoked_secret": "the right secret, revoked",
    "disabled_client": "the right secret of a disabled client or customer",
    "invalid_scope": "a scope that is malformed or not permitted",
    "invalid_target": "a resource that is not the client's (RFC 8707)",
    "too_many_requests": "too many wrong attempts",
    "server_error": "a fault of the server",
    "temporarily_unavailable": "the server cannot answer now",
}


if __name__ == "__main__":
    sys.stdout.write(reference())
