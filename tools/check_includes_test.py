#!/usr/bin/env python3
"""check_includes.py on small trees: what breaks a rule is found, what keeps it is not."""
import pathlib
import tempfile
import unittest

from check_includes import complaints


class CheckIncludes(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "src").mkdir()
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [f"{name}:{line}: {text}" for name, line, text in complaints(root)]

    def refused(self, name, include, **others):
        found = self.check({name: f"#pragma once\n{include}\n", **others})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{name}:2: "), found)

    def accepted(self, name, include, **others):
        self.assertEqual(self.check({name: f"{include}\n", **others}), [])

    def test_arrows(self):
        self.accepted("src/trie/a.cpp", '#include "base/bytes.hpp"')
        self.accepted("src/node/a.cpp", '#include "host/engine.hpp"')
        self.accepted("src/cli/a.cpp", '#include "worker/core/core.hpp"')
        self.accepted("src/worker/api/a.cpp", '#include "worker/core/core.hpp"')
        self.refused("src/base/a.cpp", '#include "scale/codec.hpp"')
        self.refused("src/trie/a.hpp", '#include "primitives/types.hpp"')
        self.refused("src/host/a.cpp", '#include "node/db/store.hpp"')
        self.refused("src/runtime/khala/a.cpp", '#include "host/engine.hpp"')
        self.refused("src/host/a.cpp", '#include "runtime/frame/frame.hpp"')
        self.refused("src/host/a_test.cpp", '#include "node/db/store.hpp"')
        self.accepted("src/host/a_test.cpp", '#include "runtime/frame/frame.hpp"')

    def test_node_and_worker_stay_apart(self):
        for suffix in ("a.cpp", "a_test.cpp", "main.cpp"):
            self.refused(f"src/node/{suffix}", '#include "worker/core/core.hpp"')
            self.refused(f"src/worker/relay/{suffix}", '#include "node/rpc/json.hpp"')

    def test_worker_core_reaches_no_world(self):
        for include in ('"worker/api/server.hpp"', '"worker/relay/relay.hpp"', '"worker/tee/provider.hpp"',
                        "<boost/asio.hpp>", "<boost/beast/core.hpp>", "<rocksdb/db.h>", "<filesystem>", "<fstream>",
                        "<chrono>", "<random>", "<sys/socket.h>", "<thread>"):
            self.refused("src/worker/core/a.cpp", f"#include {include}")
        self.accepted("src/worker/core/a_test.cpp", "#include <filesystem>")
        self.accepted("src/worker/relay/a.cpp", "#include <boost/asio.hpp>")

    def test_what_executes_messages_sees_nothing_of_the_chains_state(self):
        anchor = {"src/worker/core/anchor.hpp": "#pragma once\n"}
        through = {"src/worker/core/core.hpp": '#include "worker/core/anchor.hpp"\n', **anchor}
        deeper = {"src/worker/core/published.hpp": '#include "worker/core/core.hpp"\n', **through}
        for name in ("ledger.hpp", "ledger.cpp", "cluster.cpp", "snapshot.cpp", "egress.hpp", "engine/engine.cpp"):
            self.refused(f"src/worker/core/{name}", '#include "worker/core/anchor.hpp"', **anchor)
            self.refused(f"src/worker/core/{name}", '#include "worker/core/core.hpp"', **through)
            self.refused(f"src/worker/core/{name}", '#include "worker/core/published.hpp"', **deeper)
        for name in ("core.cpp", "core.hpp", "anchor.cpp", "core_test.cpp"):
            self.accepted(f"src/worker/core/{name}", '#include "worker/core/anchor.hpp"', **anchor)
        self.accepted("src/worker/relay/relay.cpp", '#include "worker/core/core.hpp"', **through)

    def test_code_for_wasm(self):
        self.refused("src/trie/a.cpp", "#include <iostream>")
        self.refused("src/runtime/pallets/sudo/a.cpp", "#include <thread>")
        self.accepted("src/crypto/a_native.cpp", "#include <mutex>")
        self.accepted("src/trie/a_test.cpp", "#include <fstream>")

    def test_heavy_headers(self):
        for include in ("<boost/asio.hpp>", "<boost/json.hpp>", "<boost/beast/http.hpp>", "<rocksdb/db.h>", "<wasmtime.hh>",
                        "<google/protobuf/message.h>", '"prpc.pb.h"'):
            self.refused("src/node/a.hpp", f"#include {include}")
            self.accepted("src/node/a.cpp", f"#include {include}")
        marked = "// JSON, for .cpp files only\n#include <boost/json.hpp>\n"
        self.accepted("src/node/a.cpp", '#include "node/json.hpp"', **{"src/node/json.hpp": marked})
        self.refused("src/node/a.hpp", '#include "node/json.hpp"', **{"src/node/json.hpp": marked})

    def test_contracts(self):
        self.accepted("contracts/sdk/a.hpp", '#include "scale/codec.hpp"')
        self.refused("contracts/sdk/a.hpp", '#include "runtime/frame/frame.hpp"')
        self.accepted("contracts/sdk/metadata/a.hpp", '#include "runtime/frame/frame.hpp"')
        self.refused("contracts/sdk/metadata/a.hpp", '#include "host/engine.hpp"')


if __name__ == "__main__":
    unittest.main()
