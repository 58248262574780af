// Extrinsics come from anybody: whatever the bytes, taking them apart gives a value or an error, and what was taken
// apart is put together to the same bytes.
#include "primitives/extrinsic.hpp"

#include <cstdlib>

using namespace phala;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    if (const auto body = unwrap_extrinsic(input); body && body->size() > input.size())
        std::abort();
    const auto parts = split_extrinsic(input, ExtrinsicVersion::V5);
    if (const auto v4 = split_extrinsic(input); v4 && !parts)
        std::abort();
    if (!parts)
        return 0;
    const Bytes again = parts->preamble  ? signed_extrinsic(*parts->preamble, parts->call)
                        : parts->general ? general_extrinsic(parts->general->extensions, parts->call)
                                         : bare_extrinsic(parts->call, parts->version);
    const auto body = unwrap_extrinsic(again);
    if (!body || !equal(*body, input))
        std::abort();
    return 0;
}
