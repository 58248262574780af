#pragma once
// Sealing of a development chain (spec substrate-host §10.3, decisions §2): blocks on a timer, when transactions
// arrive, or when asked for. One key authors; blocks carry Aura slots and seals as on any other chain.
#include "crypto/key_pair.hpp"
#include "node/consensus/builder.hpp"
#include "node/stats/histogram.hpp"

#include <optional>

namespace phala::node {

enum class SealingMode : std::uint8_t { Manual, Instant, Interval };

struct Sealing {
    SealingMode mode = SealingMode::Interval;
    /// Of Interval; none: the chain's slot duration. Shorter than a slot, blocks run ahead of the clock.
    std::optional<std::chrono::milliseconds> interval;
};

/// "instant", "manual", "interval" or "interval=250" (milliseconds).
std::optional<Sealing> parse_sealing(std::string_view text);

/// What an author measures of its blocks.
struct SealerStats {
    Histogram inherents;                          ///< applying the runtime's own extrinsics
    Histogram built;                              ///< from the beginning to a block without its seal
    Histogram sealed;                             ///< the same, and seal and import
    std::atomic<std::uint64_t> transactions{0};   ///< in the last block
    std::atomic<std::uint64_t> ended_no_more{0};  ///< blocks that took every ready transaction that they could
    std::atomic<std::uint64_t> ended_deadline{0}; ///< blocks whose time ran out
    std::atomic<std::uint64_t> ended_full{0};     ///< blocks that had no room for more
};

class DevSealer {
public:
    DevSealer(Chain& chain, Pool& pool, crypto::KeyPair author, Sealing sealing);
    /// Ends its thread; a block that is being made is finished.
    ~DevSealer();
    DevSealer(const DevSealer&) = delete;
    DevSealer& operator=(const DevSealer&) = delete;

    /// Begins to seal in its own thread, unless sealing is manual.
    void start();

    /// There is a ready transaction. From any thread; returns at once.
    void wake();

    enum class Empty : std::uint8_t { Refuse, Allow };
    /// Makes, seals and imports one block on a parent (the best block if none is named). From any thread.
    Outcome<BlockRef> create_block(Empty empty, Finality finality, std::optional<H256> parent);

    [[nodiscard]] const SealerStats& stats() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The start of a block in the next slot of no particular author: what a dry run executes in.
Outcome<std::unique_ptr<BlockBuilder>> start_dry_run(const Chain& chain, const H256& parent);

} // namespace phala::node
