#include "scale/json.hpp"

#include <gtest/gtest.h>

namespace phala::json {
namespace {

enum class Mode : std::uint8_t { Fast, Slow = 3 };

struct Hash {
    ByteArray<4> bytes;
    friend bool operator==(const Hash&, const Hash&) = default;
};
struct Account {
    static constexpr bool is_account = true;
    ByteArray<32> bytes;
    friend bool operator==(const Account&, const Account&) = default;
};
struct Stop {
    friend bool operator==(const Stop&, const Stop&) = default;
};
struct Go {
    u128 how_far;
    friend bool operator==(const Go&, const Go&) = default;
};
struct Say {
    std::string _0;
    friend bool operator==(const Say&, const Say&) = default;
};
struct Order {
    scale::Variant<scale::At<0, Stop>, scale::At<2, Go>, scale::At<5, Say>> kind;
    friend bool operator==(const Order&, const Order&) = default;
};
struct Everything {
    bool is_on;
    std::uint8_t small;
    std::int64_t below_zero;
    u128 huge_amount;
    Mode mode;
    Hash hash;
    Bytes raw_bytes;
    std::optional<std::uint32_t> maybe;
    std::vector<std::pair<Hash, scale::Compact<u128>>> balances;
    std::map<std::uint32_t, std::string> names;
    std::vector<Order> orders;
    scale::BoundedVec<std::uint16_t, 2> few;
    friend bool operator==(const Everything&, const Everything&) = default;
};

const Everything kExample{
    .is_on = true,
    .small = 255,
    .below_zero = -5,
    .huge_amount = ~u128{0},
    .mode = Mode::Slow,
    .hash = {{1, 2, 3, 4}},
    .raw_bytes = {0xff},
    .maybe = std::nullopt,
    .balances = {{Hash{{9, 9, 9, 9}}, u128{7}}},
    .names = {{1, "one"}},
    .orders = {{Stop{}}, {Go{3}}, {Say{"hi"}}},
    .few = {{1, 2}},
};

constexpr std::string_view kText =
    R"({"isOn":true,"small":255,"belowZero":-5,"hugeAmount":340282366920938463463374607431768211455,"mode":"Slow",)"
    R"("hash":"0x01020304","rawBytes":"0xff","maybe":null,"balances":[["0x09090909",7]],"names":[[1,"one"]],)"
    R"("orders":["Stop",{"Go":{"howFar":3}},{"Say":"hi"}],"few":[1,2]})";

constexpr Options kCamel{.naming = Naming::CamelCase};

std::string error_of(std::string_view text)
{
    auto value = from_json<Everything>(*parse(text), kCamel);
    return value ? "accepted" : value.error().message();
}

TEST(JsonFromTypes, BothWays)
{
    EXPECT_EQ(dump(to_json(kExample, kCamel)), kText);
    const auto back = from_json<Everything>(*parse(kText), kCamel);
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(*back, kExample);
    EXPECT_NE(dump(to_json(kExample)).find("\"huge_amount\""), std::string::npos);
}

TEST(JsonFromTypes, ErrorsNameThePlace)
{
    const auto with = [](std::string_view from, std::string_view to) {
        std::string text{kText};
        return error_of(text.replace(text.find(from), from.size(), to));
    };
    EXPECT_EQ(with("\"0x09090909\",7", "\"0x09090909\",\"7\""),
              "JSON value is of the wrong kind: balances: [0]: [1]: expected an integer, got a string");
    EXPECT_EQ(with("255", "256"), "JSON integer is out of range: small: expected 0 to 255, got 256");
    EXPECT_EQ(with("-5", "-9223372036854775809"), "JSON integer is out of range: belowZero: -9223372036854775809");
    EXPECT_EQ(with("\"small\":255,", ""), "member is missing: small");
    EXPECT_EQ(with("\"maybe\":null,", "\"perhaps\":1,"), "no such member: perhaps");
    EXPECT_EQ(with("\"Slow\"", "\"Medium\""), "no variant has this name: mode: Medium");
    EXPECT_EQ(with("\"Stop\"", "\"Halt\""), "no variant has this name: orders: [0]: Halt");
    EXPECT_EQ(with("\"howFar\":3", "\"howFar\":null"),
              "JSON value is of the wrong kind: orders: [1]: Go: howFar: expected an integer, got null");
    EXPECT_EQ(with("0x01020304", "0x0102"), "JSON value has the wrong length: hash: 2 bytes, expected 4");
    EXPECT_EQ(with("[1,2]}", "[1,2,3]}"), "JSON value has the wrong length: few: 3, at most 2");
    EXPECT_EQ(with("\"maybe\":null,", ""), "accepted");
    EXPECT_EQ(error_of("[]"), "JSON value is of the wrong kind: expected an object, got an array");
}

TEST(JsonFromTypes, AccountsAsAddresses)
{
    const Options options{
        .read_address = [](std::string_view text) -> Outcome<ByteArray<32>> {
            if (text != "alice")
                return fail(ShapeError::BadText, std::string{text});
            return ByteArray<32>{1};
        },
        .print_address = [](const ByteArray<32>& bytes) { return std::string{bytes[0] == 1 ? "alice" : "?"}; },
    };
    EXPECT_EQ(dump(to_json(Account{{1}}, options)), "\"alice\"");
    EXPECT_EQ(from_json<Account>(Value{"alice"}, options)->bytes[0], 1);
    EXPECT_FALSE(from_json<Account>(Value{"bob"}, options));
    EXPECT_EQ(*from_json<Account>(to_json(Account{{2}}), options), Account{{2}});
    EXPECT_FALSE(from_json<Account>(Value{"alice"})) << "without a reader an account is hex";
}

TEST(JsonFromTypes, CamelCase)
{
    EXPECT_EQ(camel_case("spec_version"), "specVersion");
    EXPECT_EQ(camel_case("_0"), "0");
    EXPECT_EQ(camel_case("a"), "a");
}

} // namespace
} // namespace phala::json
