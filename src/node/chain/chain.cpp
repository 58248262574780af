#include "node/chain/chain.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <spdlog/spdlog.h>
#include <unordered_map>

namespace phala::node {

namespace {

constexpr std::string_view kCodeKey = ":code"; // the only key of the state that this program knows
constexpr std::string_view kBest = "best";
constexpr std::string_view kFinalized = "finalized";
constexpr std::string_view kGenesis = "genesis";

/// Runtimes remembered by the state they are in.
constexpr std::size_t kRememberedStates = 1024;

ByteArray<4> number_key(BlockNumber number)
{
    auto out = le_bytes(number);
    std::ranges::reverse(out); // byte order is numeric order
    return out;
}

template <class T>
Outcome<T> stored(Outcome<T>&& decoded, const char* what)
{
    if (!decoded)
        return fail(DbError::Corrupt, std::string{what} + ": " + decoded.error().message());
    return std::move(*decoded);
}

trie::StateVersion state_version(const host::Runtime& runtime)
{
    return runtime.version() && runtime.version()->state_version != 0 ? trie::StateVersion::V1 : trie::StateVersion::V0;
}

spdlog::level::level_enum level_of(host::LogLevel level)
{
    switch (level) {
    case host::LogLevel::Error: return spdlog::level::err;
    case host::LogLevel::Warn: return spdlog::level::warn;
    case host::LogLevel::Info: return spdlog::level::info;
    case host::LogLevel::Debug: return spdlog::level::debug;
    case host::LogLevel::Trace: return spdlog::level::trace;
    }
    return spdlog::level::info;
}

struct HashOfHash {
    std::size_t operator()(const H256& hash) const { return trie::HashOfHash{}(hash.bytes); }
};

} // namespace

host::CallContext logged_context(host::Overlay& overlay)
{
    host::CallContext context{.overlay = overlay};
    context.log = [](host::LogLevel level, std::string_view target, std::string_view message) {
        spdlog::log(level_of(level), "{}: {}", target, message);
    };
    return context;
}

struct Chain::Impl {
    Store& store;
    host::Engine& engine;
    StoredNodes nodes{store};
    std::function<void(const ChainEvent&)> observer;

    std::mutex writing; // held for a whole import or finalization, its observer included

    mutable std::mutex mutex; // guards what follows
    Heads heads;
    mutable std::unordered_map<H256, std::shared_ptr<const host::Runtime>, HashOfHash> runtimes; // by state root
    mutable std::deque<H256> runtime_order;

    Impl(Store& s, host::Engine& e) : store{s}, engine{e} {}

    void remember(const H256& state_root, std::shared_ptr<const host::Runtime> runtime) const
    {
        const std::lock_guard lock{mutex};
        if (!runtimes.emplace(state_root, std::move(runtime)).second)
            return;
        runtime_order.push_back(state_root);
        if (runtime_order.size() > kRememberedStates) {
            runtimes.erase(runtime_order.front());
            runtime_order.pop_front();
        }
    }

    Outcome<std::shared_ptr<const host::Runtime>> runtime_of(const H256& state_root) const
    {
        {
            const std::lock_guard lock{mutex};
            if (auto at = runtimes.find(state_root); at != runtimes.end())
                return at->second;
        }
        PHALA_TRY(auto code, trie::get(nodes, state_root.bytes, bytes_of(kCodeKey)));
        if (!code)
            return fail(ChainError::BadBlock, "the state holds no :code");
        PHALA_TRY(auto runtime, engine.load(*code));
        remember(state_root, runtime);
        return runtime;
    }

    Outcome<std::optional<Header>> header(const H256& hash) const
    {
        PHALA_TRY(auto bytes, store.get(Column::Headers, hash));
        if (!bytes)
            return std::nullopt;
        PHALA_TRY(auto header, stored(scale::decode<Header>(*bytes), "a header"));
        return std::optional<Header>{std::move(header)};
    }

    Outcome<Header> require_header(const H256& hash) const
    {
        PHALA_TRY(auto found, header(hash));
        if (!found)
            return fail(ChainError::UnknownBlock, to_hex0x(hash));
        return std::move(*found);
    }

    Outcome<BlockRef> stored_ref(std::string_view name) const
    {
        PHALA_TRY(auto bytes, store.get(Column::Meta, bytes_of(name)));
        if (!bytes || bytes->size() != 32)
            return fail(DbError::Corrupt, "the record \"" + std::string{name} + "\"");
        const H256 hash{array_of<32>(*bytes)};
        PHALA_TRY(auto found, require_header(hash));
        return BlockRef{hash, found.number};
    }

    Outcome<aura::Authorities> authorities_at(const host::Runtime& runtime, const host::StateReader& state) const
    {
        host::Overlay overlay{state};
        auto context = logged_context(overlay);
        PHALA_TRY(auto answer, runtime.call("AuraApi_authorities", {}, context));
        auto authorities = scale::decode<aura::Authorities>(answer);
        if (!authorities)
            return fail(ChainError::BadAnswer, "AuraApi_authorities: " + authorities.error().message());
        return std::move(*authorities);
    }

    /// What the block that left `overlay` behind appended to lanes; runtimes without lanes append nothing.
    static Outcome<BlockLog> block_log(const host::Runtime& runtime, host::Overlay& overlay)
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

    /// As block_log, of a block that is stored.
    Outcome<BlockLog> stored_block_log(const Header& header) const
    {
        PHALA_TRY(auto runtime, runtime_of(header.state_root));
        const host::TrieState state{nodes, header.state_root.bytes};
        host::Overlay overlay{state};
        return block_log(*runtime, overlay);
    }

    Outcome<> finalize_within(Batch& batch, const BlockRef& target, const Header& header, Heads& next,
                              ChainEvent& event) const;
    Outcome<> make_best(Batch& batch, const BlockRef& block, const Header& header, const BlockLog& log, Heads& next,
                        ChainEvent& event) const;
    Outcome<> initialize(const ChainSpec& spec);

    Outcome<> commit(Batch batch, const Heads& next, ChainEvent event)
    {
        PHALA_CHECK(store.commit(std::move(batch)));
        {
            const std::lock_guard lock{mutex};
            heads = next;
        }
        event.heads = next;
        if (observer)
            observer(event);
        return {};
    }
};

Outcome<> Chain::Impl::initialize(const ChainSpec& spec)
{
    PHALA_TRY(auto genesis, build_genesis(engine, spec));
    const H256 hash = aura::hash_of(genesis.header);
    PHALA_TRY(auto existing, store.get(Column::Meta, bytes_of(kGenesis)));
    if (existing) {
        if (!equal(*existing, hash))
            return fail(ChainError::WrongChain, "stored " + to_hex0x(*existing) + ", specified " + to_hex0x(hash));
        heads.genesis = hash;
        PHALA_TRY(heads.best, stored_ref(kBest));
        PHALA_TRY(heads.finalized, stored_ref(kFinalized));
        return {};
    }
    Batch batch;
    for (const auto& [node, bytes] : genesis.nodes)
        batch.put(Column::Nodes, node, bytes);
    batch.put(Column::Headers, hash, scale::encode(genesis.header));
    batch.put(Column::Bodies, hash, scale::encode(std::vector<Bytes>{}));
    batch.put(Column::HashByNumber, number_key(0), hash);
    for (auto name : {kGenesis, kBest, kFinalized})
        batch.put(Column::Meta, bytes_of(name), hash);
    PHALA_CHECK(store.commit(std::move(batch)));
    heads = {{hash, 0}, {hash, 0}, hash};
    return {};
}

Chain::Chain(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Chain::~Chain() = default;

Outcome<std::unique_ptr<Chain>> Chain::open(Store& store, host::Engine& engine, const ChainSpec& spec)
{
    auto impl = std::make_unique<Impl>(store, engine);
    PHALA_CHECK(impl->initialize(spec));
    return std::unique_ptr<Chain>{new Chain{std::move(impl)}};
}

Heads Chain::heads() const
{
    const std::lock_guard lock{impl_->mutex};
    return impl_->heads;
}

Outcome<std::optional<Header>> Chain::header(const H256& hash) const
{
    return impl_->header(hash);
}

Outcome<Header> Chain::require_header(const H256& hash) const
{
    return impl_->require_header(hash);
}

Outcome<std::optional<std::vector<Bytes>>> Chain::body(const H256& hash) const
{
    PHALA_TRY(auto bytes, impl_->store.get(Column::Bodies, hash));
    if (!bytes)
        return std::nullopt;
    PHALA_TRY(auto body, stored(scale::decode<std::vector<Bytes>>(*bytes), "a body"));
    return std::optional<std::vector<Bytes>>{std::move(body)};
}

Outcome<std::optional<H256>> Chain::hash_at(BlockNumber number) const
{
    PHALA_TRY(auto bytes, impl_->store.get(Column::HashByNumber, number_key(number)));
    if (!bytes || bytes->size() != 32)
        return std::nullopt;
    return std::optional<H256>{H256{array_of<32>(*bytes)}};
}

Outcome<host::TrieState> Chain::state_at(const H256& hash) const
{
    PHALA_TRY(auto header, impl_->require_header(hash));
    return host::TrieState{impl_->nodes, header.state_root.bytes};
}

const trie::NodeReader& Chain::nodes() const
{
    return impl_->nodes;
}

Outcome<std::shared_ptr<const host::Runtime>> Chain::runtime_at(const H256& hash) const
{
    PHALA_TRY(auto header, impl_->require_header(hash));
    return impl_->runtime_of(header.state_root);
}

Outcome<RuntimeVersion> Chain::version_at(const H256& hash) const
{
    PHALA_TRY(auto runtime, runtime_at(hash));
    if (!runtime->version())
        return std::unexpected(Error{runtime->version().error()});
    return *runtime->version();
}

Outcome<Bytes> Chain::call(const H256& at, std::string_view function, ByteView arguments) const
{
    PHALA_TRY(auto header, impl_->require_header(at));
    PHALA_TRY(auto runtime, impl_->runtime_of(header.state_root));
    const host::TrieState state{impl_->nodes, header.state_root.bytes};
    host::Overlay overlay{state};
    host::CallContext context{.overlay = overlay};
    context.log = [](host::LogLevel, std::string_view target, std::string_view message) {
        spdlog::debug("{}: {}", target,
                      message); // clients ask such calls: what fails is in the answer, not for the operator
    };
    return runtime->call(function, arguments, context);
}

Outcome<LaneRange> Chain::lane_range(const LaneId& lane, std::uint64_t from, std::size_t max_count,
                                     std::size_t max_bytes, const H256& at) const
{
    PHALA_TRY(auto header, impl_->require_header(at));
    PHALA_TRY(auto canonical, hash_at(header.number));
    if (canonical != at)
        return fail(ChainError::NotCanonical, to_hex0x(at));
    return node::lane_range(impl_->store, lane, from, max_count, max_bytes, header.number);
}

Outcome<std::optional<Bytes>> Chain::payload(const H256& hash) const
{
    return message_payload(impl_->store, hash);
}

void Chain::on_event(std::function<void(const ChainEvent&)> observer)
{
    const std::lock_guard lock{impl_->writing};
    impl_->observer = std::move(observer);
}

/// Puts the block at the end of the best chain, with all that lies between it and the old best block.
Outcome<> Chain::Impl::make_best(Batch& batch, const BlockRef& block, const Header& header, const BlockLog& log,
                                 Heads& next, ChainEvent& event) const
{
    LaneWriter lanes{store, batch};
    std::vector<std::pair<BlockRef, Header>> joining; // newest first
    BlockRef old_tip = next.best;
    H256 branch = header.parent_hash;
    while (branch != old_tip.hash) {
        PHALA_TRY(auto branch_header, require_header(branch));
        const bool level = branch_header.number.value == old_tip.number;
        joining.emplace_back(BlockRef{branch, branch_header.number}, branch_header);
        branch = branch_header.parent_hash;
        if (!level)
            continue;
        if (old_tip.number <= next.finalized.number)
            return fail(ChainError::NotFinalizable, "the block forks off before the last finalized one");
        PHALA_TRY(auto old_header, require_header(old_tip.hash));
        PHALA_CHECK(lanes.retract(old_tip.number));
        batch.remove(Column::HashByNumber, number_key(old_tip.number));
        event.retracted.push_back(old_tip);
        old_tip = {old_header.parent_hash, old_tip.number - 1};
    }
    std::ranges::reverse(joining);
    for (const auto& [ref, joined] : joining) {
        PHALA_TRY(auto older_log, stored_block_log(joined));
        PHALA_CHECK(lanes.append(ref.number, older_log));
        batch.put(Column::HashByNumber, number_key(ref.number), ref.hash);
        event.enacted.push_back(ref);
    }
    PHALA_CHECK(lanes.append(block.number, log));
    batch.put(Column::HashByNumber, number_key(block.number), block.hash);
    batch.put(Column::Meta, bytes_of(kBest), block.hash);
    event.enacted.push_back(block);
    next.best = block;
    return {};
}

/// Marks a block and what lies before it as final. `header` is the block's own: it may not be in the store yet.
Outcome<> Chain::Impl::finalize_within(Batch& batch, const BlockRef& target, const Header& header, Heads& next,
                                       ChainEvent& event) const
{
    BlockRef at = target;
    H256 parent = header.parent_hash;
    while (at.number > next.finalized.number) {
        event.finalized.push_back(at);
        at = {parent, at.number - 1};
        if (at.number > next.finalized.number) {
            PHALA_TRY(auto parent_header, require_header(parent));
            parent = parent_header.parent_hash;
        }
    }
    if (at != next.finalized)
        return fail(ChainError::NotFinalizable, to_hex0x(target.hash));
    std::ranges::reverse(event.finalized);
    batch.put(Column::Meta, bytes_of(kFinalized), target.hash);
    next.finalized = target;
    return {};
}

Outcome<H256> Chain::import(const Block& block, Finality finality)
{
    const std::lock_guard writing{impl_->writing};
    const H256 hash = aura::hash_of(block.header);
    PHALA_TRY(const bool known, impl_->store.has(Column::Headers, hash));
    if (known)
        return fail(ChainError::AlreadyKnown, to_hex0x(hash));
    PHALA_TRY(auto parent, impl_->header(block.header.parent_hash));
    if (!parent)
        return fail(ChainError::UnknownParent, to_hex0x(block.header.parent_hash));
    if (block.header.number.value != parent->number + 1)
        return fail(ChainError::BadBlock,
                    "number " + std::to_string(block.header.number) + " after " + std::to_string(parent->number));

    PHALA_TRY(auto runtime, impl_->runtime_of(parent->state_root));
    const host::TrieState parent_state{impl_->nodes, parent->state_root.bytes};
    PHALA_TRY(auto unsealed, aura::unseal(block.header));
    std::optional<aura::Slot> parent_slot;
    if (parent->number.value != 0) {
        PHALA_TRY(parent_slot, aura::slot_of(*parent));
    }
    PHALA_TRY(auto authorities, impl_->authorities_at(*runtime, parent_state));
    PHALA_CHECK(aura::verify(unsealed, parent_slot, authorities));

    host::Overlay overlay{parent_state};
    auto context = logged_context(overlay);
    const Block to_execute{std::move(unsealed.header), block.extrinsics};
    if (auto executed = runtime->call("Core_execute_block", scale::encode(to_execute), context); !executed)
        return fail(ChainError::BadBlock, executed.error().message());
    PHALA_TRY(auto changes, overlay.changes(state_version(*runtime)));
    if (changes.trie.root != block.header.state_root.bytes)
        return fail(ChainError::WrongRoot, to_hex0x(changes.trie.root));

    const BlockRef ref{hash, block.header.number};
    Heads next = heads();
    ChainEvent event{.imported = ref};
    Batch batch;
    for (const auto& [node, bytes] : changes.trie.inserted)
        batch.put(Column::Nodes, node, bytes);
    batch.put(Column::Headers, hash, scale::encode(block.header));
    batch.put(Column::Bodies, hash, scale::encode(block.extrinsics));
    if (ref.number > next.best.number) {
        PHALA_TRY(auto log, Impl::block_log(*runtime, overlay));
        PHALA_CHECK(impl_->make_best(batch, ref, block.header, log, next, event));
        if (finality == Finality::WithImport)
            PHALA_CHECK(impl_->finalize_within(batch, ref, block.header, next, event));
    }
    const bool same_code = std::ranges::none_of(
        changes.storage, [](const auto& change) { return equal(change.first, bytes_of(kCodeKey)); });
    PHALA_CHECK(impl_->commit(std::move(batch), next, std::move(event)));
    if (same_code)
        impl_->remember(block.header.state_root, std::move(runtime));
    return hash;
}

Outcome<> Chain::finalize(const H256& hash)
{
    const std::lock_guard writing{impl_->writing};
    PHALA_TRY(auto header, require_header(hash));
    PHALA_TRY(auto canonical, hash_at(header.number));
    if (canonical != hash)
        return fail(ChainError::NotCanonical, to_hex0x(hash));
    Heads next = heads();
    if (header.number <= next.finalized.number)
        return {}; // it is final already
    ChainEvent event;
    Batch batch;
    PHALA_CHECK(impl_->finalize_within(batch, {hash, header.number}, header, next, event));
    return impl_->commit(std::move(batch), next, std::move(event));
}

} // namespace phala::node
