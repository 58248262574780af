#pragma once
// What fits into a block (spec substrate-host §4.4, §6.4).
#include "base/name.hpp"
#include "primitives/weight.hpp"
#include "scale/codec.hpp"

#include <tuple>

namespace phala::runtime {

template <class T>
struct PerDispatchClass {
    static constexpr auto path = "frame_support::dispatch::PerDispatchClass";
    using params = std::tuple<Param<"T", T>>;
    T normal{};
    T operational{};
    T mandatory{};

    constexpr T& of(DispatchClass dispatch_class)
    {
        switch (dispatch_class) {
        case DispatchClass::Normal: return normal;
        case DispatchClass::Operational: return operational;
        case DispatchClass::Mandatory: break;
        }
        return mandatory;
    }
    [[nodiscard]] constexpr const T& of(DispatchClass dispatch_class) const
    {
        return const_cast<PerDispatchClass*>(this)->of(dispatch_class);
    }
    friend bool operator==(const PerDispatchClass&, const PerDispatchClass&) = default;
};

/// What the extrinsics of a block have cost so far.
using ConsumedWeight = PerDispatchClass<Weight>;

constexpr Weight total(const ConsumedWeight& consumed)
{
    return consumed.normal + consumed.operational + consumed.mandatory;
}

struct WeightsPerClass {
    static constexpr auto path = "frame_system::limits::WeightsPerClass";
    Weight base_extrinsic;               ///< of each extrinsic, besides what its call costs
    std::optional<Weight> max_extrinsic; ///< of one extrinsic
    std::optional<Weight> max_total;     ///< of all of the class
    std::optional<Weight> reserved;      ///< of what the class may use when the block is full
};

struct BlockWeights {
    static constexpr auto path = "frame_system::limits::BlockWeights";
    Weight base_block;
    Weight max_block;
    PerDispatchClass<WeightsPerClass> per_class;
};

struct BlockLength {
    static constexpr auto path = "frame_system::limits::BlockLength";
    PerDispatchClass<std::uint32_t> max;
};

struct RuntimeDbWeight {
    static constexpr auto path = "sp_weights::RuntimeDbWeight";
    std::uint64_t read;
    std::uint64_t write;
};

} // namespace phala::runtime
