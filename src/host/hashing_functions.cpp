#include "crypto/hash.hpp"
#include "host/bind.hpp"
#include "trie/value_proof.hpp"

namespace phala::host {

namespace {

template <auto Function>
auto hash(Guest&, ByteView bytes) -> Outcome<decltype(Function(bytes))>
{
    return Function(bytes);
}

using Pairs = std::vector<std::pair<Bytes, Bytes>>;

template <trie::HashFunction Function>
Outcome<Hash> root(Guest&, Scaled<Pairs> pairs)
{
    return trie::root(pairs.value, StateVersion::V0, Function);
}

template <trie::HashFunction Function>
Outcome<Hash> root_of_version(Guest&, Scaled<Pairs> pairs, StateVersion version)
{
    return trie::root(pairs.value, version, Function);
}

template <trie::HashFunction Function>
Outcome<Hash> ordered_root(Guest&, Scaled<std::vector<Bytes>> items)
{
    return trie::ordered_root(items.value, StateVersion::V0, Function);
}

template <trie::HashFunction Function>
Outcome<Hash> ordered_root_of_version(Guest&, Scaled<std::vector<Bytes>> items, StateVersion version)
{
    return trie::ordered_root(items.value, version, Function);
}

template <trie::HashFunction Function>
Outcome<bool> verify_proof_of_version(Guest&, Fixed<32> root, Scaled<std::vector<Bytes>> proof, ByteView key,
                                      ByteView value, StateVersion version)
{
    return trie::verify_value(root.array(), proof.value, key, value, version, Function);
}

template <trie::HashFunction Function>
Outcome<bool> verify_proof(Guest& guest, Fixed<32> root, Scaled<std::vector<Bytes>> proof, ByteView key, ByteView value)
{
    return verify_proof_of_version<Function>(guest, root, std::move(proof), key, value, StateVersion::V0);
}

constexpr HostFunction kFunctions[] = {
    host_function<&hash<&crypto::keccak_256>>("ext_hashing_keccak_256_version_1"),
    host_function<&hash<&crypto::keccak_512>>("ext_hashing_keccak_512_version_1"),
    host_function<&hash<&crypto::sha2_256>>("ext_hashing_sha2_256_version_1"),
    host_function<&hash<&crypto::blake2_128>>("ext_hashing_blake2_128_version_1"),
    host_function<&hash<&crypto::blake2_256>>("ext_hashing_blake2_256_version_1"),
    host_function<&hash<&crypto::twox_64>>("ext_hashing_twox_64_version_1"),
    host_function<&hash<&crypto::twox_128>>("ext_hashing_twox_128_version_1"),
    host_function<&hash<&crypto::twox_256>>("ext_hashing_twox_256_version_1"),
    host_function<&root<&crypto::blake2_256>>("ext_trie_blake2_256_root_version_1"),
    host_function<&root_of_version<&crypto::blake2_256>>("ext_trie_blake2_256_root_version_2"),
    host_function<&ordered_root<&crypto::blake2_256>>("ext_trie_blake2_256_ordered_root_version_1"),
    host_function<&ordered_root_of_version<&crypto::blake2_256>>("ext_trie_blake2_256_ordered_root_version_2"),
    host_function<&root<&crypto::keccak_256>>("ext_trie_keccak_256_root_version_1"),
    host_function<&root_of_version<&crypto::keccak_256>>("ext_trie_keccak_256_root_version_2"),
    host_function<&ordered_root<&crypto::keccak_256>>("ext_trie_keccak_256_ordered_root_version_1"),
    host_function<&ordered_root_of_version<&crypto::keccak_256>>("ext_trie_keccak_256_ordered_root_version_2"),
    host_function<&verify_proof<&crypto::blake2_256>>("ext_trie_blake2_256_verify_proof_version_1"),
    host_function<&verify_proof_of_version<&crypto::blake2_256>>("ext_trie_blake2_256_verify_proof_version_2"),
    host_function<&verify_proof<&crypto::keccak_256>>("ext_trie_keccak_256_verify_proof_version_1"),
    host_function<&verify_proof_of_version<&crypto::keccak_256>>("ext_trie_keccak_256_verify_proof_version_2"),
};

} // namespace

std::span<const HostFunction> hashing_functions()
{
    return kFunctions;
}

} // namespace phala::host
