// Known answers: published development keys, vectors V01–V05 of the SDK's wire format.
#include "base/bytes.hpp"
#include "base/hex.hpp"
#include "phala_native.h"

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

Pair from_seed(const ByteArray<32>& seed) {
    Pair pair;
    EXPECT_EQ(phala_sr25519_keypair_from_seed(seed.data(), pair.secret.data(), pair.public_key.data()), 1);
    return pair;
}

// "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
const std::string_view kDevelopmentSeed = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";

ByteArray<32> chain_code(std::string_view name) {
    ByteArray<32> code{};
    code[0] = static_cast<std::uint8_t>(name.size() << 2); // SCALE: compact length, then the text
    std::copy(name.begin(), name.end(), code.begin() + 1);
    return code;
}

Pair development_key(std::string_view name) {
    ByteArray<32> seed{};
    EXPECT_EQ(phala_sr25519_derive_hard(from_seed(hex<32>(kDevelopmentSeed)).secret.data(), chain_code(name).data(),
                                        seed.data()),
              1);
    return from_seed(seed);
}

TEST(Schnorrkel, derives_the_development_keys) {
    EXPECT_EQ(development_key("Alice").public_key,
              hex<32>("0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"));
    EXPECT_EQ(development_key("Bob").public_key,
              hex<32>("0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"));
}

TEST(Schnorrkel, converts_the_polkadot_js_form) {
    const auto js = hex<64>("0x805b920bda4cd49d251d3329144a0cf8bdaaa07502626fa87f08e80faedab15f"
                            "092539815e61663c7f9c4c9c377346f5d2936875bd760f0ac5c5f4f6e78a6d76");
    const auto canonical = hex<64>("0x704b72419b89bab3a4632685428901bf5715b44e40ec0df50f01fdc1553bf60b"
                                   "092539815e61663c7f9c4c9c377346f5d2936875bd760f0ac5c5f4f6e78a6d76");
    ByteArray<64> out{};
    ASSERT_EQ(phala_sr25519_secret_from_ed25519_form(js.data(), out.data()), 1);
    EXPECT_EQ(out, canonical);
    ASSERT_EQ(phala_sr25519_secret_to_ed25519_form(canonical.data(), out.data()), 1);
    EXPECT_EQ(out, js);
    ByteArray<32> seed{};
    seed.fill(0x11);
    EXPECT_EQ(from_seed(seed).secret, canonical);
    ByteArray<32> public_key{};
    ASSERT_EQ(phala_sr25519_public_from_secret(canonical.data(), public_key.data()), 1);
    EXPECT_EQ(public_key, from_seed(seed).public_key);
}

TEST(Schnorrkel, signs_and_verifies) {
    const auto alice = development_key("Alice");
    const std::string_view text = "a message";
    const auto* message = reinterpret_cast<const std::uint8_t*>(text.data());
    ByteArray<64> one{}, two{};
    ASSERT_EQ(phala_sr25519_sign(alice.secret.data(), alice.public_key.data(), message, text.size(), one.data()), 1);
    ASSERT_EQ(phala_sr25519_sign(alice.secret.data(), alice.public_key.data(), message, text.size(), two.data()), 1);
    EXPECT_NE(one, two) << "signatures are randomised";
    const auto verify = [&](const ByteArray<64>& signature, std::size_t length) {
        return phala_sr25519_verify(alice.public_key.data(), message, length, signature.data());
    };
    EXPECT_EQ(verify(one, text.size()), 1);
    EXPECT_EQ(verify(two, text.size()), 1);
    EXPECT_EQ(verify(one, text.size() - 1), 0);
    EXPECT_EQ(phala_sr25519_verify(development_key("Bob").public_key.data(), message, text.size(), one.data()), 0);
    auto unmarked = one;
    unmarked[63] &= 0x7f;
    EXPECT_EQ(verify(unmarked, text.size()), 0);
    EXPECT_EQ(phala_sr25519_verify_legacy(alice.public_key.data(), message, text.size(), one.data()), 1);
    EXPECT_EQ(phala_sr25519_verify_legacy(alice.public_key.data(), message, text.size(), unmarked.data()), 0);
}

TEST(Schnorrkel, only_the_legacy_check_accepts_a_signature_from_before_0_8) {
    // the known answer that schnorrkel itself publishes
    const auto public_key = hex<32>("0xb4bfa1f7a5166695eb75299fd1c4c03ea212871c342f2c5dfea0902b2c246918");
    const auto signature = hex<64>("0x5a9755f069939f45d96aaf125cf5ce7ba1db998686f87f2fb3cbdea922078741"
                                   "a73891ba265f70c31436e18a9acd14d189d73c12317ab6c313285cd938453202");
    const std::string_view text =
        "Verifying that I am the owner of 5G9hQLdsKQswNPgB499DeA5PkFBbgkLPJWkkS6FAM6xGQ8xD. Hash: "
        "221455a3\n";
    const auto* message = reinterpret_cast<const std::uint8_t*>(text.data());
    EXPECT_EQ(phala_sr25519_verify_legacy(public_key.data(), message, text.size(), signature.data()), 1);
    EXPECT_EQ(phala_sr25519_verify(public_key.data(), message, text.size(), signature.data()), 0);
}

TEST(Schnorrkel, soft_derivation_agrees_for_secret_and_public) {
    const auto alice = development_key("Alice");
    ByteArray<64> secret{};
    ByteArray<32> from_secret{}, from_public{};
    ASSERT_EQ(phala_sr25519_derive_soft(alice.secret.data(), chain_code("x").data(), secret.data()), 1);
    ASSERT_EQ(phala_sr25519_public_from_secret(secret.data(), from_secret.data()), 1);
    ASSERT_EQ(phala_sr25519_derive_soft_public(alice.public_key.data(), chain_code("x").data(), from_public.data()), 1);
    EXPECT_EQ(from_secret, from_public);
    EXPECT_NE(from_secret, alice.public_key);
}

TEST(Schnorrkel, agrees_on_the_key_of_the_sdk) {
    const auto alice = development_key("Alice"), bob = development_key("Bob");
    const auto expected = hex<32>("0xbef705d2c12dc11985336a27fec73b2a1ee57d09a06c6ee4334d48512a404c67");
    ByteArray<32> key{};
    ASSERT_EQ(phala_sr25519_agree(alice.secret.data(), bob.public_key.data(), key.data()), 1);
    EXPECT_EQ(key, expected);
    ASSERT_EQ(phala_sr25519_agree(bob.secret.data(), alice.public_key.data(), key.data()), 1);
    EXPECT_EQ(key, expected);
}

TEST(Schnorrkel, refuses_what_is_not_a_key) {
    const auto alice = development_key("Alice");
    ByteArray<32> high{}, identity{}, key{};
    high.fill(0xff);
    ByteArray<64> bad_secret{};
    bad_secret.fill(0xff);
    EXPECT_EQ(phala_sr25519_public_is_valid(alice.public_key.data()), 1);
    EXPECT_EQ(phala_sr25519_public_is_valid(high.data()), 0);
    EXPECT_EQ(phala_sr25519_agree(alice.secret.data(), high.data(), key.data()), 0);
    EXPECT_EQ(phala_sr25519_agree(alice.secret.data(), identity.data(), key.data()), 0);
    EXPECT_EQ(phala_sr25519_public_from_secret(bad_secret.data(), key.data()), 0);
    EXPECT_EQ(phala_sr25519_agree(bad_secret.data(), alice.public_key.data(), key.data()), 0);
    EXPECT_EQ(phala_sr25519_agree(nullptr, alice.public_key.data(), key.data()), 0);
    EXPECT_EQ(phala_sr25519_agree(alice.secret.data(), alice.public_key.data(), nullptr), 0);
    EXPECT_EQ(phala_sr25519_verify(alice.public_key.data(), nullptr, 1, bad_secret.data()), 0);
    ByteArray<64> signature{};
    ASSERT_EQ(phala_sr25519_sign(alice.secret.data(), alice.public_key.data(), nullptr, 0, signature.data()), 1);
    EXPECT_EQ(phala_sr25519_verify(alice.public_key.data(), nullptr, 0, signature.data()), 1);
}

TEST(Wasmtime, instantiates_and_calls_a_module) {
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
