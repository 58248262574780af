#include "base/hex.hpp"
#include "primitives/header.hpp"
#include "primitives/validity.hpp"

#include <gtest/gtest.h>

namespace phala {
namespace {

using namespace literals;

H256 filled(std::uint8_t byte)
{
    H256 out;
    out.bytes.fill(byte);
    return out;
}

TEST(Header, HasItsGoldenBytes)
{
    Header header{
        .parent_hash = filled(1), .number = 69, .state_root = filled(2), .extrinsics_root = filled(3), .digest = {}};
    header.digest.logs.push_back({digest::PreRuntime{engine_id("aura"), "0500000000000000"_hex}});
    header.digest.logs.push_back({digest::Seal{engine_id("aura"), "aabb"_hex}});
    header.digest.logs.push_back({digest::RuntimeEnvironmentUpdated{}});
    header.digest.logs.push_back({digest::Other{"01"_hex}});
    const Bytes bytes = scale::encode(header);
    EXPECT_EQ(to_hex(bytes), "0101010101010101010101010101010101010101010101010101010101010101"
                             "1501"
                             "0202020202020202020202020202020202020202020202020202020202020202"
                             "0303030303030303030303030303030303030303030303030303030303030303"
                             "10"
                             "0661757261200500000000000000"
                             "056175726108aabb"
                             "08"
                             "000401");
    const auto decoded = scale::decode<Header>(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, header);
}

TEST(Validity, HasItsGoldenBytes)
{
    const TransactionValidity stale = std::unexpected(TransactionValidityError{validity::Invalid{{invalid::Stale{}}}});
    EXPECT_EQ(to_hex(scale::encode(stale)), "010003");
    const TransactionValidity no_validator =
        std::unexpected(TransactionValidityError{validity::Unknown{{unknown::NoUnsignedValidator{}}}});
    EXPECT_EQ(to_hex(scale::encode(no_validator)), "010101");
    const TransactionValidity good = ValidTransaction{7, {"aa"_hex}, {"bb"_hex, "cc"_hex}, 64, true};
    EXPECT_EQ(to_hex(scale::encode(good)), "0007000000000000000404aa0804bb04cc400000000000000001");
    const auto decoded = scale::decode<TransactionValidity>(scale::encode(good));
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(*decoded == good);
}

} // namespace
} // namespace phala
