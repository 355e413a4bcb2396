#!/bin/sh
# Install the npm packages that the tests run as third-party clients. Done again only when their lock changed.
set -eu
cd "$(dirname "$0")/../tests/node"
[ node_modules/.ready -nt package-lock.json ] && exit 0
if ! command -v npm >/dev/null 2>&1; then
    echo "npm is not installed: the tests with JavaScript clients will be left out." >&2
    exit 0
fi
echo "Installing the JavaScript clients that the tests use ..." >&2
npm ci --silent --no-audit --no-fund
touch node_modules/.ready
