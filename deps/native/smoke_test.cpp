// Known answers: published development keys, vectors V02 and V04 of the SDK's wire format.
#include "base/bytes.hpp"
#include "base/hex.hpp"
#include "phala_crypto.h"

#include <array>
#include <cstdint>
#include <gtest/gtest.h>
#include <string_view>
#include <vector>
#include <wasmtime.hh>

namespace {

using phala::ByteArray;

template <std::size_t N>
ByteArray<N> hex(std::string_view text)
{
    return phala::array_from_hex<N>(text).value();
}

struct Pair {
    ByteArray<64> secret{};
    ByteArray<32> public_key{};
};

// from "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
const std::string_view kDevelopmentSeed = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";

Pair development_key(std::string_view name)
{
    ByteArray<32> code{};
    code[0] = static_cast<std::uint8_t>(name.size() << 2); // SCALE: compact length, then the text
    std::copy(name.begin(), name.end(), code.begin() + 1);
    ByteArray<64> root{};
    phala_sr25519_from_seed(hex<32>(kDevelopmentSeed).data(), root.data());
    Pair pair;
    EXPECT_TRUE(phala_sr25519_derive_hard(root.data(), code.data(), pair.secret.data()));
    EXPECT_TRUE(phala_sr25519_public(pair.secret.data(), pair.public_key.data()));
    return pair;
}

TEST(Schnorrkel, derives_the_development_keys)
{
    EXPECT_EQ(development_key("Alice").public_key,
              hex<32>("0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"));
    EXPECT_EQ(development_key("Bob").public_key,
              hex<32>("0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"));
}

TEST(Schnorrkel, signs_and_verifies)
{
    const auto alice = development_key("Alice");
    const std::string_view text = "a message";
    const auto* message = reinterpret_cast<const std::uint8_t*>(text.data());
    const ByteArray<32> entropy{7};
    ByteArray<64> signature{};
    ASSERT_TRUE(phala_sr25519_sign(alice.secret.data(), alice.public_key.data(), message, text.size(), entropy.data(),
                                   signature.data()));
    const auto verify = [&](std::size_t length) {
        return phala_sr25519_verify(alice.public_key.data(), message, length, signature.data());
    };
    EXPECT_TRUE(verify(text.size()));
    EXPECT_FALSE(verify(text.size() - 1));
    EXPECT_FALSE(
        phala_sr25519_verify(development_key("Bob").public_key.data(), message, text.size(), signature.data()));
    signature[63] &= 0x7f; // the marker bit
    EXPECT_FALSE(verify(text.size()));
}

TEST(Schnorrkel, only_the_deprecated_check_accepts_a_signature_from_before_0_8)
{
    // the known answer that schnorrkel itself publishes
    const auto public_key = hex<32>("0xb4bfa1f7a5166695eb75299fd1c4c03ea212871c342f2c5dfea0902b2c246918");
    const auto signature = hex<64>("0x5a9755f069939f45d96aaf125cf5ce7ba1db998686f87f2fb3cbdea922078741"
                                   "a73891ba265f70c31436e18a9acd14d189d73c12317ab6c313285cd938453202");
    const std::string_view text =
        "Verifying that I am the owner of 5G9hQLdsKQswNPgB499DeA5PkFBbgkLPJWkkS6FAM6xGQ8xD. Hash: 221455a3\n";
    const auto* message = reinterpret_cast<const std::uint8_t*>(text.data());
    EXPECT_TRUE(phala_sr25519_verify_deprecated(public_key.data(), message, text.size(), signature.data()));
    EXPECT_FALSE(phala_sr25519_verify(public_key.data(), message, text.size(), signature.data()));
}

TEST(Schnorrkel, agrees_on_the_key_of_the_sdk)
{
    const auto alice = development_key("Alice");
    const auto bob = development_key("Bob");
    const auto expected = hex<32>("0xbef705d2c12dc11985336a27fec73b2a1ee57d09a06c6ee4334d48512a404c67");
    ByteArray<32> key{};
    ASSERT_TRUE(phala_sr25519_agree(alice.secret.data(), bob.public_key.data(), key.data()));
    EXPECT_EQ(key, expected);
    ASSERT_TRUE(phala_sr25519_agree(bob.secret.data(), alice.public_key.data(), key.data()));
    EXPECT_EQ(key, expected);
    const ByteArray<32> identity{};
    EXPECT_FALSE(phala_sr25519_agree(alice.secret.data(), identity.data(), key.data()));
}

TEST(Wasmtime, instantiates_and_calls_a_module)
{
    wasmtime::Engine engine;
    wasmtime::Store store(engine);
    const auto module = wasmtime::Module::compile(engine, R"((module
        (import "env" "twice" (func $twice (param i32) (result i32)))
        (func (export "run") (param i32) (result i32) (i32.add (call $twice (local.get 0)) (i32.const 1)))
        (func (export "trap") unreachable)))");
    ASSERT_TRUE(module) << module.err().message();
    const auto twice = wasmtime::Func::wrap(store, [](std::int32_t value) { return 2 * value; });
    auto instance = wasmtime::Instance::create(store, module.ok_ref(), {twice});
    ASSERT_TRUE(instance);
    const auto call = [&](std::string_view name, std::vector<wasmtime::Val> arguments) {
        return std::get<wasmtime::Func>(*instance.ok_ref().get(store, name)).call(store, arguments);
    };
    const auto result = call("run", {20});
    ASSERT_TRUE(result);
    EXPECT_EQ(result.ok_ref()[0].i32(), 41);
    EXPECT_FALSE(call("trap", {})) << "a trap is an error value";
}

} // namespace
