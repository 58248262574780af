#include "node/rpc/answering.hpp"
#include "node/rpc/json.hpp"

#include <benchmark/benchmark.h>

namespace phala::node::rpc {
namespace {

void small_request(benchmark::State& state)
{
    Methods methods;
    methods.add({"state_getStorage"}, {"key", "at"}, [](const Bytes& key, std::optional<H256>) { return ok(key); });
    const std::string request =
        R"({"jsonrpc":"2.0","id":7,"method":"state_getStorage","params":["0x)" + std::string(96, 'a') + R"("]})";
    for (auto _ : state)
        benchmark::DoNotOptimize(answer(methods, request, {}, {}));
}
BENCHMARK(small_request);

void large_result(benchmark::State& state)
{
    Methods methods;
    const Bytes metadata(200'000, 0x5a);
    methods.add({"state_getMetadata"}, {}, [&] { return ok(metadata); });
    for (auto _ : state)
        benchmark::DoNotOptimize(answer(methods, R"({"jsonrpc":"2.0","id":7,"method":"state_getMetadata"})", {}, {}));
}
BENCHMARK(large_result);

} // namespace
} // namespace phala::node::rpc
