#!/usr/bin/env python3
"""Adds to the metadata that ink! makes what a .contract bundle has beside it: source and contract.

usage: bundle_ink.py LANGUAGE NAME WASM < METADATA > BUNDLE
"""
import hashlib
import json
import sys


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    language, name, file = sys.argv[1:]
    with open(file, "rb") as source:
        wasm = source.read()
    bundle = {
        "source": {
            "hash": "0x" + hashlib.blake2b(wasm, digest_size=32).hexdigest(),
            "language": language,
            "compiler": "rustc",
            "wasm": "0x" + wasm.hex(),
        },
        "contract": {"name": name, "version": "0.1.0", "authors": ["Phala in C++"]},
    }
    json.dump(bundle | json.load(sys.stdin), sys.stdout)


if __name__ == "__main__":
    main()
