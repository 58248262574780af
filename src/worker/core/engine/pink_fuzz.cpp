// What contracts write into events and hand to the extension is decoded here: any bytes give a value or nothing.
#include "worker/core/engine/pink.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace phala;
    using namespace phala::worker::engine;
    const ByteView input{data, size};
    if (const auto event = decode_pink_event(input)) {
        const Bytes encoded = scale::encode(*event);
        const auto again = decode_pink_event(encoded);
        if (!again || scale::encode(*again) != encoded)
            std::abort();
    }
    (void)scale::decode<HttpRequest>(input);
    (void)scale::decode<std::tuple<std::vector<HttpRequest>, std::uint64_t>>(input);
    (void)scale::decode<std::tuple<SigType, Bytes, Bytes, Bytes>>(input);
    return 0;
}
