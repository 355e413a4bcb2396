"""The project that each page of docs/guard/ shows is made, and its tests are run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted((DOCS / "guard").glob("*.md"))
ADAPTERS = Path(__file__).parents[2] / "src" / "watchword" / "guard"


def files(page: Path) -> dict[str, str]:
    """The examples of a page by the name of the file that each says it is."""
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    named = [(re.match(r"# (\w+\.py)\n", block), block) for block in blocks]
    return {name[1]: block for name, block in named if name}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_project_of_a_page_passes_its_tests(page: Path, tmp_path: Path) -> None:
    shown = files(page)
    # Said once, on the page about testing, to which all of these link.
    shown["conftest.py"] = files(DOCS / "testing.md")["conftest.py"]
    for name, text in shown.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    expected = len(re.findall(r"^def test_", shown["test_payments.py"], re.MULTILINE))
    assert expected >= 4
    assert f"{expected} passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_python_example_of_a_page_is_a_file_of_its_project(page: Path) -> None:
    assert page.read_text("utf-8").count("```python\n") == len(files(page))


def test_there_is_a_page_for_each_adapter() -> None:
    pages = {page.stem.replace("-", "_") for page in PAGES}

    assert len(pages) == 10
    assert {name for name in pages if not (ADAPTERS / f"{name}.py").exists()} == set()
    linked = set(re.findall(r"\(guard/([\w-]+)\.md\)", (DOCS / "guard.md").read_text("utf-8")))
    assert linked == {page.stem for page in PAGES}
