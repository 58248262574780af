#pragma once
// All methods over a chain on the built runtime, for tests; for .cpp files only, it is heavy.
#include "node/keystore/keystore.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/session_testing.hpp"
#include "node/test_chain.hpp"

#include <gtest/gtest.h>

namespace phala::node::rpc {

class RpcTest : public testing::Test {
protected:
    explicit RpcTest(ChainHeadLimits limits = {}, const ChainOptions& options = {},
                     const std::optional<ChainSpec>& chain = std::nullopt)
        : node{std::nullopt, options, chain}
    {
        notifier = std::make_unique<Notifier>(*node.chain, limits);
        pool = std::make_unique<Pool>(*node.validator, node.chain->heads().best.hash, 0,
                                      [this](const TransactionEvent& event) { notifier->on_transaction(event); });
        sealer = std::make_unique<DevSealer>(*node.chain, *pool, need(crypto::KeyPair::from_uri("//Alice"), "key"),
                                             Sealing{SealingMode::Manual, {}});
        node.chain->on_event([this](const ChainEvent& event) {
            notifier->on_chain(event);
            pool->on_best_block(node.blocks(event.retracted), node.blocks(event.enacted));
            for (const auto& block : event.finalized)
                pool->on_finalized(block.hash);
        });
        keystore = need(Keystore::open(node.folder / "keystore", std::nullopt), "keystore");
        add_all_methods(methods, {*node.chain, *pool, *sealer, *notifier, *keystore, spec, "1.2.3", "peer"});
        session = std::make_unique<TestSession>(methods);
    }
    ~RpcTest() override
    {
        session->disconnect();
        notifier.reset();
    }

    BlockRef seal(Finality finality = Finality::WithImport, std::optional<H256> parent = std::nullopt)
    {
        return need(sealer->create_block(DevSealer::Empty::Allow, finality, parent), "block");
    }

    /// The development chain with a child trie "accounts" of two entries, one of them large.
    static ChainSpec spec_with_child_trie()
    {
        ChainSpec out = development_spec(built_runtime());
        out.raw = need(build_genesis(shared_engine(), out), "genesis").state;
        out.raw_children = {{to_bytes("accounts"), {{{1}, {0xaa}}, {{1, 2}, Bytes(100, 7)}}}};
        out.is_raw = true;
        return out;
    }

    static json::value hex(const auto& bytes) { return json::value(json::string(to_hex0x(bytes))); }
    static std::string text(const json::value& value) { return std::string{value.as_string()}; }
    static json::array params(auto... values) { return json::array{json::value(values)...}; }

    ChainSpec spec = development_spec(built_runtime());
    TestChain node;
    std::unique_ptr<Notifier> notifier;
    std::unique_ptr<Pool> pool;
    std::unique_ptr<DevSealer> sealer;
    std::unique_ptr<Keystore> keystore;
    Methods methods;
    std::unique_ptr<TestSession> session;
};

} // namespace phala::node::rpc
