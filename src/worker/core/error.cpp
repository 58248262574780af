#include "worker/core/error.hpp"

namespace phala::worker {

std::string_view describe(CoreError error)
{
    switch (error) {
    case CoreError::BadHeader: return "the block header does not decode";
    case CoreError::OldHeader: return "the block is not newer than the last one";
    case CoreError::NotDrained: return "the lanes of the last block are not read to the end";
    case CoreError::MissingSeal:
        return "the chain's state has no LogSeal: the node runs another chain, or no block was made yet";
    case CoreError::WrongSeal: return "the chain's LogSeal is of another block";
    case CoreError::MissingHead: return "the proof lacks the head of a lane that this worker follows";
    case CoreError::UnknownLane: return "a chunk of a lane that this worker does not follow";
    case CoreError::MissingPayload: return "a message came without its payload";
    case CoreError::BadRecord: return "the stored state cannot be read; remove the worker's data folder to start again";
    case CoreError::WrongChain:
        return "the stored state belongs to another chain; remove the worker's data folder or use the former node";
    case CoreError::NotReady: return "this worker serves no cluster yet";
    case CoreError::BadQuery: return "DecodeError";
    case CoreError::ContractNotFound: return "ContractNotFound";
    case CoreError::BadSignature: return "Verifying signature failed";
    case CoreError::BadCiphertext: return "AeadDecryptError";
    case CoreError::NotAdmitted: return "the chain has not admitted that worker to this cluster";
    case CoreError::NotJoining: return "this worker is not waiting for the state of a cluster";
    case CoreError::OtherBlock: return "the cluster's state is of another block than this worker's";
    case CoreError::BadHandover: return "what came is not the state of the cluster to join";
    case CoreError::NotEntitled:
        return "that worker is given no keys: its registration has expired, or its program may not run any more";
    case CoreError::Unsupported:
        return "the chain asks for more than this program can do: end it, install a newer phala-worker and start that with "
               "the same data folder";
    case CoreError::OtherBranch:
        return "the node's chain is not the one that this worker executed: use another node, or, where the chain itself was "
               "taken back, an empty data folder";
    }
    return "worker";
}

} // namespace phala::worker
