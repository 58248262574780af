#include "phat/message.hpp"
#include "phat/selector.hpp"

#include "base/bytes.hpp"
#include "crypto/hash.hpp"

#include <gtest/gtest.h>

namespace phat {
namespace {

template <std::size_t N>
struct Literal {
    char text[N];
    consteval Literal(const char (&literal)[N])
    {
        for (std::size_t i = 0; i < N; ++i)
            text[i] = literal[i];
    }
};

template <Literal Text>
void same_as_library()
{
    constexpr std::string_view name{Text.text, sizeof(Text.text) - 1};
    constexpr auto ours = name_hash(name);
    EXPECT_EQ(ours, phala::array_of<4>(phala::crypto::blake2_256(phala::bytes_of(name)))) << name.size() << " bytes";
}

TEST(Selector, IsTheBeginningOfBlake2b)
{
    same_as_library<"">();
    same_as_library<"a">();
    same_as_library<"System::get_driver">();
    same_as_library<
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456">(); // 127
    same_as_library<
        "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567">(); // 128
    same_as_library<
        "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678">();
    same_as_library<
        "a name that is longer than two blocks of the hash: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789">();
}

struct create {
    static constexpr std::string_view label = "default";
};
struct get_driver {
    static constexpr std::string_view trait = "System";
    static constexpr std::string_view trait_namespace = "pink_system";
};
struct on_block_end {
    static constexpr std::uint32_t selector = 1;
};

TEST(Selector, FollowsTheRulesOfInk)
{
    // spec contract-engine §3.5, §6.4
    static_assert(selector<create> == std::array<std::uint8_t, 4>{0xed, 0x4b, 0x9d, 0x1b});
    static_assert(selector<get_driver> == std::array<std::uint8_t, 4>{0x27, 0x40, 0xcf, 0x0a}
                  && label<get_driver> == "System::get_driver");
    static_assert(selector<on_block_end> == std::array<std::uint8_t, 4>{0, 0, 0, 1}
                  && label<on_block_end> == "on_block_end");
    SUCCEED();
}

} // namespace
} // namespace phat
