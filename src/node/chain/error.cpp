#include "node/chain/error.hpp"

namespace phala::node {

std::string_view describe(ChainError error)
{
    switch (error) {
    case ChainError::BadSpec: return "the chain specification cannot be used";
    case ChainError::BadGenesis: return "the runtime cannot build the genesis state";
    case ChainError::WrongChain:
        return "the database belongs to another chain or another genesis; choose another --base-path or delete the old one";
    case ChainError::WrongPruning:
        return "the database was pruned in another mode; start without the option, or delete the database";
    case ChainError::UnknownBlock:
    case ChainError::StateDiscarded: return "UnknownBlock"; // so clients know it: "UnknownBlock: State already …"
    case ChainError::BodyDiscarded:
        return "the extrinsics of the block were pruned; only a node with --blocks-pruning archive keeps all";
    case ChainError::UnknownParent: return "the parent of the block is unknown";
    case ChainError::AlreadyKnown: return "the block is known already";
    case ChainError::KnownBad: return "the block was found to be bad before";
    case ChainError::WrongFork: return "the block is not the one that the chain specification names for its number";
    case ChainError::FutureSlot:
        return "the block's slot is still to come; if it is right, this machine's clock is not";
    case ChainError::BehindFinality: return "the block forks off before the last finalized block";
    case ChainError::BadNumber: return "the block's number does not follow its parent's";
    case ChainError::BadDigest: return "the block's digest is malformed";
    case ChainError::BadSlot: return "the block's slot does not follow its parent's";
    case ChainError::BadSeal: return "the block is not sealed by the author of its slot";
    case ChainError::BadBlock: return "the runtime refused the block";
    case ChainError::WrongRoot: return "the block's state root is not that of its execution";
    case ChainError::WrongExtrinsicsRoot: return "the block's extrinsics root is not that of its body";
    case ChainError::BadAnswer: return "the runtime gave an answer that does not decode";
    case ChainError::NotCanonical: return "the block is not on the best chain";
    case ChainError::NotFinalizable: return "the block does not follow the last finalized block";
    }
    return "unknown chain error";
}

} // namespace phala::node
