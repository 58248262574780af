#pragma once
// Everything a pallet's header needs (how a pallet is written: README.md here).
#include "runtime/config.hpp"
#include "runtime/frame/call.hpp"
#include "runtime/frame/composition.hpp"
#include "runtime/frame/event.hpp"
#include "runtime/frame/limits.hpp"
#include "runtime/frame/storage.hpp"

namespace phala::runtime {

using scale::At;
using scale::Box;
using scale::Compact;
using scale::Variant;

/// Weight of a call by the storage entries it reads and writes, until calls are measured (decisions §2).
constexpr Weight weight_of(std::uint64_t reads, std::uint64_t writes)
{
    return {config::kCallWeight + reads * config::kReadWeight + writes * config::kWriteWeight, std::uint64_t{0}};
}

} // namespace phala::runtime
