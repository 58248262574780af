#include "node/chain/spec.hpp"

using namespace phala;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text{reinterpret_cast<const char*>(data), size};
    const auto check = [](const std::string& whole) {
        const auto spec = node::parse_chain_spec(whole);
        if (!spec)
            return;
        const auto again =
            node::parse_chain_spec(node::print_chain_spec(*spec)); // what was read can be written and read
        if (!again && again.error().is(json::JsonError::TooDeep))
            return; // the form from before GenesisBuilder is written one level deeper
        if (!again || !(*again == *spec))
            __builtin_trap();
    };
    check(text);
    check(R"({"name":"n","id":"i","genesis":{"raw":{"top":{)" + text + "}}}}");
    check(R"({"name":"n","id":"i","genesis":{"runtimeGenesis":{"code":"0x00","patch":{)" + text + "}}}}");
    check(R"({"name":"n","id":"i","genesis":{"runtime":{"system":{"code":"0x00",)" + text + "}}}}");
    check(R"({"name":"n","id":"i","genesis":{"raw":{"top":{}}},)" + text + "}");
    check(R"({"name":"n","id":"i","genesis":{"raw":{"top":{}}},"bootNodes":[)" + text + R"(],"forkBlocks":[)" + text
          + R"(],"badBlocks":[)" + text + R"(],"codeSubstitutes":{)" + text + "}}");
    return 0;
}
