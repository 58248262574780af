#include "trie/compact_proof.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "trie/child_tries.hpp"

#include <bit>

namespace phala::trie {

namespace {

/// Before a node whose value follows as an entry of its own.
constexpr std::uint8_t kValueFollows = 0x01;

class Compactor {
public:
    explicit Compactor(const ProofReader& reader) : reader_{reader} {}

    Outcome<void> write(const Hash& root)
    {
        std::vector<Hash> pending{root};
        while (!pending.empty()) {
            const Hash hash = pending.back();
            pending.pop_back();
            PHALA_TRY(const Bytes encoded, load(reader_, hash));
            PHALA_TRY(NodeView node, decode_node(encoded));
            ChildSet omitted = 0;
            for (std::size_t i = kChildren; i-- > 0;) { // the first child is to be on top
                if (node.children[i].size() != 32)
                    continue;
                const Hash child = array_of<32>(node.children[i]);
                PHALA_TRY(const auto found, reader_.get(child));
                if (!found)
                    continue;
                omitted = static_cast<ChildSet>(omitted | 1u << i);
                pending.push_back(child);
            }
            PHALA_CHECK(write_node(node, omitted));
        }
        return {};
    }

    std::vector<Bytes> entries;

private:
    Outcome<void> write_node(NodeView& node, ChildSet omitted)
    {
        Bytes& entry = entries.emplace_back();
        std::optional<Bytes> value;
        if (node.value.kind == NodeValue::Kind::Hashed) {
            PHALA_TRY(value, reader_.get(array_of<32>(node.value.bytes)));
        }
        if (!value) {
            encode_node_with_omissions(entry, node, omitted);
            return {};
        }
        node.value = {NodeValue::Kind::Inline, {}};
        encode_node_with_omissions(entry, node, omitted);
        entry.insert(entry.begin(), kValueFollows);
        entries.push_back(std::move(*value));
        return {};
    }

    const ProofReader& reader_;
};

class Expander {
public:
    Expander(std::span<const Bytes> entries, MemoryNodes& out) : entries_{entries}, out_{out} {}

    [[nodiscard]] bool done() const { return entries_.empty(); }

    /// Reads one trie; gives its root.
    Outcome<Hash> read()
    {
        std::vector<Frame> open;
        PHALA_CHECK(push(open));
        for (;;) {
            Frame& top = open.back();
            if (top.omitted != 0) {
                if (open.size() >= kMaxDepth)
                    return fail(TrieError::TooDeep);
                PHALA_CHECK(push(open));
                continue;
            }
            const bool is_root = open.size() == 1;
            PHALA_TRY(const Hash hash, close(top, is_root));
            open.pop_back();
            if (is_root)
                return hash;
            attach(open.back(), hash);
        }
    }

private:
    struct Frame {
        NodeView node; // borrows from the entries, and from what is owned below
        ChildSet omitted = 0;
        Hash value_hash{};
        std::vector<std::pair<std::size_t, Hash>> children; // that were omitted and have been read
    };

    Outcome<ByteView> take()
    {
        if (entries_.empty())
            return fail(TrieError::MissingNode, "compact proof is cut off");
        const ByteView entry = entries_.front();
        entries_ = entries_.subspan(1);
        return entry;
    }

    Outcome<void> push(std::vector<Frame>& open)
    {
        Frame frame;
        PHALA_TRY(ByteView entry, take());
        const bool value_follows = entry.size() > 1 && entry[0] == kValueFollows;
        PHALA_TRY(frame.node, decode_node_with_omissions(value_follows ? entry.subspan(1) : entry, frame.omitted));
        if (frame.node.is_empty() && !open.empty())
            return fail(TrieError::BadNode, "empty node inside a trie");
        if (value_follows) {
            if (frame.node.value.kind != NodeValue::Kind::Inline || !frame.node.value.bytes.empty())
                return fail(TrieError::BadNode, "a node whose value follows has one");
            PHALA_TRY(const ByteView value, take());
            frame.value_hash = crypto::blake2_256(value);
            frame.node.value.kind = NodeValue::Kind::Hashed;
            out_.insert(frame.value_hash, to_bytes(value));
        }
        open.push_back(std::move(frame));
        return {};
    }

    Outcome<Hash> close(Frame& frame, bool is_root)
    {
        if (frame.node.value.kind == NodeValue::Kind::Hashed && frame.node.value.bytes.empty())
            frame.node.value.bytes = frame.value_hash;
        for (const auto& [nibble, hash] : frame.children)
            frame.node.children[nibble] = hash;
        encode_node(scratch_, frame.node);
        if (!is_root && scratch_.size() < 32)
            return fail(TrieError::BadNode, "a short node stands outside its parent");
        const Hash hash = crypto::blake2_256(scratch_);
        if (!frame.node.is_empty())
            out_.insert(hash, scratch_);
        return hash;
    }

    static void attach(Frame& parent, const Hash& hash)
    {
        const auto nibble = static_cast<std::size_t>(std::countr_zero(parent.omitted));
        parent.omitted = static_cast<ChildSet>(parent.omitted & (parent.omitted - 1u));
        parent.children.emplace_back(nibble, hash);
    }

    std::span<const Bytes> entries_;
    MemoryNodes& out_;
    Bytes scratch_;
};

} // namespace

Outcome<std::vector<Bytes>> compact_proof(std::span<const Bytes> proof, const Hash& root)
{
    const ProofReader reader{proof};
    Compactor compactor{reader};
    if (root == kEmptyRoot)
        return std::vector<Bytes>{Bytes(1, 0)};
    PHALA_CHECK(compactor.write(root));
    PHALA_TRY(const auto child_roots, reachable_child_roots(reader, root));
    for (const auto& child : child_roots) {
        PHALA_TRY(const auto found, reader.get(child));
        if (found)
            PHALA_CHECK(compactor.write(child));
    }
    return std::move(compactor.entries);
}

Outcome<MemoryNodes> expand_compact_proof(std::span<const Bytes> compact, const Hash& root)
{
    MemoryNodes out;
    Expander expander{compact, out};
    PHALA_TRY(const Hash found, expander.read());
    if (found != root)
        return fail(TrieError::BadNode, "compact proof is of root " + to_hex0x(found));
    PHALA_TRY(const auto child_roots, reachable_child_roots(out, root));
    // Child tries that the proof does not hold are passed over; those it holds come in the order of their names.
    auto next = child_roots.begin();
    while (!expander.done()) {
        PHALA_TRY(const Hash child, expander.read());
        next = std::find(next, child_roots.end(), child);
        if (next == child_roots.end())
            return fail(TrieError::BadNode, "compact proof holds a trie that is no child trie of the root");
        ++next;
    }
    return out;
}

} // namespace phala::trie
