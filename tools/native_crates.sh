#!/usr/bin/env bash
# Builds deps/native (Wasmtime and cryptography in Rust) once per state of its sources and compiler, in the cache outside
# the tree, and prints the folder that holds lib/libphala_native.a and include/. CMake calls it when it configures.
#   native_crates.sh [--check-rust | --built]   only: is there a Rust 1.95 or newer; is the library built already
set -euo pipefail
crate=$(cd "$(dirname "${BASH_SOURCE[0]}")/../deps/native" && pwd)
cache=${PHALA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/phala-cpp}

rust_is_new_enough() {
  command -v "$1rustc" >/dev/null && command -v "$1cargo" >/dev/null &&
    [ "$(printf '%s\n' 1.95 "$("$1rustc" --version | cut -d' ' -f2)" | sort -V | head -1)" = 1.95 ]
}
# the first that is new enough: the one in PATH, rustup's usual place, Debian's rustc-web
toolchain=none
for prefix in '' "$HOME/.cargo/bin/" /usr/bin/; do
  if rust_is_new_enough "$prefix"; then toolchain=$prefix; break; fi
done
if [ "$toolchain" = none ]; then
  echo "native_crates: no Rust 1.95 or newer; run ./dev setup, or: apt-get install rustc-web cargo-web" >&2
  exit 1
fi
[ "${1:-}" != --check-rust ] || exit 0
export RUSTC="${toolchain}rustc"

key=$({ "$RUSTC" --version; cd "$crate"; sha256sum Cargo.toml Cargo.lock src/*.rs include/*; } | sha256sum | cut -c1-16)
out=$cache/native/$key
if [ "${1:-}" = --built ]; then
  echo "$out"
  [ -e "$out/.complete" ] && exit 0 || exit 1
fi

build() {
  local messages headers
  echo "native_crates: building Wasmtime and cryptography into $out (4 to 7 minutes on two cores, once)" >&2
  # two downloads that break off are no reason to stop
  messages=$(cd "$crate" && CARGO_NET_RETRY=10 CARGO_TARGET_DIR=$cache/native/target \
    "${toolchain}cargo" build --release --locked --message-format=json-render-diagnostics 9>&-)
  # Wasmtime's build script installs its headers, the generated conf.h included, under its own output folder
  headers=$(grep '"reason":"build-script-executed"' <<<"$messages" | grep wasmtime-c-api-impl |
    sed 's/.*"out_dir":"\([^"]*\)".*/\1/')/include
  rm -rf "$out" "$out.part"
  mkdir -p "$out.part/lib" "$out.part/include"
  cp "$cache/native/target/release/libphala_native.a" "$out.part/lib/"
  cp -R "$headers/." "$crate/include/." "$out.part/include/"
  touch "$out.part/.complete"
  mv "$out.part" "$out"
}

mkdir -p "$cache/native"
exec 9>"$cache/native/lock"
flock 9
[ -e "$out/.complete" ] || build
echo "$out"
