#include "worker/core/engine/local_cache.hpp"

#include <gtest/gtest.h>

namespace phala::worker::engine {
namespace {

AccountId account(std::uint8_t fill)
{
    AccountId out;
    out.bytes.fill(fill);
    return out;
}

const AccountId kOne = account(1);

ByteView text(std::string_view bytes)
{
    return bytes_of(bytes);
}

TEST(LocalCache, EntriesExpire)
{
    LocalCache cache;
    cache.set_quota(kOne, 100);
    EXPECT_TRUE(cache.set(kOne, text("k"), text("v"), 0));
    EXPECT_EQ(cache.get(kOne, text("k"), LocalCache::kLifetime - 1), Bytes{'v'});
    EXPECT_EQ(cache.get(kOne, text("k"), LocalCache::kLifetime), std::nullopt);
    EXPECT_EQ(cache.size(kOne), 2u); // invisible, but there until a sweep
    EXPECT_EQ(cache.remove(kOne, text("k"), LocalCache::kLifetime), Bytes{'v'});
    EXPECT_EQ(cache.size(kOne), 0u);
}

TEST(LocalCache, ExpirationCanBeMoved)
{
    LocalCache cache;
    cache.set_quota(kOne, 100);
    cache.set(kOne, text("k"), text("v"), 0);
    cache.set_expiration(kOne, text("k"), 60, 10);
    EXPECT_TRUE(cache.get(kOne, text("k"), 69));
    EXPECT_FALSE(cache.get(kOne, text("k"), 70));
    cache.set_expiration(kOne, text("k"), 60, 80); // too late: it is gone
    EXPECT_EQ(cache.size(kOne), 0u);
    cache.set(kOne, text("k"), text("v"), 0);
    cache.set_expiration(kOne, text("k"), 0, 1);
    EXPECT_FALSE(cache.get(kOne, text("k"), 1));
}

TEST(LocalCache, KeepsToItsQuota)
{
    LocalCache cache;
    cache.set_quota(kOne, 10);
    EXPECT_TRUE(cache.set(kOne, text("foo"), text("value"), 0));
    EXPECT_FALSE(cache.set(kOne, text("bar"), text("value"), 0));
    EXPECT_TRUE(cache.get(kOne, text("foo"), 1));
    EXPECT_FALSE(cache.set(kOne, text("foo"), text("too long for it"), 0)); // the old value is lost
    EXPECT_FALSE(cache.get(kOne, text("foo"), 1));
    EXPECT_FALSE(cache.set(account(2), text("k"), text("v"), 0)); // no quota
    // expired entries make room
    EXPECT_TRUE(cache.set(kOne, text("foo"), text("value"), 0));
    EXPECT_TRUE(cache.set(kOne, text("bar"), text("value"), LocalCache::kLifetime));
}

TEST(LocalCache, ASmallerQuotaDropsWhatExpiresFirst)
{
    LocalCache cache;
    cache.set_quota(kOne, 20);
    cache.set(kOne, text("k0"), text("v0"), 0);
    cache.set(kOne, text("k1"), text("v1"), 0);
    cache.set(kOne, text("k2"), text("v2"), 0);
    cache.set_expiration(kOne, text("k1"), 5, 0);
    cache.set_quota(kOne, 10);
    EXPECT_TRUE(cache.get(kOne, text("k0"), 1));
    EXPECT_FALSE(cache.get(kOne, text("k1"), 1));
    EXPECT_TRUE(cache.get(kOne, text("k2"), 1));
    EXPECT_EQ(cache.size(kOne), 8u);
}

TEST(LocalCache, SharesItsSizeByWeight)
{
    constexpr std::uint32_t kMax = 0xffffffff;
    LocalCache cache;
    cache.set_weights({{account(1), 0}, {account(2), 0}});
    EXPECT_EQ(cache.quota(account(1)), 0u);
    cache.set_weights({{account(1), 1}});
    EXPECT_EQ(cache.quota(account(1)), LocalCache::kTotalSize);
    cache.set_weights({{account(1), kMax}, {account(2), kMax}});
    EXPECT_EQ(cache.quota(account(1)), LocalCache::kTotalSize / 2);
    EXPECT_EQ(cache.quota(account(2)), LocalCache::kTotalSize / 2);
    cache.set_weights({{account(1), 0}, {account(2), 1}, {account(3), kMax}});
    EXPECT_EQ(cache.quota(account(2)), 0u);
    EXPECT_EQ(cache.quota(account(3)), LocalCache::kTotalSize - 1);
}

} // namespace
} // namespace phala::worker::engine
