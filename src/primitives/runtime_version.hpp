#pragma once
#include "base/bytes.hpp"

#include <string>
#include <vector>

namespace phala {

/// A runtime API as a runtime announces it: BLAKE2b-64 of the API's name, and its version.
struct ApiVersion {
    ByteArray<8> id;
    std::uint32_t version;
    friend bool operator==(const ApiVersion&, const ApiVersion&) = default;
};

/// What a runtime says about itself (spec substrate-host §4.7).
struct RuntimeVersion {
    static constexpr auto path = "sp_version::RuntimeVersion";
    std::string spec_name;
    std::string impl_name;
    std::uint32_t authoring_version;
    std::uint32_t spec_version;
    std::uint32_t impl_version;
    std::vector<ApiVersion> apis;
    std::uint32_t transaction_version;
    std::uint8_t state_version;
    friend bool operator==(const RuntimeVersion&, const RuntimeVersion&) = default;
};

} // namespace phala
