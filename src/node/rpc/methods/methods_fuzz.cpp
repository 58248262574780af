// Every method of the node on a real chain: the input is a message as it is, or chooses a method and is its parameters.
#include "node/keystore/keystore.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/session_testing.hpp"
#include "node/test_chain.hpp"

using namespace phala;
using namespace phala::node;

namespace {

struct Node {
    ChainSpec spec = development_spec(built_runtime());
    TestChain chain;
    rpc::Notifier notifier{*chain.chain};
    std::unique_ptr<Keystore> keystore = need(Keystore::open(chain.folder / "keystore", std::nullopt), "keystore");
    rpc::Methods methods;
    Node()
    {
        rpc::add_all_methods(methods,
                             {*chain.chain, *chain.pool, *chain.sealer, notifier, *keystore, spec, "1.2.3", "peer"});
    }
};

} // namespace

/// The node's threads allocate between inputs, so that a search for leaks would follow each one and take fifty times as
/// long as the input. The tests under the address sanitizer look for leaks.
extern "C" int __lsan_is_turned_off() // NOLINT(bugprone-reserved-identifier): the name that the sanitizer asks for
{
    return 1;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Node node;
    static const rpc::Names names = node.methods.names();
    if (size == 0)
        return 0;
    rpc::TestSession session{node.methods};
    const auto followed = session.result("chainHead_v1_follow", {false}); // "s1", for parameters that name it
    const rpc::AnswerLimits limits{.max_response = 1U << 20U, .max_batch = 100};
    const rpc::Caller caller{&session, false, nullptr};
    const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
    const auto whole = rpc::answer(node.methods, text, caller, limits);
    const auto called = rpc::answer(node.methods,
                                    R"({"jsonrpc":"2.0","id":1,"method":")" + names[*data % names.size()]
                                        + R"(","params":[)" + std::string{text} + "]}",
                                    caller, limits);
    if (whole.size() > (2U << 20U) || called.empty() || followed.is_null())
        __builtin_trap();
    return 0;
}
