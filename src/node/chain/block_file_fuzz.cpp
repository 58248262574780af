#include "node/chain/block_file.hpp"

#include <sstream>

using namespace phala;

namespace {

/// What was read can be written and read again.
void check(const std::string& file, node::BlockFormat format)
{
    std::istringstream in{file};
    node::BlockReader reader{in, format};
    for (;;) {
        const auto block = reader.next();
        if (!block || !*block)
            return;
        std::stringstream copy;
        node::BlockWriter writer{copy, format, 1};
        if (!writer.write(**block) || !writer.finish())
            __builtin_trap();
        node::BlockReader again{copy, format};
        const auto same = again.next();
        if (!same || *same != *block)
            __builtin_trap();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text{reinterpret_cast<const char*>(data), size};
    check(text, node::BlockFormat::Binary);
    check(std::string{"\x02\0\0\0\0\0\0\0", 8} + std::string(32, 'p') + text, node::BlockFormat::Binary);
    check(text, node::BlockFormat::Json);
    const std::string hash = "\"0x" + std::string(64, '0') + '"';
    check(R"({"block":{"header":{"parentHash":)" + hash + R"(,"number":"0x1","stateRoot":)" + hash
              + R"(,"extrinsicsRoot":)" + hash + R"(,"digest":{"logs":[]}},"extrinsics":[)" + text
              + R"(]},"justifications":null})",
          node::BlockFormat::Json);
    return 0;
}
