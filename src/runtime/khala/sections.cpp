// The blob's custom sections `runtime_version` and `runtime_apis`: with them a host knows a runtime without running it
// (spec substrate-host §4.7). __attribute__((section)) would put the bytes into data, so they are assembly text.
#include "runtime/khala/version.hpp"

namespace phala::runtime::khala {
namespace {

/// Text of a custom section, built at compile time.
struct Section {
    char text[4096]{};
    std::size_t length = 0;

    consteval explicit Section(std::string_view name)
    {
        add(".section .custom_section.");
        add(name);
        add(",\"\",@\n");
    }

    consteval void add(std::string_view more)
    {
        for (char c : more)
            text[length++] = c;
    }

    consteval void byte(std::uint8_t value)
    {
        constexpr std::string_view digits = "0123456789abcdef";
        const char line[] = {'.', 'b', 'y', 't', 'e', ' ', '0', 'x', digits[value >> 4], digits[value & 15], '\n'};
        add({line, sizeof line});
    }

    consteval void number(std::uint32_t value)
    {
        for (std::uint8_t one : le_bytes(value))
            byte(one);
    }

    consteval void string(std::string_view value) // shorter than 64 bytes, so its length is one compact byte
    {
        byte(static_cast<std::uint8_t>(value.size() << 2));
        for (char c : value)
            byte(static_cast<std::uint8_t>(c));
    }

    [[nodiscard]] constexpr std::size_t size() const { return length; }
    [[nodiscard]] constexpr const char* data() const { return text; }
};

consteval Section version_section()
{
    Section out{"runtime_version"};
    out.string(kSpecName);
    out.string(kImplName);
    out.number(kAuthoringVersion);
    out.number(kSpecVersion);
    out.number(kImplVersion);
    out.byte(0); // no APIs here: they have a section of their own
    out.number(kTransactionVersion);
    out.byte(kStateVersion);
    return out;
}

consteval Section apis_section()
{
    Section out{"runtime_apis"};
    for (const auto& api : kApis) {
        for (std::uint8_t one : api_id_bytes(api.id))
            out.byte(one);
        out.number(api.version);
    }
    return out;
}

} // namespace
} // namespace phala::runtime::khala

asm((phala::runtime::khala::version_section()));
asm((phala::runtime::khala::apis_section()));
