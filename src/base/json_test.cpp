#include "base/json.hpp"

#include "base/decimal.hpp"

#include <gtest/gtest.h>

namespace phala::json {
namespace {

Value read(std::string_view text)
{
    auto value = parse(text);
    EXPECT_TRUE(value.has_value()) << text << ": " << (value ? "" : value.error().message());
    return value ? *value : Value{};
}

TEST(Json, PrintsWhatItReads)
{
    for (std::string_view text : {"null", "true", "false", "0", "-1", "340282366920938463463374607431768211455",
                                  R"("")", R"("a\"\\\n\u0001")", "[]", "{}", R"({"b":1,"a":[{},[2,"x"],null]})"})
        EXPECT_EQ(dump(read(text)), text);
}

TEST(Json, KeepsEveryDigitOfABalance)
{
    const Value value = read("1000000000000000001");
    ASSERT_NE(value.integer(), nullptr);
    EXPECT_EQ(value.integer()->magnitude, u128{1'000'000'000'000'000'001U});
    EXPECT_EQ(read("-170141183460469231731687303715884105728"), Value{static_cast<i128>(u128{1} << 127)});
    EXPECT_EQ(read("-0"), Value{0});
}

TEST(Json, ReadsEscapesAndSpace)
{
    EXPECT_EQ(read(" \t\r\n\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\/\" "), Value{"Aé€😀/"});
    EXPECT_EQ(dump(read("{ \"a\" : [ 1 , 2 ] }"), Style::Indented), "{\n  \"a\": [\n    1,\n    2\n  ]\n}");
}

TEST(Json, RefusesWithPlaceAndReason)
{
    const auto error = [](std::string_view text, Limits limits = {}) {
        auto value = parse(text, limits);
        return value ? std::string{"accepted"} : value.error().message();
    };
    EXPECT_EQ(error(""), "JSON text ends too early: line 1, column 1");
    EXPECT_EQ(error("{\n  \"a\": 1.5}"),
              "JSON number is not an integer in plain digits (fractions and exponents are not read): line 2, column 8");
    EXPECT_EQ(error("[1,]"), "JSON text has a character that does not belong there: line 1, column 4");
    EXPECT_EQ(error("[1 2]"), "JSON text has a character that does not belong there: line 1, column 4");
    EXPECT_EQ(error("nul"), "JSON knows only the words null, true and false: line 1, column 1");
    EXPECT_EQ(error("340282366920938463463374607431768211456"),
              "JSON integer has more than 128 bits: line 1, column 1");
    EXPECT_EQ(error("01"),
              "JSON number is not an integer in plain digits (fractions and exponents are not read): line 1, column 1");
    EXPECT_EQ(error("\"a"), "JSON text ends too early: line 1, column 3");
    EXPECT_EQ(error("\"\n\""), "JSON string holds a control character; write it as an escape: line 1, column 2");
    EXPECT_EQ(error(R"("\x")"), "JSON string has an escape that does not exist: line 1, column 3");
    EXPECT_EQ(error(R"("\ud800")"), "JSON string has an escape that does not exist: line 1, column 8");
    EXPECT_EQ(error("\"\xc0\x80\""), "JSON text is not UTF-8");
    EXPECT_EQ(error(R"({"a":1,"a":2})"),
              "JSON object has a name twice: \"a\" in the object that ends at: line 1, column 14");
    EXPECT_EQ(error("1 1"), "JSON text goes on behind its value: line 1, column 3");
    EXPECT_EQ(error("[[[1]]]", {.depth = 2}), "JSON text nests too deeply: line 1, column 4");
    EXPECT_EQ(error("[1]", {.bytes = 2}), "JSON text is too long: 3 bytes, at most 2");
    EXPECT_EQ(error(std::string(100'000, '[')), "JSON text nests too deeply: line 1, column 66");
}

// The examples of RFC 7396, appendix A.
TEST(Json, MergesPatches)
{
    const std::string_view cases[][3] = {
        {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
        {R"({"a":"b"})", R"({"a":null})", R"({})"},
        {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
        {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
        {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
        {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
        {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
        {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
        {R"({"a":"foo"})", "null", "null"},
        {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
        {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
        {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
    };
    for (const auto& [original, patch, result] : cases) {
        Value value = read(original);
        merge_patch(value, read(patch));
        EXPECT_EQ(dump(value), result) << original << " + " << patch;
    }
}

TEST(Decimal, BothWays)
{
    EXPECT_EQ(to_decimal(0), "0");
    EXPECT_EQ(to_decimal(~u128{0}), "340282366920938463463374607431768211455");
    EXPECT_EQ(from_decimal("340282366920938463463374607431768211455"), ~u128{0});
    EXPECT_EQ(from_decimal("340282366920938463463374607431768211456"), std::nullopt);
    EXPECT_EQ(from_decimal(""), std::nullopt);
    EXPECT_EQ(from_decimal("1x"), std::nullopt);
}

} // namespace
} // namespace phala::json
