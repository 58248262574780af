#pragma once
// Who wants to hear what (spec substrate-host §8.2): heads, storage, runtime versions, transactions. It owns its
// lists on a thread of its own; chain and pool only leave it messages, so none of them waits for a client.
#include "node/chain/chain.hpp"
#include "node/pool/pool.hpp"
#include "node/rpc/methods.hpp"
#include "node/rpc/methods/chain_head.hpp"
#include "node/rpc/methods/transaction_texts.hpp"

namespace phala::node::rpc {

class Notifier {
public:
    explicit Notifier(const Chain& chain, ChainHeadLimits limits = {});
    ~Notifier();
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;

    void on_chain(const ChainEvent& event);
    void on_transaction(const TransactionEvent& event);

    enum class HeadKind : std::uint8_t { Best, All, Finalized };
    void add_heads(HeadKind kind, SubscriptionRef subscription);
    void add_runtime_version(SubscriptionRef subscription);
    void add_storage(std::vector<Bytes> keys, SubscriptionRef subscription);
    /// Of every key; it is told what differs from one best block to the next.
    void add_whole_state(SubscriptionRef subscription);
    /// From now on; call before the transaction is submitted.
    void add_transaction(const H256& hash, SubscriptionRef subscription, WatchForm form);
    /// Called after each new best block, on the notifier's thread.
    void on_best_block(std::function<void()> observer);

    [[nodiscard]] ChainHead& chain_head();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::node::rpc
