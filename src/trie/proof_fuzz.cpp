// A proof of anything, under the hash of its first part as root: reading, walking and changing it gives values or
// errors, and reading agrees with walking.
#include "crypto/hash.hpp"
#include "scale/codec.hpp"
#include "trie/proof.hpp"
#include "trie/trie.hpp"

#include <cstdlib>

namespace {

using namespace phala;
using namespace phala::trie;

void read_all(const NodeReader& reader, const Hash& root)
{
    Cursor cursor{reader, root};
    auto more = cursor.seek({});
    for (int i = 0; more && *more && i < 100; ++i) {
        if (const auto walked = cursor.value()) {
            const auto read = get(reader, root, cursor.key());
            if (!read || *read != *walked)
                std::abort();
        }
        more = cursor.next();
    }
}

void change_some(const NodeReader& reader, const Hash& root, ByteView key)
{
    const Bytes value(40, 3);
    const auto updated =
        update(reader, root, {{key, value}, {key.first(key.size() / 2), std::nullopt}}, StateVersion::V1);
    if (!updated)
        return;
    MemoryNodes nodes;
    nodes.insert(updated->inserted);
    if (const auto read = get(nodes, updated->root, key); key.size() > 0 && read && *read != value)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto proof = scale::decode<std::vector<Bytes>>(ByteView{data, size}, scale::Rest::Allow);
    if (proof && !proof->empty()) {
        const ProofReader reader{*proof};
        const Hash root = crypto::blake2_256(proof->front());
        read_all(reader, root);
        change_some(reader, root, proof->back());
    }
    // Most inputs are no list: taken as one node they reach further.
    const Bytes node{data, data + size};
    const ProofReader reader{{&node, 1}};
    read_all(reader, crypto::blake2_256(node));
    change_some(reader, crypto::blake2_256(node), ByteView{node}.first(size / 2));
    return 0;
}
