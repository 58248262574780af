#!/usr/bin/env python3
"""Every vector of the published SDK's wire protocol (spec phala-sdk-wire, section 5) is held by a test, which names it.

Without arguments the ids V01 to V43 are looked for; given the specification's phala-sdk.json, the ids in that file."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def named_in_tests(root):
    tests = [*root.glob("src/**/*_test.cpp"), *root.glob("contracts/**/*_test.cpp"), *root.glob("tests/**/*_test.cpp")]
    return {found for test in tests for found in re.findall(r"\bV\d\d\b", test.read_text())}


def main():
    if len(sys.argv) > 1:
        wanted = {vector["id"] for vector in json.loads(pathlib.Path(sys.argv[1]).read_text())["vectors"]}
    else:
        wanted = {f"V{number:02}" for number in range(1, 44)}
    unused = sorted(wanted - named_in_tests(ROOT))
    if unused:
        print(f"no test names these vectors of phala-sdk-wire: {', '.join(unused)}")
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
