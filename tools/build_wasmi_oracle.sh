#!/usr/bin/env bash
# Builds tests/wasmi_oracle, the interpreter whose fuel the engine's metering must equal, into the cache outside the tree.
# Prints the program's path. ./dev test calls it; the engine's tests read the path from PHALA_WASMI_ORACLE.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source=$root/tests/wasmi_oracle
cache=${PHALA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/phala-cpp}
cargo=$(command -v cargo || echo /usr/bin/cargo)
mkdir -p "$cache/wasmi_oracle"
exec 9>"$cache/wasmi_oracle/lock"
flock 9
CARGO_TARGET_DIR=$cache/wasmi_oracle/target "$cargo" build --manifest-path "$source/Cargo.toml" --release --locked --quiet 9>&- >&2
echo "$cache/wasmi_oracle/target/release/wasmi_oracle"
