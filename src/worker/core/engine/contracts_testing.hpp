#pragma once
// For tests: two small contracts. Each takes a request in its input and answers by seal_return.
#include "worker/core/engine/wat_testing.hpp"

namespace phala::worker::engine::testing {

/// Calls another contract: input is flags u32, callee, value u128, gas u64, then the input for the callee. The answer
/// is the return code u32, the size of the output u32 and the output.
inline constexpr std::string_view kProxy = R"((module
  (import "env" "memory" (memory 1 16))
  (import "seal0" "input" (func $input (param i32 i32)))
  (import "seal0" "seal_return" (func $return (param i32 i32 i32)))
  (import "seal1" "seal_call" (func $call (param i32 i32 i64 i32 i32 i32 i32 i32) (result i32)))
  (func (export "deploy"))
  (func (export "call")
    (i32.store (i32.const 996) (i32.const 16384))
    (call $input (i32.const 1000) (i32.const 996))
    (i32.store (i32.const 19996) (i32.const 16384))
    (i32.store (i32.const 19992)
      (call $call (i32.load (i32.const 1000)) (i32.const 1004) (i64.load (i32.const 1052)) (i32.const 1036)
                  (i32.const 1060) (i32.sub (i32.load (i32.const 996)) (i32.const 60)) (i32.const 20000) (i32.const 19996)))
    (if (i32.and (i32.ne (i32.load (i32.const 19992)) (i32.const 0)) (i32.ne (i32.load (i32.const 19992)) (i32.const 2)))
      (then (i32.store (i32.const 19996) (i32.const 0))))
    (call $return (i32.const 0) (i32.const 19992) (i32.add (i32.const 8) (i32.load (i32.const 19996)))))))";

/// What the probe does on which first byte of its input; the rest of the input follows it.
enum class Probe : std::uint8_t {
    Get, ///< answers the counter
    Increment,
    IncrementAndRevert,
    IncrementAndTrap,
    LoopForever,
    RecurseForever,
    GrowMemory, ///< as far as it goes; answers the pages
    Terminate,  ///< to the account that follows
    Event,      ///< without topics, data follows
    StoreBig,   ///< size u32 follows
    ClearBig,
    ReturnOutOfBounds,
    SetCodeHash, ///< answers the return code
    Caller,
    Extension, ///< id u32 and input follow; answers the output
    PinkEvent, ///< data follows
    Balance,
    Transfer,    ///< account and u128 follow; answers the return code
    Instantiate, ///< code hash follows; answers return code and address
    FillDebug,   ///< a message of 16 KiB, 64 times
    DelegateGet, ///< code hash follows: its Increment on the own storage, then answers the counter
    Facts,       ///< value_transferred, now, block_number, minimum_balance, gas_left, weight_to_fee(7)
    Hashes,      ///< of what follows: sha2, keccak, blake2 of 256 bits, blake2 of 128
    Storage,     ///< the return values of a series of storage calls
};

inline constexpr std::string_view kProbe = R"((module
  (import "env" "memory" (memory 2 16))
  (import "seal0" "input" (func $input (param i32 i32)))
  (import "seal0" "seal_return" (func $return (param i32 i32 i32)))
  (import "seal2" "set_storage" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "seal1" "get_storage" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "seal1" "clear_storage" (func $clear (param i32 i32) (result i32)))
  (import "seal1" "contains_storage" (func $contains (param i32 i32) (result i32)))
  (import "seal0" "take_storage" (func $take (param i32 i32 i32 i32) (result i32)))
  (import "seal0" "set_storage" (func $set_fixed (param i32 i32 i32)))
  (import "seal0" "get_storage" (func $get_fixed (param i32 i32 i32) (result i32)))
  (import "seal1" "terminate" (func $terminate (param i32)))
  (import "seal0" "deposit_event" (func $event (param i32 i32 i32 i32)))
  (import "seal0" "set_code_hash" (func $set_code_hash (param i32) (result i32)))
  (import "seal0" "caller" (func $caller (param i32 i32)))
  (import "seal0" "call_chain_extension" (func $extension (param i32 i32 i32 i32 i32) (result i32)))
  (import "seal0" "balance" (func $balance (param i32 i32)))
  (import "seal0" "transfer" (func $transfer (param i32 i32 i32 i32) (result i32)))
  (import "seal1" "instantiate" (func $instantiate (param i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "seal0" "debug_message" (func $debug (param i32 i32) (result i32)))
  (import "seal0" "delegate_call" (func $delegate (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "seal0" "value_transferred" (func $value (param i32 i32)))
  (import "seal0" "now" (func $now (param i32 i32)))
  (import "seal0" "block_number" (func $block (param i32 i32)))
  (import "seal0" "minimum_balance" (func $minimum (param i32 i32)))
  (import "seal0" "gas_left" (func $gas (param i32 i32)))
  (import "seal0" "weight_to_fee" (func $fee (param i64 i32 i32)))
  (import "seal0" "hash_sha2_256" (func $sha (param i32 i32 i32)))
  (import "seal0" "hash_keccak_256" (func $keccak (param i32 i32 i32)))
  (import "seal0" "hash_blake2_256" (func $blake256 (param i32 i32 i32)))
  (import "seal0" "hash_blake2_128" (func $blake128 (param i32 i32 i32)))
  (data (i32.const 0) "k")                                   ;; key of the counter
  (data (i32.const 1) "big")
  (data (i32.const 8) "\01")                                 ;; input of a nested Increment
  (data (i32.const 48) "\04\40phala.pink.event")             ;; one topic
  ;; 100 counter, 200 size of what is given back, 1000 input with its size at 996, 20000 results
  (func $load (local $ignored i32)
    (i32.store (i32.const 200) (i32.const 4))
    (local.set $ignored (call $get (i32.const 0) (i32.const 1) (i32.const 100) (i32.const 200))))
  (func $increment
    (call $load)
    (i32.store (i32.const 100) (i32.add (i32.load (i32.const 100)) (i32.const 1)))
    (drop (call $set (i32.const 0) (i32.const 1) (i32.const 100) (i32.const 4))))
  (func $recurse (call $recurse))
  (func $rest (result i32) (i32.sub (i32.load (i32.const 996)) (i32.const 1)))
  (func $room (i32.store (i32.const 200) (i32.const 16384)))
  (func $give (param $ptr i32) (param $size i32) (call $return (i32.const 0) (local.get $ptr) (local.get $size)))
  (func (export "deploy"))
  (func (export "call") (local $what i32) (local $i i32)
    (i32.store (i32.const 996) (i32.const 16384))
    (call $input (i32.const 1000) (i32.const 996))
    (local.set $what (i32.load8_u (i32.const 1000)))
    (if (i32.eq (local.get $what) (i32.const 0)) (then (call $load) (call $give (i32.const 100) (i32.const 4))))
    (if (i32.eq (local.get $what) (i32.const 1)) (then (call $increment)))
    (if (i32.eq (local.get $what) (i32.const 2)) (then (call $increment) (call $return (i32.const 1) (i32.const 100) (i32.const 4))))
    (if (i32.eq (local.get $what) (i32.const 3)) (then (call $increment) (unreachable)))
    (if (i32.eq (local.get $what) (i32.const 4)) (then (loop $forever (br $forever))))
    (if (i32.eq (local.get $what) (i32.const 5)) (then (call $recurse)))
    (if (i32.eq (local.get $what) (i32.const 6))
      (then (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
            (i32.store (i32.const 20000) (memory.size)) (call $give (i32.const 20000) (i32.const 4))))
    (if (i32.eq (local.get $what) (i32.const 7)) (then (call $terminate (i32.const 1001))))
    (if (i32.eq (local.get $what) (i32.const 8)) (then (call $event (i32.const 0) (i32.const 0) (i32.const 1001) (call $rest))))
    (if (i32.eq (local.get $what) (i32.const 9))
      (then (drop (memory.grow (i32.const 14)))
            (i32.store (i32.const 20000) (call $set (i32.const 1) (i32.const 3) (i32.const 0) (i32.load (i32.const 1001))))
            (call $give (i32.const 20000) (i32.const 4))))
    (if (i32.eq (local.get $what) (i32.const 10))
      (then (i32.store (i32.const 20000) (call $clear (i32.const 1) (i32.const 3))) (call $give (i32.const 20000) (i32.const 4))))
    (if (i32.eq (local.get $what) (i32.const 11)) (then (call $give (i32.const 0) (i32.const 1000000))))
    (if (i32.eq (local.get $what) (i32.const 12))
      (then (i32.store (i32.const 20000) (call $set_code_hash (i32.const 1001))) (call $give (i32.const 20000) (i32.const 4))))
    (if (i32.eq (local.get $what) (i32.const 13))
      (then (call $room) (call $caller (i32.const 20000) (i32.const 200)) (call $give (i32.const 20000) (i32.load (i32.const 200)))))
    (if (i32.eq (local.get $what) (i32.const 14))
      (then (call $room)
            (drop (call $extension (i32.load (i32.const 1001)) (i32.const 1005) (i32.sub (call $rest) (i32.const 4)) (i32.const 20000) (i32.const 200)))
            (call $give (i32.const 20000) (i32.load (i32.const 200)))))
    (if (i32.eq (local.get $what) (i32.const 15)) (then (call $event (i32.const 48) (i32.const 33) (i32.const 1001) (call $rest))))
    (if (i32.eq (local.get $what) (i32.const 16))
      (then (call $room) (call $balance (i32.const 20000) (i32.const 200)) (call $give (i32.const 20000) (i32.const 16))))
    (if (i32.eq (local.get $what) (i32.const 17))
      (then (i32.store (i32.const 20000) (call $transfer (i32.const 1001) (i32.const 32) (i32.const 1033) (i32.const 16)))
            (call $give (i32.const 20000) (i32.const 4))))
    (if (i32.eq (local.get $what) (i32.const 18))
      (then (call $room)
            (i32.store (i32.const 20000)
              (call $instantiate (i32.const 1001) (i64.const 0) (i32.const 300) (i32.const 0) (i32.const 0) (i32.const 20004) (i32.const 200)
                                 (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 0)))
            (call $give (i32.const 20000) (i32.const 36))))
    (if (i32.eq (local.get $what) (i32.const 19))
      (then (local.set $i (i32.const 64))
            (loop $again (drop (call $debug (i32.const 40000) (i32.const 16384)))
              (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))))
    (if (i32.eq (local.get $what) (i32.const 20))
      (then (drop (call $delegate (i32.const 0) (i32.const 1001) (i32.const 8) (i32.const 1) (i32.const -1) (i32.const 0)))
            (call $load) (call $give (i32.const 100) (i32.const 4))))
    (if (i32.eq (local.get $what) (i32.const 21))
      (then (call $room) (call $value (i32.const 20000) (i32.const 200))
            (call $room) (call $now (i32.const 20016) (i32.const 200))
            (call $room) (call $block (i32.const 20024) (i32.const 200))
            (call $room) (call $minimum (i32.const 20028) (i32.const 200))
            (call $room) (call $gas (i32.const 20044) (i32.const 200))
            (call $room) (call $fee (i64.const 7) (i32.const 20052) (i32.const 200))
            (call $give (i32.const 20000) (i32.const 68))))
    (if (i32.eq (local.get $what) (i32.const 22))
      (then (call $sha (i32.const 1001) (call $rest) (i32.const 20000))
            (call $keccak (i32.const 1001) (call $rest) (i32.const 20032))
            (call $blake256 (i32.const 1001) (call $rest) (i32.const 20064))
            (call $blake128 (i32.const 1001) (call $rest) (i32.const 20096))
            (call $give (i32.const 20000) (i32.const 112))))
    (if (i32.eq (local.get $what) (i32.const 23))
      (then (i32.store (i32.const 20000) (call $contains (i32.const 1) (i32.const 3)))
            (i32.store (i32.const 20004) (call $set (i32.const 1) (i32.const 3) (i32.const 0) (i32.const 0)))
            (i32.store (i32.const 20008) (call $set (i32.const 1) (i32.const 3) (i32.const 1) (i32.const 3)))
            (i32.store (i32.const 20012) (call $contains (i32.const 1) (i32.const 3)))
            (call $room)
            (i32.store (i32.const 20016) (call $take (i32.const 1) (i32.const 3) (i32.const 30000) (i32.const 200)))
            (i32.store (i32.const 20020) (i32.load (i32.const 200)))
            (i32.store (i32.const 20024) (call $take (i32.const 1) (i32.const 3) (i32.const 30000) (i32.const 200)))
            (call $set_fixed (i32.const 400) (i32.const 1) (i32.const 3))
            (call $room)
            (i32.store (i32.const 20028) (call $get_fixed (i32.const 400) (i32.const 30000) (i32.const 200)))
            (i32.store (i32.const 20032) (i32.load (i32.const 30000)))
            (call $give (i32.const 20000) (i32.const 36))))))
)";

} // namespace phala::worker::engine::testing
