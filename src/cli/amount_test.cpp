#include "cli/amount.hpp"

#include <gtest/gtest.h>

namespace phala::cli {
namespace {

constexpr Balance kPha = 1'000'000'000'000;

TEST(Amount, ReadsWhatPeopleWrite)
{
    EXPECT_EQ(*parse_amount("0"), 0u);
    EXPECT_EQ(*parse_amount("1"), kPha);
    EXPECT_EQ(*parse_amount("1.5"), kPha + kPha / 2);
    EXPECT_EQ(*parse_amount(".25"), kPha / 4);
    EXPECT_EQ(*parse_amount("0.000000000001"), 1u);
    EXPECT_EQ(*parse_amount("340282366920938463463374607"),
              Balance{340282366920938463} * kPha * 1'000'000'000 + 463374607 * kPha);
}

TEST(Amount, RefusesWhatIsNone)
{
    for (const auto* text : {"", ".", "-1", "+1", "1e3", "1,5", "1.2.3", "0x10", "one", " 1", "0.0000000000001",
                             "340282366920938463463374608", "999999999999999999999999999999999999999999"}) {
        const auto amount = parse_amount(text);
        ASSERT_FALSE(amount) << text;
        EXPECT_NE(amount.error().message().find("for example 1.5"), std::string::npos) << text;
    }
}

TEST(Amount, PrintsExactlyAndReadsItBack)
{
    EXPECT_EQ(amount_text(0), "0 PHA");
    EXPECT_EQ(amount_text(1), "0.000000000001 PHA");
    EXPECT_EQ(amount_text(kPha), "1 PHA");
    EXPECT_EQ(amount_text(10 * kPha + kPha / 100), "10.01 PHA");
    for (const Balance amount : {Balance{7}, kPha - 1, kPha + 1, Balance{123456789} * kPha + 42}) {
        const auto text = amount_text(amount);
        EXPECT_EQ(*parse_amount(text.substr(0, text.find(' '))), amount) << text;
    }
}

} // namespace
} // namespace phala::cli
