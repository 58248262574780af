#pragma once
// A finalized block and what the worker reads of its state. Values of the chain's state drive decisions of this worker
// alone (class A of spec trust-and-keys §5.4.1): code that executes messages must not include this header.
#include "worker/core/error.hpp"

#include "primitives/header.hpp"
#include "primitives/lanes.hpp"
#include "primitives/registration.hpp"

namespace phala::worker {

/// A worker whose registration to read. The status of a program can be read only once its measurement is known.
struct RegistrationWant {
    PublicKey worker;
    std::optional<Bytes> measurement;
};

/// What is to be read under an anchor.
struct AnchorWants {
    std::vector<LaneId> lanes;
    std::vector<MessageOrigin> origins; ///< whose acknowledged sequences to read
    std::optional<H256> joining = {};   ///< a cluster whose key and whose lanes' heads to read, without following them
    std::vector<RegistrationWant> registrations = {};

    /// The storage keys of all of it, for a read proof.
    [[nodiscard]] std::vector<Bytes> keys() const;
};

/// What the chain says of a worker's registration.
struct Registration {
    std::uint64_t valid_until = 0;        ///< ms; 0: it never registered
    std::optional<Bytes> measurement;     ///< of its program, where that was attested
    std::optional<ProgramStatus> program; ///< of that measurement
    bool complete = false;                ///< `program` was read, too

    /// Whether the worker may be given keys in that block (spec trust-and-keys §3.6).
    [[nodiscard]] bool counts(BlockNumber block, std::uint64_t time_ms) const
    {
        return complete && valid_until > time_ms && (!program || program->admits(block));
    }
};

struct Anchor {
    BlockNumber number = 0;
    H256 hash{};
    LogSeal seal;
    std::map<LaneId, LaneHead> heads;            ///< a lane without messages has the empty head
    std::map<Bytes, std::uint64_t> acknowledged; ///< by SCALE(origin): the next sequence that the chain expects
    std::map<PublicKey, Registration> registrations;

    /// What the chain says of the cluster that is to be joined.
    struct Joining {
        H256 cluster;
        std::optional<PublicKey> key;
        std::map<LaneId, LaneHead> heads;
    };
    std::optional<Joining> joining;
};

/// The lanes that a member of a cluster may follow because it is one.
std::vector<LaneKind> lanes_of_cluster(const H256& cluster);

/// Checks an encoded header against its hash and a read proof against the header. That the hash is of a final block is
/// the caller's word.
Outcome<Anchor> verify_anchor(const H256& hash, ByteView header, std::span<const Bytes> proof,
                              const AnchorWants& wants);

} // namespace phala::worker
