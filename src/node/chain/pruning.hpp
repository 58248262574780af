#pragma once
// How much of the past a node keeps (the ecosystem's --state-pruning and --blocks-pruning).
#include "base/result.hpp"
#include "scale/codec.hpp"

#include <optional>

namespace phala::node {

struct Pruning {
    enum class Kind : std::uint8_t {
        Archive,          ///< everything, discarded branches too
        ArchiveCanonical, ///< everything of the best chain
        Last,             ///< that many ancestors of the last finalized block
    };
    Kind kind = Kind::Archive;
    std::uint32_t count = 0; ///< of Last, at least 1
    friend bool operator==(const Pruning&, const Pruning&) = default;

    static constexpr Pruning archive() { return {Kind::Archive, 0}; }
    static constexpr Pruning archive_canonical() { return {Kind::ArchiveCanonical, 0}; }
    static constexpr Pruning last(std::uint32_t count) { return {Kind::Last, count}; }
};

/// "archive", "archive-canonical" or a number from 1 on.
std::optional<Pruning> parse_pruning(std::string_view text);
/// As parse_pruning reads it.
std::string to_string(const Pruning& pruning);

} // namespace phala::node
