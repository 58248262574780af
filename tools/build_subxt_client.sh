#!/usr/bin/env bash
# Builds tests/clients/subxt into the cache outside the tree and prints the program's path. ./dev test calls it; the test
# reads the path from PHALA_SUBXT_CLIENT.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${PHALA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/phala-cpp}
cargo=$(command -v cargo || echo /usr/bin/cargo)
mkdir -p "$cache/subxt"
exec 9>"$cache/subxt/lock"
flock 9
CARGO_TARGET_DIR=$cache/subxt/target "$cargo" build --manifest-path "$root/tests/clients/subxt/Cargo.toml" --locked --quiet 9>&- >&2
# a copy under its sources' name: another clone may build other sources in the same folder
key=$(cd "$root/tests/clients/subxt" && sha256sum Cargo.lock src/*.rs | sha256sum | cut -c1-16)
cp "$cache/subxt/target/debug/phala-subxt-client" "$cache/subxt/client-$key.part"
mv "$cache/subxt/client-$key.part" "$cache/subxt/client-$key"
echo "$cache/subxt/client-$key"
