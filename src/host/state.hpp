#pragma once
// What the host needs of a state: reading by key, walking in order, and the root that changes would give.
#include "trie/trie.hpp"

#include <memory>

namespace phala::host {

using trie::Hash;
using trie::StateVersion;

/// The state behind one block: it does not change while it is held.
struct StateReader {
    virtual ~StateReader() = default;

    [[nodiscard]] virtual Outcome<std::optional<Bytes>> get(ByteView key) const = 0;

    /// The first key behind `key` in byte order; `key` itself need not exist.
    [[nodiscard]] virtual Outcome<std::optional<Bytes>> next_key(ByteView key) const = 0;

    /// The child trie of that name (spec substrate-host §2.2): empty where there is none. What it needs of this reader
    /// must outlive it.
    [[nodiscard]] virtual Outcome<std::unique_ptr<StateReader>> child(ByteView name) const = 0;

    /// The state that these changes would make, as the nodes to write.
    [[nodiscard]] virtual Outcome<trie::Update> with(std::vector<trie::Change> changes, StateVersion version) const = 0;
};

/// The state under a trie root. Give it a trie::Recorder as nodes, and what is read becomes a proof.
class TrieState final : public StateReader {
public:
    /// `nodes` must outlive the state.
    TrieState(const trie::NodeReader& nodes, const Hash& root) : nodes_{&nodes}, root_{root} {}

    [[nodiscard]] const Hash& root() const { return root_; }

    [[nodiscard]] Outcome<std::optional<Bytes>> get(ByteView key) const override;
    [[nodiscard]] Outcome<std::optional<Bytes>> next_key(ByteView key) const override;
    [[nodiscard]] Outcome<std::unique_ptr<StateReader>> child(ByteView name) const override;
    [[nodiscard]] Outcome<trie::Update> with(std::vector<trie::Change> changes, StateVersion version) const override;

private:
    const trie::NodeReader* nodes_;
    Hash root_;
};

/// The state before genesis, and of calls that need none.
const StateReader& empty_state();

} // namespace phala::host
