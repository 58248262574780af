#pragma once
#include "base/result.hpp"

namespace phala::node {

enum class ChainError : std::uint8_t {
    BadSpec,             ///< a chain specification that cannot be used
    BadGenesis,          ///< the runtime refused to build its first state
    WrongChain,          ///< the database holds another chain than the specification describes
    WrongPruning,        ///< the database was pruned in a way that the wanted mode cannot go on from
    UnknownBlock,        ///< no such block is stored
    StateDiscarded,      ///< the block's state was pruned
    BodyDiscarded,       ///< the block's extrinsics were pruned
    UnknownParent,       ///< a block whose parent is not stored
    AlreadyKnown,        ///< the block is stored
    KnownBad,            ///< the block, or its parent, was refused before
    WrongFork,           ///< the chain specification wants another block of that number
    FutureSlot,          ///< the slot is still to come
    BehindFinality,      ///< the block's branch leaves the chain before the last finalized block
    BadNumber,           ///< the number is not one more than the parent's
    BadDigest,           ///< slot or seal are missing or malformed
    BadSlot,             ///< the slot did not increase
    BadSeal,             ///< the signature is not that of the slot's author
    BadBlock,            ///< the runtime refused the block
    WrongRoot,           ///< execution led to another state than the header says
    WrongExtrinsicsRoot, ///< the header has another root than the body's
    BadAnswer,           ///< the runtime's answer does not decode
    NotCanonical,        ///< the block is not on the best chain
    NotFinalizable,      ///< the block is not a descendant of the last finalized one
};
std::string_view describe(ChainError error);

} // namespace phala::node
