#include "node/rpc/answering.hpp"
#include "node/rpc/json.hpp"

using namespace phala;
using namespace phala::node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto* methods = [] {
        auto* table = new rpc::Methods; // for the life of the process
        table->add({"a"}, {"key", "at"}, [](const Bytes& key, std::optional<H256>) { return rpc::ok(key); });
        table->add({"b"}, {"keys", "numbers"}, [](const std::vector<Bytes>& keys, const rpc::NumberOrList& numbers) {
            return rpc::ok(keys.size() + numbers.numbers.size());
        });
        return table;
    }();
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const rpc::AnswerLimits limits{.max_response = 4096, .max_batch = 100};
    const auto whole = rpc::answer(*methods, text, {}, limits);
    const auto params = rpc::answer(
        *methods, R"({"jsonrpc":"2.0","id":1,"method":"b","params":[)" + std::string{text} + "]}", {}, limits);
    if (whole.size() > 8192 || params.empty())
        __builtin_trap();
    return 0;
}
