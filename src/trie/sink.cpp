#include "trie/sink.hpp"

#include "crypto/hash_many.hpp"

namespace phala::trie {

std::span<const Reference> Sink::finish_added()
{
    to_hash_.clear();
    for (const auto& bytes : added_)
        if (bytes.size() >= kHashed)
            to_hash_.emplace_back(bytes);
    hashes_.resize(to_hash_.size());
    crypto::blake2_256_all(to_hash_, hashes_);
    references_.clear();
    auto hash = hashes_.begin();
    for (auto& bytes : added_) {
        if (bytes.size() < kHashed) {
            references_.push_back(Reference::of(bytes));
            continue;
        }
        references_.push_back(Reference::of(*hash));
        keep_->inserted.emplace_back(*hash++, std::move(bytes));
    }
    added_.clear();
    return references_;
}

} // namespace phala::trie
