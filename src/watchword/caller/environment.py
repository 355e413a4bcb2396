"""What `TokenSource.from_env` reads: `<PREFIX>_CLIENT_ID`, `<PREFIX>_CLIENT_SECRET` and friends."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watchword.caller.errors import ConfigurationError

# Option → the variables that may hold it, the first that is set wins. `SECRET` is the word of
# vendors who do not say "client secret".
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "client_id": ("CLIENT_ID",),
    "client_secret": ("CLIENT_SECRET", "SECRET"),
    "next_client_secret": ("NEXT_CLIENT_SECRET",),
    "token_endpoint": ("TOKEN_ENDPOINT",),
    "issuer": ("ISSUER",),
    "dialect": ("DIALECT",),
    "scope": ("SCOPE",),
    "resource": ("RESOURCE",),
    "cache": ("TOKEN_CACHE",),
}
_REQUIRED = ("client_id", "client_secret")
# What is not read where another option says it already: a place to ask.
_SAID_BY = {"url": ("token_endpoint", "issuer"), "issuer": ("token_endpoint",)}


def options(prefix: str, environ: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, str]:
    """The options that the variables of `prefix` set, but for those `given`; empty is unset.

    A given `url` stands for token endpoint and issuer, a given `issuer` for the token endpoint.

    Each may instead be the path of a file, `<PREFIX>_CLIENT_SECRET_FILE`, as container platforms
    mount secrets; a line end behind the value is dropped.
    Raises `ConfigurationError` for a missing client_id or secret, or a file that cannot be read.
    """
    said = set(given).union(*(others for option, others in _SAID_BY.items() if given.get(option)))
    found = {
        option: _value(prefix, names, environ)
        for option, names in VARIABLES.items()
        if option not in said
    }
    for option in _REQUIRED:
        if not found.get(option, "given"):
            raise ConfigurationError(f"{prefix}_{VARIABLES[option][0]} is not set")
    return {option: value for option, value in found.items() if value}


def _value(prefix: str, names: tuple[str, ...], environ: Mapping[str, str]) -> str:
    for name in (f"{prefix}_{name}" for name in names):
        if value := environ.get(name):
            return value
        if path := environ.get(f"{name}_FILE"):
            return _from_file(f"{name}_FILE", path)
    return ""


def _from_file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeError):
        raise ConfigurationError(f"the file that {variable} names cannot be read") from None
