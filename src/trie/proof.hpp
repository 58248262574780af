#pragma once
// Read proofs (spec substrate-host §2.4): the stored nodes on the paths of keys, enough to read them without the store.
#include "trie/memory_nodes.hpp"

#include <span>
#include <unordered_map>

namespace phala::trie {

/// Passes reads on and remembers what was read.
class Recorder final : public NodeReader {
public:
    explicit Recorder(const NodeReader& base) : base_{&base} {}

    [[nodiscard]] Outcome<std::optional<Bytes>> get(const Hash& hash) const override;

    /// Each node once, in the order of the first read.
    [[nodiscard]] const std::vector<Bytes>& nodes() const { return nodes_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    std::vector<Bytes> take();

private:
    const NodeReader* base_;
    // Recording is what a read is for, so it happens behind a const interface.
    mutable std::unordered_map<Hash, std::size_t, HashOfHash> seen_;
    mutable std::vector<Bytes> nodes_;
    mutable std::size_t bytes_ = 0;
};

/// The proof that each of `keys` has the value it has, or none.
Outcome<std::vector<Bytes>> prove(const NodeReader& reader, const Hash& root, std::span<const Bytes> keys);

/// Reads from a proof. Whatever the proof holds, a value that is read through it belongs to the root that is asked:
/// nodes are found by the hash of their bytes, and one that is not there is an error (MissingNode), not an absence.
class ProofReader final : public NodeReader {
public:
    explicit ProofReader(std::span<const Bytes> proof);

    [[nodiscard]] Outcome<std::optional<Bytes>> get(const Hash& hash) const override { return nodes_.get(hash); }
    [[nodiscard]] Outcome<std::optional<NodeBytes>> borrow(const Hash& hash) const override
    {
        return nodes_.borrow(hash);
    }

private:
    MemoryNodes nodes_;
};

/// The value of `key` under `root` as the proof shows it; none where the proof shows that there is none.
Outcome<std::optional<Bytes>> verify(const Hash& root, std::span<const Bytes> proof, ByteView key);

} // namespace phala::trie
