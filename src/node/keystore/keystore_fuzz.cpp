#include "node/keystore/keystore.hpp"

using namespace phala;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto check = [](ByteView content) {
        const auto key = node::parse_key_file(content);
        if (!key)
            return;
        if (const auto* locked = std::get_if<node::LockedText>(&*key)) { // what was read can be written and read
            const auto again = node::read_locked(node::print_locked(*locked));
            if (!again || again->sealed != locked->sealed)
                __builtin_trap();
        }
    };
    const ByteView input{data, size};
    check(input);
    check(concat(
        bytes_of(
            R"({"version":1,"kdf":"argon2id","operations":3,"memory":67108864,"salt":"0x00000000000000000000000000000000","cipher":"xchacha20-poly1305",)"),
        input, bytes_of("}")));
    return 0;
}
