#!/usr/bin/env python3
"""Drops from a contract's Wasm what a contract may not have: exports besides call and deploy, and custom sections.

usage: strip_contract.py IN OUT
"""
import sys


def read_u32(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def write_u32(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def strip_exports(content):
    count, at = read_u32(content, 0)
    kept = []
    for _ in range(count):
        begin = at
        size, at = read_u32(content, at)
        name = content[at : at + size]
        at += size + 1  # the kind
        _, at = read_u32(content, at)
        if name in (b"call", b"deploy"):
            kept.append(content[begin:at])
    return write_u32(len(kept)) + b"".join(kept)


def strip(wasm):
    out = bytearray(wasm[:8])
    at = 8
    while at < len(wasm):
        section = wasm[at]
        size, at = read_u32(wasm, at + 1)
        content = wasm[at : at + size]
        at += size
        if section == 0:
            continue
        if section == 7:
            content = strip_exports(content)
        out += bytes([section]) + write_u32(len(content)) + content
    return bytes(out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as source:
        stripped = strip(source.read())
    with open(sys.argv[2], "wb") as target:
        target.write(stripped)
