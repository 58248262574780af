#pragma once
// The contracts' cache on one worker (spec contract-engine §4.6): lost on restart, outside of the state and its root.
#include "primitives/types.hpp"
#include "worker/core/engine/pink.hpp"

#include <map>
#include <mutex>
#include <optional>

namespace phala::worker::engine {

/// Keys and values of each contract, within a quota by the contract's weight. Safe to use from many queries at once.
/// Time is handed in, in seconds since the Unix epoch.
class LocalCache {
public:
    static constexpr std::uint64_t kTotalSize = 20 * 1024 * 1024; ///< keys and values of all contracts
    static constexpr std::uint64_t kLifetime = 7 * 24 * 60 * 60;  ///< seconds, unless set otherwise
    static constexpr std::uint64_t kWritesBetweenSweeps = 1000;

    /// Shares the total size by weight. A contract without a quota keeps nothing.
    void set_weights(const std::map<AccountId, std::uint32_t>& weights);
    void set_quota(const AccountId& contract, std::uint64_t bytes);
    [[nodiscard]] std::uint64_t quota(const AccountId& contract) const;

    /// False where the entry does not fit; an older one of that key is lost all the same.
    bool set(const AccountId& contract, ByteView key, ByteView value, std::uint64_t now);
    /// 0 removes; an entry that has expired is removed too.
    void set_expiration(const AccountId& contract, ByteView key, std::uint64_t seconds, std::uint64_t now);
    [[nodiscard]] std::optional<Bytes> get(const AccountId& contract, ByteView key, std::uint64_t now) const;
    /// The removed value, also of an expired entry.
    std::optional<Bytes> remove(const AccountId& contract, ByteView key, std::uint64_t now);

    /// Does what a contract asked for by an event; what does not fit is dropped (§5.2).
    void apply(const AccountId& contract, const CacheOp& operation, std::uint64_t now);

    /// Bytes of keys and values that the contract's entries take.
    [[nodiscard]] std::uint64_t size(const AccountId& contract) const;

private:
    struct Entry {
        Bytes value;
        std::uint64_t expires_at = 0;
    };
    struct Store {
        std::map<Bytes, Entry> entries;
        std::uint64_t size = 0;
        std::uint64_t quota = 0;

        std::optional<Bytes> take(const Bytes& key);
        void purge(std::uint64_t now);
        void fit();
    };

    void count_write(std::uint64_t now);
    void apply_quota(const AccountId& contract, std::uint64_t bytes);

    mutable std::mutex mutex_;
    std::map<AccountId, Store> stores_; // guarded by mutex_
    std::uint64_t writes_ = 0;          // likewise
};

} // namespace phala::worker::engine
