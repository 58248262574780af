#pragma once
#include "primitives/messages.hpp"

namespace phala {

/// What a transaction with this message of a sender provides in the pool, and the one with the next message requires
/// (spec trust-and-keys §4.3).
inline Bytes sequence_tag(const MessageOrigin& sender, std::uint64_t sequence)
{
    return scale::encode(std::string_view{"PhalaMqOffchainMessages"}, sender, sequence);
}

} // namespace phala
