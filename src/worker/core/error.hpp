#pragma once
#include "base/result.hpp"

namespace phala::worker {

/// Why the core refuses an input. Nothing of a refused input has any effect.
enum class CoreError : std::uint8_t {
    BadHeader,   ///< the bytes are no header
    OldHeader,   ///< not newer than what is already known
    NotDrained,  ///< a new anchor while the lanes of the last one are not read to the end
    MissingSeal, ///< the state under the header has no LogSeal: not a chain with lanes
    WrongSeal,   ///< LogSeal is of another block
    MissingHead, ///< the proof lacks the head of a followed lane
    UnknownLane, ///< a chunk of a lane that is not followed
    MissingPayload,
    BadRecord,  ///< what was stored cannot be read back: another version, or damaged
    WrongChain, ///< stored state belongs to another chain
    NotReady,   ///< no cluster is hosted yet
    BadQuery,   ///< the decrypted query does not decode
    ContractNotFound,
    BadSignature,
    BadCiphertext,
    NotAdmitted, ///< the chain has not admitted that worker to this cluster
    NotJoining,  ///< a cluster's state came unasked
    OtherBlock,  ///< a cluster's state of another block than this worker's
    BadHandover, ///< what came is not the state of that cluster
    NotEntitled, ///< the registration of the worker that asks does not count
    Unsupported, ///< the chain asks for what this program cannot do; no input is taken any more
    OtherBranch, ///< a node has another block where this worker's last one is
};

std::string_view describe(CoreError error);

} // namespace phala::worker
