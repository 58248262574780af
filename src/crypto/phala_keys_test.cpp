#include "crypto/phala_keys.hpp"

#include "base/hex.hpp"
#include "crypto/kdf.hpp"

#include <gtest/gtest.h>

namespace {

using namespace phala;
using namespace phala::crypto;
using namespace phala::literals;

ByteArray<32> filled(std::uint8_t byte)
{
    ByteArray<32> bytes;
    bytes.fill(byte);
    return bytes;
}

sr25519::KeyPair seeded(std::uint8_t byte)
{
    return sr25519::KeyPair{Secret<32>{filled(byte)}};
}

ByteArray<32> cluster_one()
{
    ByteArray<32> id{};
    id[31] = 1;
    return id;
}

// spec trust-and-keys §2.1
TEST(PhalaKeys, hierarchy_below_a_master_key)
{
    const auto master = seeded(1);
    const auto cluster = cluster_key(master, cluster_one());
    EXPECT_EQ(to_hex(cluster.public_key()), "12a2d04f20aced72d644cd773b068287ee6f3493221f2719caff292bbc285b6c");
    EXPECT_EQ(to_hex(contract_key(cluster, filled(2)).public_key()),
              "3ae305e88b81c22e9da82609d00aeade4342d624c87a8859a8e9642f8d6b7f67");

    const auto worker = seeded(3);
    EXPECT_EQ(to_hex(worker.public_key()), "8ee504148e75c34e8f051899b3c6e4241ff18dc1c9211260b6a6a434bedb485f");
    const auto to_cluster = cluster_key_sharing_key(master);
    EXPECT_EQ(to_hex(to_cluster.public_key()), "0254ab4cd2595a200c6c0c00b0019ba7667115ee8a308359fe6d9859938c215b");
    EXPECT_EQ(to_hex(worker.agree(to_cluster.public_key())->expose()),
              "aa2ab7c9829ba3655af4c02788f57c3ab299866ab5edc243aed621bf81ec052c");
    const auto to_gatekeeper = master_key_sharing_key(master);
    EXPECT_EQ(to_hex(to_gatekeeper.public_key()), "c8109d368dab64cb8fb2448a719a419817b75d7b32d3e0395659dde009078107");
    EXPECT_EQ(to_hex(worker.agree(to_gatekeeper.public_key())->expose()),
              "c45dcf9ff1ccb3dd164a3ae38d5b1b3ead25df8b5df6dc78089900f718589c75");

    EXPECT_EQ(to_hex(grant_iv(master, 10, 0)), "e651c00d36c50c4784a18a3f");
    EXPECT_NE(grant_iv(master, 10, 1), grant_iv(master, 10, 0));
    EXPECT_EQ(to_hex(random_number(master, 5, {})), "2073f0cc46425173af29ad4fbd89a58677cc7a7f671ca24cbacd2da33e17908c");
    EXPECT_EQ(to_hex(checkpoint_key(worker).expose()), "5b505b8f8be4c3d298128f8b1da0d5c2");
}

// spec phala-sdk-wire V36
TEST(PhalaKeys, contract_key_of_a_cluster)
{
    const auto cluster = seeded(0x88);
    const sr25519::KeyPair seed_pair{
        Secret<32>{*array_from_hex<32>("f5c91d73f32dd5e1cd9e5b8561d8090d6692a39518cba7e0468345742384de11")}};
    const auto contract = contract_key(cluster, filled(0xc0));
    EXPECT_EQ(to_hex(contract.public_key()), "006ee1fa7fd6b85a89cb3f2255bb4e22c0677e40d5a3518040c16ea7b6f83f64");
    EXPECT_EQ(contract.public_key(), seed_pair.public_key());
    EXPECT_NE(contract_key(cluster, filled(0xc1)).public_key(), contract.public_key());
}

TEST(PhalaKeys, each_purpose_has_its_own_key)
{
    const auto from = seeded(1);
    const sr25519::PublicKey keys[] = {
        from.public_key(),
        cluster_key(from, filled(0)).public_key(),
        contract_key(from, filled(0)).public_key(),
        master_key_sharing_key(from).public_key(),
        cluster_key_sharing_key(from).public_key(),
        handover_key(from).public_key(),
        contract_derived_key(from, filled(0), bytes_of("salt")).public_key(),
        contract_derived_key(from, filled(0), bytes_of("other")).public_key(),
        derive_pair(from, {}).public_key(),
    };
    for (std::size_t i = 0; i < std::size(keys); ++i)
        for (std::size_t k = 0; k < i; ++k)
            EXPECT_NE(keys[i], keys[k]) << i << " " << k;
}

// spec phala-sdk-wire V37, V38: samples made by the reference
TEST(PhalaKeys, signed_bytes)
{
    const auto payload = *from_hex(
        "a63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04000454687474703a2f2f3132372e302e302e313a383030300068e5cf8b010000");
    const auto to_sign = concat("ff02"_hex, payload);
    EXPECT_TRUE(sr25519::verify(
        {*array_from_hex<64>(
            "a2b752218245e5c6c04497c16c60980385dfd01ff9bb845bad34c36e3a13ca55712f9668cf1a1f3aa3f1b7aaf24701dedb76975c01d24a21368c1b026d88a687")},
        to_sign, seeded(0x22).public_key()));
    EXPECT_TRUE(sr25519::verify(
        {*array_from_hex<64>(
            "ec7979fe53987018ace4276beae2283a4d464ff340e12e9945d3dac8c13a053bcc86da57cb1f56b993e195272ad0dfb1c7f0a22588a2eb8c19d843cc5d607f8d")},
        *from_hex(
            "060000000000000000000000000000000000000000000000000000000000000001605e7068616c612f72656769737472792f636f6e7472616374850100c0c0c0"
            "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c098eb422c44ae7f2effe51fc271514ca3d5b6ce61d00c26d43f23944d8e38a454d43593"
            "c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d0000000000000000"),
        seeded(0x88).public_key()));
}

// RFC 5869, case 1 (its first 32 bytes)
TEST(Kdf, hkdf)
{
    EXPECT_EQ(
        to_hex(hkdf_sha256(Bytes(22, 0x0b), "000102030405060708090a0b0c"_hex, "f0f1f2f3f4f5f6f7f8f9"_hex).expose()),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

} // namespace
