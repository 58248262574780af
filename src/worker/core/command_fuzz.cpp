// Anybody can send anything to a contract: as it stands, or encrypted as clients do it. Workers go on, and stay at the
// same state.
#include "worker/core/probed_network_testing.hpp"

#include <cstdlib>
#include <memory>

namespace {

using namespace phala;
using namespace phala::worker;
using namespace phala::worker::testing;

constexpr int kBlocks = 500; ///< of one network; what it keeps grows

Bytes sealed(ByteView command, const PublicKey& contract)
{
    const crypto::sr25519::KeyPair sender{Secret<32>{ByteArray<32>{9}}};
    return scale::encode(CommandPayload{
        CommandPayload::Encrypted{crypto::encrypt(sender, contract, ByteArray<12>{1}, command).value()}});
}

bool survives(ProbedNetwork& network)
{
    const auto first = network.first.core.status();
    const auto second = network.second.core.status();
    return first.anchor_number == network.chain.number() && second.anchor_number == network.chain.number()
           && first.snapshot && second.snapshot && first.snapshot->state_root() == second.snapshot->state_root();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static std::unique_ptr<ProbedNetwork> network;
    static int blocks = kBlocks;
    if (blocks++ == kBlocks) {
        network = std::make_unique<ProbedNetwork>();
        blocks = 0;
    }
    const ByteView input{data, size};
    const auto sender = MessageOrigin::account(network->account(network->bob));
    for (const auto& payload : {to_bytes(input), sealed(input, network->chain.contract_keys.at(network->probe))})
        network->chain.push({sender, to_bytes(command_topic(network->probe)), payload});
    network->block();
    if (!survives(*network))
        std::abort();
    return 0;
}
