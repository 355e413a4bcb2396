"""Make docs/images/demo.svg, the picture in the README, from what `watchword demo` really prints.

.venv/bin/python scripts/picture.py
"""

import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

_ROOT = Path(__file__).parents[1]
_PICTURE = _ROOT / "docs" / "images" / "demo.svg"
_COLUMNS = 100


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        printed = run_demo(Path(folder))
    # The folder is a temporary one: show what `make demo` would.
    shown = printed.replace(folder, "demo-data").replace("\r", "").strip("\n")
    console = Console(record=True, width=_COLUMNS, file=StringIO())
    console.print(Text("$ make demo\n"), Text.from_ansi(shown))
    svg = console.export_svg(title="watchword demo")
    _PICTURE.write_text(without_web_fonts(svg))


def run_demo(data: Path) -> str:
    """What the demo prints to a terminal until it serves."""
    watchword = str(Path(sys.executable).with_name("watchword"))
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [watchword, "demo", "--listen", "127.0.0.1:8080", "--data", str(data)],
        stdin=its,
        stdout=its,
        stderr=its,
    )
    printed = b""
    while b"Ctrl-C" not in printed:
        printed += os.read(ours, 65536)
    process.send_signal(signal.SIGINT)
    process.wait()
    return printed.decode()


def without_web_fonts(svg: str) -> str:
    """A picture that fetches nothing: the reader's own monospaced font will do."""
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    main()
