"""Which line of a TOML document a key stands on, so that a fault can name it.

A reader of lines, not of TOML: the document has been parsed already. What it does not understand it
passes over, and a key without a line gets that of the nearest table around it.
"""

import re

_TABLE = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?\Z")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_FENCES = ("'''", '"""')
_LONGEST = 1000


class Lines:
    """The lines of a document's keys, by their path."""

    def __init__(self, text: str) -> None:
        self._text = text.splitlines()
        self._lines: dict[str, int] = {}
        self._arrays: dict[str, int] = {}
        table, fence = "", ""
        for number, line in enumerate(self._text, 1):
            if fence:
                fence = "" if fence in line else fence
                continue
            if len(line) > _LONGEST:
                continue
            header = _TABLE.match(line)
            key = None if header else _KEY.match(line)
            if header:
                table = self._table(header[2], array=header[1] == "[[")
                self._lines.setdefault(table, number)
            elif key:
                path = _joined(table, _path(key[1]))
                self._lines.setdefault(path, number)
                fence = _opened(line)

    def _table(self, name: str, *, array: bool) -> str:
        path = ""
        parts = _path(name)
        for index, part in enumerate(parts):
            path = _joined(path, [part])
            if array and index == len(parts) - 1:
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = f"{path}[{self._arrays[path]}]"
        return path

    def line(self, path: str) -> int:
        """The line of a path, or of the nearest table around it; 0 if there is none."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return 0

    def line_near(self, path: str, words: str) -> int:
        """The line of the words at or below a key's line; the key's own if they are not there."""
        start = self.line(path)
        if words and start:
            for number, line in enumerate(self._text[start - 1 :], start):
                if words in line:
                    return number
        return start


def _path(text: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(text)]


def _joined(table: str, parts: list[str]) -> str:
    return ".".join([table, *parts] if table else parts)


def _opened(line: str) -> str:
    """The fence of a text that goes on below this line, "" if none does."""
    for fence in _FENCES:
        if line.count(fence) % 2:
            return fence
    return ""
