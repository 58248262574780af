#include "worker/core/chain_keys.hpp"

#include "crypto/hash.hpp"

namespace phala::worker {

namespace {

Bytes item(std::string_view name, std::string_view pallet = "PhalaMq")
{
    return concat(crypto::twox_128(bytes_of(pallet)), crypto::twox_128(bytes_of(name)));
}

} // namespace

Bytes log_seal_key()
{
    return item("LogSeal");
}

Bytes lane_head_key(const LaneId& lane)
{
    return concat(item("LaneHeads"), lane);
}

Bytes ingress_key(const MessageOrigin& origin)
{
    const Bytes encoded = scale::encode(origin);
    return concat(item("OffchainIngress"), crypto::twox_64(encoded), encoded);
}

Bytes cluster_key_key(const H256& cluster)
{
    return concat(item("ClusterKeys", "PhalaRegistry"), crypto::twox_64(cluster), cluster);
}

} // namespace phala::worker
