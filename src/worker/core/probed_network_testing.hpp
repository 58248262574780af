#pragma once
// For tests: a network whose contracts do whatever they are told to.
#include "worker/core/engine/contracts_testing.hpp"
#include "worker/core/engine/engine.hpp"
#include "worker/core/network_testing.hpp"

namespace phala::worker::testing {

using engine::testing::Probe;

/// A cluster whose system contract, like the other one, says and asks whatever it is told to.
struct ProbedNetwork : Network {
    H256 probe{};
    std::uint8_t commands = 0;

    ProbedNetwork()
    {
        system_code = engine::testing::wat(engine::testing::kProbe);
        start();
        probe = deploy_code(system_code, {}, "p");
        fund(bob);
        block();
        block();
    }

    static Bytes request(Probe what, ByteView rest = {})
    {
        return concat(Bytes{static_cast<std::uint8_t>(what)}, rest);
    }
    static Bytes pink_event(engine::PinkEvent event) { return request(Probe::PinkEvent, scale::encode(event)); }
    template <class... Args>
    static Bytes extension(std::uint32_t function, const Args&... args)
    {
        return request(Probe::Extension, concat(le_bytes(function), scale::encode(args...)));
    }

    void tell(const H256& contract, const Bytes& message)
    {
        command(bob, contract, message, ++commands);
        block();
    }
    void weigh(const H256& contract, std::uint32_t weight)
    {
        tell(system, pink_event({engine::SetContractWeight{AccountId{contract.bytes}, weight}}));
    }

    engine::ContractExecResult run(const Worker& worker, const Bytes& message, bool estimating = false)
    {
        const auto answer = query(worker, &bob, probe, InkQuery::InkMessage{message, 0, 0, estimating}).value().value();
        return scale::decode<engine::ContractExecResult>(answer).value();
    }
    std::string data(const Worker& worker, const Bytes& message, bool estimating = false)
    {
        return to_hex(run(worker, message, estimating).result.value().data);
    }
    std::string logs(const Worker& worker, std::string_view from = "0")
    {
        const auto answer =
            query(worker, nullptr, probe,
                  InkQuery::SidevmMessage{to_bytes(R"({"action":"GetLog","from":)" + std::string{from} + "}")});
        return std::string{text_of(answer.value().value())};
    }
};

} // namespace phala::worker::testing
