#pragma once
// What offchain workers keep beside the state, and what blocks index for them (spec substrate-host §5.2, §5.3): one map
// of the node, which forks do not change.
#include "node/db/store.hpp"

namespace phala::node {

/// Safe from any thread. A write outlives this process at once, and the machine with the next block.
class OffchainStorage {
public:
    /// `store` outlives this.
    explicit OffchainStorage(Store& store) : store_{&store} {}

    [[nodiscard]] Outcome<std::optional<Bytes>> get(ByteView key) const;
    Outcome<> set(ByteView key, ByteView value);
    Outcome<> clear(ByteView key);
    /// Sets the value if the old one is `expected`, in one step; tells whether it was.
    Outcome<bool> compare_and_set(ByteView key, const std::optional<Bytes>& expected, ByteView value);

private:
    Store* store_;
};

} // namespace phala::node
