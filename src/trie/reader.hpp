#pragma once
#include "trie/node.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace phala::trie {

/// The bytes of a node, or a view of them where the reader keeps them.
class NodeBytes {
public:
    NodeBytes() = default;
    explicit NodeBytes(Bytes owned) : owned_{std::move(owned)}, view_{owned_} {}
    static NodeBytes borrowed(ByteView view)
    {
        NodeBytes out;
        out.view_ = view;
        return out;
    }

    NodeBytes(NodeBytes&&) noexcept = default; // a vector that moves keeps its bytes where they are
    NodeBytes& operator=(NodeBytes&&) noexcept = default;

    [[nodiscard]] ByteView view() const { return view_; }

private:
    Bytes owned_;
    ByteView view_;
};

class MemoryNodes;

/// Where nodes and, for state version 1, values come from: a database, a memory map, a proof.
struct NodeReader {
    virtual ~NodeReader() = default;

    /// The bytes whose hash is `hash`; none where they are not stored. An error is one of the store itself.
    [[nodiscard]] virtual Outcome<std::optional<Bytes>> get(const Hash& hash) const = 0;

    /// The same without a copy where the reader keeps the bytes; valid until it changes.
    [[nodiscard]] virtual Outcome<std::optional<NodeBytes>> borrow(const Hash& hash) const;

    /// Where the nodes are, if they all lie in memory; else null.
    [[nodiscard]] virtual const MemoryNodes* in_memory() const { return nullptr; }
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

/// The node stored under `hash`, which must be there.
Outcome<Bytes> load(const NodeReader& reader, const Hash& hash);

/// As above for a child reference of a node: a hash, or the child itself.
Outcome<Bytes> load_child(const NodeReader& reader, ByteView reference);

/// As load_child, without a copy where the reader keeps the bytes.
Outcome<NodeBytes> borrow_child(const NodeReader& reader, ByteView reference);

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
