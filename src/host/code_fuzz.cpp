// Whatever is called a runtime, unpacking and rewriting it gives a module that reads again, or an error.
#include "host/code.hpp"
#include "host/runtime_version.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace phala;
    using namespace phala::host;
    const auto try_code = [](ByteView blob) {
        const auto code = decompress_code(blob);
        if (!code)
            return;
        auto module = wasm::read_module(*code);
        if (!module || !own_memory(*module))
            return;
        const auto again = wasm::read_module(wasm::write_module(*module));
        if (!again || again->memories.size() != 1 || again->memories.front().limits.maximum)
            std::abort();
    };
    const ByteView input{data, size};
    if (const auto version = decode_runtime_version(input); version && !decode_runtime_version(scale::encode(*version)))
        std::abort();
    if (const auto version = runtime_version_of_sections(input.first(size / 2), input.subspan(size / 2));
        version && version->apis.size() > size)
        std::abort();
    try_code(input);
    constexpr ByteArray<8> magic = {0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05};
    try_code(concat(magic, input));
    constexpr ByteArray<8> wasm = {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
    try_code(concat(wasm, input));
    return 0;
}
