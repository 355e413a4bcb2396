"""Which request needs what: a small TOML file of paths, methods, scopes and claims.

    default = "deny"                  # or "token": whatever no rule is for needs any good token

    [headers]                         # further identity headers, and the claim of each
    X-Customer = "customer"

    [[rule]]
    path = "/payments/*"              # /payments and everything below; without * the path alone
    methods = ["GET"]                 # all, if left out; GET is also HEAD
    scope = "payments:read"
    claims = { plan = "gold" }

    [[rule]]
    path = "/healthz"
    public = true                     # needs no token

The longest path that fits decides, and it alone: a method that it does not list is refused, and is
not looked for under a shorter path. Letter for letter: /healthz/ is another path than /healthz.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from watchword.core.nearest import nearest
from watchword.dialect.toml_lines import Lines
from watchword.guard.forward.identity import IDENTITY
from watchword.guard.requirement import NOTHING, Requirement, requirement

_TOP = ("default", "headers", "rule")
_KEYS = ("path", "methods", "scope", "claims", "public")
_DEFAULTS = ("deny", "token")
_METHOD = re.compile(r"[A-Z][A-Z-]{0,31}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")
_HEADER = re.compile(r"X-[A-Za-z0-9-]{1,60}", re.IGNORECASE)
_UNCLEAR = re.compile(r"[\x00-\x1f\x7f\\;?#%*]|//")
ALL = ""


class InvalidRules(ValueError):
    """A rules file that cannot be used. The text names the file, and of each fault its line."""


class Rule(Struct, frozen=True, kw_only=True):
    """path: as in the file. methods: empty for all. needs: of the token. public: none is needed."""

    path: str
    methods: tuple[str, ...] = ()
    needs: Requirement = NOTHING
    public: bool = False


class Rules:
    """Rules, arranged so that a request's one is found by a look-up for each segment of its path.

    default: the rule where none is for the path, None to refuse it. headers: identity header →
    claim. Raises `ValueError` for two rules over the same path and method.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        default: Rule | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.default = default
        self.headers = dict(headers or {})
        self._exact: dict[str, dict[str, Rule]] = {}
        self._below: dict[str, dict[str, Rule]] = {}
        for rule in rules:
            self._put(rule)

    def __bool__(self) -> bool:
        """Whether there is a rule for any path."""
        return bool(self._exact or self._below)

    def find(self, method: str, path: str) -> Rule | None:
        """The rule for a request, None for one that is refused whatever token it shows."""
        by_method = self._by_method(path)
        if by_method is None:
            return self.default
        found = by_method.get(method)
        if found is None and method == "HEAD":
            found = by_method.get("GET")
        return found or by_method.get(ALL)

    def _by_method(self, path: str) -> Mapping[str, Rule] | None:
        if path in self._exact:
            return self._exact[path]
        return next((self._below[each] for each in _upwards(path) if each in self._below), None)

    def _put(self, rule: Rule) -> None:
        below = rule.path.endswith("/*")
        table = self._below if below else self._exact
        by_method = table.setdefault(rule.path.removesuffix("/*") if below else rule.path, {})
        for method in rule.methods or (ALL,):
            if method in by_method:
                raise ValueError(f"another rule is for {method or 'all methods'} at {rule.path}")
            by_method[method] = rule


# Without a file: every request needs a good token, and no more.
ANY_TOKEN = Rules((), default=Rule(path="/*"))


def read_rules(text: str, source: str) -> Rules:
    """The rules of a file. source: what it is called. Raises `InvalidRules`, telling all faults."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise InvalidRules(f"{source}: {fault}") from None
    lines = Lines(text)
    faults = list(_faults(said))
    if not faults:
        try:
            return _made(said)
        except ValueError as fault:
            faults = [("rule", str(fault))]
    raise InvalidRules("\n".join(f"{source}{_at(lines, path)}: {told}" for path, told in faults))


def _made(said: Mapping[str, Any]) -> Rules:
    rules = [
        Rule(
            path=each["path"],
            methods=tuple(each.get("methods", ())),
            needs=requirement(each.get("scope", ""), each.get("claims")),
            public=each.get("public", False),
        )
        for each in said.get("rule", ())
    ]
    default = Rule(path="/*") if said.get("default") == "token" else None
    return Rules(rules, default, said.get("headers"))


Faults = Iterator[tuple[str, str]]


def _faults(said: Mapping[str, Any]) -> Faults:
    """Each fault with the path of its key."""
    yield from _unknown(said, _TOP, "")
    if said.get("default", "deny") not in _DEFAULTS:
        yield "default", 'default is "deny" or "token"'
    rules = said.get("rule", [])
    if not isinstance(rules, list) or not all(isinstance(each, dict) for each in rules):
        yield "rule", "rules are written as tables: [[rule]]"
        return
    for number, rule in enumerate(rules):
        for key, told in _faults_of(rule):
            yield f"rule[{number}].{key}", told
    yield from _header_faults(said.get("headers", {}))


def _unknown(said: Mapping[str, Any], known: tuple[str, ...], before: str) -> Faults:
    for key in said.keys() - set(known):
        meant = nearest(key, known)
        hint = f"did you mean {meant!r}?" if meant else f"there are: {', '.join(known)}"
        yield f"{before}{key}", f"there is no key {key!r}; {hint}"


def _faults_of(rule: Mapping[str, Any]) -> Faults:
    yield from _unknown(rule, _KEYS, "")
    path = rule.get("path")
    if not isinstance(path, str) or not _is_path(path):
        yield "path", 'path is a plain path like "/payments", or "/payments/*"'
    methods = rule.get("methods", ["GET"])
    if not isinstance(methods, list) or not methods or not all(map(_is_method, methods)):
        yield "methods", 'methods is a list of words in capitals, as in ["GET", "POST"]'
    scope = rule.get("scope", "a")
    if not isinstance(scope, str) or not _SCOPE.fullmatch(scope):
        yield "scope", 'scope is one text, its words separated by a space: "payments:read"'
    claims = rule.get("claims", {})
    if not isinstance(claims, dict) or not all(map(_is_plain, claims.values())):
        yield "claims", "claims is a table of texts, numbers and booleans"
    public = rule.get("public", False)
    if not isinstance(public, bool) or (public and ("scope" in rule or "claims" in rule)):
        yield "public", "public is true or false, and asks for no scope and no claim"


def _header_faults(headers: object) -> Faults:
    if not isinstance(headers, dict):
        yield "headers", 'headers is a table: X-Customer = "customer"'
        return
    for name, claim in headers.items():
        taken = name.lower() in {each.lower() for each in IDENTITY}
        if not _HEADER.fullmatch(name) or taken or not isinstance(claim, str):
            yield (
                f"headers.{name}",
                'a header of its own, X-…, and the name of a claim ("customer")',
            )


def _is_path(path: str) -> bool:
    plain = path.removesuffix("*") if path.endswith("/*") else path
    dots = not {".", ".."}.isdisjoint(plain.split("/"))
    return plain.startswith("/") and not dots and not _UNCLEAR.search(plain)


def _is_method(value: object) -> bool:
    return isinstance(value, str) and _METHOD.fullmatch(value) is not None


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _at(lines: Lines, path: str) -> str:
    # An array of tables has a line for each of them, none for itself.
    line = lines.line(path) or lines.line(f"{path}[0]")
    return f", line {line}" if line else ""


def _upwards(path: str) -> Iterator[str]:
    """`path`, and each path above it: /a/b, /a, and the root as the empty text."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield path
