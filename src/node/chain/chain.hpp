#pragma once
// The chain: its blocks, its states, and the one way by which a block gets in. Every block, the author's own
// included, is executed in full by Chain::import and stored in one batch.
#include "host/engine.hpp"
#include "node/chain/aura.hpp"
#include "node/chain/block_tree.hpp"
#include "node/chain/lanes.hpp"
#include "node/chain/pin.hpp"
#include "node/chain/pruning.hpp"
#include "node/chain/spec.hpp"
#include "node/db/offchain_storage.hpp"
#include "node/stats/histogram.hpp"
#include "primitives/header.hpp"

#include <functional>
#include <memory>

namespace phala::node {

struct Heads {
    BlockRef best;
    BlockRef finalized;
    H256 genesis;
};

/// What an import or a finalization changed.
struct ChainEvent {
    std::uint64_t sequence = 0; ///< one more than the event before
    std::optional<BlockRef> imported;
    std::vector<BlockRef> retracted; ///< left the best chain, newest first; their bodies can still be read
    std::vector<BlockRef> enacted;   ///< joined it, oldest first
    std::vector<BlockRef> finalized; ///< oldest first
    std::vector<BlockRef> discarded; ///< can never be final any more, in the order of numbers
    Heads heads;                     ///< after it
};

/// The unfinalized part of the chain at one moment; events up to `sequence` are in it.
struct ChainSnapshot {
    std::uint64_t sequence = 0;
    Heads heads;
    std::vector<TreeBlock> unfinalized; ///< of all branches, parents before children
};

struct ChainOptions {
    /// What to keep; none: as the database has it, and at first everything.
    std::optional<Pruning> state_pruning;
    std::optional<Pruning> blocks_pruning;
    std::size_t node_cache_bytes = 64U << 20U; ///< trie nodes in memory
};

/// How far an imported block is trusted.
enum class Finality : std::uint8_t {
    Later,
    WithImport ///< if it becomes the best block
};

class Chain {
public:
    /// Opens the chain that the store holds, or builds its genesis. `store` and `engine` outlive the chain.
    static Outcome<std::unique_ptr<Chain>> open(Store& store, host::Engine& engine, const ChainSpec& spec,
                                                const ChainOptions& options = {});
    ~Chain();
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;

    // Reading; from any thread

    [[nodiscard]] Heads heads() const;
    [[nodiscard]] ChainSnapshot snapshot() const;
    Outcome<std::optional<Header>> header(const H256& hash) const;
    /// Extrinsics without their length prefixes.
    Outcome<std::optional<std::vector<Bytes>>> body(const H256& hash) const;
    /// The block of that number on the best chain.
    Outcome<std::optional<H256>> hash_at(BlockNumber number) const;
    /// As header, but an unknown block is an error.
    Outcome<Header> require_header(const H256& hash) const;

    /// Every block of that number that is stored, that of the best chain first.
    Outcome<std::vector<H256>> hashes_at(BlockNumber number) const;

    /// Keeps what there is of a block for as long as the pin lives. Whoever pins a block in the observer that hears of its
    /// import is certain to get all of it.
    Outcome<Pin> pin(const H256& hash) const;
    /// The state behind a block; StateDiscarded where it was pruned.
    Outcome<PinnedState> state_at(const H256& hash) const;
    /// The runtime that executes the children of a block.
    Outcome<std::shared_ptr<const host::Runtime>> runtime_at(const H256& hash) const;
    /// Calls the runtime on the state behind a block; what it writes is forgotten.
    Outcome<Bytes> call(const H256& at, std::string_view function, ByteView arguments) const;
    Outcome<RuntimeVersion> version_at(const H256& hash) const;

    Outcome<LaneRange> lane_range(const LaneId& lane, std::uint64_t from, std::size_t max_count, std::size_t max_bytes,
                                  const H256& at) const;
    Outcome<std::optional<Bytes>> payload(const H256& hash) const;

    // Changing; one at a time, the others wait

    /// From now on blocks are refused whose slot lies more than one ahead of this clock, in milliseconds of Unix time.
    /// A chain whose author runs ahead of the clock (decisions, development timing) has none.
    void follow_clock(std::function<std::uint64_t()> now_ms);

    /// Checks, executes and stores a sealed block; gives its hash.
    Outcome<H256> import(const Block& block, Finality finality);
    /// Makes a block and all before it final. Branches without it are discarded; if the best chain is among them, the
    /// longest branch that holds the block takes its place. Then prunes.
    Outcome<> finalize(const H256& hash);
    /// Takes back up to `count` blocks of the best chain, down to the last finalized one, and what is on top of them on
    /// other branches; gives how many of the best chain they were. For a node at rest: no observer hears of it.
    Outcome<BlockNumber> revert(BlockNumber count);

    /// Executes a stored block again and compares. The trace, where given, hears of what it reads and writes.
    Outcome<> check(const H256& hash, const host::StorageTrace& trace = {}) const;
    /// As check; gives what the block changed, in order of keys. No value: removed.
    Outcome<std::vector<std::pair<Bytes, std::optional<Bytes>>>>
    storage_changes(const H256& hash, const host::StorageTrace& trace = {}) const;

    /// What offchain workers keep; blocks index into it as they are imported.
    [[nodiscard]] OffchainStorage offchain_storage() const;

    /// Memory for what is read often, in bytes.
    struct Caches {
        std::size_t database; ///< of the store's blocks
        std::size_t state;    ///< of trie nodes
    };
    [[nodiscard]] Caches caches() const;

    /// How long imports took, for metrics; those of refused blocks too.
    [[nodiscard]] const Histogram& import_times() const;

    [[nodiscard]] Pruning state_pruning() const;
    [[nodiscard]] Pruning blocks_pruning() const;

    /// Called after each change in the thread that made it, in the order of changes. Set before the first change.
    void on_event(std::function<void(const ChainEvent&)> observer);

private:
    struct Impl;
    explicit Chain(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The first state of a chain.
struct Genesis {
    Header header;
    Entries state; ///< without the roots of child tries
    ChildEntries children;
    std::vector<std::pair<trie::Hash, Bytes>> nodes;
};
Outcome<Genesis> build_genesis(host::Engine& engine, const ChainSpec& spec);

/// A call's context whose log lines go to the node's log.
host::CallContext logged_context(host::Overlay& overlay);

} // namespace phala::node
