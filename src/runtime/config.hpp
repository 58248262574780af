#pragma once
// The constants of the composition that is being built: the one place where pallets meet their configuration. Those that
// every composition has are here (decisions §2), the others come from its own folder.
#include "primitives/types.hpp"
#include "runtime/frame/limits.hpp"

#ifdef PHALA_COMPOSITION_PHALA
#include "runtime/phala/config.hpp"
#else
#include "runtime/khala/config.hpp"
#endif

namespace phala::runtime::config {

inline constexpr std::uint32_t kAuthoringVersion = 1;
inline constexpr std::uint8_t kStateVersion = 0; ///< the layout of the trie
inline constexpr std::uint16_t kSs58Prefix = 30;

// money
inline constexpr Balance kDollars = 1'000'000'000'000; ///< 1 PHA
inline constexpr Balance kCents = kDollars / 100;
inline constexpr Balance kMillicents = kCents / 1000;
inline constexpr Balance kExistentialDeposit = kCents;
inline constexpr std::uint32_t kMaxLocks = 50;
inline constexpr std::uint32_t kMaxReserves = 50;
inline constexpr std::uint32_t kMaxFreezes = 0;

// time
inline constexpr std::uint64_t kMinimumPeriod = kSlotDuration / 2;
inline constexpr BlockNumber kBlockHashCount = 14'400;
inline constexpr BlockNumber kActivationDelay =
    static_cast<BlockNumber>(48ULL * 3600 * 1000 / kSlotDuration); ///< of a new program for workers, in blocks: 48 h
inline constexpr std::uint32_t kMaxAuthorities = 100'000;

// weights, ps
inline constexpr std::uint64_t kCallWeight = 100'000'000;
inline constexpr std::uint64_t kReadWeight = 25'000'000;
inline constexpr std::uint64_t kWriteWeight = 100'000'000;
inline constexpr std::uint64_t kMessageByteWeight = 10'000; ///< of a payload: stored, hashed and listed
inline constexpr std::uint64_t kExtrinsicBaseWeight = 125'000'000;
inline constexpr std::uint64_t kBlockExecutionWeight = 5'000'000'000;
inline constexpr std::uint64_t kMaxBlockWeight = 2'000'000'000'000;
inline constexpr std::uint64_t kMaxBlockSize = 5 * 1024 * 1024; ///< bytes, of the body and of its proof
inline constexpr Weight kSetCodeWeight{std::uint64_t{100'000'000'000},
                                       std::uint64_t{0}}; ///< the host compiles the new code to read its version
inline constexpr std::uint64_t kNormalPercent = 75;
inline constexpr std::uint64_t kAverageInitializePercent = 5;
inline constexpr std::uint32_t kMaxConsumers = 16; ///< of an account

// fees
inline constexpr Balance kBaseFee = kCents / 100;
inline constexpr Balance kLengthFee = kMillicents; ///< per byte
inline constexpr std::uint8_t kOperationalFeeMultiplier = 5;
// The multiplier of weight fees follows how full blocks are of normal transactions (spec substrate-host §6.5). It never
// falls below 1: on a chain that is not busy a transaction costs what it did when the chain began. It doubles after about
// 12,000 full blocks in a row.
inline constexpr u128 kFixedOne = 1'000'000'000'000'000'000;
inline constexpr std::uint64_t kTargetFullnessPercent = 25;
inline constexpr u128 kFeeAdjustment = kFixedOne * 75 / 1'000'000;
inline constexpr u128 kMinFeeMultiplier = kFixedOne;

namespace detail {
constexpr Weight percent(const Weight& weight, std::uint64_t share)
{
    return {weight.ref_time.value / 100 * share, weight.proof_size.value / 100 * share};
}

constexpr BlockWeights block_weights()
{
    const Weight max{kMaxBlockWeight, kMaxBlockSize};
    const Weight base{kExtrinsicBaseWeight, std::uint64_t{0}};
    const Weight initialize = percent(max, kAverageInitializePercent);
    const Weight normal = percent(max, kNormalPercent);
    return {
        .base_block = {kBlockExecutionWeight, std::uint64_t{0}},
        .max_block = max,
        .per_class = {.normal = {base, normal - initialize - base, normal, Weight{}},
                      .operational = {base, max - initialize - base, max, max - normal},
                      .mandatory = {base, std::nullopt, std::nullopt, std::nullopt}},
    };
}
} // namespace detail

inline constexpr BlockWeights kBlockWeights = detail::block_weights();
inline constexpr BlockLength kBlockLength{{kMaxBlockSize / 100 * kNormalPercent,
                                           static_cast<std::uint32_t>(kMaxBlockSize),
                                           static_cast<std::uint32_t>(kMaxBlockSize)}};

} // namespace phala::runtime::config
