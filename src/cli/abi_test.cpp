#include "cli/abi.hpp"

#include "cli/abi_test_bundle.hpp"
#include "cli/abi_types.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/ss58.hpp"

#include <gtest/gtest.h>

namespace phala::cli {
namespace {

using testing::kBundle;

const Abi& abi()
{
    static const Abi kAbi = *Abi::parse(kBundle);
    return kAbi;
}

/// The bundle's types alone, to try each without a message around it.
const AbiTypes& types()
{
    static const AbiTypes kTypes = [] {
        AbiTypes out;
        const auto bundle = *json::parse(kBundle);
        for (const auto& entry : array_member(bundle, "types"))
            out.emplace(number_of(entry.find("id")), *entry.find("type"));
        return out;
    }();
    return kTypes;
}

json::Value value(std::string_view text)
{
    return *json::parse(text);
}

std::string encoded(std::uint32_t type, std::string_view text)
{
    Bytes out;
    const auto done = encode_value(types(), out, type, value(text));
    return done ? to_hex(out) : done.error().message();
}

std::string decoded(std::uint32_t type, std::string_view hex)
{
    const auto out = decode_value(types(), type, *from_hex(hex));
    return out ? json::dump(*out) : "refused";
}

std::string bob()
{
    return "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48";
}

TEST(Abi, ReadsABundle)
{
    EXPECT_EQ(abi().name(), "Everything");
    EXPECT_EQ(to_hex(abi().code()), "0061736d");
    ASSERT_EQ(abi().constructors().size(), 1u);
    EXPECT_EQ(abi().constructors()[0].docs, "Makes it.");
    EXPECT_TRUE(abi().constructors()[0].mutates);
    ASSERT_TRUE(abi().message("supply"));
    EXPECT_FALSE((*abi().message("supply"))->mutates);
    EXPECT_EQ((*abi().message("forget"))->result, std::nullopt);
}

TEST(Abi, EncodesACallBySelectorAndArguments)
{
    const auto* transfer = *abi().message("transfer");
    const std::string wanted = "84a15da1" + bob() + "2c010000000000000000000000000000";
    EXPECT_EQ(to_hex(*abi().encode(*transfer, {"//Bob", "300"})), wanted);
    EXPECT_EQ(to_hex(*abi().encode(*transfer, {"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", "300"})), wanted)
        << "an address of any chain";
    EXPECT_EQ(to_hex(*abi().encode(*transfer, {"0x" + bob(), "300"})), wanted);
    EXPECT_EQ(to_hex(*abi().encode(**abi().message("supply"), {})), "5209275f");
    EXPECT_EQ(to_hex(*abi().encode(**abi().constructor("create"), {"1"})), "ab700a1b01000000000000000000000000000000");
}

TEST(Abi, EncodesEveryKindOfValue)
{
    EXPECT_EQ(encoded(0, "340282366920938463463374607431768211455"), std::string(32, 'f'));
    EXPECT_EQ(encoded(7, "-2"), "feff");
    EXPECT_EQ(encoded(7, "-32768"), "0080");
    EXPECT_EQ(encoded(8, "\"hé\""), "0c68c3a9");
    EXPECT_EQ(encoded(9, "true"), "01");
    EXPECT_EQ(encoded(2, "null"), "");
    EXPECT_EQ(encoded(3, "\"CouldNotReadInput\""), "01");
    EXPECT_EQ(encoded(1, R"({"Ok": 5})"), "0005000000000000000000000000000000");
    EXPECT_EQ(encoded(11, "[[1, true], [258, false]]"), "080100000001"
                                                        "0201000000");
    EXPECT_EQ(encoded(13, "null"), "00");
    EXPECT_EQ(encoded(13, "1"), "010100");
    EXPECT_EQ(encoded(16, "\"0x0102\""), "080102");
    EXPECT_EQ(encoded(16, "[1, 2]"), "080102");
    EXPECT_EQ(encoded(17, "\"0x01020304\""), "01020304");
    EXPECT_EQ(encoded(18, "16384"), "02000100");
    EXPECT_EQ(encoded(20, R"({"More": [7, {"More": [8, "End"]}]})"), "0107010800");
    EXPECT_EQ(encoded(14, "\"0x" + bob() + "\""), bob());
    EXPECT_EQ(encoded(10, R"({"note": "a", "lines": [], "limit": 3, "key": "0x)" + bob() + "\"}"),
              "046100010300" + bob());
}

TEST(Abi, DecodesWhatItEncodes)
{
    for (const auto& [type, text] : std::initializer_list<std::pair<std::uint32_t, std::string>>{
             {0, "12345678901234567890"},
             {1, R"({"Err":"CouldNotReadInput"})"},
             {2, "null"},
             {7, "-300"},
             {8, R"("hé")"},
             {9, "false"},
             {10, R"({"note":"x","lines":[[1,true]],"limit":null,"key":"0x)" + bob() + "\"}"},
             {13, "-1"},
             {16, R"("0x010203")"},
             {18, "1073741824"},
             {20, R"({"More":[1,{"More":[2,"End"]}]})"},
             {23, "[1,2,3]"}})
        EXPECT_EQ(decoded(type, encoded(type, text)), text) << "type " << type;
    EXPECT_EQ(decoded(4, bob()), encoded(4, "\"//Bob\"") == bob() ? decoded(4, encoded(4, decoded(4, bob()))) : "");
}

TEST(Abi, RefusesValuesThatDoNotFitAndSaysWhy)
{
    const auto says = [](std::uint32_t type, std::string_view text, std::string_view wanted) {
        const auto message = encoded(type, text);
        EXPECT_NE(message.find(wanted), std::string::npos) << text << ": " << message;
    };
    says(6, "256", "256 does not fit u8");
    says(6, "-1", "-1 does not fit u8");
    says(7, "32768", "does not fit i16");
    says(6, "\"1\"", "expected u8, got a string");
    says(9, "1", "expected bool");
    says(4, "\"Bob\"", "address");
    says(4, "7", "expected an account");
    says(4, "\"0x01\"", "32 bytes");
    says(3, "\"Nothing\"", "no variant Nothing; there are CouldNotReadInput");
    says(3, R"({"CouldNotReadInput": 1})", "expected nothing");
    says(1, "5", "the name of a variant");
    says(2, "5", "expected null");
    says(10, R"({"note": "a"})", "missing lines");
    says(10, R"({"note": "a", "lines": [], "limit": 3, "key": "0x)" + bob() + R"(", "more": 1})", "unknown more");
    says(10, R"({"note": 1, "lines": [], "limit": 3, "key": "0x00"})", "note: expected str");
    says(10, "5", "expected an object");
    says(11, "[[1]]", "an array of 2");
    says(17, "\"0x0102\"", "expected 4 bytes, got 2");
    says(17, "[1, 2, 3]", "expected 4 elements, got 3");
    says(17, "\"0x010\"", "odd number");
    says(23, "\"0x01020304\"", "expected an array"); // bytes are no list of larger numbers
    says(18, "-1", "from 0 on");
    says(19, "1", "too deeply");
    says(22, "1", "no kind that is known");
    says(24, "[1]", "no type 99");
}

TEST(Abi, RefusesWrongNamesAndCounts)
{
    const auto unknown = abi().message("trasnfer");
    ASSERT_FALSE(unknown);
    EXPECT_TRUE(unknown.error().is(AbiError::UnknownName));
    EXPECT_NE(unknown.error().message().find("trasnfer; Everything has transfer, supply"), std::string::npos);
    const auto few = abi().encode(**abi().message("transfer"), {"//Bob"});
    ASSERT_FALSE(few);
    EXPECT_TRUE(few.error().is(AbiError::WrongArguments));
    EXPECT_NE(few.error().message().find("transfer takes to:AccountId32 value:u128"), std::string::npos);
    const auto many = abi().encode(**abi().message("supply"), {"1"});
    ASSERT_FALSE(many);
    EXPECT_NE(many.error().message().find("supply takes none"), std::string::npos);
    const auto bad = abi().encode(**abi().message("transfer"), {"//Bob", "many"});
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().message().find("value: expected u128, got a string"), std::string::npos);
}

TEST(Abi, RefusesAnswersThatDoNotFit)
{
    for (const auto& [type, hex] : std::initializer_list<std::pair<std::uint32_t, const char*>>{
             {0, "01"},        // too short
             {6, "0102"},      // something follows
             {9, "02"},        // no boolean
             {1, "07"},        // no such variant
             {8, "04ff"},      // no UTF-8
             {16, "ffffffff"}, // longer than it is
             {11, "fe"},       // the length itself breaks off
             {19, ""},         // a type without end
             {20,
              "010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101"
              "01010101010101010101010101010101010101010101010101010101010101"},
             {21, ""},   // more units than anybody wants to see
             {22, "00"}, // unknown kind
             {24, "04"}, // unknown type inside
             {99, ""}})
        EXPECT_EQ(decoded(type, hex), "refused") << "type " << type << ": " << hex;
    const auto refused = abi().decode(1, *from_hex("05"));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(AbiError::BadAnswer));
    EXPECT_NE(refused.error().message().find("0x05"), std::string::npos);
    EXPECT_TRUE(abi().decode(std::nullopt, {})->is_null());
    EXPECT_FALSE(abi().decode(std::nullopt, *from_hex("00")));
}

TEST(Abi, DecodesEventsByTheirIndex) // ink! 4
{
    const Bytes fields = concat(crypto::blake2_256({}), *from_hex("07000000000000000000000000000000"));
    const auto moved = abi().decode_event("", concat(Bytes{1}, fields));
    ASSERT_TRUE(moved) << moved.error().message();
    EXPECT_EQ(moved->name, "Moved");
    EXPECT_EQ(*moved->fields.find("value"), json::Value{7});
    EXPECT_EQ(*moved->fields.find("by")->string(), crypto::address_of(crypto::blake2_256({})));
    EXPECT_EQ(abi().decode_event("", Bytes{0})->name, "Ended");
    EXPECT_FALSE(abi().decode_event("", Bytes{2}));
    EXPECT_FALSE(abi().decode_event("", {}));
    EXPECT_FALSE(abi().decode_event("", concat(Bytes{1}, fields, Bytes{0})));
}

TEST(Abi, DecodesEventsByTheirTopic) // ink! 5
{
    std::string text{kBundle};
    const auto replace = [&](std::string_view from, std::string_view to) {
        text.replace(text.find(from), from.size(), to);
    };
    replace(R"("version": "4")", R"("version": 5)");
    replace(R"({"label": "Ended",)", R"({"label": "Ended", "signature_topic": "0x01",)");
    replace(R"({"label": "Moved",)", R"({"label": "Moved", "signature_topic": "0x02",)");
    const auto parsed = Abi::parse(text);
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(parsed->decode_event("0x01", {})->name, "Ended");
    EXPECT_EQ(*parsed->decode_event("0x02", concat(Bytes(32), Bytes{9}, Bytes(15)))->fields.find("value"),
              json::Value{9});
    EXPECT_FALSE(parsed->decode_event("0x03", {}));
}

TEST(Abi, RefusesFilesThatAreNoBundle)
{
    const auto with = [](std::string_view from, std::string_view to) {
        std::string text{kBundle};
        const auto at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return Abi::parse(text.replace(at, from.size(), to));
    };
    EXPECT_FALSE(Abi::parse(""));
    EXPECT_FALSE(Abi::parse("{}"));
    EXPECT_FALSE(Abi::parse("[1, 2]"));
    EXPECT_FALSE(with(R"("version": "4")", R"("version": "3")"));
    EXPECT_FALSE(with(R"("selector": "0x84a15da1")", R"("selector": "0x84a15d")"));
    EXPECT_FALSE(with(R"("selector": "0x84a15da1")", R"("selector": "84a15dzz")"));
    EXPECT_FALSE(with(R"("wasm": "0x0061736d")", R"("wasm": "0x0061736")"));
    EXPECT_FALSE(with(R"({"id": 1,)", R"({"id": 0,)")) << "two types of one id";
    EXPECT_FALSE(with(R"({"id": 1,)", R"({"id": -1,)"));
    EXPECT_FALSE(with(R"({"id": 1,)", R"({"id": 4294967296,)"));
    ASSERT_TRUE(with(R"("type": 0, "displayName")", R"("type": -7, "displayName")"));
    const auto lost = with(R"("type": 0, "displayName")", R"("type": -7, "displayName")");
    EXPECT_FALSE(lost->encode(**lost->constructor("create"), {"1"}));
}

} // namespace
} // namespace phala::cli
