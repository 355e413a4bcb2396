"""`python -m bench [token] [peers] [stages] [estate] [guard]`: measure, print, write JSON.

`--page` also writes the figures into docs/speed.md.
"""

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import estate, page, peers, report, stages, token
from bench.process import ROOT

PARTS = ("token", "peers", "stages", "estate", "guard")


def main() -> int:
    """Run the parts asked for; 1 if the guard's figures are missed."""
    options = _parser().parse_args()
    measured: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rounds": options.rounds,
        "seconds": options.seconds,
    }
    for name in options.parts or PARTS:
        if name == "guard":
            measured["guard"] = _guard(options.rounds)
            continue
        measured[name] = _MEASURE[name](options)
        print(_SHOW[name](measured[name]) + "\n", flush=True)
    options.json.write_text(json.dumps(measured, indent=2) + "\n")
    print(f"All figures: {options.json}")
    if options.page:
        page.PAGE.write_text(page.filled(page.PAGE.read_text(), measured))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them, if none")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.5, help="of load, a round and candidate")
    parser.add_argument("--page", action="store_true", help="write them into docs/speed.md too")
    parser.add_argument(
        "--patience", type=float, default=0, help="seconds to wait for a quiet moment, each time"
    )
    parser.add_argument("--clients", type=int, default=1_000_000, help="of the part `estate`")
    parser.add_argument("--json", type=Path, default=ROOT / "bench-results.json", metavar="FILE")
    return parser


def _guard(rounds: int) -> Any:
    """The guard's part prints its own table, and answers in JSON where that is asked for."""
    command = [sys.executable, "-m", "bench.guard", "--rounds", str(rounds)]
    subprocess.run(command, cwd=ROOT, check=False)
    run = subprocess.run([*command, "--json"], cwd=ROOT, check=False, capture_output=True)
    return json.loads(run.stdout)


def _timing(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "rounds": options.rounds,
        "seconds": options.seconds,
        "patience": options.patience,
    }


def _show_token(result: dict[str, Any]) -> str:
    title = "Tokens over HTTP: one worker, one core, 32 keep-alive connections"
    table = report.table(title, result["candidates"])
    return f"{table}\n  memory of the worker: {result['resident_mib']:.0f} MiB"


def _show_peers(result: dict[str, Any]) -> str:
    title = "The same grant by others: client_secret_basic, ES256, one core each"
    table = report.table(title, result["candidates"])
    left_out = [f"  left out: {name} ({why})" for name, why in result["left_out"].items()]
    return "\n".join([table, *left_out])


def _show_stages(result: dict[str, Any]) -> str:
    title = "Where the time goes: µs, and bare signatures"
    shown = {name: f"{cost['us']:6.1f}  {cost['signatures']:.2f}" for name, cost in result.items()}
    return report.facts(title, shown)


def _show_estate(result: dict[str, Any]) -> str:
    return "\n".join(report.facts(title, values) for title, values in result.items())


_MEASURE: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "token": lambda options: token.run(**_timing(options)),
    "peers": lambda options: peers.run(**_timing(options)),
    "stages": lambda options: stages.run(),
    "estate": lambda options: estate.run(clients=options.clients),
}
_SHOW: dict[str, Callable[[dict[str, Any]], str]] = {
    "token": _show_token,
    "peers": _show_peers,
    "stages": _show_stages,
    "estate": _show_estate,
}

if __name__ == "__main__":
    sys.exit(main())
