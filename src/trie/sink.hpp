#pragma once
// Finished nodes on their way to the hash and to whoever stores them.
#include "trie/trie.hpp"

namespace phala::trie {

/// What a branch holds for a child: the child itself if short, else its hash.
struct Reference {
    std::uint8_t size = 0;
    ByteArray<32> bytes;

    [[nodiscard]] ByteView view() const { return ByteView{bytes}.first(size); }
    static Reference of(ByteView raw)
    {
        Reference out;
        out.size = static_cast<std::uint8_t>(raw.size());
        std::memcpy(out.bytes.data(), raw.data(), raw.size());
        return out;
    }
};

enum class Place : std::uint8_t { Root, Inside };

/// Encodes and hashes finished nodes, and keeps them if somebody wants to store them.
class Sink {
public:
    Sink(StateVersion version, HashFunction hash, Update* keep) : version_{version}, hash_{hash}, keep_{keep} {}

    /// The form in which a value that is set now is stored.
    NodeValue fresh_value(ByteView value, Hash& storage)
    {
        if (version_ == StateVersion::V0 || value.size() <= kMaxInlineValue)
            return {NodeValue::Kind::Inline, value};
        storage = hash_(value);
        if (keep_ != nullptr)
            keep_->inserted.emplace_back(storage, to_bytes(value));
        return {NodeValue::Kind::Hashed, storage};
    }

    [[nodiscard]] bool stored_in_place(std::size_t value_size) const
    {
        return version_ == StateVersion::V0 || value_size <= kMaxInlineValue;
    }

    [[nodiscard]] Hash hash(ByteView bytes) const { return hash_(bytes); }

    /// The root is always hashed, other nodes only if they are not short.
    Reference finish(const NodeView& node, Place place)
    {
        encode_node(scratch_, node);
        if (place == Place::Inside && scratch_.size() < kHashed)
            return Reference::of(scratch_);
        const Hash hash = hash_(scratch_);
        if (keep_ != nullptr)
            keep_->inserted.emplace_back(hash, scratch_);
        return Reference::of(hash);
    }

    /// Encodes a node inside a trie that is kept, to be finished together with others.
    void add(const NodeView& node) { encode_node(added_.emplace_back(), node); }

    /// The references of the nodes that were added since the last time, in that order; valid until the next.
    std::span<const Reference> finish_added();

private:
    static constexpr std::size_t kHashed = 32; ///< bytes of a node from which on it is hashed

    StateVersion version_;
    HashFunction hash_;
    Update* keep_;
    Bytes scratch_;
    std::vector<Bytes> added_;
    std::vector<ByteView> to_hash_;
    std::vector<Hash> hashes_;
    std::vector<Reference> references_;
};

} // namespace phala::trie
