// Whatever bytes come, decoding gives a value or an error; what decodes from canonical bytes encodes to them again.
#include "scale/codec.hpp"

#include <cstdlib>

namespace {

using namespace phala;
using namespace phala::scale;

struct Leaf {
    Compact<u128> amount;
    std::optional<std::string> text;
};
struct Tree;
struct Branch {
    std::vector<Tree> children;
};
struct Tree {
    Variant<At<0, Leaf>, At<3, Branch>> node;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    if (auto tree = decode<Tree>(input); tree && !equal(encode(*tree), input))
        std::abort();
    if (auto map = decode<std::map<std::uint16_t, Bytes>>(input);
        map && decode<decltype(map)::value_type>(encode(*map)) != *map)
        std::abort();
    return 0;
}
