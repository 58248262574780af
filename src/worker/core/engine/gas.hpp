#pragma once
// Gas: the meter of a frame and the prices of host functions (spec contract-engine §2.2, §2.3).
#include "worker/core/engine/types.hpp"

#include <algorithm>

namespace phala::worker::engine {

inline constexpr std::uint64_t kGasPerFuel = 8'000;
inline constexpr std::uint64_t kMaxTransactionGas = 2'500'000'000'000;
inline constexpr std::uint64_t kMaxQueryGas = 50'000'000'000'000;

/// An amount of gas, in both dimensions.
struct Gas {
    std::uint64_t ref_time = 0;
    std::uint64_t proof_size = 0;
    friend bool operator==(const Gas&, const Gas&) = default;
};

constexpr std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b)
{
    return a + b < a ? ~std::uint64_t{0} : a + b;
}
constexpr std::uint64_t saturating_sub(std::uint64_t a, std::uint64_t b)
{
    return a < b ? 0 : a - b;
}
constexpr Gas operator+(Gas a, Gas b)
{
    return {saturating_add(a.ref_time, b.ref_time), saturating_add(a.proof_size, b.proof_size)};
}
constexpr Gas minus(Gas a, Gas b)
{
    return {saturating_sub(a.ref_time, b.ref_time), saturating_sub(a.proof_size, b.proof_size)};
}
constexpr Gas lower(Gas a, Gas b)
{
    return {std::min(a.ref_time, b.ref_time), std::min(a.proof_size, b.proof_size)};
}
constexpr bool covers(Gas have, Gas need)
{
    return need.ref_time <= have.ref_time && need.proof_size <= have.proof_size;
}

/// What a host function costs: a base, and for each of `count` bytes (or topics).
struct Price {
    Gas base;
    Gas each;
    [[nodiscard]] constexpr Gas of(std::uint64_t count = 0) const
    {
        return base + Gas{each.ref_time * count, each.proof_size * count}; // count is at most 4 GiB: no overflow
    }
};

namespace price {
inline constexpr Price kCodeLoad{{}, {39'917, 1}};
inline constexpr Price kCaller{{339'309, 6}, {}};
inline constexpr Price kIsContract{{3'788'924, 2684}, {}};
inline constexpr Price kCodeHash{{4'720'110, 2688}, {}};
inline constexpr Price kOwnCodeHash{{428'765, 6}, {}};
inline constexpr Price kCallerIsOrigin{{183'053, 3}, {}};
inline constexpr Price kAddress{{343'762, 6}, {}};
inline constexpr Price kGasLeft{{371'542, 6}, {}};
inline constexpr Price kBalance{{1'656'237, 6}, {}};
inline constexpr Price kValueTransferred{{347'368, 6}, {}};
inline constexpr Price kMinimumBalance{{337'202, 6}, {}};
inline constexpr Price kBlockNumber{{330'788, 6}, {}};
inline constexpr Price kNow{{337'860, 6}, {}};
inline constexpr Price kWeightToFee{{1'446'663, 14}, {}};
inline constexpr Price kInput{{282'718, 6}, {}};
inline constexpr Price kCopyToContract{{}, {1'052, 0}};
inline constexpr Price kCopyFromContract{{}, {391, 0}};
inline constexpr Price kReturn{{0, 45}, {391, 0}};
inline constexpr Price kTerminate{{126'508'132, 5266}, {}};
inline constexpr Price kDepositEvent{{3'808'788, 10}, {731, 0}};
inline constexpr Price kDepositEventTopic{{}, {3'683'455, 2508}};
inline constexpr Price kDebugMessage{{241'240, 7}, {731, 0}};
inline constexpr Price kSetCodeHash{{27'627'005, 3090}, {}};
inline constexpr Price kEcdsaRecover{{46'037'637, 77}, {}};
inline constexpr Price kEcdsaToEthAddress{{11'949'979, 42}, {}};
inline constexpr Price kInstantiationNonce{{152'842, 3}, {}};
inline constexpr Price kSetStorageNew{{7'145'641, 293}, {547, 0}};
inline constexpr Price kSetStorageOld{{}, {558, 1}};
inline constexpr Price kClearStorage{{6'927'074, 289}, {4, 1}};
inline constexpr Price kContainsStorage{{5'548'039, 289}, {83, 1}};
inline constexpr Price kGetStorage{{5'707'060, 297}, {1'010, 1}};
inline constexpr Price kTakeStorage{{6'895'457, 297}, {643, 1}};
inline constexpr Price kTransfer{{38'468'091, 2520}, {}};
inline constexpr Price kCall{{248'206'665, 2721}, {}};
inline constexpr Price kCallWithValue{{357'425'411, 5227}, {}};
inline constexpr Price kCallInputCloned{{}, {1'111, 0}};
inline constexpr Price kDelegateCall{{249'943'483, 2637}, {}};
inline constexpr Price kInstantiate{{388'311'259, 2731}, {1'963, 0}};
inline constexpr Price kInstantiateSalt{{}, {2'060, 0}};
inline constexpr Price kInstantiateWithValue{{0, 2549}, {}};
inline constexpr Price kHashSha2_256{{400'604, 8}, {1'134, 0}};
inline constexpr Price kHashKeccak256{{802'363, 8}, {3'410, 0}};
inline constexpr Price kHashBlake2_256{{480'457, 8}, {1'254, 0}};
inline constexpr Price kHashBlake2_128{{505'330, 8}, {1'252, 0}};
} // namespace price

/// The gas of one frame. Charging happens before the deed, so a refused charge takes nothing.
class GasMeter {
public:
    explicit GasMeter(Gas limit) : limit_{limit}, left_{limit}, lowest_{limit} {}

    [[nodiscard]] Gas left() const { return left_; }
    [[nodiscard]] Gas consumed() const { return minus(limit_, left_); }
    /// The most that was ever taken at once: what a caller must have to repeat this.
    [[nodiscard]] Gas required() const { return minus(limit_, lower(left_, lowest_)); }

    Dispatched<> charge(Gas amount)
    {
        if (!covers(left_, amount))
            return refuse(ContractsError::OutOfGas);
        left_ = minus(left_, amount);
        return {};
    }

    /// For what has already been done: takes all that is left where that is not enough.
    Dispatched<> exhaust_or_charge(Gas amount)
    {
        auto charged = charge(amount);
        if (!charged)
            left_.ref_time = 0;
        return charged;
    }

    /// Replaces an earlier charge by what the deed really cost.
    void settle(Gas charged, Gas actual)
    {
        lowest_ = lower(left_, lowest_);
        left_ = minus(left_ + charged, actual);
    }

    /// Splits off a meter; 0 stands for all that is left.
    Dispatched<GasMeter> nested(Gas amount)
    {
        if (amount.ref_time == 0)
            amount.ref_time = left_.ref_time;
        if (amount.proof_size == 0)
            amount.proof_size = left_.proof_size;
        if (auto charged = charge(amount); !charged)
            return std::unexpected{charged.error()};
        return GasMeter{amount};
    }

    void absorb(const GasMeter& nested)
    {
        lowest_ = lower(lowest_, minus(left_ + nested.limit_, nested.required()));
        left_ = left_ + nested.left_;
    }

private:
    Gas limit_;
    Gas left_;
    Gas lowest_;
};

/// Hides small differences (§2.4): the lower bits of a value, all but its nine highest, are set.
template <class UInt>
constexpr UInt mask_low_bits(UInt value, unsigned min_bits)
{
    constexpr unsigned kWidth = sizeof(UInt) * 8;
    unsigned position = 0;
    for (UInt rest = value; rest != 0; rest >>= 1)
        ++position;
    position = std::clamp(std::max(position, 9u) - 9, std::min(min_bits, kWidth - 1), kWidth - 1);
    return value | ((UInt{1} << position) - 1);
}

inline constexpr unsigned kGasMaskBits = 28;
constexpr std::uint64_t mask_gas(std::uint64_t ref_time)
{
    return mask_low_bits(ref_time, kGasMaskBits);
}
constexpr Balance mask_deposit(Balance value, Balance deposit_per_byte)
{
    constexpr Balance kBytes = 256;
    const Balance span = deposit_per_byte > ~Balance{0} / kBytes ? ~Balance{0} : deposit_per_byte * kBytes;
    unsigned bits = 0;
    for (Balance rest = span == 0 ? 0 : span - 1; rest != 0; rest >>= 1)
        ++bits;
    return mask_low_bits(value, bits);
}

} // namespace phala::worker::engine
