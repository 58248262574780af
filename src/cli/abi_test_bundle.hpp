#pragma once
// A bundle with every kind of type, as its tests and its fuzz target use it.
#include <string_view>

namespace phala::cli::testing {

inline constexpr std::string_view kBundle = R"({
  "source": {"hash": "0x00", "language": "C++ 26", "compiler": "clang 22", "wasm": "0x0061736d"},
  "contract": {"name": "Everything", "version": "1.0.0", "authors": []},
  "spec": {
    "constructors": [{"label": "create", "selector": "0xab700a1b", "args": [{"label": "supply", "type": {"type": 0, "displayName": ["u128"]}}], "returnType": {"type": 1, "displayName": ["Result"]}, "docs": ["Makes it."]}],
    "messages": [
      {"label": "transfer", "selector": "0x84a15da1", "args": [{"label": "to", "type": {"type": 4, "displayName": ["AccountId32"]}}, {"label": "value", "type": {"type": 0, "displayName": ["u128"]}}], "returnType": {"type": 1, "displayName": ["Result"]}, "mutates": true, "docs": []},
      {"label": "supply", "selector": "0x5209275f", "args": [], "returnType": {"type": 1, "displayName": ["Result"]}, "mutates": false, "docs": []},
      {"label": "forget", "selector": "0x00000001", "args": [], "returnType": null, "mutates": true, "docs": []},
      {"label": "take", "selector": "0x00000002", "args": [{"label": "order", "type": {"type": 10, "displayName": ["Order"]}}], "returnType": {"type": 10, "displayName": ["Order"]}, "mutates": false, "docs": []}
    ],
    "events": [
      {"label": "Ended", "args": [], "docs": []},
      {"label": "Moved", "args": [{"label": "by", "indexed": true, "type": {"type": 4, "displayName": ["AccountId"]}}, {"label": "value", "indexed": false, "type": {"type": 0, "displayName": ["u128"]}}], "docs": []}
    ]
  },
  "types": [
    {"id": 0, "type": {"def": {"primitive": "u128"}}},
    {"id": 1, "type": {"path": ["Result"], "def": {"variant": {"variants": [
      {"name": "Ok", "index": 0, "fields": [{"type": 0}]}, {"name": "Err", "index": 1, "fields": [{"type": 3}]}]}}}},
    {"id": 2, "type": {"def": {"tuple": []}}},
    {"id": 3, "type": {"path": ["LangError"], "def": {"variant": {"variants": [{"name": "CouldNotReadInput", "index": 1, "fields": []}]}}}},
    {"id": 4, "type": {"path": ["sp_core", "crypto", "AccountId32"], "def": {"composite": {"fields": [{"type": 5}]}}}},
    {"id": 5, "type": {"def": {"array": {"len": 32, "type": 6}}}},
    {"id": 6, "type": {"def": {"primitive": "u8"}}},
    {"id": 7, "type": {"def": {"primitive": "i16"}}},
    {"id": 8, "type": {"def": {"primitive": "str"}}},
    {"id": 9, "type": {"def": {"primitive": "bool"}}},
    {"id": 10, "type": {"path": ["Order"], "def": {"composite": {"fields": [
      {"name": "note", "type": 8}, {"name": "lines", "type": 11}, {"name": "limit", "type": 13}, {"name": "key", "type": 14}]}}}},
    {"id": 11, "type": {"def": {"sequence": {"type": 12}}}},
    {"id": 12, "type": {"def": {"tuple": [15, 9]}}},
    {"id": 13, "type": {"path": ["Option"], "def": {"variant": {"variants": [
      {"name": "None", "index": 0, "fields": []}, {"name": "Some", "index": 1, "fields": [{"type": 7}]}]}}}},
    {"id": 14, "type": {"path": ["H256"], "def": {"composite": {"fields": [{"type": 5}]}}}},
    {"id": 15, "type": {"def": {"primitive": "u32"}}},
    {"id": 16, "type": {"def": {"sequence": {"type": 6}}}},
    {"id": 17, "type": {"def": {"array": {"len": 4, "type": 6}}}},
    {"id": 18, "type": {"def": {"compact": {"type": 0}}}},
    {"id": 19, "type": {"path": ["Endless"], "def": {"composite": {"fields": [{"type": 19}]}}}},
    {"id": 20, "type": {"path": ["List"], "def": {"variant": {"variants": [
      {"name": "End", "index": 0, "fields": []}, {"name": "More", "index": 1, "fields": [{"type": 6}, {"type": 20}]}]}}}},
    {"id": 21, "type": {"def": {"array": {"len": 4294967294, "type": 2}}}},
    {"id": 22, "type": {"def": {"bitsequence": {}}}},
    {"id": 23, "type": {"def": {"sequence": {"type": 15}}}},
    {"id": 24, "type": {"def": {"sequence": {"type": 99}}}}
  ],
  "version": "4"
})";

} // namespace phala::cli::testing
