"""The house rules that no linter knows, held for every file of the repository."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
]
SOURCES = sorted((ROOT / "src").rglob("*.py"))

LONGEST_MODULE = 400
LONGEST_FUNCTION = 45
# Written so that this file does not hold them itself.
UNFINISHED = re.compile("TO" + "DO|FIX" + "ME|X" + "XX")
SWITCHED_OFF = re.compile(r"pytest\.(?:mark\.)?(?:sk" + r"ip|xf" + r"ail)")
OF_ONE_MACHINE = re.compile("(?<![A-Za-z0-9.])/(?:ro" + "ot|wo" + "rk|home)/[a-z.]")


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except (UnicodeDecodeError, IsADirectoryError, FileNotFoundError):
        return ""


def functions_of(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_each_module_says_what_it_is() -> None:
    silent = [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))]

    assert [str(path.relative_to(ROOT)) for path in silent] == []


def test_no_module_and_no_function_is_long() -> None:
    modules = [path for path in SOURCES if len(path.read_text().splitlines()) > LONGEST_MODULE]
    functions = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in functions_of(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert [str(path.relative_to(ROOT)) for path in modules] == []
    assert functions == []


@pytest.mark.parametrize(
    "pattern", [UNFINISHED, SWITCHED_OFF, OF_ONE_MACHINE], ids=["unfinished", "off", "machine"]
)
def test_nothing_is_unfinished_switched_off_or_of_one_machine(pattern: re.Pattern[str]) -> None:
    python = {".py", ".md", ".toml", ".sh", ".mjs", ".cjs", ".yml", ".conf"}
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in TRACKED
        if path.suffix in python
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]

    assert found == []
