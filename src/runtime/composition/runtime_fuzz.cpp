// Calls and extrinsics come from anybody. Whatever the bytes: decoding gives a value or an error, a call encodes to the
// bytes it came from, and dispatching it for a stranger leaves no storage layer open and conserves the issuance.
#include "runtime/testing/chain.hpp"

#include <cstdlib>

using namespace phala;
using namespace phala::runtime;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const testing::Person alice{"Alice"};
    static const testing::State genesis = [] {
        testing::Chain chain{{{alice, 1000 * testing::kPha}}};
        chain.begin();
        return testing::state();
    }();
    const auto call = scale::decode<RuntimeCall>(ByteView{data, size});
    if (!call)
        return 0;
    if (!equal(scale::encode(*call), ByteView{data, size}))
        std::abort();
    // what ends a block when misused is for the block's author alone
    if (call->info().class_ == DispatchClass::Mandatory)
        return 0;
    testing::set_state(genesis);
    (void)call->dispatch({Signed{alice}});
    if (testing::open_layers() != 0 || balances::TotalIssuance::get() != testing::sum_of_balances())
        std::abort();
    return 0;
}
