#pragma once
#include "trie/memory_nodes.hpp"
#include "trie/trie.hpp"

namespace phala::trie {

using Changes = std::span<const Change>;

/// Has the machine fetch the nodes on the paths of some keys, all paths at once: going down one path after the other,
/// every step would wait for memory.
class Fetcher {
public:
    explicit Fetcher(const MemoryNodes* nodes) : nodes_{nodes} {}

    /// As many keys as have nodes that fit the nearest cache.
    static constexpr std::size_t kMost = 48;

    void run(ByteView reference, Changes changes, std::size_t depth)
    {
        if (nodes_ == nullptr)
            return;
        now_.assign(1, {reference, changes, depth});
        while (!now_.empty()) {
            hashes_.clear();
            for (const auto& path : now_)
                if (path.reference.size() == 32)
                    hashes_.push_back(array_of<32>(path.reference));
            nodes_->prefetch(hashes_);
            next_.clear();
            for (const auto& path : now_)
                descend(path);
            now_.swap(next_);
        }
    }

private:
    struct Path {
        ByteView reference;
        Changes changes; // whose keys agree in their first `depth` half bytes
        std::size_t depth;
    };

    void descend(const Path& path)
    {
        ByteView encoded = path.reference;
        if (encoded.size() == 32) {
            const Bytes* found = nodes_->find(array_of<32>(encoded));
            encoded = found == nullptr ? ByteView{} : ByteView{*found};
        }
        const auto node = decode_node(encoded);
        if (!node || !node->is_branch) // whoever reads it will tell what is wrong
            return;
        const std::size_t below = path.depth + node->partial.size();
        for (std::size_t i = 0; i < path.changes.size();) {
            const Nibbles key{path.changes[i].key};
            std::size_t end = i + 1;
            if (key.size() > below) {
                const std::uint8_t nibble = key[below];
                while (end < path.changes.size() && Nibbles{path.changes[end].key}.size() > below
                       && Nibbles{path.changes[end].key}[below] == nibble)
                    ++end;
                if (!node->children[nibble].empty())
                    next_.push_back({node->children[nibble], path.changes.subspan(i, end - i), below + 1});
            }
            i = end;
        }
    }

    const MemoryNodes* nodes_;
    std::vector<Path> now_;
    std::vector<Path> next_;
    std::vector<Hash> hashes_;
};

} // namespace phala::trie
