// The blob's custom sections `runtime_version` and `runtime_apis`: with them a host knows a runtime without running it
// (spec substrate-host §4.7). __attribute__((section)) would put the bytes into data, so they are assembly text.
#include "runtime/composition/apis.hpp"
#include "runtime/composition/assembly.hpp"
#include "runtime/composition/identity.hpp"

namespace phala::runtime::composition {
namespace {

struct Section {
    Assembly<8192> text;

    consteval explicit Section(std::string_view name) { text << ".section .custom_section." << name << ",\"\",@\n"; }

    consteval void byte(std::uint8_t value) { text << ".byte " << std::uint32_t{value} << "\n"; }

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
};

consteval auto version_section()
{
    Section out{"runtime_version"};
    out.string(config::kSpecName);
    out.string(config::kImplName);
    out.number(config::kAuthoringVersion);
    out.number(kThisSpecVersion);
    out.number(config::kImplVersion);
    out.byte(0); // no APIs here: they have a section of their own
    out.number(config::kTransactionVersion);
    out.byte(config::kStateVersion);
    return out.text;
}

consteval auto apis_section()
{
    Section out{"runtime_apis"};
    Apis::for_each([&]<class Api>() {
        for (std::uint8_t one : Api::id)
            out.byte(one);
        out.number(Api::version);
    });
    return out.text;
}

} // namespace
} // namespace phala::runtime::composition

asm((phala::runtime::composition::version_section()));
asm((phala::runtime::composition::apis_section()));
