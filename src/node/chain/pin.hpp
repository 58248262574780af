#pragma once
// What keeps a block readable: while somebody holds a pin, neither its body nor its state is pruned.
#include "host/state.hpp"
#include "node/chain/block_ref.hpp"

#include <memory>
#include <mutex>

namespace phala::node {

/// Which blocks are pinned and how often. Pins and the chain share it, so a pin may outlive the chain.
class PinTable {
public:
    struct Count {
        BlockNumber number = 0;
        std::size_t pins = 0;
    };

    void add(const BlockRef& block);
    void release(const H256& hash);
    /// Calls `look` with the table, which does not change meanwhile.
    template <class F>
    auto locked(F&& look) const
    {
        const std::lock_guard lock{mutex_};
        return look(blocks_);
    }

    using Blocks = std::unordered_map<H256, Count, HashOfBlock>;

private:
    mutable std::mutex mutex_;
    Blocks blocks_;
};

class Pin {
public:
    Pin(std::shared_ptr<PinTable> table, const BlockRef& block);
    ~Pin();
    Pin(Pin&& other) noexcept = default;
    Pin& operator=(Pin&& other) noexcept;
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

    [[nodiscard]] const BlockRef& block() const { return block_; }

private:
    void release();

    std::shared_ptr<PinTable> table_; ///< none after a move
    BlockRef block_;
};

/// The state behind a block, pinned while it is held.
class PinnedState {
public:
    PinnedState(Pin pin, const trie::NodeReader& nodes, const trie::Hash& root)
        : pin_{std::move(pin)}, nodes_{&nodes}, state_{nodes, root}
    {
    }

    const host::TrieState& operator*() const { return state_; }
    const host::TrieState* operator->() const { return &state_; }
    [[nodiscard]] const trie::NodeReader& nodes() const { return *nodes_; }
    [[nodiscard]] const BlockRef& block() const { return pin_.block(); }

private:
    Pin pin_;
    const trie::NodeReader* nodes_;
    host::TrieState state_;
};

} // namespace phala::node
