#pragma once
// What a Chain is made of. import.cpp brings blocks in, finality.cpp makes them final and drops what is not kept,
// chain.cpp reads.
#include "host/node_cache.hpp"
#include "node/chain/block_rules.hpp"
#include "node/chain/chain.hpp"
#include "node/chain/nodes.hpp"

#include <deque>
#include <mutex>
#include <unordered_set>

namespace phala::node {

inline constexpr std::string_view kCodeKey = ":code"; // the only key of the state that this program knows

namespace record { // of Column::Meta
inline constexpr std::string_view kBest = "best";
inline constexpr std::string_view kFinalized = "finalized";
inline constexpr std::string_view kGenesis = "genesis";
inline constexpr std::string_view kKept = "kept";
} // namespace record

/// What of the past is there.
struct Kept {
    Pruning state;
    Pruning blocks;
    BlockNumber oldest_state = 0; ///< of the best chain; older ones are pruned
    BlockNumber oldest_body = 0;  ///< likewise
    friend bool operator==(const Kept&, const Kept&) = default;
};

ByteArray<4> number_key(BlockNumber number);
Bytes block_key(const BlockRef& block);

template <class T>
Outcome<T> stored(Outcome<T>&& decoded, const char* what)
{
    if (!decoded)
        return fail(DbError::Corrupt, std::string{what} + ": " + decoded.error().message());
    return std::move(*decoded);
}

trie::StateVersion state_version(const host::Runtime& runtime);

/// Hashes of blocks that were refused for what they are, and why; the oldest are forgotten.
class BadBlocks {
public:
    void add(const H256& hash, std::string why);
    [[nodiscard]] const std::string* find(const H256& hash) const;

private:
    static constexpr std::size_t kMost = 1024;
    std::unordered_map<H256, std::string, HashOfBlock> why_;
    std::deque<H256> order_;
};

/// Trie nodes of live states in the store: one that is not there is damage. What goes wrong here a runtime turns into
/// a trap, so it is kept for whoever called the runtime.
class StoredNodes final : public trie::NodeReader {
public:
    explicit StoredNodes(const Store& store) : store_{store} {}
    [[nodiscard]] Outcome<std::optional<Bytes>> get(const trie::Hash& hash) const override;

    /// The last thing that went wrong, if anything did since the last call.
    std::optional<Error> take_failure() const;

private:
    const Store& store_;
    mutable std::mutex mutex_;
    mutable std::optional<Error> failure_;
};

/// A batch in the making, and what is true once it is stored.
struct Change {
    Change(const Heads& now, const Store& store, Counting counting) : nodes{store, counting}, next{now} {}

    Batch batch{};
    NodeChanges nodes;
    Heads next;
    ChainEvent event{};
    std::optional<TreeBlock> added{}; ///< an imported block that is not final at once
    std::vector<Pin> held{};          ///< retracted blocks: whoever hears of them reads them
};

/// Blocks that a change drops: out of the tree before it is stored, so that nobody takes hold of them meanwhile.
struct Drops {
    std::vector<TreeBlock> blocks{};
    Kept kept_before{};
    std::unordered_set<H256, HashOfBlock> discarded_before{};
};

struct Executed {
    trie::Update trie;
    std::vector<std::pair<Bytes, std::optional<Bytes>>> storage; ///< changes in order of keys; no value: removed
    BlockLog log;
    std::vector<std::pair<Bytes, std::optional<Bytes>>> offchain_index;
    bool same_code = true;
    std::shared_ptr<const host::Runtime> runtime;
};

struct Chain::Impl {
    Store& store;
    host::Engine& engine;
    StoredNodes stored_nodes{store};
    host::NodeCache nodes;
    BlockRules rules{};
    std::function<void(const ChainEvent&)> observer{};
    std::function<std::uint64_t()> clock{}; // milliseconds; none: blocks may be of any slot
    Histogram import_times{};
    std::shared_ptr<PinTable> pins = std::make_shared<PinTable>();

    mutable std::mutex writing{}; // held for a whole import or finalization, its observer included
    BadBlocks bad{};              // belongs to whoever writes
    std::uint64_t arrivals = 0;   // likewise

    mutable std::mutex mutex{}; // guards what follows; only who holds `writing` changes it
    Heads heads{};
    std::uint64_t sequence = 0;
    BlockTree tree{};
    std::unordered_set<H256, HashOfBlock> discarded{}; // blocks of the tree that lost and are held
    Kept kept{};
    mutable std::unordered_map<H256, std::shared_ptr<const host::Runtime>, HashOfBlock> runtimes{}; // by state root
    mutable std::deque<H256> runtime_order{};

    Impl(Store& s, host::Engine& e, const ChainOptions& options)
        : store{s}, engine{e}, nodes{stored_nodes, options.node_cache_bytes}
    {
    }

    // chain.cpp
    Outcome<> initialize(const ChainSpec& spec, const ChainOptions& options);
    Outcome<> load(const ChainOptions& options);
    void remember(const H256& state_root, std::shared_ptr<const host::Runtime> runtime) const;
    /// What executes on the state behind a block.
    Outcome<std::shared_ptr<const host::Runtime>> runtime_of(const Header& block) const;
    Outcome<std::optional<Header>> header(const H256& hash) const;
    Outcome<Header> require_header(const H256& hash) const;
    Outcome<BlockRef> stored_ref(std::string_view name) const;
    Outcome<std::optional<H256>> hash_at(BlockNumber number) const;
    Outcome<PinnedState> state_at(const H256& hash, const Header& header) const;
    [[nodiscard]] Counting counting() const
    {
        return kept.state.kind == Pruning::Kind::Archive ? Counting::Off : Counting::On;
    }
    [[nodiscard]] Change begin() const { return {heads, store, counting()}; }

    // import.cpp
    enum class Want : std::uint8_t { Check, Log };
    Outcome<Executed> execute(const Header& parent, const Block& block, Want want,
                              const host::StorageTrace& trace = {}) const;
    Outcome<H256> import(const Block& block, const H256& hash, Finality finality);
    Outcome<> check_clock(const Header& parent, const Header& block) const;
    Error judge(const H256& hash, Error error);
    Outcome<BlockLog> stored_block_log(const H256& hash) const;
    Outcome<> make_best(Change& change, const BlockRef& to, const H256& parent, const BlockLog* log) const;

    // finality.cpp
    Outcome<> finalize_within(Change& change, const BlockRef& target, const H256& parent) const;
    Outcome<> finalize(const H256& hash);
    Outcome<BlockNumber> revert(BlockNumber count);
    Outcome<> commit(Change change);
    Drops drop_losers(Change& change);
    void undo(Drops&& drops);
    Outcome<> write(Change& change, const Drops& drops) const;
    Outcome<> write_dropped(Change& change, const TreeBlock& block) const;
    Outcome<> write_pruned(Change& change, const Kept& before) const;
    Outcome<Journal> journal(const BlockRef& block) const;
    Outcome<H256> canonical(const Change& change, BlockNumber number) const;
    void adopt(Change& change);
};

/// Why executing a block trapped: where it is to be told from the outside, that instead of the trap's own words.
Error diagnose(const host::Runtime& runtime, const host::StateReader& parent_state, const Block& unsealed,
               Error trapped);

} // namespace phala::node
