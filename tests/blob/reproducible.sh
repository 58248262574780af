#!/usr/bin/env bash
# reproducible.sh SOURCE BLOB WASM_OPT: builds the runtime again, in a folder of another name and without any cache, and
# compares it with BLOB. Who builds the same commit must get the same code hash as the chain.
set -euo pipefail
source=$1 blob=$2 wasm_opt=$3
[ -e "$blob" ] || { echo "no $blob: build it first (cmake --preset wasm, ninja -C build/wasm)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
other=$folder/a-folder-of-another-name
mkdir "$other"
cp -r "$source"/{CMakeLists.txt,CMakePresets.json,cmake,src} "$other"
export CCACHE_DISABLE=1
cmake -S "$other" --preset wasm -DPHALA_WASM_OPT="$wasm_opt" >"$folder/log" || { cat "$folder/log"; exit 1; }
ninja -C "$other/build/wasm" khala_runtime_blob >"$folder/log" || { tail -30 "$folder/log"; exit 1; }
b2sum -l 256 "$blob" "$other/build/wasm/khala_runtime.wasm"
cmp "$blob" "$other/build/wasm/khala_runtime.wasm"
