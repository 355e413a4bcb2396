"""A shipped dialect's page, docs/dialects/NAME.md, made of its file and of what the engine says.

`python -m watchword.cli.dialect_page docs/dialects` writes all of them; a test compares.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from watchword.cli.explain import Exchange, explain
from watchword.dialect import load, names, source


def page(name: str) -> str:
    """The text of one page."""
    dialect = load(name)
    told = explain(dialect)
    alg = f" --alg {dialect.alg}" if dialect.alg else ""
    lines = [
        f"# {dialect.title}",
        "",
        "Made by `python -m watchword.cli.dialect_page docs/dialects`; change the file, not this",
        f"page. `watchword dialect explain {name}` prints the same conversation.",
        "",
        "```sh",
        f"watchword issuer create {name} --url https://api.example.com --dialect {name}{alg}",
        "```",
    ]
    for exchange in (*told.requests, told.answer, told.api):
        lines += _exchange(exchange, "##")
    lines += ["", "## Refusals"]
    for exchange in told.refusals:
        lines += _exchange(exchange, "###")
    lines += ["", "## The file", "", "```toml", source(name).strip(), "```", ""]
    return "\n".join(lines)


def _exchange(exchange: Exchange, depth: str) -> Iterator[str]:
    title = f"{exchange.title[:1].upper()}{exchange.title[1:]}"
    yield from ("", f"{depth} {title}", "", "```http", exchange.http, "```")


if __name__ == "__main__":
    for each in names():
        (Path(sys.argv[1]) / f"{each}.md").write_text(page(each), "utf-8")
