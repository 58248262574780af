#pragma once
// For tests: a small runtime, written as text, whose offchain worker does what a test needs.
#include "host/wat_testing.hpp"
#include "node/test_chain.hpp"

namespace phala::node::testing {

/// Bytes of a text that the text of a module may hold.
inline std::string escaped(ByteView bytes)
{
    std::string out;
    for (const auto byte : bytes)
        out += "\\" + to_hex(ByteView{&byte, 1});
    return out;
}

inline crypto::KeyPair alice()
{
    return need(crypto::KeyPair::from_uri("//Alice"), "key");
}

/// Runs `body` as the offchain worker. $key and $value are two texts, fat pointers; $argument is the encoded header. Its
/// blocks, which Alice makes, index $value. It can be asked for blocks without extrinsics up to number 63.
inline Bytes runtime_of(const std::string& body)
{
    const std::string text = R"((module
      (import "env" "memory" (memory 2))
      (import "env" "ext_offchain_local_storage_set_version_1" (func $set (param i32 i64 i64)))
      (import "env" "ext_offchain_local_storage_get_version_1" (func $get (param i32 i64) (result i64)))
      (import "env" "ext_offchain_local_storage_compare_and_set_version_1" (func $swap (param i32 i64 i64 i64) (result i32)))
      (import "env" "ext_offchain_submit_transaction_version_1" (func $submit (param i64) (result i64)))
      (import "env" "ext_offchain_timestamp_version_1" (func $timestamp (result i64)))
      (import "env" "ext_offchain_sleep_until_version_1" (func $sleep (param i64)))
      (import "env" "ext_offchain_is_validator_version_1" (func $is_validator (result i32)))
      (import "env" "ext_offchain_index_set_version_1" (func $index (param i64 i64)))
      (import "env" "ext_storage_set_version_1" (func $set_state (param i64 i64)))
      (import "env" "ext_storage_get_version_1" (func $get_state (param i64) (result i64)))
      (import "env" "ext_storage_clear_version_1" (func $clear_state (param i64)))
      (import "env" "ext_storage_root_version_2" (func $root (param i32) (result i64)))
      (import "env" "ext_allocator_malloc_version_1" (func $malloc (param i32) (result i32)))
      (global (export "__heap_base") i32 (i32.const 4096))
      (global $key i64 (i64.const 0x0000000300000010))
      (global $value i64 (i64.const 0x0000000500000020))
      (data (i32.const 16) "key")
      (data (i32.const 32) "value")
      (global $header i64 (i64.const 0x0000000100000050))
      (data (i32.const 80) "h")
      (data (i32.const 64) "\00")
      (func (export "Core_execute_block") (param i32 i32) (result i64)
        (call $index (global.get $key) (global.get $value)) (i64.const 0))
      (func (export "Core_initialize_block") (param $at i32) (param $size i32) (result i64)
        (call $set_state (global.get $header)
          (i64.or (i64.shl (i64.extend_i32_u (local.get $size)) (i64.const 32)) (i64.extend_i32_u (local.get $at))))
        (i64.const 0x0000000100000040))
      (func (export "BlockBuilder_inherent_extrinsics") (param i32 i32) (result i64) (i64.const 0x0000000100000040))
      (func $copy_hash (param $to i32) (param $from i32)
        (i64.store (local.get $to) (i64.load (local.get $from)))
        (i64.store offset=8 (local.get $to) (i64.load offset=8 (local.get $from)))
        (i64.store offset=16 (local.get $to) (i64.load offset=16 (local.get $from)))
        (i64.store offset=24 (local.get $to) (i64.load offset=24 (local.get $from))))
      ;; the header behind the option's byte and a length of two; in it the roots behind the parent's hash and a number of one
      (func (export "BlockBuilder_finalize_block") (param i32 i32) (result i64)
        (local $at i32)
        (local.set $at (i32.add (i32.wrap_i64 (call $get_state (global.get $header))) (i32.const 3)))
        (call $clear_state (global.get $header))
        (call $copy_hash (i32.add (local.get $at) (i32.const 33)) (i32.wrap_i64 (call $root (i32.const 0))))
        (call $copy_hash (i32.add (local.get $at) (i32.const 65)) (i32.const 320))
        (i64.or (i64.const 0x0000007000000000) (i64.extend_i32_u (local.get $at))))
      (data (i32.const 320) ")"
                             + escaped(trie::kEmptyRoot) + R"(")
      (func (export "AuraApi_slot_duration") (param i32 i32) (result i64) (i64.const 0x0000000800000160))
      (data (i32.const 352) "\e8\03\00\00\00\00\00\00")
      (func (export "AuraApi_authorities") (param i32 i32) (result i64) (i64.const 0x0000002100000100))
      (data (i32.const 256) "\04)"
                             + escaped(alice().account()) + R"(")
      (func (export "Core_version") (param i32 i32) (result i64) (i64.const 0x0000001400000080))
      (data (i32.const 128) "\00\00\01\00\00\00\01\00\00\00\01\00\00\00\00\01\00\00\00\00")
      (func (export "OffchainWorkerApi_offchain_worker") (param $at i32) (param $size i32) (result i64)
        (local $argument i64)
        (local.set $argument (i64.or (i64.shl (i64.extend_i32_u (local.get $size)) (i64.const 32)) (i64.extend_i32_u (local.get $at))))
    )" + body + " (i64.const 0)))";
    return host::testing::wat(text);
}

inline ChainSpec spec_of(const std::string& body)
{
    ChainSpec spec = development_spec({});
    spec.raw = {{to_bytes(":code"), runtime_of(body)}};
    spec.is_raw = true;
    return spec;
}

} // namespace phala::node::testing
