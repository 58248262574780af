#include "worker/core/chain_keys.hpp"

#include "crypto/hash.hpp"

namespace phala::worker {

namespace {

Bytes item(std::string_view name, std::string_view pallet = "PhalaMq")
{
    return concat(crypto::twox_128(bytes_of(pallet)), crypto::twox_128(bytes_of(name)));
}

/// An entry of a map with the hasher Twox64Concat.
Bytes registry_entry(std::string_view map, ByteView key)
{
    return concat(item(map, "PhalaRegistry"), crypto::twox_64(key), key);
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
    return registry_entry("ClusterKeys", cluster);
}

Bytes worker_valid_until_key(const PublicKey& worker)
{
    return registry_entry("WorkerValidUntil", worker);
}

Bytes worker_measurement_key(const PublicKey& worker)
{
    return registry_entry("WorkerMeasurement", worker);
}

Bytes program_status_key(const Bytes& measurement)
{
    return registry_entry("MeasurementStatus", scale::encode(measurement));
}

} // namespace phala::worker
