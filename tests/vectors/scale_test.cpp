#include "base/decimal.hpp"
#include "base/hex.hpp"
#include "scale/bit_vec.hpp"
#include "scale/codec.hpp"
#include "vectors.hpp"

#include <gtest/gtest.h>

namespace phala::vectors {
namespace {

template <class T>
void expect_both_ways(const T& value, ByteView encoded)
{
    EXPECT_EQ(to_hex(scale::encode(value)), to_hex(encoded));
    const auto decoded = scale::decode<T>(encoded);
    ASSERT_TRUE(decoded) << decoded.error().message();
    EXPECT_TRUE(*decoded == value);
}

TEST(ScaleVectors, Compact)
{
    for (const auto& known : list(section("scale"), "compact")) {
        SCOPED_TRACE(text(known, "value"));
        const Bytes encoded = bytes(known, "hex");
        const auto value = from_decimal(text(known, "value"));
        if (!value) { // wider than any number of ours: an error, not a smaller number
            EXPECT_GT(encoded.size(), sizeof(u128) + 1);
            EXPECT_FALSE(scale::decode<scale::Compact<u128>>(encoded));
            continue;
        }
        expect_both_ways(scale::Compact<u128>{*value}, encoded);
        EXPECT_EQ(scale::decode<scale::Compact<std::uint64_t>>(encoded).has_value(), *value >> 64 == 0);
        EXPECT_EQ(scale::decode<scale::Compact<std::uint32_t>>(encoded).has_value(), *value >> 32 == 0);
    }
    for (const auto& refused : list(section("scale"), "compactNonCanonicalMustReject"))
        EXPECT_FALSE(scale::decode<scale::Compact<u128>>(bytes(refused, "hex"))) << text(refused, "why");
}

template <class T>
void expect_integer(std::string_view digits, ByteView encoded)
{
    const bool negative = digits.starts_with('-');
    const u128 magnitude = from_decimal(digits.substr(negative ? 1 : 0)).value();
    expect_both_ways(static_cast<T>(negative ? -magnitude : magnitude), encoded);
}

TEST(ScaleVectors, Integers)
{
    const std::map<std::string, void (*)(std::string_view, ByteView)> kinds = {
        {"u8", expect_integer<std::uint8_t>},   {"i8", expect_integer<std::int8_t>},
        {"u16", expect_integer<std::uint16_t>}, {"i16", expect_integer<std::int16_t>},
        {"u32", expect_integer<std::uint32_t>}, {"i32", expect_integer<std::int32_t>},
        {"u64", expect_integer<std::uint64_t>}, {"i64", expect_integer<std::int64_t>},
        {"u128", expect_integer<u128>},         {"i128", expect_integer<__int128>},
    };
    for (const auto& known : list(section("scale"), "ints")) {
        SCOPED_TRACE(text(known, "type"));
        if (text(known, "type") == "u256") { // 32 bytes, the least significant first
            ByteArray<32> value{};
            value[0] = static_cast<std::uint8_t>(*from_decimal(text(known, "value")));
            expect_both_ways(value, bytes(known, "hex"));
        } else {
            kinds.at(text(known, "type"))(text(known, "value"), bytes(known, "hex"));
        }
    }
}

TEST(ScaleVectors, Composites)
{
    const auto& known = list(section("scale"), "misc");
    ASSERT_EQ(known.size(), 14u);
    std::size_t at = 0;
    const auto expect_next = [&](std::string_view type, const auto& value) {
        SCOPED_TRACE(type);
        ASSERT_EQ(text(known[at], "type"), type);
        expect_both_ways(value, bytes(known[at++], "hex"));
    };
    expect_next("bool", true);
    expect_next("Option<bool>", std::optional<bool>{});
    expect_next("Option<bool>", std::optional{true});
    expect_next("Option<bool>", std::optional{false});
    expect_next("Option<u32>", std::optional<std::uint32_t>{1});
    expect_next("Vec<u16>", std::vector<std::uint16_t>{4, 8, 15, 16, 23, 42});
    expect_next("Text", std::string{"Hamlet"});
    expect_next("Text", std::string{"\u0421\u043c\u043d"});
    expect_next("(Compact<u32>,bool)", std::tuple{scale::Compact<std::uint32_t>{3}, false});
    using Result = std::expected<std::uint8_t, bool>;
    expect_next("Result<u8,bool>", Result{std::uint8_t{42}});
    expect_next("Result<u8,bool>", Result{std::unexpected{false}});
    expect_next("BTreeMap<u32,u8>", std::map<std::uint32_t, std::uint8_t>{{1, 10}, {2, 20}});
    expect_next("BTreeSet<u32>", std::set<std::uint32_t>{3, 1, 2});
    expect_next("BitVec(Lsb0,u8)", scale::BitVec{{true, true, false, false, true}});
}

} // namespace
} // namespace phala::vectors
