#pragma once
#include "trie/node.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace phala::trie {

/// Where nodes and, for state version 1, values come from: a database, a memory map, a proof.
struct NodeReader {
    virtual ~NodeReader() = default;

    /// The bytes whose hash is `hash`; none where they are not stored. An error is one of the store itself.
    [[nodiscard]] virtual Outcome<std::optional<Bytes>> get(const Hash& hash) const = 0;
};

/// Node hashes are uniform, so their first bytes are a hash.
struct HashOfHash {
    std::size_t operator()(const Hash& hash) const
    {
        std::size_t out = 0;
        std::memcpy(&out, hash.data(), sizeof out);
        return out;
    }
};

using NodeMap = std::unordered_map<Hash, Bytes, HashOfHash>;

/// Nodes in memory: for tests, genesis, and state that is rebuilt from elsewhere.
class MemoryNodes final : public NodeReader {
public:
    [[nodiscard]] Outcome<std::optional<Bytes>> get(const Hash& hash) const override;

    void insert(const Hash& hash, Bytes bytes) { nodes_.insert_or_assign(hash, std::move(bytes)); }
    void insert(std::vector<std::pair<Hash, Bytes>> nodes);
    void erase(const Hash& hash) { nodes_.erase(hash); }
    [[nodiscard]] const NodeMap& nodes() const { return nodes_; }

private:
    NodeMap nodes_;
};

/// The node stored under `hash`, which must be there.
Outcome<Bytes> load(const NodeReader& reader, const Hash& hash);

/// As above for a child reference of a node: a hash, or the child itself.
Outcome<Bytes> load_child(const NodeReader& reader, ByteView reference);

/// The value of `key`, if it has one.
Outcome<std::optional<Bytes>> get(const NodeReader& reader, const Hash& root, ByteView key);

/// Walks over the keys of a trie in byte order. A trie that changes is another trie: the cursor keeps its root.
class Cursor {
public:
    Cursor(const NodeReader& reader, const Hash& root) : reader_{&reader}, root_{root} {}

    /// Each moves and tells whether there is a key there: the first at or behind `key`, the first behind `key`, the next.
    Outcome<bool> seek(ByteView key) { return move_to(key, true); }
    Outcome<bool> seek_after(ByteView key) { return move_to(key, false); }
    Outcome<bool> next();

    /// The key where the last move ended; only after it told true.
    [[nodiscard]] const Bytes& key() const { return key_; }
    [[nodiscard]] Outcome<Bytes> value() const;

private:
    struct Frame {
        Bytes encoded; // what `node` borrows from
        NodeView node;
        std::size_t path_before; // half bytes of the path before this node's own
        std::size_t next_child;
    };

    Outcome<bool> move_to(ByteView key, bool inclusive);
    Outcome<void> push(ByteView reference);
    Outcome<void> push_loaded(Bytes encoded);
    Outcome<bool> advance();
    Outcome<bool> arrive();

    const NodeReader* reader_;
    Hash root_;
    std::vector<Frame> stack_;
    Bytes path_; // one half byte each
    Bytes key_;
};

} // namespace phala::trie
