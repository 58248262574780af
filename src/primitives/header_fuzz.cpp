// Headers and blocks come from peers and files: whatever the bytes, decoding gives a value or an error, and what was
// decoded encodes to the same bytes, which is what its hash is taken over.
#include "primitives/header.hpp"

#include <cstdlib>

using namespace phala;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    if (const auto header = scale::decode<Header>(input); header && !equal(scale::encode(*header), input))
        std::abort();
    if (const auto block = scale::decode<Block>(input); block && !equal(scale::encode(*block), input))
        std::abort();
    return 0;
}
