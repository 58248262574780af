#include "trie/proof.hpp"

#include "crypto/hash.hpp"

namespace phala::trie {

Outcome<std::optional<Bytes>> Recorder::get(const Hash& hash) const
{
    if (const auto found = seen_.find(hash); found != seen_.end())
        return nodes_[found->second];
    PHALA_TRY(auto node, base_->get(hash));
    if (node) {
        seen_.emplace(hash, nodes_.size());
        nodes_.push_back(*node);
        bytes_ += node->size();
    }
    return node;
}

std::vector<Bytes> Recorder::take()
{
    seen_.clear();
    bytes_ = 0;
    return std::exchange(nodes_, {});
}

Outcome<std::vector<Bytes>> prove(const NodeReader& reader, const Hash& root, std::span<const Bytes> keys)
{
    Recorder recorder{reader};
    for (const auto& key : keys)
        PHALA_CHECK(get(recorder, root, key));
    return recorder.take();
}

ProofReader::ProofReader(std::span<const Bytes> proof)
{
    for (const auto& node : proof)
        nodes_.insert(crypto::blake2_256(node), node);
}

Outcome<std::optional<Bytes>> verify(const Hash& root, std::span<const Bytes> proof, ByteView key)
{
    const ProofReader reader{proof};
    return get(reader, root, key);
}

} // namespace phala::trie
