#pragma once
#include "base/result.hpp"

namespace phala::node {

enum class ChainError : std::uint8_t {
    BadSpec,        ///< a chain specification that cannot be used
    BadGenesis,     ///< the runtime refused to build its first state
    WrongChain,     ///< the database holds another chain than the specification describes
    UnknownBlock,   ///< no such block is stored
    UnknownParent,  ///< a block whose parent is not stored
    AlreadyKnown,   ///< the block is stored
    BadDigest,      ///< slot or seal are missing or malformed
    BadSlot,        ///< the slot did not increase
    BadSeal,        ///< the signature is not that of the slot's author
    BadBlock,       ///< the runtime refused the block
    WrongRoot,      ///< execution led to another state than the header says
    BadAnswer,      ///< the runtime's answer does not decode
    NotCanonical,   ///< the block is not on the best chain
    NotFinalizable, ///< the block is not a descendant of the last finalized one on the best chain
};
std::string_view describe(ChainError error);

} // namespace phala::node
