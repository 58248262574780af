#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <optional>
#include <vector>

namespace phala::host {

/// The offchain worker's stores of a node: one is agreed on by its forks, the other belongs to each.
enum class OffchainStore : std::uint8_t { Persistent = 1, Local = 2 };

/// How other nodes reach this one: its peer id and multiaddresses, in bytes.
struct NetworkState {
    Bytes peer_id;
    std::vector<Bytes> addresses;
};

/// The world outside as an offchain worker may touch it (spec substrate-host §5.4): only OffchainWorkerApi has one.
struct Offchain {
    virtual ~Offchain() = default;

    [[nodiscard]] virtual bool is_validator() const = 0;
    /// Hands an extrinsic, length prefix included, to the pool; false where it is refused.
    [[nodiscard]] virtual bool submit_transaction(ByteView extrinsic) = 0;
    /// Nothing where there is no network.
    [[nodiscard]] virtual std::optional<NetworkState> network_state() const = 0;
    /// Milliseconds since 1970.
    [[nodiscard]] virtual std::uint64_t timestamp() const = 0;
    virtual void sleep_until(std::uint64_t timestamp) = 0;
    [[nodiscard]] virtual ByteArray<32> random_seed() = 0;

    [[nodiscard]] virtual Outcome<std::optional<Bytes>> get(OffchainStore store, ByteView key) const = 0;
    virtual Outcome<void> set(OffchainStore store, ByteView key, ByteView value) = 0;
    virtual Outcome<void> clear(OffchainStore store, ByteView key) = 0;
    /// Sets the value if the old one is `expected`, in one step; tells whether it was.
    virtual Outcome<bool> compare_and_set(OffchainStore store, ByteView key, const std::optional<Bytes>& expected,
                                          ByteView value) = 0;
};

} // namespace phala::host
