#!/usr/bin/env bash
# Makes the virtual environment of tests/clients/python in the cache outside the tree, once per state of its requirements
# and of the interpreter, and prints its folder. ./dev test calls it; the test reads it from PHALA_PYTHON_CLIENTS.
#   python_clients.sh [--built]   only: is it there already
set -euo pipefail
requirements=$(cd "$(dirname "${BASH_SOURCE[0]}")/../tests/clients/python" && pwd)/requirements.txt
cache=${PHALA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/phala-cpp}
# Debian's: it has what the wheels named in the requirements are made for
python=/usr/bin/python3
[ -x "$python" ] || python=python3
key=$({ "$python" --version; cat "$requirements"; } | sha256sum | cut -c1-16)
out=$cache/python/$key
if [ "${1:-}" = --built ]; then
  echo "$out"
  [ -e "$out/.complete" ] && exit 0 || exit 1
fi
mkdir -p "$cache/python"
exec 9>"$cache/python/lock"
flock 9
if [ ! -e "$out/.complete" ]; then
  rm -rf "$out"
  # pip brings certificates of its own; those that this machine's administrator added are Debian's
  [ ! -e /etc/ssl/certs/ca-certificates.crt ] || export PIP_CERT=${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}
  "$python" -m venv "$out" >&2
  "$out/bin/pip" install --disable-pip-version-check --no-input --retries 10 --only-binary :all: --require-hashes -r "$requirements" >&2
  touch "$out/.complete"
fi
echo "$out"
