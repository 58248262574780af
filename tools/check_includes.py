#!/usr/bin/env python3
"""Fails when an include breaks the arrows of the architecture (ARCHITECTURE §2).

    check_includes.py [ROOT]     ROOT holds src/ and contracts/; the default is this repository

1. base <- scale <- crypto <- trie <- primitives <- {runtime, host} <- {node, worker} <- cli: a file includes its own
   folder and folders to the left. Tests, benches and fuzz targets may also use their neighbour in braces, except
   that node and worker never include each other.
2. worker/core is a state machine: none of worker/{api,relay,tee}, no socket, file, thread, clock or random device.
3. Code that also becomes Wasm (base to runtime, without *_native.*) uses no streams, files or threads.
4. Headers that are slow to compile stand in .cpp files only. A header whose comment says "for .cpp files only" may
   include them, and is then itself included by .cpp files and by such headers only.
5. What executes messages (all of worker/core but core.*, anchor.* and published.hpp) does not see anchor.hpp, not even
   through another header: nothing that was read from the chain's state can reach replicated execution.
6. Contracts use base, scale, crypto and primitives; what describes them to clients (sdk/metadata) uses runtime too.
"""
import pathlib
import re
import sys

LAYERS = [["base"], ["scale"], ["crypto"], ["trie"], ["primitives"], ["runtime", "host"], ["node", "worker"], ["cli"]]
RANK = {folder: rank for rank, layer in enumerate(LAYERS) for folder in layer}
WASM = {"base", "scale", "crypto", "trie", "primitives", "runtime"}
# what a contract is made of, and what its description for clients, a native program, uses besides
CONTRACTS_MAY = {"base", "scale", "crypto", "primitives"}
DESCRIPTIONS_MAY = CONTRACTS_MAY | {"runtime"}

HEAVY = re.compile(r"boost/(asio|beast|json|multiprecision)|google/protobuf|.*\.pb\.h$|wasmtime|wasm\.hh?$|rocksdb/|spdlog/|CLI/|prometheus/")
WORLD = re.compile(r"(fstream|filesystem|iostream|random|thread|future|chrono|ctime|time\.h|unistd\.h|fcntl\.h)$"
                   r"|sys/|netinet/|arpa/|boost/(asio|beast)|rocksdb/|spdlog/")
NOT_IN_WASM = re.compile(r"(iostream|ostream|istream|sstream|fstream|filesystem|thread|mutex|future|condition_variable)$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
PROBE = re.compile(r"_(test|bench|fuzz)\.cpp$|_testing\.hpp$")
CPP_ONLY = "for .cpp files only"
ANCHOR = "worker/core/anchor.hpp"
WHY_NO_ANCHOR = "what was read from the chain's state is for this worker's own decisions"
MAY_SEE_ANCHOR = re.compile(r"src/worker/core/((core|anchor)\.(hpp|cpp)|published\.hpp)$")


def complaints(root: pathlib.Path):
    """Yields (file, line, what is wrong and what to do)."""
    sources = {}
    for top in ("src", "contracts"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".hpp", ".h", ".cpp", ".c"):
                sources[path] = path.read_text(encoding="utf-8", errors="replace")
    cpp_only = {path.relative_to(root / "src").as_posix() for path, text in sources.items()
                if path.suffix == ".hpp" and path.is_relative_to(root / "src") and CPP_ONLY in text[:2000]}

    included = {path.relative_to(root / "src").as_posix(): [m.group(2) for m in INCLUDE.finditer(text) if m.group(1) == '"']
                for path, text in sources.items() if path.is_relative_to(root / "src")}

    def way_to_anchor(header, seen):
        """The headers from this one to anchor.hpp, or nothing."""
        if header == ANCHOR:
            return [header]
        seen.add(header)
        for following in included.get(header, []):
            if following not in seen and (way := way_to_anchor(following, seen)):
                return [header, *way]
        return []

    for path, text in sources.items():
        name = path.relative_to(root).as_posix()
        parts = path.relative_to(root).parts
        module = parts[1] if parts[0] == "src" and len(parts) > 2 else parts[0]
        header = path.suffix in (".hpp", ".h")
        probe = PROBE.search(name) is not None or "testing" in parts
        core = name.startswith("src/worker/core/") and not probe
        wasm = module in WASM and not probe and "_native." not in name
        marked = header and CPP_ONLY in text[:2000]
        for match in INCLUDE.finditer(text):
            quoted, target = match.group(1) == '"', match.group(2)
            line = text.count("\n", 0, match.start()) + 1
            folder = target.split("/")[0]

            if quoted and "/" in target and folder in RANK:
                if module == "contracts":
                    may = DESCRIPTIONS_MAY if name.startswith("contracts/sdk/metadata/") else CONTRACTS_MAY
                    if folder not in may and not probe:
                        yield name, line, f"{path.parent.name} may include only {', '.join(sorted(may))}, not {folder}"
                elif module in RANK and module != folder:
                    apart = {module, folder} == {"node", "worker"}
                    if apart or RANK[folder] > RANK[module] or (RANK[folder] == RANK[module] and not probe):
                        yield name, line, (f'{module} may not include "{target}": arrows run base <- scale <- crypto <- trie '
                                           "<- primitives <- {runtime, host} <- {node, worker} <- cli")
                if core and re.match(r"worker/(api|relay|tee)/", target):
                    yield name, line, f'worker/core may not include "{target}": what it needs is handed in'
                if header and not marked and target in cpp_only:
                    yield name, line, f'"{target}" is for .cpp files only: include it there'
            if core and quoted and not MAY_SEE_ANCHOR.match(name) and (way := way_to_anchor(target, set())):
                yield name, line, f"what executes messages may not see {ANCHOR} (through {' -> '.join(way)}): {WHY_NO_ANCHOR}"
            if core and WORLD.match(target):
                yield name, line, f"worker/core may not include {target}: sockets, files, threads, clock and randomness are handed in"
            if wasm and NOT_IN_WASM.match(target):
                yield name, line, f"{target} has no place in code that also becomes Wasm; native code lives in *_native.cpp"
            if header and not probe and not marked and HEAVY.match(target):
                yield name, line, (f"{target} is slow to compile: include it in a .cpp file (hide members behind a pointer), "
                                   f'or say "{CPP_ONLY}" in the first comment of this header')


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    if not (root / "src").is_dir():
        sys.exit(f"check_includes: {root}/src is no folder")
    found = list(complaints(root))
    for name, line, text in found:
        print(f"{name}:{line}: {text}")
    if found:
        sys.exit(f"check_includes: {len(found)} includes break the rules (python3 tools/check_includes.py --help explains them)")


if __name__ == "__main__":
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
    else:
        main()
