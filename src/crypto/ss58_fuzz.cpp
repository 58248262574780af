// Any text is an address or an error; an address that decodes encodes to the same text.
#include "crypto/ss58.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace phala;
    const auto text = text_of({data, size});
    if (const auto address = crypto::ss58_decode(text);
        address && crypto::ss58_encode(address->payload, address->prefix) != text)
        std::abort();
    // and the other way, from bytes
    if (size > 2) {
        const auto prefix = static_cast<std::uint16_t>(data[0] | data[1] << 8);
        if (const auto made = crypto::ss58_encode({data + 2, size - 2}, prefix); made) {
            const auto read = crypto::ss58_decode(*made);
            if (!read || read->prefix != prefix || !equal(read->payload, {data + 2, size - 2}))
                std::abort();
        }
    }
    return 0;
}
