#include "scale/codec.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace phala::scale {
namespace {

using namespace literals;

struct Point {
    std::uint16_t x;
    Compact<u128> y;
};
enum class Colour : std::uint8_t { Red, Blue = 5 };
struct Nothing {};
using Shape = Variant<At<0, Nothing>, At<7, Point>>;
struct Node;
struct Leaf {
    std::uint8_t value;
};
struct Inner {
    Box<Node> next;
};
struct Node {
    Variant<At<0, Leaf>, At<1, Inner>> value;
};

template <class T>
void round_trip(const T& value, ByteView expected)
{
    EXPECT_EQ(to_hex(encode(value)), to_hex(expected));
    auto decoded = decode<T>(expected);
    ASSERT_TRUE(decoded) << decoded.error().message();
    EXPECT_EQ(to_hex(encode(*decoded)), to_hex(expected));
    for (std::size_t cut = 0; cut < expected.size(); ++cut)
        EXPECT_FALSE(decode<T>(expected.first(cut))) << "a prefix of " << cut << " bytes decodes";
}

template <class T>
void refused(ByteView bytes, ScaleError why)
{
    auto decoded = decode<T>(bytes);
    ASSERT_FALSE(decoded);
    EXPECT_TRUE(decoded.error().is(why)) << decoded.error().message();
}

TEST(Codec, GoldenBytes)
{
    round_trip(std::uint32_t{0x01020304}, "04030201"_hex);
    round_trip(i128{-1}, Bytes(16, 0xff));
    round_trip(true, "01"_hex);
    round_trip(std::string{"Hé"}, "0c48c3a9"_hex);
    round_trip(std::vector<std::uint16_t>{1, 2}, "0801000200"_hex);
    round_trip(std::optional<bool>{true}, "0101"_hex);
    round_trip(std::optional<bool>{}, "00"_hex);
    round_trip(std::expected<std::uint8_t, Colour>{7}, "0007"_hex);
    round_trip(std::expected<void, Colour>{std::unexpected{Colour::Blue}}, "0105"_hex);
    round_trip(std::tuple{std::uint8_t{1}, Colour::Red}, "0100"_hex);
    round_trip(std::map<std::uint8_t, bool>{{2, true}, {1, false}}, "0801000201"_hex);
    round_trip(Point{1, u128{64}}, "01000101"_hex);
    round_trip(Shape{Point{1, u128{0}}}, "07010000"_hex);
    round_trip(Shape{Nothing{}}, "00"_hex);
    round_trip(Node{Inner{Node{Leaf{9}}}}, "010009"_hex);
}

TEST(Codec, CompactBoundaries)
{
    struct Case {
        u128 value;
        const char* hex;
    };
    for (const auto& [value, hex] : {Case{0, "00"},
                                     {63, "fc"},
                                     {64, "0101"},
                                     {16383, "fdff"},
                                     {16384, "02000100"},
                                     {(1U << 30) - 1, "feffffff"},
                                     {1U << 30, "0300000040"},
                                     {~std::uint64_t{0}, "13ffffffffffffffff"},
                                     {~u128{0}, "33ffffffffffffffffffffffffffffffff"}})
        round_trip(Compact<u128>{value}, *from_hex(hex));
    refused<Compact<u128>>("0100"_hex, ScaleError::NonMinimalCompact);
    refused<Compact<u128>>("02000000"_hex, ScaleError::NonMinimalCompact);
    refused<Compact<u128>>("0300000000"_hex, ScaleError::NonMinimalCompact);
    refused<Compact<u128>>("0700000040"
                           "00"_hex,
                           ScaleError::NonMinimalCompact);
    refused<Compact<std::uint8_t>>("0104"_hex, ScaleError::CompactOverflow);
    refused<Compact<u128>>(Bytes(68, 0xff), ScaleError::CompactOverflow);
}

TEST(Codec, RefusesWhatIsNoEncoding)
{
    refused<bool>("02"_hex, ScaleError::BadBool);
    refused<Colour>("01"_hex, ScaleError::BadEnumerator);
    refused<Shape>("01"_hex, ScaleError::BadVariant);
    refused<std::uint8_t>("0102"_hex, ScaleError::TrailingBytes);
    refused<std::string>("04ff"_hex, ScaleError::BadUtf8);
    refused<Bytes>("feffffff"_hex, ScaleError::LengthTooLarge);
    refused<std::vector<Nothing>>("feffffff"_hex, ScaleError::LengthTooLarge);
    refused<BoundedVec<std::uint8_t, 1>>("080102"_hex, ScaleError::BoundExceeded);
    refused<Node>(Bytes(100'000, 0x01), ScaleError::TooDeep);
}

TEST(Codec, LeavesTheRestWhereAsked)
{
    Bytes input = "010203"_hex;
    ByteView rest = input;
    EXPECT_EQ(*decode_front<std::uint8_t>(rest), 1);
    EXPECT_EQ(rest.size(), 2U);
    EXPECT_TRUE(decode<std::uint8_t>(input, Rest::Allow));
}

TEST(Codec, SaysWhereItStopped)
{
    auto decoded = decode<std::tuple<std::uint8_t, bool>>("0107"_hex);
    EXPECT_EQ(decoded.error().message(), "SCALE boolean is neither 0 nor 1: at byte 2 of 2");
}

} // namespace
} // namespace phala::scale
