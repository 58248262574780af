#include "base/hex.hpp"
#include "host/host_functions_testing.hpp"
#include "scale/codec.hpp"

#include <map>

namespace phala::host {
namespace {

using namespace literals;

/// The world outside, in memory.
class FakeOffchain final : public Offchain {
public:
    bool is_validator() const override { return true; }
    bool submit_transaction(ByteView extrinsic) override
    {
        submitted.push_back(to_bytes(extrinsic));
        return extrinsic.size() > 1;
    }
    std::optional<NetworkState> network_state() const override { return network; }
    std::uint64_t timestamp() const override { return now; }
    void sleep_until(std::uint64_t timestamp) override { now = std::max(now, timestamp); }
    ByteArray<32> random_seed() override { return {1, 2, 3}; }

    Outcome<std::optional<Bytes>> get(OffchainStore store, ByteView key) const override
    {
        const auto found = stored.find({store, to_bytes(key)});
        return found == stored.end() ? std::nullopt : std::optional{found->second};
    }
    Outcome<void> set(OffchainStore store, ByteView key, ByteView value) override
    {
        stored[{store, to_bytes(key)}] = to_bytes(value);
        return {};
    }
    Outcome<void> clear(OffchainStore store, ByteView key) override
    {
        stored.erase({store, to_bytes(key)});
        return {};
    }
    Outcome<bool> compare_and_set(OffchainStore store, ByteView key, const std::optional<Bytes>& expected,
                                  ByteView value) override
    {
        if (get(store, key).value() != expected)
            return false;
        PHALA_CHECK(set(store, key, value));
        return true;
    }

    std::vector<Bytes> submitted;
    std::optional<NetworkState> network;
    std::uint64_t now = 1000;
    std::map<std::pair<OffchainStore, Bytes>, Bytes> stored;
};

class OffchainFunctions : public HostFunctions {
protected:
    FakeOffchain offchain;
};

TEST_F(OffchainFunctions, AreForOffchainWorkersAlone)
{
    for (const auto& function : host_functions())
        if (function.name.starts_with("ext_offchain_") && !function.name.starts_with("ext_offchain_index_")) {
            const std::vector<std::uint64_t> arguments(function.params.size(), std::uint64_t{1} << 32); // one zero byte
            const auto refused = function.invoke(guest, arguments);
            ASSERT_FALSE(refused) << function.name;
            EXPECT_TRUE(refused.error().is(HostError::Trap));
        }
}

TEST_F(OffchainFunctions, IndexIsBufferedAndFollowsTransactions)
{
    ASSERT_TRUE(call("ext_offchain_index_set_version_1", {fat(Bytes{1}), fat(Bytes{2})}));
    ASSERT_TRUE(call("ext_offchain_index_clear_version_1", {fat(Bytes{3})}));
    ASSERT_TRUE(call("ext_storage_start_transaction_version_1", {}));
    ASSERT_TRUE(call("ext_offchain_index_set_version_1", {fat(Bytes{1}), fat(Bytes{9})}));
    ASSERT_TRUE(call("ext_storage_rollback_transaction_version_1", {}));
    const auto index = overlay.changes(StateVersion::V0)->offchain_index;
    ASSERT_EQ(index.size(), 2u);
    EXPECT_EQ(index[0], (std::pair{Bytes{1}, std::optional{Bytes{2}}}));
    EXPECT_EQ(index[1], (std::pair{Bytes{3}, std::optional<Bytes>{}}));
}

TEST_F(OffchainFunctions, ReachTheNode)
{
    context.offchain = &offchain;
    EXPECT_EQ(call("ext_offchain_is_validator_version_1", {}).value(), 1u);
    EXPECT_EQ(call_fat("ext_offchain_submit_transaction_version_1", {fat("0x0804"_hex)}), Bytes{0});
    EXPECT_EQ(call_fat("ext_offchain_submit_transaction_version_1", {fat("0x08"_hex)}), Bytes{1});
    EXPECT_EQ(offchain.submitted, (std::vector<Bytes>{"0x0804"_hex, "0x08"_hex}));
    EXPECT_EQ(call_fat("ext_offchain_network_state_version_1", {}), Bytes{1});
    offchain.network = NetworkState{{7}, {{8, 9}}};
    EXPECT_EQ(call_fat("ext_offchain_network_state_version_1", {}), "0x00040704080809"_hex);
    EXPECT_EQ(call("ext_offchain_timestamp_version_1", {}).value(), 1000u);
    ASSERT_TRUE(call("ext_offchain_sleep_until_version_1", {5000}));
    EXPECT_EQ(call("ext_offchain_timestamp_version_1", {}).value(), 5000u);
    EXPECT_EQ(bytes_at(call("ext_offchain_random_seed_version_1", {}).value(), 3), (Bytes{1, 2, 3}));
}

TEST_F(OffchainFunctions, LocalStorageHasTwoKinds)
{
    context.offchain = &offchain;
    constexpr std::uint64_t kPersistent = 1;
    constexpr std::uint64_t kLocal = 2;
    const std::uint64_t key = fat(Bytes{5});
    const auto get = [&](std::uint64_t kind) {
        return call_fat("ext_offchain_local_storage_get_version_1", {kind, key});
    };
    ASSERT_TRUE(call("ext_offchain_local_storage_set_version_1", {kPersistent, key, fat(Bytes{1})}));
    EXPECT_EQ(get(kPersistent), "0x010401"_hex);
    EXPECT_EQ(get(kLocal), Bytes{0});
    const auto swap = [&](std::uint64_t kind, const std::optional<Bytes>& old, ByteView value) {
        return call("ext_offchain_local_storage_compare_and_set_version_1",
                    {kind, key, fat(scale::encode(old)), fat(value)})
            .value();
    };
    EXPECT_EQ(swap(kPersistent, std::nullopt, Bytes{2}), 0u);
    EXPECT_EQ(swap(kPersistent, Bytes{1}, Bytes{2}), 1u);
    EXPECT_EQ(swap(kLocal, std::nullopt, Bytes{3}), 1u);
    EXPECT_EQ(get(kPersistent), "0x010402"_hex);
    EXPECT_EQ(get(kLocal), "0x010403"_hex);
    ASSERT_TRUE(call("ext_offchain_local_storage_clear_version_1", {kPersistent, key}));
    EXPECT_EQ(get(kPersistent), Bytes{0});
    for (const std::uint64_t kind : {0u, 3u})
        EXPECT_FALSE(call("ext_offchain_local_storage_get_version_1", {kind, key}));
}

TEST_F(OffchainFunctions, HttpIsRefusedInTheInterfacesOwnWords)
{
    context.offchain = &offchain;
    const std::uint64_t text = fat(bytes_of("GET"));
    const std::uint64_t deadline = fat("0x00"_hex);
    EXPECT_EQ(call_fat("ext_offchain_http_request_start_version_1", {text, text, text}), "0x01"_hex);
    EXPECT_EQ(call_fat("ext_offchain_http_request_add_header_version_1", {7, text, text}), "0x01"_hex);
    EXPECT_EQ(call_fat("ext_offchain_http_request_write_body_version_1", {7, text, deadline}), "0x0102"_hex);
    EXPECT_EQ(call_fat("ext_offchain_http_response_wait_version_1", {fat("0x0801000200"_hex), deadline}),
              "0x080202"_hex);
    EXPECT_EQ(call_fat("ext_offchain_http_response_headers_version_1", {7}), "0x00"_hex);
    EXPECT_EQ(call_fat("ext_offchain_http_response_read_body_version_1", {7, text, deadline}), "0x0102"_hex);
}

} // namespace
} // namespace phala::host
