#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_pair.hpp"
#include "crypto/mnemonic.hpp"
#include "crypto/ss58.hpp"
#include "runtime/composition/apis.hpp"
#include "vectors.hpp"

#include <gtest/gtest.h>

namespace phala::vectors {
namespace {

using namespace crypto;

template <auto Function>
Bytes hashed(ByteView input)
{
    return to_bytes(Function(input));
}
using Hasher = Bytes (*)(ByteView);

TEST(CryptoVectors, Hashes)
{
    const std::map<std::string, Hasher> functions = {
        {"blake2b_128", hashed<&blake2_128>}, {"blake2b_256", hashed<&blake2_256>},
        {"blake2b_512", hashed<&blake2_512>}, {"twox_64", hashed<&twox_64>},
        {"twox_128", hashed<&twox_128>},      {"twox_256", hashed<&twox_256>},
        {"keccak_256", hashed<&keccak_256>},  {"keccak_512", hashed<&keccak_512>},
        {"sha2_256", hashed<&sha2_256>},
    };
    for (const auto& known : *section("hash").array())
        for (const auto& [name, function] : functions)
            EXPECT_EQ(to_hex(function(bytes(known, "input"))), to_hex(bytes(known, name)))
                << name << " of " << text(known, "input");
}

Bytes segment(std::string_view hasher, ByteView key)
{
    const std::map<std::string_view, std::pair<Hasher, bool>> kinds = {
        {"Blake2_128", {hashed<&blake2_128>, false}},
        {"Blake2_256", {hashed<&blake2_256>, false}},
        {"Blake2_128Concat", {hashed<&blake2_128>, true}},
        {"Twox128", {hashed<&twox_128>, false}},
        {"Twox256", {hashed<&twox_256>, false}},
        {"Twox64Concat", {hashed<&twox_64>, true}},
        {"Identity", {[](ByteView) { return Bytes{}; }, true}},
    };
    const auto& [function, with_key] = kinds.at(hasher);
    return with_key ? concat(function(key), key) : function(key);
}

TEST(CryptoVectors, StorageKeys)
{
    for (const auto& known : *section("storageKeys").array()) {
        const Bytes expected = bytes(known, "key");
        if (has(known, "wellKnown")) {
            const std::string name = text(known, "wellKnown");
            const Bytes key = name.starts_with(":__STORAGE_VERSION__:")
                                  ? concat(twox_128(bytes_of("System")), twox_128(bytes_of(":__STORAGE_VERSION__:")))
                                  : to_bytes(name);
            EXPECT_EQ(to_hex(key), to_hex(expected)) << name;
            continue;
        }
        Bytes key = concat(twox_128(bytes_of(text(known, "pallet"))), twox_128(bytes_of(text(known, "item"))));
        for (const auto& part : list(known, "keys")) {
            const std::string& written = string(items(part).at(1)); // hex, then perhaps what it means
            append(key, segment(string(items(part).at(0)), from_hex(written.substr(0, written.find(' '))).value()));
        }
        EXPECT_EQ(to_hex(key), to_hex(expected)) << text(known, "pallet") << "." << text(known, "item");
    }
}

TEST(CryptoVectors, IdsOfOurRuntimeApis)
{
    runtime::composition::Apis::for_each([]<class Api>() {
        constexpr auto name = runtime::api_name<Api>;
        EXPECT_EQ(to_hex(Api::id), to_hex(bytes(section("runtimeApiIds"), name))) << name;
    });
}

TEST(CryptoVectors, Ss58)
{
    const auto& ss58 = section("ss58");
    for (const auto& known : list(ss58, "valid")) {
        const auto prefix = static_cast<std::uint16_t>(number(known, "prefix"));
        const Bytes key = bytes(known, "publicKey");
        EXPECT_EQ(ss58_encode(key, prefix).value(), text(known, "address"));
        EXPECT_EQ(ss58_decode(text(known, "address")).value(), (Ss58Address{prefix, key}));
        EXPECT_EQ(to_hex(KeyPair::from_uri(text(known, "key")).value().account()), to_hex(key));
    }
    for (const auto& known : list(ss58, "other")) {
        const auto prefix = static_cast<std::uint16_t>(number(known, "prefix"));
        EXPECT_EQ(ss58_encode(bytes(known, "payload"), prefix).value(), text(known, "address"));
        EXPECT_EQ(ss58_decode(text(known, "address")).value(), (Ss58Address{prefix, bytes(known, "payload")}));
    }
    for (const auto& refused : list(ss58, "invalid"))
        EXPECT_FALSE(ss58_decode(text(refused, "address"))) << text(refused, "why");
    for (const auto& reserved : list(ss58, "reservedPrefixes"))
        EXPECT_FALSE(ss58_encode(Bytes(32, 1), static_cast<std::uint16_t>(reserved.integer()->magnitude)));
}

Scheme scheme_of(const Value& known, std::string_view name = "type")
{
    const std::string type = text(known, name);
    return type == "sr25519" ? Scheme::Sr25519 : type == "ed25519" ? Scheme::Ed25519 : Scheme::Ecdsa;
}

TEST(CryptoVectors, Phrases)
{
    const auto& keys = section("keys");
    EXPECT_EQ(text(keys, "devPhrase"), kDevPhrase);
    EXPECT_EQ(to_hex(phrase_to_entropy(kDevPhrase)->expose()), to_hex(bytes(keys, "entropy")));
    EXPECT_EQ(to_hex(phrase_to_seed(kDevPhrase)->expose()), to_hex(bytes(keys, "miniSecret")));
    EXPECT_EQ(to_hex(phrase_to_seed(kDevPhrase, "Substrate")->expose()),
              to_hex(bytes(keys, "miniSecretWithPassword_Substrate")));
    EXPECT_NE(to_hex(phrase_to_seed(kDevPhrase)->expose()), to_hex(bytes(keys, "bip39SeedNotUsed")));
}

TEST(CryptoVectors, Derivations)
{
    const auto& keys = section("keys");
    for (const auto& known : list(keys, "junctionChainCodes"))
        EXPECT_EQ(to_hex(chain_code_of(text(known, "junction").substr(2))), to_hex(bytes(known, "chainCode")));
    for (const auto& known : list(keys, "derivations")) {
        const std::string written = text(known, "uri");
        SCOPED_TRACE(text(known, "type") + " " + written);
        const auto pair = KeyPair::from_uri(written.starts_with('(') ? "" : written, scheme_of(known));
        if (has(known, "error")) {
            EXPECT_FALSE(pair);
            continue;
        }
        ASSERT_TRUE(pair) << pair.error().message();
        EXPECT_EQ(to_hex(pair->public_key()), to_hex(bytes(known, "publicKey")));
        EXPECT_EQ(to_hex(pair->account()), to_hex(bytes(known, "accountId")));
        EXPECT_EQ(address_of(pair->account(), 42), text(known, "ss58_42"));
        EXPECT_EQ(address_of(pair->account(), 30), text(known, "ss58_30"));
    }
    for (const auto& known : list(keys, "fromRawSeed")) {
        const auto pair = KeyPair::from_uri(text(known, "seed"), scheme_of(known)).value();
        EXPECT_EQ(to_hex(pair.public_key()),
                  to_hex(bytes(known, has(known, "publicKey") ? "publicKey" : "publicKeyCompressed")));
        if (has(known, "accountId_blake2_256"))
            EXPECT_EQ(to_hex(pair.account()), to_hex(bytes(known, "accountId_blake2_256")));
    }
}

/// Wallets write the scalar times the cofactor, 8.
Bytes wallet_form(const Secret<64>& secret)
{
    Bytes out = to_bytes(secret.expose());
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        const unsigned shifted = static_cast<unsigned>(out[i]) << 3 | carry;
        out[i] = static_cast<std::uint8_t>(shifted);
        carry = shifted >> 8;
    }
    return out;
}

TEST(CryptoVectors, Sr25519Expansion)
{
    const auto& known = member(section("keys"), "sr25519Expand");
    const sr25519::KeyPair root{Secret<32>{array_of<32>(bytes(known, "miniSecret"))}};
    EXPECT_EQ(to_hex(root.public_key()), to_hex(bytes(known, "publicKey")));
    EXPECT_EQ(to_hex(wallet_form(root.secret())), to_hex(bytes(known, "secretKey64")));
    const auto& hard = member(known, "hardAlice");
    EXPECT_EQ(to_hex(root.derive_hard(array_of<32>(bytes(hard, "chainCode"))).public_key()),
              to_hex(bytes(hard, "publicKey")));
    const auto& soft = member(known, "softAlice");
    const auto chain_code = array_of<32>(bytes(soft, "chainCode"));
    EXPECT_EQ(to_hex(root.derive_soft(chain_code).public_key()), to_hex(bytes(soft, "publicKey")));
    EXPECT_EQ(to_hex(*sr25519::derive_soft(root.public_key(), chain_code)),
              to_hex(bytes(known, "softPublicOnlyAlice")));

    const auto& deterministic = section("sr25519Deterministic");
    const auto alice = root.derive_hard(array_of<32>(bytes(hard, "chainCode")));
    EXPECT_EQ(to_hex(wallet_form(alice.secret())), to_hex(bytes(deterministic, "hardAliceSecretKey64")));
    EXPECT_EQ(to_hex(wallet_form(root.secret())), to_hex(bytes(deterministic, "rootSecretKey64")));
    EXPECT_EQ(to_hex(root.derive_soft(chain_code).public_key()), to_hex(bytes(deterministic, "softAlicePublic")));
    for (const auto& one : list(deterministic, "cases")) {
        ASSERT_EQ(to_hex(alice.public_key()), to_hex(bytes(one, "publicKey")));
        EXPECT_EQ(to_hex(alice.sign(bytes(one, "message"), {})), to_hex(bytes(one, "signature")));
    }
}

TEST(CryptoVectors, Signatures)
{
    for (const auto& known : *section("signatures").array()) {
        const Bytes message = bytes(known, "message");
        const Scheme scheme = scheme_of(known, "scheme");
        const bool valid = flag(known, "valid");
        if (scheme == Scheme::Ecdsa) {
            const ecdsa::PublicKey key{array_of<33>(bytes(known, "publicKeyCompressed"))};
            const ecdsa::Signature signature{array_of<65>(bytes(known, "signature65_RSV"))};
            const auto digest = text(known, "prehash") == "keccak_256" ? keccak_256(message) : blake2_256(message);
            EXPECT_EQ(ecdsa::recover(signature, digest) == key, valid);
            if (text(known, "prehash") == "blake2_256") {
                EXPECT_EQ(to_hex(digest), to_hex(bytes(known, "digest")));
                EXPECT_EQ(ecdsa::verify(signature, message, key), valid);
                const auto again = KeyPair::from_uri("//Alice", scheme)->sign(message, {});
                EXPECT_EQ(to_hex(again.scheme.get_if<signature::Ecdsa>()->_0), to_hex(signature));
            }
            continue;
        }
        const auto key = array_of<32>(bytes(known, "publicKey"));
        const auto raw = array_of<64>(bytes(known, "signature"));
        EXPECT_EQ(scheme == Scheme::Sr25519 ? sr25519::verify({raw}, message, {key})
                                            : ed25519::verify({raw}, message, {key}),
                  valid);
        if (has(known, "deterministic")) {
            const auto again = KeyPair::from_uri("//Alice", scheme)->sign(message, {});
            EXPECT_EQ(to_hex(again.scheme.get_if<signature::Ed25519>()->_0), to_hex(raw));
        }
    }
}

} // namespace
} // namespace phala::vectors
