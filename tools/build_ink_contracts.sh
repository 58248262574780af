#!/usr/bin/env bash
# Builds contracts/ink, each contract with ink! 4 and with ink! 5, with Debian's Rust (packages rustc-web, cargo-web,
# rust-web-src) into the cache outside the tree, once per state of the sources. Prints the folder that holds
# ink4_NAME.wasm, ink4_NAME.contract and the same of ink5. ./dev test calls it; tests read the folder from
# PHALA_INK_CONTRACTS.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source=$root/contracts/ink
cache=${PHALA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/phala-cpp}/ink
contracts=(flipper caller psp22)
export RUSTC=/usr/bin/rustc
if [ ! -x "$RUSTC" ] || [ ! -x /usr/bin/cargo ] || [ ! -d /usr/lib/rustlib/src ]; then
  echo "build_ink_contracts: needs Debian's Rust; run: apt-get install rustc-web cargo-web rust-web-src" >&2
  exit 1
fi

wasm_opt=$root/tools/node_modules/binaryen/bin/wasm-opt
[ -e "$wasm_opt" ] || { echo "build_ink_contracts: needs npm's binaryen; run: ./dev setup" >&2; exit 1; }

sources() { find "$source" -type f | LC_ALL=C sort; }
key=$({ "$RUSTC" --version; sources | xargs cat; cat "$0" "$root"/tools/{strip_contract,bundle_ink}.py; } | sha256sum | cut -c1-16)
out=$cache/$key
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

# the standard library is compiled along for Wasm: Debian has none for that target
wasm_flags=(-Clink-arg=-zstack-size=65536 -Clink-arg=--import-memory -Clink-arg=--max-memory=1048576 -Ctarget-cpu=mvp -Clinker=wasm-ld-22 -Cpanic=abort)

build() {
  local version=$1
  shift
  /usr/bin/cargo "$@" --manifest-path "$source/ink$version/Cargo.toml" --locked --features "$([ "$version" = 4 ] || echo ink5)" 9>&- >&2
}

if [ ! -e "$out/complete" ]; then
  mkdir -p "$out"
  for version in 4 5; do
    export CARGO_TARGET_DIR=$cache/target-$version
    RUSTC_BOOTSTRAP=1 CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${wasm_flags[*]}") \
      build "$version" build --lib --release --target wasm32-unknown-unknown --no-default-features -Zbuild-std=core,alloc
    build "$version" build --bins
    for name in "${contracts[@]}"; do
      wasm=$out/ink${version}_$name.wasm
      python3 "$root/tools/strip_contract.py" "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/ink_$name.wasm" "$wasm.part"
      node "$wasm_opt" "$wasm.part" -Oz --mvp-features -o "$wasm"
      rm "$wasm.part"
      "$CARGO_TARGET_DIR/debug/${name}_metadata" | python3 "$root/tools/bundle_ink.py" "ink! $version" "$name" "$wasm" >"$out/ink${version}_$name.contract"
    done
  done
  touch "$out/complete"
fi
echo "$out"
