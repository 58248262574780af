#include "node/chain/chain.hpp"

#include "base/hex.hpp"
#include "node/chain/impl.hpp"
#include "node/log/log.hpp"

#include <algorithm>
#include <limits>

namespace phala::node {

namespace {

/// Runtimes remembered by the state they are in.
constexpr std::size_t kRememberedStates = 1024;

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

/// The mode to go on with, given what is stored. What was dropped does not come back, and what was not counted cannot
/// be dropped.
Outcome<Pruning> next_mode(const char* option, const Pruning& stored, const std::optional<Pruning>& wanted,
                           bool may_begin)
{
    using Kind = Pruning::Kind;
    if (!wanted || *wanted == stored)
        return stored;
    const bool fewer_bodies = may_begin && wanted->kind > stored.kind;
    if (fewer_bodies || (wanted->kind == Kind::Last && stored.kind == Kind::Last))
        return *wanted;
    return fail(ChainError::WrongPruning, std::string{option} + " is " + to_string(stored) + " in the database, "
                                              + to_string(*wanted) + " is wanted");
}

} // namespace

ByteArray<4> number_key(BlockNumber number)
{
    auto out = le_bytes(number);
    std::ranges::reverse(out); // byte order is numeric order
    return out;
}

Bytes block_key(const BlockRef& block)
{
    return concat(number_key(block.number), block.hash);
}

trie::StateVersion state_version(const host::Runtime& runtime)
{
    return runtime.version() && runtime.version()->state_version != 0 ? trie::StateVersion::V1 : trie::StateVersion::V0;
}

host::CallContext logged_context(host::Overlay& overlay)
{
    host::CallContext context{.overlay = overlay};
    context.log = [](host::LogLevel level, std::string_view target, std::string_view message) {
        log("runtime").log(level_of(level), "{}: {}", target, message);
    };
    return context;
}

void Chain::Impl::remember(const H256& state_root, std::shared_ptr<const host::Runtime> runtime) const
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

Outcome<std::shared_ptr<const host::Runtime>> Chain::Impl::runtime_of(const Header& block) const
{
    {
        const std::lock_guard lock{mutex};
        if (auto at = runtimes.find(block.state_root); at != runtimes.end())
            return at->second;
    }
    PHALA_TRY(auto code, trie::get(nodes, block.state_root.bytes, bytes_of(kCodeKey)));
    if (!code)
        return fail(ChainError::BadBlock, "the state holds no :code");
    PHALA_TRY(auto runtime, engine.load(*code));
    runtime = rules.in_force(std::move(runtime), block.number);
    remember(block.state_root, runtime);
    return runtime;
}

Outcome<std::optional<Header>> Chain::Impl::header(const H256& hash) const
{
    PHALA_TRY(auto bytes, store.get(Column::Headers, hash));
    if (!bytes)
        return std::nullopt;
    PHALA_TRY(auto header, stored(scale::decode<Header>(*bytes), "a header"));
    return std::optional<Header>{std::move(header)};
}

Outcome<Header> Chain::Impl::require_header(const H256& hash) const
{
    PHALA_TRY(auto found, header(hash));
    if (!found)
        return fail(ChainError::UnknownBlock, to_hex0x(hash));
    return std::move(*found);
}

Outcome<std::optional<H256>> Chain::Impl::hash_at(BlockNumber number) const
{
    PHALA_TRY(auto bytes, store.get(Column::HashByNumber, number_key(number)));
    if (!bytes)
        return std::nullopt;
    if (bytes->size() != 32)
        return fail(DbError::Corrupt, "the hash of block " + std::to_string(number));
    return std::optional<H256>{H256{array_of<32>(*bytes)}};
}

Outcome<BlockRef> Chain::Impl::stored_ref(std::string_view name) const
{
    PHALA_TRY(auto bytes, store.get(Column::Meta, bytes_of(name)));
    if (!bytes || bytes->size() != 32)
        return fail(DbError::Corrupt, "the record \"" + std::string{name} + "\"");
    const H256 hash{array_of<32>(*bytes)};
    PHALA_TRY(auto found, require_header(hash));
    return BlockRef{hash, found.number};
}

Outcome<PinnedState> Chain::Impl::state_at(const H256& hash, const Header& header) const
{
    const BlockRef block{hash, header.number};
    PinnedState state{Pin{pins, block}, nodes, header.state_root.bytes};
    {
        const std::lock_guard lock{mutex};
        if (kept.state.kind == Pruning::Kind::Archive || block == heads.finalized || tree.find(hash) != nullptr)
            return state;
        if (block.number < kept.oldest_state || block.number > heads.finalized.number)
            return fail(ChainError::StateDiscarded, "State already discarded for " + to_hex0x(hash));
    }
    PHALA_TRY(auto canonical, hash_at(block.number));
    if (canonical != hash)
        return fail(ChainError::StateDiscarded, "State already discarded for " + to_hex0x(hash));
    return state;
}

Outcome<> Chain::Impl::initialize(const ChainSpec& spec, const ChainOptions& options)
{
    PHALA_TRY(rules, BlockRules::make(spec, engine));
    PHALA_TRY(auto genesis, build_genesis(engine, spec));
    const H256 hash = aura::hash_of(genesis.header);
    PHALA_TRY(auto existing, store.get(Column::Meta, bytes_of(record::kGenesis)));
    if (existing) {
        if (!equal(*existing, hash))
            return fail(ChainError::WrongChain, "stored " + to_hex0x(*existing) + ", specified " + to_hex0x(hash));
        heads.genesis = hash;
        return load(options);
    }
    kept = {.state = options.state_pruning.value_or(Pruning::archive()),
            .blocks = options.blocks_pruning.value_or(Pruning::archive())};
    Change change = begin();
    for (const auto& [node, bytes] : genesis.nodes)
        change.nodes.insert(node, bytes);
    PHALA_CHECK(change.nodes.apply(change.batch));
    auto& batch = change.batch;
    batch.put(Column::Headers, hash, scale::encode(genesis.header));
    batch.put(Column::Bodies, hash, scale::encode(std::vector<Bytes>{}));
    batch.put(Column::HashByNumber, number_key(0), hash);
    for (auto name : {record::kGenesis, record::kBest, record::kFinalized})
        batch.put(Column::Meta, bytes_of(name), hash);
    batch.put(Column::Meta, bytes_of(record::kKept), scale::encode(kept));
    PHALA_CHECK(store.commit(std::move(batch)));
    heads = {{hash, 0}, {hash, 0}, hash};
    return {};
}

Outcome<> Chain::Impl::load(const ChainOptions& options)
{
    PHALA_TRY(heads.best, stored_ref(record::kBest));
    PHALA_TRY(heads.finalized, stored_ref(record::kFinalized));
    PHALA_TRY(auto bytes, store.get(Column::Meta, bytes_of(record::kKept)));
    if (!bytes)
        return fail(DbError::Corrupt, "the record of what is kept");
    PHALA_TRY(kept, stored(scale::decode<Kept>(*bytes), "the record of what is kept"));
    Kept wanted = kept;
    PHALA_TRY(wanted.state, next_mode("state pruning", kept.state, options.state_pruning, false));
    PHALA_TRY(wanted.blocks, next_mode("blocks pruning", kept.blocks, options.blocks_pruning, true));
    if (wanted != kept) {
        Batch batch;
        batch.put(Column::Meta, bytes_of(record::kKept), scale::encode(wanted));
        PHALA_CHECK(store.commit(std::move(batch)));
        kept = wanted;
    }

    PHALA_TRY(auto entries, store.range(Column::Tree, {}, std::numeric_limits<std::size_t>::max()));
    for (const auto& [key, value] : entries) {
        if (key.size() != 36)
            return fail(DbError::Corrupt, "the tree of blocks");
        PHALA_TRY(auto place, stored(scale::decode<std::pair<H256, std::uint64_t>>(value), "the tree of blocks"));
        const H256 hash{array_of<32>(ByteView{key}.subspan(4))};
        PHALA_TRY(auto found, require_header(hash));
        tree.insert({.block = {hash, found.number}, .parent = place.first, .arrival = place.second});
        arrivals = std::max(arrivals, place.second);
    }
    for (const auto& block : tree.split(heads.finalized.hash).others)
        discarded.insert(block.block.hash);
    return {};
}

Chain::Chain(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Chain::~Chain() = default;

Outcome<std::unique_ptr<Chain>> Chain::open(Store& store, host::Engine& engine, const ChainSpec& spec,
                                            const ChainOptions& options)
{
    auto impl = std::make_unique<Impl>(store, engine, options);
    PHALA_CHECK(impl->initialize(spec, options));
    return std::unique_ptr<Chain>{new Chain{std::move(impl)}};
}

Heads Chain::heads() const
{
    const std::lock_guard lock{impl_->mutex};
    return impl_->heads;
}

ChainSnapshot Chain::snapshot() const
{
    const std::lock_guard lock{impl_->mutex};
    return {impl_->sequence, impl_->heads, impl_->tree.split(impl_->heads.finalized.hash).descendants};
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
    return impl_->hash_at(number);
}

Outcome<std::vector<H256>> Chain::hashes_at(BlockNumber number) const
{
    std::vector<H256> out;
    PHALA_TRY(auto canonical, hash_at(number));
    if (canonical)
        out.push_back(*canonical);
    for (const auto& block : snapshot().unfinalized)
        if (block.block.number == number && block.block.hash != canonical)
            out.push_back(block.block.hash);
    return out;
}

Outcome<Pin> Chain::pin(const H256& hash) const
{
    PHALA_TRY(auto header, impl_->require_header(hash));
    return Pin{impl_->pins, {hash, header.number}};
}

Outcome<PinnedState> Chain::state_at(const H256& hash) const
{
    PHALA_TRY(auto header, impl_->require_header(hash));
    return impl_->state_at(hash, header);
}

Outcome<std::shared_ptr<const host::Runtime>> Chain::runtime_at(const H256& hash) const
{
    PHALA_TRY(auto header, impl_->require_header(hash));
    PHALA_TRY(auto state, impl_->state_at(hash, header));
    return impl_->runtime_of(header);
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
    PHALA_TRY(auto state, impl_->state_at(at, header));
    PHALA_TRY(auto runtime, impl_->runtime_of(header));
    host::Overlay overlay{*state};
    host::CallContext context{.overlay = overlay};
    context.log = [](host::LogLevel, std::string_view target, std::string_view message) {
        log("runtime").debug("{}: {}", target,
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

Pruning Chain::state_pruning() const
{
    const std::lock_guard lock{impl_->mutex};
    return impl_->kept.state;
}

Pruning Chain::blocks_pruning() const
{
    const std::lock_guard lock{impl_->mutex};
    return impl_->kept.blocks;
}

void Chain::on_event(std::function<void(const ChainEvent&)> observer)
{
    const std::lock_guard lock{impl_->writing};
    impl_->observer = std::move(observer);
}

void Chain::follow_clock(std::function<std::uint64_t()> now_ms)
{
    const std::lock_guard lock{impl_->writing};
    impl_->clock = std::move(now_ms);
}

Outcome<H256> Chain::import(const Block& block, Finality finality)
{
    const std::lock_guard writing{impl_->writing};
    const Timed timed{impl_->import_times};
    const H256 hash = aura::hash_of(block.header);
    (void)impl_->stored_nodes.take_failure(); // of a reader before
    auto outcome = impl_->import(block, hash, finality);
    if (!outcome)
        return std::unexpected{impl_->judge(hash, std::move(outcome.error()))};
    return outcome;
}

Chain::Caches Chain::caches() const
{
    return {impl_->store.cache_bytes(), impl_->nodes.bytes()};
}

const Histogram& Chain::import_times() const
{
    return impl_->import_times;
}

Outcome<> Chain::finalize(const H256& hash)
{
    const std::lock_guard writing{impl_->writing};
    return impl_->finalize(hash);
}

Outcome<BlockNumber> Chain::revert(BlockNumber count)
{
    const std::lock_guard writing{impl_->writing};
    return impl_->revert(count);
}

Outcome<> Chain::check(const H256& hash, const host::StorageTrace& trace) const
{
    PHALA_CHECK(storage_changes(hash, trace));
    return {};
}

Outcome<std::vector<std::pair<Bytes, std::optional<Bytes>>>>
Chain::storage_changes(const H256& hash, const host::StorageTrace& trace) const
{
    PHALA_TRY(auto header, impl_->require_header(hash));
    PHALA_TRY(auto extrinsics, body(hash));
    if (!extrinsics)
        return fail(ChainError::BodyDiscarded, to_hex0x(hash));
    if (header.number.value == 0)
        return fail(ChainError::BadNumber, "block 0 is not executed");
    PHALA_TRY(auto parent, impl_->require_header(header.parent_hash));
    PHALA_TRY(auto state, impl_->state_at(header.parent_hash, parent));
    PHALA_TRY(auto executed,
              impl_->execute(parent, {std::move(header), std::move(*extrinsics)}, Impl::Want::Check, trace));
    return std::move(executed.storage);
}

OffchainStorage Chain::offchain_storage() const
{
    return OffchainStorage{impl_->store};
}

} // namespace phala::node
