// What the relayers of Phala's own workers ask of a node (spec phala-sdk-wire §1.1, trust-and-keys §4.3, §5.2).
#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/texts.hpp"
#include "primitives/sequence_tag.hpp"

#include <algorithm>
#include <set>

namespace phala::node::rpc {

namespace {

constexpr int kPhalaError = 10'000;
/// Each block is executed again: a client asks for some hundred at a time.
constexpr BlockNumber kMaxBlocks = 1000;

using Changes = std::vector<std::pair<Bytes, std::optional<Bytes>>>;

struct StorageChanges {
    Changes main_storage_changes;
    std::vector<std::pair<Bytes, Changes>> child_storage_changes; ///< this chain has no child tries
};
// and how they read in JSON
struct StorageChangesText {
    Changes mainStorageChanges;
    std::vector<std::pair<Bytes, Changes>> childStorageChanges;
};
struct ChangesWithRootText {
    StorageChangesText changes;
    std::vector<std::uint32_t> stateRoot; ///< bytes as numbers
};

/// The blocks from one to another, both among them, oldest first.
std::expected<std::vector<H256>, RpcError> blocks_between(const Chain& chain, const H256& from, const H256& to)
{
    RPC_TRY(const auto first, chain.require_header(from));
    RPC_TRY(auto header, chain.require_header(to));
    if (header.number < first.number || header.number - first.number >= kMaxBlocks)
        return refuse(kPhalaError, "InvalidBlockRange: from an older block to a newer one, at most "
                                       + std::to_string(kMaxBlocks) + " in all");
    std::vector<H256> out{to};
    while (header.number > first.number) {
        out.push_back(header.parent_hash);
        RPC_TRY(header, chain.require_header(out.back()));
    }
    if (out.back() != from)
        return refuse(kPhalaError, "InvalidBlockRange: the blocks are on different branches");
    std::ranges::reverse(out);
    return out;
}

std::expected<StorageChanges, RpcError> changes_of(const Chain& chain, const H256& block)
{
    RPC_TRY(auto changes, chain.storage_changes(block));
    return StorageChanges{std::move(changes), {}};
}

StorageChangesText text_of_changes(StorageChanges&& changes)
{
    return {std::move(changes.main_storage_changes), std::move(changes.child_storage_changes)};
}

/// What the next message of a sender must be numbered, with what waits in the pool behind the chain's own number.
Reply next_sequence(const Chain& chain, const Pool& pool, const std::string& sender_hex)
{
    const auto bytes = from_hex(sender_hex);
    auto sender = bytes ? scale::decode<MessageOrigin>(*bytes) : Outcome<MessageOrigin>{std::unexpected{bytes.error()}};
    if (!sender)
        return refuse(kPhalaError, "invalid sender");
    const auto answer = chain.call(chain.heads().best.hash, "MqApi_sender_sequence", *bytes);
    auto sequence = answer ? scale::decode<std::optional<std::uint64_t>>(*answer)
                           : Outcome<std::optional<std::uint64_t>>{std::unexpected{answer.error()}};
    if (!sequence)
        return refuse(kPhalaError, sequence.error().message());
    std::set<Bytes> provided;
    for (const auto& transaction : pool.ready())
        for (const auto& tag : transaction->validity.provides)
            provided.insert(tag);
    std::uint64_t next = sequence->value_or(0);
    while (provided.contains(sequence_tag(*sender, next)))
        ++next;
    return ok(next);
}

} // namespace

void add_pha_methods(Methods& methods, const Api& api)
{
    const Chain& chain = api.chain;
    methods.add({"pha_getStorageChanges"}, {"from", "to"}, [&chain](const H256& from, const H256& to) -> Reply {
        const auto blocks = blocks_between(chain, from, to);
        if (!blocks)
            return std::unexpected{blocks.error()};
        std::vector<StorageChangesText> out;
        for (const auto& block : *blocks) {
            auto changes = changes_of(chain, block);
            if (!changes)
                return std::unexpected{changes.error()};
            out.push_back(text_of_changes(std::move(*changes)));
        }
        return ok(out);
    });
    methods.add({"pha_getStorageChangesWithRoot"}, {"from", "to"}, [&chain](const H256& from, const H256& to) -> Reply {
        const auto blocks = blocks_between(chain, from, to);
        if (!blocks)
            return std::unexpected{blocks.error()};
        std::vector<ChangesWithRootText> out;
        for (const auto& block : *blocks) {
            auto changes = changes_of(chain, block);
            if (!changes)
                return std::unexpected{changes.error()};
            RPC_TRY(const auto header, chain.require_header(block));
            const auto& root = header.state_root.bytes;
            out.push_back({text_of_changes(std::move(*changes)), {root.begin(), root.end()}});
        }
        return ok(out);
    });
    methods.add({"pha_getStorageChangesAt"}, {"block"}, [&chain](const H256& block) -> Reply {
        auto changes = changes_of(chain, block);
        if (!changes)
            return std::unexpected{changes.error()};
        return ok(to_hex(scale::encode(*changes)));
    });
    methods.add(
        {"pha_getMqNextSequence"}, {"sender_hex"},
        [&chain, &pool = api.pool](const std::string& sender) -> Reply { return next_sequence(chain, pool, sender); });
}

} // namespace phala::node::rpc
