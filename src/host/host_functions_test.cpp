#include "host/host_functions.hpp"

#include "base/hex.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/sr25519.hpp"
#include "host/error.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace phala::host {
namespace {

using namespace literals;

class VectorMemory final : public LinearMemory {
public:
    std::span<std::uint8_t> bytes() override { return bytes_; }
    bool grow(std::uint32_t pages) override
    {
        bytes_.resize(bytes_.size() + std::size_t{pages} * kPageSize);
        return true;
    }

private:
    Bytes bytes_ = Bytes(kPageSize);
};

/// Keys in memory, of one scheme each call.
class TestKeystore final : public Keystore {
public:
    Outcome<std::vector<Bytes>> public_keys(KeyScheme, KeyType) const override { return std::vector<Bytes>{key()}; }
    Outcome<Bytes> generate(KeyScheme, KeyType, const std::optional<std::string>& uri) override
    {
        last_uri = uri;
        return key();
    }
    Outcome<std::optional<Bytes>> sign(KeyScheme, KeyType, ByteView public_key, ByteView message) const override
    {
        if (!equal(public_key, key()))
            return std::nullopt;
        return to_bytes(pair_.sign(message, {}));
    }
    Outcome<std::optional<Bytes>> sign_digest(KeyType, ByteView, const ByteArray<32>&) const override
    {
        return Bytes(3, 0);
    }

    Bytes key() const { return to_bytes(pair_.public_key()); }
    std::optional<std::string> last_uri;

private:
    crypto::sr25519::KeyPair pair_{Secret<32>{ByteArray<32>{7}}};
};

/// Calls host functions as a runtime does, with arguments laid into its memory.
class HostFunctions : public testing::Test {
protected:
    VectorMemory memory;
    Overlay overlay{empty_state()};
    CallContext context{.overlay = overlay};
    VersionOfCode no_version = [](ByteView) { return std::nullopt; };
    Guest guest{memory, 1024, context, no_version};

    std::uint64_t at(ByteView bytes) { return guest.store(bytes).value(); }
    std::uint64_t fat(ByteView bytes) { return std::uint64_t{bytes.size()} << 32 | at(bytes); }

    Outcome<std::uint64_t> call(std::string_view name, std::vector<std::uint64_t> arguments)
    {
        const auto all = host_functions();
        const auto found = std::ranges::find(all, name, &HostFunction::name);
        if (found == all.end() || found->params.size() != arguments.size())
            return fail(HostError::MissingExport, std::string{name});
        return found->invoke(guest, arguments);
    }

    Bytes bytes_at(std::uint64_t pointer, std::size_t size)
    {
        const auto region = guest.region(static_cast<std::uint32_t>(pointer), static_cast<std::uint32_t>(size));
        return region ? to_bytes(*region) : Bytes{};
    }
    Bytes bytes_of_fat(std::uint64_t raw) { return bytes_at(raw & 0xffff'ffff, raw >> 32); }

    Bytes call_fat(std::string_view name, std::vector<std::uint64_t> arguments)
    {
        const auto result = call(name, std::move(arguments));
        EXPECT_TRUE(result) << result.error().message();
        return result ? bytes_of_fat(*result) : Bytes{};
    }
};

TEST_F(HostFunctions, NamesAreUnique)
{
    std::vector<std::string_view> names;
    for (const auto& function : host_functions())
        names.push_back(function.name);
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST_F(HostFunctions, StorageReadsAndWrites)
{
    const Bytes key = {1, 2};
    ASSERT_TRUE(call("ext_storage_set_version_1", {fat(key), fat(Bytes{5, 6, 7, 8})}));
    EXPECT_EQ(call_fat("ext_storage_get_version_1", {fat(key)}), "0x011005060708"_hex);
    EXPECT_EQ(call_fat("ext_storage_get_version_1", {fat(Bytes{9})}), Bytes{0});
    EXPECT_EQ(call("ext_storage_exists_version_1", {fat(key)}).value(), 1u);

    const std::uint64_t out = fat(Bytes(2, 0xff));
    EXPECT_EQ(call_fat("ext_storage_read_version_1", {fat(key), out, 1}),
              "0x0103000000"_hex); // what remains behind the offset
    EXPECT_EQ(bytes_of_fat(out), (Bytes{6, 7}));
    EXPECT_EQ(call_fat("ext_storage_read_version_1", {fat(key), out, 9}), "0x0100000000"_hex);
    EXPECT_EQ(call_fat("ext_storage_read_version_1", {fat(Bytes{9}), out, 0}), Bytes{0});

    ASSERT_TRUE(call("ext_storage_append_version_1", {fat(Bytes{3}), fat(Bytes{0xaa})}));
    ASSERT_TRUE(call("ext_storage_append_version_1", {fat(Bytes{3}), fat(Bytes{0xbb})}));
    EXPECT_EQ(overlay.get(Bytes{3}).value(), "0x08aabb"_hex);
    EXPECT_EQ(call_fat("ext_storage_next_key_version_1", {fat(key)}), "0x010403"_hex);
    EXPECT_EQ(call_fat("ext_storage_next_key_version_1", {fat(Bytes{3})}), Bytes{0});

    const std::vector<std::pair<Bytes, Bytes>> entries = {{key, {5, 6, 7, 8}}, {{3}, {8, 0xaa, 0xbb}}};
    EXPECT_EQ(call_fat("ext_storage_root_version_2", {1}), to_bytes(trie::root(entries, StateVersion::V1)));
    EXPECT_EQ(call_fat("ext_storage_root_version_1", {}), to_bytes(trie::root(entries, StateVersion::V0)));
    EXPECT_FALSE(call("ext_storage_root_version_2", {2}));
    EXPECT_EQ(call_fat("ext_storage_changes_root_version_1", {fat({})}), Bytes{0});

    ASSERT_TRUE(call("ext_storage_clear_version_1", {fat(key)}));
    EXPECT_EQ(call("ext_storage_exists_version_1", {fat(key)}).value(), 0u);
    EXPECT_EQ(call_fat("ext_storage_clear_prefix_version_2", {fat(Bytes{3}), fat("0x00"_hex)}), "0x0000000000"_hex);
    EXPECT_EQ(call("ext_storage_exists_version_1", {fat(Bytes{3})}).value(), 0u);
    EXPECT_FALSE(call("ext_storage_clear_prefix_version_2", {fat(Bytes{3}), fat("0x02"_hex)})); // no Option
    ASSERT_TRUE(call("ext_storage_set_version_1", {fat(key), fat(Bytes{5})}));
    EXPECT_EQ(call_fat("ext_storage_clear_prefix_version_2", {fat({}), fat("0x00"_hex)}), "0x0000000000"_hex);
    EXPECT_TRUE(overlay.exists(key).value()); // the empty prefix covers child tries and is ignored
    EXPECT_EQ(call("ext_storage_proof_size_storage_proof_size_version_1", {}).value(), ~std::uint64_t{0});
}

TEST_F(HostFunctions, RootsOfChildTriesAreNotWritten)
{
    const Bytes key = to_bytes(":child_storage:default:x");
    ASSERT_TRUE(call("ext_storage_set_version_1", {fat(key), fat(Bytes{1})}));
    ASSERT_TRUE(call("ext_storage_append_version_1", {fat(key), fat(Bytes{1})}));
    ASSERT_TRUE(call("ext_storage_clear_version_1", {fat(key)}));
    EXPECT_FALSE(overlay.exists(key).value());
    EXPECT_TRUE(overlay.changes(StateVersion::V0)->storage.empty());
}

TEST_F(HostFunctions, OffchainIndexIsBuffered)
{
    ASSERT_TRUE(call("ext_offchain_index_set_version_1", {fat(Bytes{1}), fat(Bytes{2})}));
    ASSERT_TRUE(call("ext_offchain_index_clear_version_1", {fat(Bytes{3})}));
    EXPECT_EQ(overlay.changes(StateVersion::V0)->offchain_index.size(), 2u);
}

TEST_F(HostFunctions, Hashes)
{
    const Bytes input = to_bytes("abc");
    const auto hash = [&](std::string_view name, std::size_t size) {
        return bytes_at(call(std::string{"ext_hashing_"} + std::string{name} + "_version_1", {fat(input)}).value(),
                        size);
    };
    EXPECT_EQ(hash("blake2_128", 16), to_bytes(crypto::blake2_128(input)));
    EXPECT_EQ(hash("blake2_256", 32), to_bytes(crypto::blake2_256(input)));
    EXPECT_EQ(hash("twox_64", 8), to_bytes(crypto::twox_64(input)));
    EXPECT_EQ(hash("twox_128", 16), to_bytes(crypto::twox_128(input)));
    EXPECT_EQ(hash("twox_256", 32), to_bytes(crypto::twox_256(input)));
    EXPECT_EQ(hash("sha2_256", 32), "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"_hex);
    EXPECT_EQ(hash("keccak_256", 32), "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"_hex);
    EXPECT_EQ(hash("keccak_512", 64).size(), 64u);
}

TEST_F(HostFunctions, RootsOfLists)
{
    const std::vector<Bytes> items = {{1}, Bytes(40, 2)};
    const auto root = [&](std::string_view name, std::vector<std::uint64_t> arguments) {
        return bytes_at(call(name, std::move(arguments)).value(), 32);
    };
    EXPECT_EQ(root("ext_trie_blake2_256_ordered_root_version_1", {fat(scale::encode(items))}),
              to_bytes(trie::ordered_root(items, StateVersion::V0)));
    EXPECT_EQ(root("ext_trie_blake2_256_ordered_root_version_2", {fat(scale::encode(items)), 1}),
              to_bytes(trie::ordered_root(items, StateVersion::V1)));
    EXPECT_EQ(root("ext_trie_keccak_256_ordered_root_version_1", {fat(scale::encode(std::vector<Bytes>{}))}),
              "0xbc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a"_hex);
    const std::vector<std::pair<Bytes, Bytes>> pairs = {{{2}, {1}}, {{1}, Bytes(33, 1)}};
    EXPECT_EQ(root("ext_trie_blake2_256_root_version_2", {fat(scale::encode(pairs)), 1}),
              to_bytes(trie::root(pairs, StateVersion::V1)));
    EXPECT_FALSE(call("ext_trie_blake2_256_root_version_1", {fat("0x0404"_hex)}));
}

TEST_F(HostFunctions, Signatures)
{
    const Bytes message = to_bytes("message");
    const crypto::sr25519::KeyPair sr{Secret<32>{ByteArray<32>{1}}};
    const crypto::ed25519::KeyPair ed{Secret<32>{ByteArray<32>{1}}};
    const auto ec = crypto::ecdsa::KeyPair::from_seed(Secret<32>{ByteArray<32>{1}}).value();
    const auto digest = crypto::blake2_256(message);

    struct Case {
        std::string_view name;
        Bytes signature;
        Bytes key;
    };
    const Case cases[] = {
        {"ext_crypto_sr25519_verify_version_1", to_bytes(sr.sign(message, {})), to_bytes(sr.public_key())},
        {"ext_crypto_sr25519_verify_version_2", to_bytes(sr.sign(message, {})), to_bytes(sr.public_key())},
        {"ext_crypto_ed25519_verify_version_1", to_bytes(ed.sign(message)), to_bytes(ed.public_key())},
        {"ext_crypto_ecdsa_verify_version_2", to_bytes(ec.sign(message)), to_bytes(ec.public_key())},
    };
    for (const auto& [name, signature, key] : cases) {
        SCOPED_TRACE(name);
        EXPECT_EQ(call(name, {at(signature), fat(message), at(key)}).value(), 1u);
        EXPECT_EQ(call(name, {at(signature), fat(Bytes{1}), at(key)}).value(), 0u);
        Bytes bad = signature;
        bad[10] ^= 1;
        EXPECT_EQ(call(name, {at(bad), fat(message), at(key)}).value(), 0u);
    }
    const Bytes signature = to_bytes(ec.sign(message));
    EXPECT_EQ(
        call("ext_crypto_ecdsa_verify_prehashed_version_1", {at(signature), at(digest), at(ec.public_key())}).value(),
        1u);
    EXPECT_EQ(call_fat("ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", {at(signature), at(digest)}),
              concat(Bytes{0}, ec.public_key()));
    EXPECT_EQ(call_fat("ext_crypto_secp256k1_ecdsa_recover_version_2", {at(signature), at(digest)}).size(), 65u);
    Bytes bad_v = signature;
    bad_v[64] = 9;
    EXPECT_EQ(call_fat("ext_crypto_secp256k1_ecdsa_recover_version_2", {at(bad_v), at(digest)}), "0x0101"_hex);
    EXPECT_EQ(call_fat("ext_crypto_secp256k1_ecdsa_recover_version_2", {at(Bytes(65, 0)), at(digest)}), "0x0102"_hex);
    EXPECT_EQ(
        call_fat("ext_crypto_secp256k1_ecdsa_recover_version_2", {at(concat(Bytes(64, 0xff), Bytes{0})), at(digest)}),
        "0x0100"_hex);
}

TEST_F(HostFunctions, BatchesRememberABadSignature)
{
    const Bytes message = to_bytes("message");
    const crypto::sr25519::KeyPair pair{Secret<32>{ByteArray<32>{1}}};
    const auto verify = [&](ByteView text) {
        return call("ext_crypto_sr25519_batch_verify_version_1",
                    {at(pair.sign(message, {})), fat(text), at(pair.public_key())})
            .value();
    };
    EXPECT_EQ(verify(Bytes{1}), 0u);
    EXPECT_FALSE(call("ext_crypto_finish_batch_verify_version_1", {}));
    ASSERT_TRUE(call("ext_crypto_start_batch_verify_version_1", {}));
    EXPECT_FALSE(call("ext_crypto_start_batch_verify_version_1", {}));
    EXPECT_EQ(verify(Bytes{1}), 1u);
    EXPECT_EQ(verify(message), 1u);
    EXPECT_EQ(call("ext_crypto_finish_batch_verify_version_1", {}).value(), 0u);
    ASSERT_TRUE(call("ext_crypto_start_batch_verify_version_1", {}));
    EXPECT_EQ(verify(message), 1u);
    EXPECT_EQ(call("ext_crypto_finish_batch_verify_version_1", {}).value(), 1u);
}

TEST_F(HostFunctions, KeysComeFromTheKeystoreIfThereIsOne)
{
    const Bytes type = to_bytes("aura");
    EXPECT_FALSE(call("ext_crypto_sr25519_generate_version_1", {at(type), fat(Bytes{0})}));
    TestKeystore keystore;
    context.keystore = &keystore;
    const Bytes uri = scale::encode(std::optional<std::string>{"//Alice"});
    EXPECT_EQ(bytes_at(call("ext_crypto_sr25519_generate_version_1", {at(type), fat(uri)}).value(), 32),
              keystore.key());
    EXPECT_EQ(keystore.last_uri, "//Alice");
    EXPECT_EQ(call_fat("ext_crypto_sr25519_public_keys_version_1", {at(type)}), concat(Bytes{4}, keystore.key()));
    const Bytes signature =
        call_fat("ext_crypto_sr25519_sign_version_1", {at(type), at(keystore.key()), fat(Bytes{1})});
    ASSERT_EQ(signature.size(), 65u);
    EXPECT_TRUE(crypto::sr25519::verify({array_of<64>(ByteView{signature}.subspan(1))}, Bytes{1},
                                        {array_of<32>(keystore.key())}));
    EXPECT_EQ(call_fat("ext_crypto_sr25519_sign_version_1", {at(type), at(Bytes(32, 1)), fat(Bytes{1})}), Bytes{0});
    EXPECT_FALSE(call("ext_crypto_ecdsa_generate_version_1", {at(type), fat(Bytes{0})})); // a key of another size
    EXPECT_FALSE(call("ext_crypto_ecdsa_sign_prehashed_version_1", {at(type), at(Bytes(33, 2)), at(Bytes(32, 2))}));
}

TEST_F(HostFunctions, PanicsKeepTheirMessage)
{
    const auto panicked = call("ext_panic_handler_abort_on_panic_version_1", {fat(bytes_of("out of luck"))});
    EXPECT_FALSE(panicked);
    EXPECT_EQ(guest.last_error(), "out of luck");
    EXPECT_EQ(call("ext_logging_max_level_version_1", {}).value(), 1u); // nobody listens: errors alone
    context.log = [](LogLevel, std::string_view, std::string_view) {};
    EXPECT_EQ(call("ext_logging_max_level_version_1", {}).value(), 3u);
}

TEST_F(HostFunctions, EveryFunctionRefusesPointersOutsideTheMemory)
{
    const std::uint64_t outside = std::uint64_t{100} << 32 | 0xffff'fff0;
    for (const auto& function : host_functions()) {
        if (std::ranges::none_of(function.params, [](WasmType type) { return type == WasmType::I64; }))
            continue;
        if (function.name == "ext_misc_print_num_version_1") // its i64 is a number
            continue;
        const std::vector<std::uint64_t> arguments(function.params.size(), outside);
        EXPECT_FALSE(function.invoke(guest, arguments)) << function.name;
    }
}

} // namespace
} // namespace phala::host
