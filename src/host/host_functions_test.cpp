#include "base/hex.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/sr25519.hpp"
#include "host/host_functions_testing.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>

namespace phala::host {
namespace {

using namespace literals;

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
        {"ext_crypto_ecdsa_verify_version_1", to_bytes(ec.sign(message)), to_bytes(ec.public_key())},
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

/// x + the order of secp256k1's group, if it fits 32 bytes.
std::optional<Bytes> plus_group_order(ByteView number)
{
    const Bytes order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"_hex;
    Bytes out(32);
    unsigned carry = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const unsigned sum = carry + number[i] + order[i];
        out[i] = static_cast<std::uint8_t>(sum);
        carry = sum >> 8;
    }
    return carry == 0 ? std::optional{out} : std::nullopt;
}

TEST_F(HostFunctions, OldEcdsaFunctionsTakeNumbersBeyondTheGroupOrder)
{
    // No honest signature has an s below 2^128, so one is made: from s = 1 and any r, recovery gives the key.
    const auto digest = crypto::blake2_256(bytes_of("message"));
    const auto signer = crypto::ecdsa::KeyPair::from_seed(Secret<32>{ByteArray<32>{1}}).value();
    Bytes signature = to_bytes(ByteView{to_bytes(signer.sign(bytes_of("other")))}.first(32));
    Bytes one(32, 0);
    one[31] = 1;
    append(signature, one);
    signature.push_back(0);
    Bytes overflowing = signature;
    const Bytes larger = plus_group_order(one).value();
    std::ranges::copy(larger, overflowing.begin() + 32);
    for (const std::string name :
         {"ext_crypto_secp256k1_ecdsa_recover_version_", "ext_crypto_secp256k1_ecdsa_recover_compressed_version_"}) {
        const Bytes known = call_fat(name + "2", {at(signature), at(digest)});
        ASSERT_EQ(known.at(0), 0);
        EXPECT_EQ(call_fat(name + "1", {at(signature), at(digest)}), known);
        EXPECT_EQ(call_fat(name + "1", {at(overflowing), at(digest)}), known);
        EXPECT_EQ(call_fat(name + "2", {at(overflowing), at(digest)}), "0x0100"_hex);
    }
    const Bytes key = to_bytes(
        ByteView{call_fat("ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", {at(signature), at(digest)})}
            .subspan(1));
    const auto verify = [&](std::string_view name) {
        return call(name, {at(overflowing), fat(bytes_of("message")), at(key)}).value();
    };
    EXPECT_EQ(verify("ext_crypto_ecdsa_verify_version_1"), 1u);
    EXPECT_EQ(verify("ext_crypto_ecdsa_verify_version_2"), 0u);
}

TEST_F(HostFunctions, ProofsOfValues)
{
    // one leaf: its node without the value
    const Bytes key = {0x61};
    const Bytes value(40, 7);
    const std::vector<std::pair<Bytes, Bytes>> map = {{key, value}};
    const Bytes proof = scale::encode(std::vector<Bytes>{"0x426100"_hex});
    for (const std::string hash : {"blake2", "keccak"}) {
        const auto function = hash == "blake2" ? crypto::blake2_256 : crypto::keccak_256;
        const std::string name = "ext_trie_" + hash + "_256_verify_proof_version_";
        const auto v0 = trie::root(map, StateVersion::V0, function);
        const auto v1 = trie::root(map, StateVersion::V1, function);
        EXPECT_EQ(call(name + "1", {at(v0), fat(proof), fat(key), fat(value)}).value(), 1u);
        EXPECT_EQ(call(name + "1", {at(v0), fat(proof), fat(key), fat(Bytes{1})}).value(), 0u);
        EXPECT_EQ(call(name + "1", {at(v1), fat(proof), fat(key), fat(value)}).value(), 0u);
        EXPECT_EQ(call(name + "2", {at(v1), fat(proof), fat(key), fat(value), 1}).value(), 1u);
        EXPECT_EQ(call(name + "2", {at(v0), fat(proof), fat(key), fat(value), 0}).value(), 1u);
        EXPECT_FALSE(call(name + "2", {at(v0), fat(proof), fat(key), fat(value), 2}));
    }
}

TEST_F(HostFunctions, PrintingGoesToTheLog)
{
    std::vector<std::string> lines;
    context.log = [&](LogLevel level, std::string_view target, std::string_view message) {
        EXPECT_EQ(level, LogLevel::Debug);
        lines.push_back(std::string{target} + " " + std::string{message});
    };
    context.max_log_level = LogLevel::Trace;
    ASSERT_TRUE(call("ext_misc_print_num_version_1", {42}));
    ASSERT_TRUE(call("ext_misc_print_utf8_version_1", {fat(bytes_of("text"))}));
    ASSERT_TRUE(call("ext_misc_print_hex_version_1", {fat(Bytes{0xab})}));
    EXPECT_EQ(lines, (std::vector<std::string>{"runtime 42", "runtime text", "runtime 0xab"}));
    EXPECT_EQ(call("ext_logging_max_level_version_1", {}).value(), 5u);
    EXPECT_EQ(call_fat("ext_misc_runtime_version_version_1", {fat(Bytes{1})}), Bytes{0});
}

TEST_F(HostFunctions, WritingWithoutEndIsStopped)
{
    const std::uint64_t value = fat(Bytes(16 * 1024 * 1024, 1));
    const std::uint64_t key = fat(Bytes{1});
    int written = 0;
    while (call("ext_storage_set_version_1", {key, value}) && written < 1000)
        ++written;
    EXPECT_EQ(written, 63);
    EXPECT_FALSE(call("ext_default_child_storage_set_version_1", {key, key, key}));
    EXPECT_FALSE(call("ext_offchain_index_set_version_1", {key, key}));
}

TEST_F(HostFunctions, SignaturesAreDeferredWhereTheCallerWillCheckThem)
{
    const Bytes message = to_bytes("message");
    const crypto::sr25519::KeyPair pair{Secret<32>{ByteArray<32>{1}}};
    const auto verify = [&](ByteView text) {
        return call("ext_crypto_sr25519_verify_version_2",
                    {at(pair.sign(message, {})), fat(text), at(pair.public_key())})
            .value();
    };
    crypto::sr25519::Batch batch;
    context.deferred = &batch;
    EXPECT_EQ(verify(message), 1u);
    EXPECT_TRUE(batch.verify());
    EXPECT_EQ(verify(Bytes{1}), 1u);
    EXPECT_EQ(batch.size(), 2u);
    EXPECT_FALSE(batch.verify());
    context.deferred = nullptr;
    EXPECT_EQ(verify(Bytes{1}), 0u);
    EXPECT_EQ(batch.size(), 2u);
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
