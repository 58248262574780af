// A compact proof of anything: expanding it under whatever root it has gives nodes or an error, its nodes make the same
// compact proof again, and a proof of one value is never believed under another root.
#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "scale/codec.hpp"
#include "trie/compact_proof.hpp"
#include "trie/value_proof.hpp"

#include <cstdlib>
#include <string>

using namespace phala;
using namespace phala::trie;

namespace {

/// The root of a compact proof: what the refusal of another root names.
std::optional<Hash> root_of(std::span<const Bytes> compact)
{
    const auto refused = expand_compact_proof(compact, Hash{});
    if (refused)
        std::abort(); // nothing hashes to zero
    const std::string& text = refused.error().detail();
    const auto at = text.find("root 0x");
    if (at == std::string::npos)
        return std::nullopt;
    return array_from_hex<32>(std::string_view{text}.substr(at + 5)).value();
}

void expand(const std::vector<Bytes>& compact)
{
    const auto root = root_of(compact);
    if (!root)
        return;
    const auto nodes = expand_compact_proof(compact, *root);
    if (!nodes || *root == kEmptyRoot)
        return;
    std::vector<Bytes> proof;
    std::size_t size = 0;
    for (const auto& [hash, node] : nodes->nodes()) {
        proof.push_back(node);
        size += node.size();
    }
    if (size > 4096) // equal subtrees are written out wherever they stand
        return;
    const auto again = compact_proof(proof, *root);
    if (again && !expand_compact_proof(*again, *root))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    if (const auto compact = scale::decode<std::vector<Bytes>>(input, scale::Rest::Allow);
        compact && !compact->empty()) {
        expand(*compact);
        const ByteView key = compact->back();
        if (verify_value(Hash{}, *compact, key, key, StateVersion::V1))
            std::abort();
    }
    expand({to_bytes(input)});
    return 0;
}
