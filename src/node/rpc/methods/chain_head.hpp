#pragma once
// Clients that follow the head of the chain (spec substrate-host §8.3): an ordered stream of blocks for each, the
// blocks that it has not unpinned, and its operations on them.
#include "node/chain/chain.hpp"
#include "node/rpc/methods.hpp"
#include "node/rpc/methods/storage_query.hpp"

#include <chrono>

namespace phala::node::rpc {

struct ChainHeadLimits {
    std::size_t follows = 4;     ///< per connection
    std::size_t operations = 16; ///< per follow, at a time
    std::size_t pins = 512;      ///< blocks pinned by one follow; with more it is stopped
    /// Different blocks pinned by all. With more, follows that hold blocks longer than `pin_age` are stopped; if there
    /// are none, the one that holds the most.
    std::size_t all_pins = 1024;
    std::chrono::seconds pin_age{60};
    std::size_t finalized = 16; ///< finalized blocks that a follow begins with, at most
    BlockNumber behind = 4096;  ///< who pins a block so far before the last finalized one is stopped: it stops pruning
    BlockNumber lag = 128;      ///< with more blocks above the last finalized one, every follow is stopped
    unsigned workers = 2;       ///< threads that do operations
};

/// One hash or a list of them.
struct Hashes {
    std::vector<H256> hashes;
};
bool read(const boost::json::value& json, Hashes& out, std::string& expected);

/// Safe from any thread.
class ChainHead {
public:
    explicit ChainHead(const Chain& chain, ChainHeadLimits limits = {});
    ~ChainHead();
    ChainHead(const ChainHead&) = delete;
    ChainHead& operator=(const ChainHead&) = delete;

    /// In the chain's observer: pins what the event names before anything of it is dropped.
    void on_chain(const ChainEvent& event);

    // The methods; what they answer is JSON
    Reply follow(Session& session, bool with_runtime);
    Reply unfollow(Session& session, const std::string& id);
    Reply header(Session& session, const std::string& id, const H256& block);
    Reply body(Session& session, const std::string& id, const H256& block);
    Reply call(Session& session, const std::string& id, const H256& block, std::string function, Bytes arguments);
    Reply storage(Session& session, const std::string& id, const H256& block, std::vector<StorageItem> items,
                  std::optional<Bytes> child);
    Reply go_on(Session& session, const std::string& id, const std::string& operation);
    Reply stop_operation(Session& session, const std::string& id, const std::string& operation);
    Reply unpin(Session& session, const std::string& id, const Hashes& blocks);

    /// How many different blocks are pinned.
    [[nodiscard]] std::size_t pinned() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::node::rpc
