#include "primitives/identifiers.hpp"

#include "crypto/hash.hpp"

namespace phala {

H256 code_hash(ByteView code)
{
    return {crypto::blake2_256(code)};
}

H256 contract_id(const AccountId& deployer, ByteView code_hash, const H256& cluster, ByteView salt)
{
    return {crypto::blake2_256(concat(deployer, code_hash, cluster, salt))};
}

H256 cluster_id(std::uint64_t counter)
{
    H256 id{};
    for (std::size_t i = 0; i < sizeof counter; ++i)
        id.bytes[31 - i] = static_cast<std::uint8_t>(counter >> (8 * i));
    return id;
}

AccountId cluster_account(const H256& cluster)
{
    return {crypto::blake2_256(concat(bytes_of("cluster:"), cluster))};
}

} // namespace phala
