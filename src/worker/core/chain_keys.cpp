#include "worker/core/chain_keys.hpp"

#include "crypto/hash.hpp"

namespace phala::worker {

namespace {

Bytes item(std::string_view name)
{
    return concat(crypto::twox_128(bytes_of("PhalaMq")), crypto::twox_128(bytes_of(name)));
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

} // namespace phala::worker
