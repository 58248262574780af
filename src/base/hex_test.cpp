#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace phala {
namespace {

TEST(Hex, BothWays)
{
    EXPECT_EQ(to_hex0x(*from_hex("0xAbC0")), "0xabc0");
    EXPECT_TRUE(from_hex("")->empty());
    EXPECT_TRUE(from_hex("0x")->empty());
    EXPECT_TRUE(from_hex("0x1").error().is(HexError::OddLength));
    EXPECT_EQ(from_hex("0x0g").error().message(), "hex text holds a character that is not a hex digit: at digit 1");
    EXPECT_TRUE(array_from_hex<2>("0x01").error().is(HexError::WrongLength));
}

} // namespace
} // namespace phala
