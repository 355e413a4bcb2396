"""Dialects: how each vendor's token endpoint speaks, read from TOML files by one engine."""

from watchword.dialect.answer import Sources, TokenAnswer
from watchword.dialect.dialect import Dialect, Presentation, TokenHeader
from watchword.dialect.fault import DialectError, Fault
from watchword.dialect.load import MAX_BYTES, decoded, faults_of, load, names, parse, source
from watchword.dialect.refusal import Refusal
from watchword.dialect.token_request import PresentedSecret, Reading, TokenRequest
from watchword.dialect.wire import Header, WireRequest, WireResponse

__all__ = [
    "MAX_BYTES",
    "Dialect",
    "DialectError",
    "Fault",
    "Header",
    "Presentation",
    "PresentedSecret",
    "Reading",
    "Refusal",
    "Sources",
    "TokenAnswer",
    "TokenHeader",
    "TokenRequest",
    "WireRequest",
    "WireResponse",
    "decoded",
    "faults_of",
    "load",
    "names",
    "parse",
    "source",
]
