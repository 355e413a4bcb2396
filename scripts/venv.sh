#!/bin/sh
# Make .venv and install Watchword with the extras named, from the pinned versions in constraints.txt.
#   scripts/venv.sh server            what `make demo` needs
#   scripts/venv.sh server,dev        what `make test` needs
# With uv where there is one, else venv and pip. Done again only when pyproject.toml or the pins changed.
set -eu
cd "$(dirname "$0")/.."
extras=$1
stamp=.venv/.ready-$(echo "$extras" | tr ',' '-')

fresh() { [ -e "$stamp" ] && [ "$stamp" -nt pyproject.toml ] && [ "$stamp" -nt constraints.txt ]; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
        if command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    echo "Watchword needs Python 3.11 or newer; set PYTHON=/path/to/python3 if it is not on PATH." >&2
    exit 2
}

fresh && exit 0
python=$(find_python)
if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    echo "Setting up .venv with uv ($("$python" --version), extras: $extras) ..." >&2
    [ -x .venv/bin/python ] || uv venv --quiet --python "$(command -v "$python")" .venv
    uv pip install --quiet --compile-bytecode --python .venv/bin/python -c constraints.txt -e ".[$extras]"
else
    echo "Setting up .venv with venv and pip ($("$python" --version), extras: $extras); this takes a minute ..." >&2
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$extras]"
fi
# As pip does it in an installed package: compiling would be most of the first start, and of every one
# where PYTHONDONTWRITEBYTECODE is set.
.venv/bin/python -m compileall -q src
touch "$stamp"
