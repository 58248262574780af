// Whatever a contract hands to the chain extension, in every mode: an answer or an error of its own, the same twice;
// queries and estimations change nothing.
#include "crypto/sr25519.hpp"
#include "worker/core/engine/contracts_testing.hpp"
#include "worker/core/engine/engine_testing.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace phala;
using namespace phala::worker::engine;
namespace tools = phala::worker::engine::testing; // GoogleTest has a namespace of the other name

class NoWorld final : public Surroundings {
public:
    std::uint64_t wall_clock_ms() override { return 1; }
    void fill_random(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{7}); }
    ByteArray<32> worker_public_key() override { return {}; }
    HttpOutcome http_request(const AccountId&, const HttpRequest&) override
    {
        return std::unexpected{HttpRequestError::NotAllowed};
    }
    std::vector<HttpOutcome> batch_http_request(const AccountId&, const std::vector<HttpRequest>& requests,
                                                std::uint64_t) override
    {
        return std::vector<HttpOutcome>(requests.size(), std::unexpected{HttpRequestError::NotAllowed});
    }
    bool cache_set(const AccountId&, ByteView, ByteView) override { return true; }
    void cache_set_expiration(const AccountId&, ByteView, std::uint64_t) override {}
    std::optional<Bytes> cache_get(const AccountId&, ByteView) override { return Bytes{1}; }
    std::optional<Bytes> cache_remove(const AccountId&, ByteView) override { return std::nullopt; }
};

struct Made {
    tools::Cluster cluster;
    AccountId probe{};
    crypto::sr25519::KeyPair key{Secret<32>{ByteArray<32>{3}}};
    NoWorld world;

    Made()
    {
        ClusterSetup setup;
        setup.owner = tools::kAlice;
        setup.deposit = 1'000'000'000'000;
        const auto code = tools::wat(tools::kProbe);
        setup.system_code = code;
        // the constructor of the probe takes anything: it is the system contract, so that nothing is forbidden to it
        auto made = tools::test_engine().set_up(setup, cluster.context);
        if (!made || !made->result)
            std::abort();
        cluster.state = made->state;
        probe = *made->result;
        cluster.context.cluster_key = &key;
        cluster.context.surroundings = &world;
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t kMost = 8'000;
    if (size < 2 || size > kMost)
        return 0;
    static const Made made;
    auto context = made.cluster.context;
    context.mode = static_cast<Mode>(data[0] % 3);
    const std::uint32_t function = data[1] % 28; // all there are, and some that are not
    const auto input = concat(Bytes{static_cast<std::uint8_t>(tools::Probe::Extension)}, le_bytes(function),
                              ByteView{data + 2, size - 2});
    const auto run = [&] {
        return tools::test_engine().call(made.cluster.state, context, made.cluster.arguments, made.probe, input);
    };
    const auto once = run();
    const auto twice = run();
    if (!once || !twice || once->state.root() != twice->state.root()
        || scale::encode(once->result) != scale::encode(twice->result))
        std::abort();
    if (context.mode != Mode::Transaction && once->state.root() != made.cluster.state.root())
        std::abort();
    return 0;
}
