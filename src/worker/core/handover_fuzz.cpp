// Whoever can write to a worker that joins a cluster can encrypt to it: whatever is in the envelope is refused, and
// changes nothing.
#include "worker/core/handover.hpp"

#include "worker/core/network_testing.hpp"

#include <cstdlib>

namespace {

using namespace phala;
using namespace phala::worker;
using namespace phala::worker::testing;

/// A worker that was admitted to the cluster and waits for its state.
struct Joiner : Network {
    Worker third{chain, 3};

    Joiner()
    {
        start();
        chain.push_from_pallet("PhalaPhatContracts",
                               ClusterOperation{ClusterOperation::AddWorker{cluster, third.core.public_key()}});
        for (int i = 0; i < 2; ++i) {
            block();
            third.follow(chain);
        }
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Joiner network;
    if (network.third.step(JoinInput{to_bytes(ByteView{data, size})}))
        std::abort();
    const auto receiver = network.third.core.public_key();
    const crypto::sr25519::KeyPair sender{Secret<32>{ByteArray<32>{9}}};
    const crypto::AeadIv iv{1};
    const auto shared = sender.agree(receiver).value();
    const EncryptedData sealed{
        iv, sender.public_key(),
        crypto::Aes256Gcm{shared}.seal(iv, ByteView{data, size},
                                       handover_context(network.chain.genesis(), network.cluster, receiver))};
    if (network.third.step(JoinInput{scale::encode(sealed)}) || !network.third.core.wants().join)
        std::abort();
    return 0;
}
