#include "crypto/key_pair.hpp"
#include "node/chain/aura.hpp"

#include <gtest/gtest.h>

namespace phala::node {
namespace {

TEST(Aura, SealsAndVerifies)
{
    const auto alice = crypto::KeyPair::from_uri("//Alice").value();
    const auto bob = crypto::KeyPair::from_uri("//Bob").value();
    const aura::Authorities authorities{alice.sr25519()->public_key(), bob.sr25519()->public_key()};
    Header header{.parent_hash = {}, .number = 5, .state_root = {}, .extrinsics_root = {}, .digest = {}};
    header.digest.logs.push_back(aura::slot_item(10));
    const Header sealed = aura::seal(header, *alice.sr25519());

    auto unsealed = aura::unseal(sealed).value();
    EXPECT_EQ(unsealed.header, header);
    EXPECT_EQ(aura::slot_of(header).value(), 10U);
    EXPECT_TRUE(aura::verify(unsealed, 9, authorities));
    EXPECT_TRUE(aura::verify(unsealed, std::nullopt, authorities));

    EXPECT_TRUE(aura::verify(unsealed, 10, authorities).error().is(ChainError::BadSlot));
    EXPECT_TRUE(aura::verify(unsealed, 9, {authorities[1], authorities[0]}).error().is(ChainError::BadSeal));
    EXPECT_TRUE(aura::verify(unsealed, 9, {}).error().is(ChainError::BadSeal));
    auto changed = unsealed;
    changed.header.number = 6;
    EXPECT_TRUE(aura::verify(changed, 9, authorities).error().is(ChainError::BadSeal));
}

TEST(Aura, RefusesMalformedDigests)
{
    Header header{};
    EXPECT_TRUE(aura::slot_of(header).error().is(ChainError::BadDigest));
    EXPECT_TRUE(aura::unseal(header).error().is(ChainError::BadDigest));
    header.digest.logs.push_back({digest::PreRuntime{aura::kEngine, Bytes(7)}});
    EXPECT_TRUE(aura::slot_of(header).error().is(ChainError::BadDigest));
    EXPECT_TRUE(aura::unseal(header).error().is(ChainError::BadDigest));
    header.digest.logs.push_back({digest::Seal{aura::kEngine, Bytes(63)}});
    EXPECT_TRUE(aura::unseal(header).error().is(ChainError::BadDigest));
    header.digest.logs.back() = {digest::Seal{engine_id("BABE"), Bytes(64)}};
    EXPECT_TRUE(aura::unseal(header).error().is(ChainError::BadDigest));
}

} // namespace
} // namespace phala::node
