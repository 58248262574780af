// Whatever bytes come, decoding gives an error or a node that encodes to the same bytes.
#include "trie/node.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace phala;
    const ByteView input{data, size};
    Bytes out;
    if (const auto node = trie::decode_node(input)) {
        trie::encode_node(out, *node);
        if (!equal(out, input))
            std::abort();
    }
    return 0;
}
