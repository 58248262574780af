#pragma once
// What a runtime says about itself (spec substrate-host §4.7).
#include "primitives/types.hpp"
#include "scale/codec.hpp"

namespace phala {

/// BLAKE2b-64 of the name of a runtime API.
using ApiId = ByteArray<8>;

struct RuntimeVersion {
    static constexpr auto path = "sp_version::RuntimeVersion";
    std::string spec_name;
    std::string impl_name;
    std::uint32_t authoring_version;
    std::uint32_t spec_version;
    std::uint32_t impl_version;
    std::vector<std::pair<ApiId, std::uint32_t>> apis;
    std::uint32_t transaction_version;
    std::uint8_t state_version;
    friend bool operator==(const RuntimeVersion&, const RuntimeVersion&) = default;
};

} // namespace phala
