"""Writes the figures of a run into docs/speed.md: `python -m bench.page [bench-results.json]`.

The page's words stay; what stands between `<!-- figures: NAME -->` and `<!-- end -->` is replaced.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.process import ROOT

PAGE = ROOT / "docs" / "speed.md"
_BLOCK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> int:
    """Fill the page from a file of results."""
    results = json.loads(Path(*sys.argv[1:2] or [ROOT / "bench-results.json"]).read_text())
    PAGE.write_text(filled(PAGE.read_text(), results))
    return 0


def filled(page: str, results: dict[str, Any]) -> str:
    """The page with the figures of `results`; blocks that it has no figures for stay."""

    def fill(block: re.Match[str]) -> str:
        name = block[2]
        if name not in results and name != "run":
            return block[0]
        return f"{block[1]}\n{_BLOCKS[name](results)}\n\n{block[3]}"

    return _BLOCK.sub(fill, page)


def _run(results: dict[str, Any]) -> str:
    rounds, seconds = results["rounds"], results["seconds"]
    return (
        f"Last measured with Python {results['python']} on {results['machine']}, {rounds} rounds of"
        f" {seconds:g} s. Everything else on the machine worked {_others(results)} cores meanwhile."
    )


def _others(results: dict[str, Any]) -> str:
    seen = [
        each["others_cores"]
        for part in ("token", "peers")
        for each in results.get(part, {}).get("candidates", [])
    ]
    return f"{min(seen):.2f} to {max(seen):.2f}" if seen else "an unknown number of"


def _token(results: dict[str, Any]) -> str:
    headings = ["", "tokens/s", "p50 ms", "p99 ms", "CPU µs", "of its signature", "of ES256's"]
    rows = [
        [
            each["name"],
            f"{each['tokens_per_second']:,}",
            f"{each['p50_us'] / 1000:.1f}",
            f"{each['p99_us'] / 1000:.1f}",
            f"{each['cpu_us']:.0f}",
            f"{each['signatures']:.2f}",
            f"{each['es256']:.2f}",
        ]
        for each in results["token"]["candidates"]
    ]
    return _table(headings, rows)


def _peers(results: dict[str, Any]) -> str:
    headings = ["", "tokens/s", "CPU µs", "of a bare ES256 signature", "of ours"]
    rows = [
        [
            each["name"],
            f"{each['tokens_per_second']:,}",
            f"{each['cpu_us']:.0f}",
            f"{each['es256']:.1f}",
            f"{each['times_ours']:.1f}",
        ]
        for each in results["peers"]["candidates"]
    ]
    return _table(headings, rows)


def _stages(results: dict[str, Any]) -> str:
    rows = [
        [name, f"{cost['us']:.1f}", f"{cost['signatures']:.2f}"]
        for name, cost in results["stages"].items()
    ]
    return _table(["", "µs", "bare signatures"], rows)


def _estate(results: dict[str, Any]) -> str:
    few, *many = results["estate"].items()
    rows = [
        ["from start to the first token", f"{few[1]['first_token_after_s']:.2f} s"],
        ["memory of a worker, ten clients", f"{max(few[1]['resident_mib'].values()):.0f} MiB"],
    ]
    for name, figures in many:
        clients = f"{int(name.split('_')[0]):,} clients"
        rows += [
            [f"import of {clients}", f"{figures['import_s']:.0f} s"],
            [f"its CPU, {clients}", f"{figures['import_cpu_s']:.0f} s"],
            ["CPU of a token, client in memory, one connection", f"{figures['hit_cpu_us']:.0f} µs"],
            [f"the same, not in memory, among {clients}", f"{figures['miss_cpu_us']:.0f} µs"],
        ]
    return _table(["", ""], rows)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(headings) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (headings, rule, *rows))


_BLOCKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "run": _run,
    "token": _token,
    "peers": _peers,
    "stages": _stages,
    "estate": _estate,
}

if __name__ == "__main__":
    sys.exit(main())
