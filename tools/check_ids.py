#!/usr/bin/env python3
"""What a list promises, a test names: each vector of the published SDK's wire protocol (V01 to V43, or, given the
specification's phala-sdk.json, those in that file), and each defect that docs/defects-of-the-reference.md calls shown."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VECTOR = r"\bV\d\d\b"
DEFECTS = [f"F-{number:02}" for number in range(1, 26)]


def tests(root):
    for pattern in ("src/**/*_test.cpp", "contracts/**/*_test.cpp", "tests/**/*_test.cpp", "tests/clients/*.test.mjs"):
        yield from root.glob(pattern)


def vectors_named(root):
    return {found for test in tests(root) for found in re.findall(VECTOR, test.read_text())}


def defects_named(root):
    """Of tests whose name begins with one or several, as in F01AndF22NoMethodGivesAwayTheIdentityKey, or names F-05."""
    named = set()
    for test in tests(root):
        text = test.read_text()
        named.update(re.findall(r"\bF-\d\d\b", text))
        for name in re.findall(r"^TEST(?:_F|_P)?\(\w+, (F\d\d\w*)\)", text, re.MULTILINE):
            named.update(f"F-{number}" for number in re.findall(r"(?:^|And)F(\d\d)", name))
    return named


def defects_listed(page):
    """What the page's table says of each defect: `| F-05 | the defect | shown or not yet: why |`."""
    return dict(re.findall(r"^\| (F-\d\d) \|.*\| ([^|]+) \|$", page, re.MULTILINE))


def problems_of_defects(page, named):
    listed = defects_listed(page)
    for defect in DEFECTS:
        if defect not in listed:
            yield f"the page lacks {defect}"
        elif listed[defect].startswith("shown") != (defect in named):
            yield f"{defect}: the page says \"{listed[defect]}\", and {'a' if defect in named else 'no'} test names it"
    yield from (f"the page lists {defect}, which is no defect" for defect in listed if defect not in DEFECTS)


def main():
    if len(sys.argv) > 1:
        wanted = {vector["id"] for vector in json.loads(pathlib.Path(sys.argv[1]).read_text())["vectors"]}
    else:
        wanted = {f"V{number:02}" for number in range(1, 44)}
    problems = [f"no test names {vector} of phala-sdk-wire" for vector in sorted(wanted - vectors_named(ROOT))]
    page = (ROOT / "docs/defects-of-the-reference.md").read_text()
    problems += problems_of_defects(page, defects_named(ROOT))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
