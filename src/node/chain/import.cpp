#include "base/hex.hpp"
#include "node/chain/impl.hpp"

#include <algorithm>

namespace phala::node {

Outcome<std::optional<Bytes>> StoredNodes::get(const trie::Hash& hash) const
{
    auto found = store_.get(Column::Nodes, hash);
    if (found && *found)
        return found;
    const std::lock_guard lock{mutex_};
    failure_ = found ? Error{DbError::Corrupt, "trie node " + to_hex0x(hash) + " is missing"} : found.error();
    return found;
}

std::optional<Error> StoredNodes::take_failure() const
{
    const std::lock_guard lock{mutex_};
    return std::exchange(failure_, std::nullopt);
}

void BadBlocks::add(const H256& hash, std::string why)
{
    if (!why_.emplace(hash, std::move(why)).second)
        return;
    order_.push_back(hash);
    if (order_.size() > kMost) {
        why_.erase(order_.front());
        order_.pop_front();
    }
}

const std::string* BadBlocks::find(const H256& hash) const
{
    auto at = why_.find(hash);
    return at == why_.end() ? nullptr : &at->second;
}

namespace {

template <class T>
Outcome<T> ask(const host::Runtime& runtime, const host::StateReader& state, std::string_view function)
{
    host::Overlay overlay{state};
    auto context = logged_context(overlay);
    PHALA_TRY(auto answer, runtime.call(function, {}, context));
    auto value = scale::decode<T>(answer);
    if (!value)
        return fail(ChainError::BadAnswer, std::string{function} + ": " + value.error().message());
    return value;
}

/// What the block that left `overlay` behind appended to lanes; runtimes without lanes append nothing.
Outcome<BlockLog> block_log(const host::Runtime& runtime, host::Overlay& overlay)
{
    constexpr std::string_view kFunction = "MqApi_block_log";
    if (!runtime.exports(kFunction))
        return BlockLog{};
    auto context = logged_context(overlay);
    PHALA_TRY(auto answer, runtime.call(kFunction, {}, context));
    auto log = scale::decode<BlockLog>(answer);
    if (!log)
        return fail(ChainError::BadAnswer, std::string{kFunction} + ": " + log.error().message());
    return std::move(*log);
}

/// Spec substrate-host §2.3: hashed values only from system version 2 on.
H256 extrinsics_root(const std::vector<Bytes>& extrinsics, const host::Runtime& runtime)
{
    std::vector<Bytes> items;
    items.reserve(extrinsics.size());
    for (const auto& extrinsic : extrinsics)
        items.push_back(scale::encode(extrinsic));
    const bool hashed = runtime.version() && runtime.version()->state_version >= 2;
    return {trie::ordered_root(items, hashed ? trie::StateVersion::V1 : trie::StateVersion::V0)};
}

constexpr std::string_view kExecuteBlock = "Core_execute_block";

/// Executes while another thread checks the signatures, many at once. False where one of them or the block is bad: only
/// an execution that checks each where the runtime asks for it tells what is wrong, or finds that the runtime can live
/// with it.
bool execute_deferring(const host::Runtime& runtime, const host::StateReader& parent_state, ByteView block,
                       std::optional<host::Overlay>& overlay)
{
    auto context = logged_context(overlay.emplace(parent_state));
    crypto::sr25519::Batch batch;
    batch.check_meanwhile();
    context.deferred = &batch;
    return runtime.call(kExecuteBlock, block, context) && batch.verify();
}

} // namespace

Outcome<Executed> Chain::Impl::execute(const Header& parent, const Block& block, Want want,
                                       const host::StorageTrace& trace) const
{
    if (block.header.number.value != parent.number + 1)
        return fail(ChainError::BadNumber,
                    std::to_string(block.header.number) + " after " + std::to_string(parent.number));
    PHALA_TRY(auto runtime, runtime_of(parent));
    const host::TrieState parent_state{nodes, parent.state_root.bytes};
    PHALA_TRY(auto unsealed, aura::unseal(block.header));
    std::optional<aura::Slot> parent_slot;
    if (parent.number.value != 0) {
        PHALA_TRY(parent_slot, aura::slot_of(parent));
    }
    PHALA_TRY(auto authorities, ask<aura::Authorities>(*runtime, parent_state, "AuraApi_authorities"));
    PHALA_CHECK(aura::verify(unsealed, parent_slot, authorities));
    const H256 body_root = extrinsics_root(block.extrinsics, *runtime);
    if (body_root != block.header.extrinsics_root)
        return fail(ChainError::WrongExtrinsicsRoot, to_hex0x(body_root));

    const Block to_execute{std::move(unsealed.header), block.extrinsics};
    const Bytes encoded = scale::encode(to_execute);
    std::optional<host::Overlay> attempt;
    if (trace || !execute_deferring(*runtime, parent_state, encoded, attempt)) {
        auto context = logged_context(attempt.emplace(parent_state));
        context.trace = trace;
        if (auto executed = runtime->call(kExecuteBlock, encoded, context); !executed)
            return std::unexpected{diagnose(*runtime, parent_state, to_execute, std::move(executed.error()))};
    }
    host::Overlay& overlay = *attempt;
    PHALA_TRY(auto changes, overlay.changes(state_version(*runtime)));
    if (changes.trie.root != block.header.state_root.bytes)
        return fail(ChainError::WrongRoot, to_hex0x(changes.trie.root));

    Executed out{.trie = std::move(changes.trie),
                 .storage = {},
                 .log = {},
                 .offchain_index = std::move(changes.offchain_index),
                 .runtime = runtime};
    out.same_code = std::ranges::none_of(changes.storage,
                                         [](const auto& change) { return equal(change.first, bytes_of(kCodeKey)); });
    out.storage = std::move(changes.storage);
    if (want == Want::Log) {
        PHALA_TRY(out.log, block_log(*runtime, overlay));
    }
    return out;
}

Outcome<BlockLog> Chain::Impl::stored_block_log(const H256& hash) const
{
    PHALA_TRY(auto header, require_header(hash));
    PHALA_TRY(auto runtime, runtime_of(header));
    const host::TrieState state{nodes, header.state_root.bytes};
    host::Overlay overlay{state};
    return block_log(*runtime, overlay);
}

/// Makes `to` the end of the best chain. `log` is that of a block which is not in the tree yet, and on `parent`.
Outcome<> Chain::Impl::make_best(Change& change, const BlockRef& to, const H256& parent, const BlockLog* log) const
{
    auto& [batch, nodes_, next, event, added, held] = change;
    const BlockRef in_tree = log == nullptr ? to : BlockRef{parent, to.number - 1};
    auto route = tree.route(next.best, in_tree);
    if (!route)
        return fail(ChainError::BehindFinality, to_hex0x(to.hash));
    LaneWriter lanes{store, batch};
    for (const auto& block : route->retracted) {
        PHALA_CHECK(lanes.retract(block.number));
        batch.remove(Column::HashByNumber, number_key(block.number));
        held.emplace_back(pins, block);
    }
    for (const auto& block : route->enacted) {
        PHALA_TRY(auto older_log, stored_block_log(block.hash));
        PHALA_CHECK(lanes.append(block.number, older_log));
        batch.put(Column::HashByNumber, number_key(block.number), block.hash);
    }
    if (log != nullptr) {
        PHALA_CHECK(lanes.append(to.number, *log));
        batch.put(Column::HashByNumber, number_key(to.number), to.hash);
        route->enacted.push_back(to);
    }
    batch.put(Column::Meta, bytes_of(record::kBest), to.hash);
    event.retracted = std::move(route->retracted);
    event.enacted = std::move(route->enacted);
    next.best = to;
    return {};
}

/// The error of an import as it is told; a block that is bad for what it is is remembered.
Error Chain::Impl::judge(const H256& hash, Error error)
{
    if (auto failure = stored_nodes.take_failure())
        return std::move(*failure); // the database failed, and with it the runtime: it says nothing of the block
    // the hash covers the header, seal included, and through it the body, but not a body of another root
    for (auto reason : {ChainError::BadNumber, ChainError::BadDigest, ChainError::BadSlot, ChainError::BadSeal,
                        ChainError::BadBlock, ChainError::WrongRoot, ChainError::KnownBad, ChainError::WrongFork})
        if (error.is(reason))
            bad.add(hash, error.is(ChainError::KnownBad) ? error.detail() : error.message());
    return error;
}

/// Clocks may differ by a slot. What is refused here is not remembered: its time comes.
Outcome<> Chain::Impl::check_clock(const Header& parent, const Header& block) const
{
    if (!clock)
        return {};
    PHALA_TRY(const auto slot, aura::slot_of(block));
    PHALA_TRY(const auto runtime, runtime_of(parent));
    const host::TrieState state{nodes, parent.state_root.bytes};
    PHALA_TRY(const auto duration, ask<std::uint64_t>(*runtime, state, "AuraApi_slot_duration"));
    if (duration == 0)
        return fail(ChainError::BadAnswer, "AuraApi_slot_duration: zero");
    const auto now = clock() / duration;
    if (slot > now + 1)
        return fail(ChainError::FutureSlot, std::to_string(slot) + ", now it is " + std::to_string(now));
    return {};
}

Outcome<H256> Chain::Impl::import(const Block& block, const H256& hash, Finality finality)
{
    PHALA_TRY(const bool known, store.has(Column::Headers, hash));
    if (known)
        return fail(ChainError::AlreadyKnown, to_hex0x(hash));
    const H256& parent_hash = block.header.parent_hash;
    for (const auto& each : {hash, parent_hash})
        if (const auto* why = bad.find(each))
            return fail(ChainError::KnownBad, *why);
    PHALA_CHECK(rules.check({hash, block.header.number}));
    PHALA_TRY(auto parent, header(parent_hash));
    if (!parent)
        return fail(ChainError::UnknownParent, to_hex0x(parent_hash));
    if (parent_hash != heads.finalized.hash && (tree.find(parent_hash) == nullptr || discarded.contains(parent_hash)))
        return fail(ChainError::BehindFinality, to_hex0x(hash));
    PHALA_CHECK(check_clock(*parent, block.header));
    const bool is_best = block.header.number.value > heads.best.number;
    PHALA_TRY(auto executed, execute(*parent, block, is_best ? Want::Log : Want::Check));

    const BlockRef ref{hash, block.header.number};
    Change change = begin();
    change.event.imported = ref;
    auto& batch = change.batch;
    Journal journal;
    for (const auto& [node, bytes] : executed.trie.inserted) {
        change.nodes.insert(node, bytes);
        journal.inserted.push_back(node);
    }
    journal.removed = std::move(executed.trie.removed);
    if (counting() == Counting::On)
        batch.put(Column::Journals, block_key(ref), scale::encode(journal));
    batch.put(Column::Headers, hash, scale::encode(block.header));
    batch.put(Column::Bodies, hash, scale::encode(block.extrinsics));
    for (const auto& [key, value] : executed.offchain_index)
        if (value)
            batch.put(Column::Offchain, key, *value);
        else
            batch.remove(Column::Offchain, key);
    if (is_best)
        PHALA_CHECK(make_best(change, ref, parent_hash, &executed.log));
    if (is_best && finality == Finality::WithImport) {
        PHALA_CHECK(finalize_within(change, ref, parent_hash));
    } else {
        change.added = TreeBlock{ref, parent_hash, ++arrivals};
        batch.put(Column::Tree, block_key(ref), scale::encode(parent_hash, arrivals));
    }
    PHALA_CHECK(commit(std::move(change)));
    for (const auto& [node, bytes] : executed.trie.inserted)
        nodes.insert(node, bytes);
    if (executed.same_code && !rules.changes_at(ref.number))
        remember(block.header.state_root, std::move(executed.runtime));
    return hash;
}

} // namespace phala::node
