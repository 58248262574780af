#include "primitives/extrinsic.hpp"

#include "base/hex.hpp"
#include "primitives/dispatch_error.hpp"
#include "primitives/weight.hpp"

#include <gtest/gtest.h>

namespace phala {
namespace {

using namespace literals;

struct EraCase {
    std::uint64_t period, current;
    std::string_view hex;
    std::uint64_t decoded_period, phase, birth, death;
};

constexpr EraCase kEras[] = {
    {4, 0, "0100", 4, 0, 0, 4},
    {64, 42, "a502", 64, 42, 42, 106},
    {50, 1000, "8502", 64, 40, 1000, 1064},
    {128, 20000, "0602", 128, 32, 20000, 20128},
    {1024, 1000000, "0924", 1024, 576, 1000000, 1001024},
    {4096, 7, "7b00", 4096, 7, 7, 4103},
    {8192, 1000003, "1c12", 8192, 578, 1000002, 1008194},
    {32768, 20000, "4e9c", 32768, 20000, 20000, 52768},
    {65536, 65535, "ffff", 65536, 65520, 65520, 131056},
    {3, 10, "2100", 4, 2, 10, 14},
    {100000, 5, "0f00", 65536, 0, 0, 65536},
};

TEST(Era, HasItsGoldenBytesAndBounds)
{
    for (const auto& c : kEras) {
        const Era era = Era::mortal(c.period, c.current);
        EXPECT_EQ(to_hex(scale::encode(era)), c.hex);
        const auto decoded = scale::decode<Era>(*from_hex(c.hex));
        ASSERT_TRUE(decoded);
        EXPECT_EQ(*decoded, era);
        EXPECT_EQ(era.period(), c.decoded_period);
        EXPECT_EQ(era.phase(), c.phase) << c.hex;
        EXPECT_EQ(era.birth(c.current), c.birth) << c.hex;
        EXPECT_EQ(era.death(c.current), c.death) << c.hex;
    }
    EXPECT_EQ(to_hex(scale::encode(Era::immortal())), "00");
    EXPECT_EQ(Era::immortal().death(5), std::numeric_limits<std::uint64_t>::max());
}

TEST(Era, RefusesAPhaseBeyondItsPeriod)
{
    EXPECT_FALSE(scale::decode<Era>("4100"_hex)); // period 4, phase 4
    EXPECT_FALSE(scale::decode<Era>("01"_hex));
}

constexpr std::string_view kGenesis = "6bf30d04495c16ef053de4ac74eac35dfd6473e4907810f450bea1b976ac518f";

TEST(Extrinsic, EqualsTheVectorOfTheReference)
{
    // vectors/substrate.json, extrinsics, "immortal small", ed25519; this chain's list has the same bytes for it
    const H256 genesis{*array_from_hex<32>(kGenesis)};
    const AccountId signer{*array_from_hex<32>("88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee")};
    const Bytes call = "00011041414141"_hex;
    const auto extensions = tx_extensions(Era::immortal(), 0, 0);
    const Bytes implicit = implicit_bytes({100, 1, genesis}, genesis);
    Bytes payload;
    const Bytes extrinsic = sign_extrinsic(call, signer, extensions, implicit, [&](ByteView to_sign) {
        payload = to_bytes(to_sign);
        return MultiSignature{signature::Ed25519{
            *array_from_hex<64>("bf3f05d4364327a227784831dde85817e62332e2af7ce1a7aa710fee2014acd1"
                                "2674e6a7a2b09fdca691bb2bd2647eb95673965fcfdb875a6e67b3eaa241080f")}};
    });
    EXPECT_EQ(to_hex(payload), "00011041414141"
                               "000000"
                               "6400000001000000"
                                   + std::string{kGenesis} + std::string{kGenesis});
    EXPECT_EQ(
        to_hex(extrinsic),
        "b501840088dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee00bf3f05d4364327a227784831dde85817e62332e2af7ce1a7aa7"
        "10fee2014acd12674e6a7a2b09fdca691bb2bd2647eb95673965fcfdb875a6e67b3eaa241080f00000000011041414141");
    EXPECT_EQ(to_hex(extrinsic_hash(extrinsic)), "1a29c77b410127d9b742cc5c4bf785907f109533fb5d8e569525a653f456ad7d");

    const auto body = unwrap_extrinsic(extrinsic);
    ASSERT_TRUE(body);
    const auto parts = split_extrinsic(*body);
    ASSERT_TRUE(parts);
    ASSERT_TRUE(parts->preamble);
    EXPECT_EQ(*parts->preamble->address.account(), signer);
    EXPECT_EQ(to_hex(parts->call), to_hex(call));
}

TEST(Extrinsic, HashesLongPayloads)
{
    const Bytes rest = concat(scale::encode(tx_extensions(Era::mortal(64, 42), 70, 1'000'000'000'000)), Bytes(72, 1));
    const auto sized = [&](std::size_t size) {
        return signing_payload(Bytes(size - rest.size(), 9), tx_extensions(Era::mortal(64, 42), 70, 1'000'000'000'000),
                               Bytes(72, 1));
    };
    EXPECT_EQ(sized(256).size(), 256u);
    EXPECT_EQ(sized(257).size(), 32u);
    EXPECT_EQ(to_hex(scale::encode(tx_extensions(Era::mortal(64, 42), 70, 1'000'000'000'000))), "a5021901070010a5d4e8");
}

TEST(Extrinsic, RefusesWhatIsNotV4)
{
    EXPECT_TRUE(split_extrinsic("0401"_hex));
    EXPECT_EQ(to_hex(bare_extrinsic("0200"_hex)), "0c040200");
    for (const auto& other : {"05"_hex, "45"_hex, "85"_hex, "44"_hex, "00"_hex, Bytes{}})
        EXPECT_FALSE(split_extrinsic(other)) << to_hex(other);
    EXPECT_FALSE(split_extrinsic("8400d435"_hex));
    EXPECT_FALSE(unwrap_extrinsic("0c0402"_hex));
    EXPECT_FALSE(unwrap_extrinsic("08040200"_hex));
}

TEST(Extrinsic, V5IsBareOrGeneral)
{
    EXPECT_EQ(to_hex(bare_extrinsic("0200"_hex, ExtrinsicVersion::V5)), "0c050200");
    const auto extensions = tx_extensions(Era::mortal(64, 42), 70, 1);
    const Bytes general = general_extrinsic(extensions, "0200"_hex);
    EXPECT_EQ(to_hex(general), "24"
                               "4500"
                               "a502190104"
                               "0200");
    const Bytes body = to_bytes(*unwrap_extrinsic(general));
    EXPECT_FALSE(split_extrinsic(body)); // unless asked for
    const auto parts = split_extrinsic(body, ExtrinsicVersion::V5);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->version, ExtrinsicVersion::V5);
    EXPECT_FALSE(parts->preamble);
    ASSERT_TRUE(parts->general);
    EXPECT_EQ(scale::encode(parts->general->extensions), scale::encode(extensions));
    EXPECT_EQ(to_hex(parts->call), "0200");
    const auto bare = split_extrinsic("050200"_hex, ExtrinsicVersion::V5);
    ASSERT_TRUE(bare);
    EXPECT_FALSE(bare->general);
    EXPECT_EQ(split_extrinsic("040200"_hex, ExtrinsicVersion::V5)->version, ExtrinsicVersion::V4);
    for (const auto& other : {"85"_hex, "44"_hex, "4501000000"_hex, "4500"_hex, "06"_hex, "c5"_hex})
        EXPECT_FALSE(split_extrinsic(other, ExtrinsicVersion::V5)) << to_hex(other);
}

TEST(DispatchError, HasItsGoldenBytes)
{
    const auto hex = [](DispatchError error) { return to_hex(scale::encode(error)); };
    EXPECT_EQ(hex({dispatch_error::BadOrigin{}}), "02");
    EXPECT_EQ(hex({dispatch_error::Module{{6, {2, 0, 0, 0}}}}), "030602000000");
    EXPECT_EQ(hex({dispatch_error::Token{TokenError::Frozen}}), "0705");
    EXPECT_EQ(hex({dispatch_error::Arithmetic{ArithmeticError::Overflow}}), "0801");
    EXPECT_EQ(hex({dispatch_error::Trie{TrieError::InvalidStateRoot}}), "0e00");
}

TEST(MultiAddress, ResolvesOnlyAnAccount)
{
    AccountId account{};
    account.bytes.fill(7);
    EXPECT_EQ(to_hex(scale::encode(MultiAddress::of(account))), "00" + to_hex(account));
    const auto index = scale::decode<MultiAddress>("01"_hex);
    ASSERT_TRUE(index);
    EXPECT_EQ(index->account(), nullptr);
}

TEST(Weight, SaturatesAndIsCompact)
{
    const Weight most{~std::uint64_t{0}, std::uint64_t{1}};
    EXPECT_EQ((most + Weight{std::uint64_t{5}, std::uint64_t{2}}).ref_time.value, ~std::uint64_t{0});
    EXPECT_EQ((Weight{} - most).ref_time.value, 0u);
    EXPECT_EQ(
        to_hex(scale::encode(DispatchInfo{{std::uint64_t{63}, std::uint64_t{64}}, DispatchClass::Mandatory, Pays::No})),
        "fc01010201");
}

} // namespace
} // namespace phala
