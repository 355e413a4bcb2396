"""The words of a command as it is pasted from a terminal or a browser, in time of its length.

POSIX quoting, `$'...'` as browsers copy it for bash, and `^` as they copy it for Windows' cmd.
"""

import re
from collections.abc import Callable

_PIECE = re.compile(
    r"""(?P<joined>\\\r?\n)|(?P<end>\r?\n)|(?P<space>[ \t]+)|\$'(?P<ansi>(?:[^\\']|\\.)*+)'"""
    r"""|'(?P<single>[^']*)'|"(?P<double>(?:[^\\"]|\\.)*+)"|\\(?P<escaped>.)"""
    r"""|(?P<open>\$?'|"|\\)|(?P<plain>[^\s'"\\$]+|.)""",
    re.DOTALL,
)
_IN_DOUBLE = re.compile(r'\\(?:\r?\n|([$`"\\]))')
_IN_ANSI = re.compile(
    r"\\(?:u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(.))", re.DOTALL
)
_NAMED = dict(zip("abefnrtv", "\a\b\x1b\f\n\r\t\v", strict=True))
_FOR_CMD = re.compile(r'\^"|\^\r?$', re.MULTILINE)
_CARET = re.compile(r"\^(\r?\n|.)")


class OpenQuote(ValueError):
    """A command with a quote that is never closed."""


def first_command(text: str) -> tuple[list[str], str]:
    """The words of the command that a text begins with, and the text below it."""
    words: list[str] = []
    word: str | None = None
    end = len(text)
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup or ""
        if kind == "open":
            raise OpenQuote("a quote that is never closed")
        if kind in _PARTS:
            word = (word or "") + _PARTS[kind](piece[kind])
            continue
        if word is not None and kind != "joined":
            words.append(word)
            word = None
        if kind == "end":
            end = piece.end()
            break
    return ([*words, word] if word is not None else words), text[end:]


def without_carets(text: str) -> str:
    """A command as cmd would hand it on: "^" before a character, and at the end of a line."""
    if not _FOR_CMD.search(text):
        return text
    return _CARET.sub(lambda found: " " if found[1].endswith("\n") else found[1], text)


def _in_double(text: str) -> str:
    return _IN_DOUBLE.sub(lambda found: found[1] or "", text)


def _in_ansi(text: str) -> str:
    return _IN_ANSI.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        return chr(min(int(code, 16), 0x10FFFF))
    if found[4]:
        return chr(int(found[4], 8) & 0xFF)
    return _NAMED.get(found[5], found[5])


_PARTS: dict[str, Callable[[str], str]] = {
    "ansi": _in_ansi,
    "single": str,
    "double": _in_double,
    "escaped": str,
    "plain": str,
}
