#!/usr/bin/env bash
# Builds tests/ink_flipper with Debian's Rust (packages rustc-web, cargo-web, rust-web-src) into the cache outside the
# tree, once per state of its sources. Prints the folder that holds ink_flipper.wasm. ./dev test calls it; the engine's
# tests read the folder from PHALA_INK_FLIPPER.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source=$root/tests/ink_flipper
cache=${PHALA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/phala-cpp}
export RUSTC=/usr/bin/rustc
if [ ! -x "$RUSTC" ] || [ ! -x /usr/bin/cargo ] || [ ! -d /usr/lib/rustlib/src ]; then
  echo "build_ink_flipper: needs Debian's Rust; run: apt-get install rustc-web cargo-web rust-web-src" >&2
  exit 1
fi

key=$({ "$RUSTC" --version; cat "$source/Cargo.toml" "$source/Cargo.lock" "$source/lib.rs" "$0"; } | sha256sum | cut -c1-16)
out=$cache/ink_flipper/$key
mkdir -p "$cache/ink_flipper"
exec 9>"$cache/ink_flipper/lock"
flock 9
if [ ! -e "$out/ink_flipper.wasm" ]; then
  # the standard library is compiled along: Debian has none for this target
  export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$cache/ink_flipper/target CARGO_ENCODED_RUSTFLAGS=
  flags=(-Clink-arg=-zstack-size=65536 -Clink-arg=--import-memory -Clink-arg=--max-memory=1048576 -Ctarget-cpu=mvp -Clinker=wasm-ld-22 -Cpanic=abort)
  CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${flags[*]}")
  /usr/bin/cargo build --manifest-path "$source/Cargo.toml" --release --locked --target wasm32-unknown-unknown --no-default-features \
    -Zbuild-std=core,alloc 9>&- >&2
  mkdir -p "$out"
  python3 "$root/tools/strip_contract.py" "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/ink_flipper.wasm" "$out/ink_flipper.part"
  mv "$out/ink_flipper.part" "$out/ink_flipper.wasm"
fi
echo "$out"
