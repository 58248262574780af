#include "worker/core/core.hpp"

#include "base/hex.hpp"
#include "crypto/encrypted_data.hpp"
#include "worker/core/engine/engine.hpp"
#include "worker/core/handover.hpp"
#include "worker/core/ledger.hpp"
#include "worker/core/query_scheduler.hpp"
#include "worker/core/snapshot.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <semaphore>

namespace phala::worker {

namespace {

constexpr std::string_view kCoreKey = "core";
constexpr std::string_view kBlockHashKey = "block-hash"; ///< of the last complete block
constexpr std::uint8_t kRecordVersion = 3;
constexpr std::uint32_t kWorkerVersion = 2 << 16 | 2 << 8; ///< 2.2.0, of the interface that published clients know

/// A lane that is followed. Leaves wait, verified, until it is their turn among all lanes.
struct Lane {
    LaneKind kind;
    LaneCursor cursor;
    std::deque<std::pair<LeafV1, Bytes>> ready;
};

struct StoredLane {
    LaneKind kind;
    LaneCursor cursor;
};

/// The core's own record; contract state, logs and the system code have theirs.
struct StoredCore {
    std::uint8_t version = kRecordVersion;
    H256 genesis_hash;
    BlockNumber block = 0;
    LogSeal seal;
    std::vector<StoredLane> lanes;
    std::vector<Egress::Channel> channels;
    Ledger::Stored ledger;
};

/// What a member keeps ready for joiners: as of one block, and cheap to keep.
struct Handover {
    LogSeal seal;
    std::uint64_t next_sequence;
    Cluster::Stored cluster;
    engine::ClusterState state;
    std::vector<PublicKey> entitled; ///< joiners whose registration counts

    Handover(const LogSeal& s, std::uint64_t next, Cluster::Stored c, engine::ClusterState contracts,
             std::vector<PublicKey> who)
        : seal{s}, next_sequence{next}, cluster{std::move(c)}, state{std::move(contracts)}, entitled{std::move(who)}
    {
    }
    Handover(const Handover&) = delete;
    Handover& operator=(const Handover&) = delete;
    ~Handover() { wipe(cluster.secret); }
};

/// Behind everything that a lane holds.
LaneCursor cursor_at(const LaneHead& head)
{
    LaneCursor cursor;
    cursor.count = head.count;
    cursor.last_block = head.last_block;
    cursor.peaks = head.peaks;
    return cursor;
}

} // namespace

struct Core::State {
    State(const Config& c, crypto::sr25519::KeyPair key, std::unique_ptr<engine::Engine> e, const RecordReader& s)
        : config{c}, identity{std::move(key)}, engine{std::move(e)}, store{s},
          ledger{identity, *engine, s, c.development}
    {
    }

    const Config config;
    const crypto::sr25519::KeyPair identity;
    const PublicKey me{identity.public_key().bytes};
    const std::unique_ptr<engine::Engine> engine;
    const RecordReader& store;

    Ledger ledger;
    Egress egress;
    const std::shared_ptr<LogServer> logs = std::make_shared<LogServer>();
    crypto::CertificateCache certificates; ///< of those who ask
    const std::shared_ptr<QueryScheduler> turns =
        std::make_shared<QueryScheduler>(QueryScheduler::limits(config.query_slots));
    std::map<LaneId, Lane> lanes;
    std::uint64_t next_global = 0;

    BlockNumber block = 0;                           ///< last complete block
    LogSeal seal;                                    ///< of it
    std::optional<H256> hash;                        ///< likewise
    std::map<PublicKey, Registration> registrations; ///< likewise
    std::optional<std::string> halted;               ///< what this program cannot do and the chain asks for
    std::optional<Anchor> anchor;                    ///< being drained
    bool complete = false;                           ///< drained and waiting for committed()
    std::vector<RecordChange> records;
    std::vector<AnyLogRecord> block_logs;
    std::shared_ptr<const Snapshot> snapshot;
    std::atomic<std::shared_ptr<const Handover>> handover; ///< read by those who serve
    std::optional<Anchor::Joining> joining;                ///< what the last complete block says of that cluster
    Environment last_environment;

    /// Ticks of the clock are read only where somebody waits for them: they are as many as there are blocks.
    [[nodiscard]] bool reads(const Lane& lane) const
    {
        return !lane.kind.kind.is<LaneKind::Clock>() || ledger.reads_clock();
    }

    void follow_lanes()
    {
        for (auto& kind : ledger.followed())
            lanes.try_emplace(lane_id(kind), Lane{kind, {}, {}});
    }

    /// Workers that the cluster may be handed to: their registration decides, as this worker's own does.
    [[nodiscard]] std::span<const PublicKey> joiners() const
    {
        const auto* cluster = ledger.cluster();
        return cluster == nullptr ? std::span<const PublicKey>{} : std::span{cluster->joiners()};
    }

    [[nodiscard]] AnchorWants anchor_wants() const
    {
        AnchorWants wants;
        const auto& known = anchor ? anchor->registrations : registrations;
        const auto want = [&](const PublicKey& worker) {
            const auto found = known.find(worker);
            wants.registrations.push_back({worker, found == known.end() ? std::nullopt : found->second.measurement});
        };
        want(me);
        std::ranges::for_each(joiners(), want);
        for (const auto& [id, lane] : lanes)
            wants.lanes.push_back(id);
        for (const auto& [key, channel] : egress.channels())
            wants.origins.push_back(channel.origin);
        wants.joining = ledger.joining();
        return wants;
    }

    /// Whether the current anchor must be proven again: for a lane that is followed since, or for a registration.
    [[nodiscard]] bool lacks_proof() const
    {
        const auto has_head = [&](const auto& lane) { return anchor->heads.contains(lane.first); };
        const auto is_read = [&](const PublicKey& worker) {
            const auto found = anchor->registrations.find(worker);
            return found != anchor->registrations.end() && found->second.complete;
        };
        return !std::ranges::all_of(lanes, has_head) || !is_read(me) || !std::ranges::all_of(joiners(), is_read);
    }

    /// The next lane to read: one with unread leaves and none waiting.
    [[nodiscard]] std::optional<LaneWant> next_chunk() const
    {
        for (const auto& [id, lane] : lanes)
            if (reads(lane) && lane.ready.empty() && lane.cursor.count < anchor->heads.at(id).count)
                return LaneWant{id, lane.cursor.count};
        return std::nullopt;
    }

    Outcome<> take_anchor(const AnchorInput& input)
    {
        if (complete)
            return fail(CoreError::NotDrained);
        PHALA_TRY(auto fresh, verify_anchor(input.hash, input.header, input.proof, anchor_wants()));
        if (anchor) {
            if (fresh.hash != anchor->hash)
                return fail(CoreError::NotDrained, "block " + std::to_string(anchor->number));
        } else {
            if (fresh.number <= block)
                return fail(CoreError::OldHeader, std::to_string(fresh.number) + " after " + std::to_string(block));
            if (fresh.seal.next_global < next_global)
                return fail(LaneError::LaneRegress, "messages " + std::to_string(fresh.seal.next_global));
        }
        for (const auto& [id, lane] : lanes)
            if (fresh.heads.at(id).count < lane.cursor.count)
                return fail(LaneError::LaneRegress, to_hex0x(id));
        anchor = std::move(fresh);
        return {};
    }

    Outcome<> take_chunk(const ChunkInput& input)
    {
        const auto found = lanes.find(input.lane);
        if (found == lanes.end() || !anchor || complete || !anchor->heads.contains(input.lane))
            return fail(CoreError::UnknownLane, to_hex0x(input.lane));
        auto& lane = found->second;
        if (input.payloads.size() != input.leaves.size())
            return fail(CoreError::MissingPayload);
        PHALA_TRY(auto cursor, verify_chunk(input.lane, lane.cursor, input.leaves, input.frontier,
                                            anchor->heads.at(input.lane), anchor->seal));
        for (std::size_t i = 0; i < input.leaves.size(); ++i)
            PHALA_CHECK(verify_payload(input.leaves[i], input.payloads[i]));
        lane.cursor = std::move(cursor);
        for (std::size_t i = 0; i < input.leaves.size(); ++i)
            lane.ready.emplace_back(input.leaves[i], input.payloads[i]);
        return {};
    }

    /// Takes the cluster that a member handed over: only as of the block where this worker stands, and only with the key
    /// that the chain knows, which nobody but a member has.
    Outcome<> take_cluster(const JoinInput& input, Entropy& entropy, Output& output)
    {
        if (!joining || joining->cluster != ledger.joining() || anchor || complete)
            return fail(CoreError::NotJoining);
        PHALA_TRY(const auto envelope, scale::decode<EncryptedData>(input.sealed));
        PHALA_TRY(const auto shared, identity.agree(envelope.pubkey));
        PHALA_TRY(auto text,
                  crypto::Aes256Gcm{shared}.open(envelope.iv, envelope.data,
                                                 handover_context(config.genesis_hash, joining->cluster, me)));
        auto came = scale::decode<ClusterHandover>(text);
        wipe(text);
        if (!came)
            return fail(CoreError::BadHandover, came.error().message());
        if (came->version != kHandoverVersion || came->genesis_hash != config.genesis_hash
            || came->cluster.terms.id != joining->cluster)
            return fail(CoreError::BadHandover, "version " + std::to_string(came->version));
        if (came->seal != seal)
            return fail(CoreError::OtherBlock, "block " + std::to_string(came->seal.block) + ", this worker is at "
                                                   + std::to_string(seal.block));
        PHALA_TRY(const auto key, crypto::sr25519::KeyPair::from_secret(Secret<64>{came->cluster.secret}));
        if (!joining->key || key.public_key() != *joining->key)
            return fail(CoreError::BadHandover, "its key is not the cluster's");
        Cluster::Entries entries;
        for (auto& [name, value] : came->entries)
            entries.insert_or_assign(std::move(name), std::move(value));
        auto cluster = Cluster::restore(came->cluster, nullptr, identity, *engine, entries, Cluster::Source::Member);
        wipe(came->cluster.secret);
        if (!cluster)
            return std::unexpected{cluster.error()};

        egress.resume(MessageOrigin::cluster(joining->cluster), came->next_sequence);
        Effects effects{egress, block_logs, entropy, records, output.notes};
        ledger.join(*std::move(cluster), effects);
        for (const auto& kind : ledger.followed()) {
            const LaneId id = lane_id(kind);
            if (const auto head = joining->heads.find(id); head != joining->heads.end())
                lanes.insert_or_assign(id, Lane{kind, cursor_at(head->second), {}});
        }
        joining.reset();
        store_all(output);
        return {};
    }

    /// Executes, in the order of the chain, what is certain to be next (spec trust-and-keys §5.5.6): every lane either
    /// shows its next leaf or is read to its end.
    void execute_ready(const Input& input, Entropy& entropy, Output& output)
    {
        Effects effects{egress, block_logs, entropy, records, output.notes};
        while (!lacks_proof() && !next_chunk()) {
            Lane* next = nullptr;
            for (auto& [id, lane] : lanes)
                if (!lane.ready.empty()
                    && (next == nullptr || lane.ready.front().first.global < next->ready.front().first.global))
                    next = &lane;
            if (next == nullptr) {
                finish_block(input.iterations, effects, output);
                return;
            }
            const auto [leaf, payload] = std::move(next->ready.front());
            next->ready.pop_front();
            if (leaf.global < next_global)
                continue; // the same message in another lane, or one from before this lane was followed
            next_global = leaf.global + 1;
            last_environment = {leaf.block, leaf.time_ms, input.now_ms, input.iterations};
            ledger.apply(leaf, payload, last_environment, effects);
            if (effects.halt) {
                halted = *effects.halt + ", asked for in block " + std::to_string(leaf.block)
                         + "; this worker stays at block " + std::to_string(block);
                return;
            }
            follow_lanes();
        }
    }

    void finish_block(std::uint64_t iterations, Effects& effects, Output& output)
    {
        block = anchor->number;
        hash = anchor->hash;
        registrations = std::move(anchor->registrations);
        ledger.end_benchmark(block, iterations, effects);
        seal = anchor->seal;
        next_global = seal.next_global;
        for (auto& [id, lane] : lanes)
            if (!reads(lane)) // who begins to read later begins here: no hook had a use for what came before
                lane.cursor = cursor_at(anchor->heads.at(id));
        for (const auto& [origin, next] : anchor->acknowledged)
            egress.acknowledge(origin, next);
        joining = std::move(anchor->joining);
        anchor.reset();
        store_all(output);
    }

    /// Everything that changed since the last time, as one batch.
    void store_all(Output& output)
    {
        if (auto* cluster = ledger.cluster())
            cluster->flush(records);
        for (auto& change : logs->append(std::exchange(block_logs, {})))
            records.push_back(std::move(change));
        StoredCore stored;
        stored.genesis_hash = config.genesis_hash;
        stored.block = block;
        stored.seal = seal;
        for (const auto& [id, lane] : lanes)
            stored.lanes.push_back({lane.kind, lane.cursor});
        for (const auto& [key, channel] : egress.channels())
            stored.channels.push_back(channel);
        stored.ledger = ledger.to_store();
        records.push_back({to_bytes(kCoreKey), scale::encode(stored)});
        if (hash)
            records.push_back({to_bytes(kBlockHashKey), to_bytes(*hash)});
        forget_secrets(stored);

        complete = true;
        output.block_complete = true;
        output.records = std::move(records);
        records.clear();
    }

    static void forget_secrets(StoredCore& stored)
    {
        if (stored.ledger.gatekeeper)
            wipe(stored.ledger.gatekeeper->master_secret);
        if (stored.ledger.cluster)
            wipe(stored.ledger.cluster->secret);
    }

    /// The joiners whose registration counts.
    [[nodiscard]] std::vector<PublicKey> entitled() const
    {
        std::vector<PublicKey> out;
        std::ranges::copy_if(joiners(), std::back_inserter(out), [&](const PublicKey& worker) {
            const auto found = registrations.find(worker);
            return found != registrations.end() && found->second.counts(block, seal.time_ms);
        });
        return out;
    }

    void publish()
    {
        auto* cluster = ledger.cluster();
        snapshot = cluster == nullptr ? nullptr : cluster->publish({block, seal.time_ms, 0, 0}, logs, turns);
        std::shared_ptr<const Handover> ready;
        if (cluster != nullptr && !cluster->joiners().empty())
            ready = std::make_shared<const Handover>(seal, egress.next_sequence(MessageOrigin::cluster(cluster->id())),
                                                     cluster->to_store(), cluster->contract_state(), entitled());
        handover.store(std::move(ready));
    }

    Outcome<> restore()
    {
        PHALA_TRY(const auto bytes, store.get(bytes_of(kCoreKey)));
        if (!bytes) {
            follow_lanes();
            return {};
        }
        auto stored = scale::decode<StoredCore>(*bytes);
        if (!stored || stored->version != kRecordVersion)
            return fail(CoreError::BadRecord,
                        stored ? "version " + std::to_string(stored->version) : stored.error().message());
        if (stored->genesis_hash != config.genesis_hash)
            return fail(CoreError::WrongChain, to_hex0x(stored->genesis_hash));
        block = stored->block;
        seal = stored->seal;
        next_global = seal.next_global;
        for (auto& lane : stored->lanes)
            lanes.emplace(lane_id(lane.kind), Lane{lane.kind, std::move(lane.cursor), {}});
        Egress::Channels channels;
        for (auto& channel : stored->channels)
            channels.emplace(scale::encode(channel.origin), std::move(channel));
        egress = Egress{std::move(channels)};
        PHALA_TRY(const auto hash_bytes, store.get(bytes_of(kBlockHashKey)));
        if (hash_bytes && hash_bytes->size() == 32)
            hash = H256{array_of<32>(*hash_bytes)};
        PHALA_CHECK(ledger.restore(stored->ledger));
        forget_secrets(*stored);
        follow_lanes();
        publish();
        return {};
    }

    Outcome<> rewind()
    {
        if (complete)
            return fail(CoreError::NotDrained);
        anchor.reset();
        joining.reset();
        halted.reset();
        records.clear();
        block_logs.clear();
        lanes.clear();
        egress = {};
        next_global = 0;
        ledger = Ledger{identity, *engine, store, config.development};
        return restore();
    }
};

Core::Core(std::unique_ptr<State> state) : state_{std::move(state)} {}
Core::Core(Core&&) noexcept = default;
Core& Core::operator=(Core&&) noexcept = default;
Core::~Core() = default;

Outcome<Core> Core::create(const Config& config, crypto::sr25519::KeyPair identity, const RecordReader& store)
{
    PHALA_TRY(auto machine, engine::Engine::create(config.compiled));
    auto state = std::make_unique<State>(config, std::move(identity), std::move(machine), store);
    PHALA_CHECK(state->logs->load(store));
    PHALA_CHECK(state->restore());
    return Core{std::move(state)};
}

Wants Core::wants() const
{
    Wants wants;
    wants.anchor = state_->anchor_wants();
    if (!state_->anchor && !state_->complete && state_->joining)
        wants.join = state_->ledger.joining();
    if (state_->anchor) {
        wants.block = state_->anchor->hash;
        if (!state_->lacks_proof())
            wants.chunk = state_->next_chunk();
    }
    return wants;
}

Outcome<Output> Core::step(const Input& input)
{
    const auto unsupported = [&] { return fail(CoreError::Unsupported, *state_->halted); };
    if (state_->halted)
        return unsupported();
    Output output;
    Entropy entropy{input.entropy};
    if (const auto* join = std::get_if<JoinInput>(&input.content)) {
        PHALA_CHECK(state_->take_cluster(*join, entropy, output));
        return output;
    }
    if (const auto* anchor = std::get_if<AnchorInput>(&input.content))
        PHALA_CHECK(state_->take_anchor(*anchor));
    else
        PHALA_CHECK(state_->take_chunk(std::get<ChunkInput>(input.content)));
    state_->execute_ready(input, entropy, output);
    if (state_->halted)
        return unsupported();
    return output;
}

Outcome<> Core::rewind()
{
    return state_->rewind();
}

void Core::committed()
{
    state_->complete = false;
    state_->logs->publish();
    state_->publish();
}

std::vector<SignedMessage> Core::egress() const
{
    std::vector<SignedMessage> out;
    for (const auto& [key, channel] : state_->egress.channels())
        out.insert(out.end(), channel.pending.begin(), channel.pending.end());
    return out;
}

Status Core::status() const
{
    const auto& state = *state_;
    const auto registration = state.registrations.find(state.me);
    return {state.block,
            state.seal.time_ms,
            state.seal.next_global,
            state.ledger.registered(),
            state.ledger.gatekeeper_active(),
            state.ledger.master_pubkey(),
            state.egress.pending(),
            state.snapshot,
            state.ledger.score(),
            state.ledger.benchmarking(),
            state.ledger.joining(),
            state.ledger.has_left_cluster(),
            state.hash,
            registration == state.registrations.end() ? std::nullopt : std::optional{registration->second}};
}

Bytes Core::sign(SignedContent type, ByteView data, const ByteArray<32>& entropy) const
{
    return to_bytes(state_->identity.sign(wrapped_signing_bytes(type, data), entropy));
}

ClusterStateRequest Core::cluster_state_request(BlockNumber min_block, const ByteArray<32>& entropy) const
{
    return {public_key(), min_block,
            sign(SignedContent::ClusterStateRequest, state_request_content(min_block), entropy)};
}

Outcome<SharedClusterState> Core::share_cluster(const ClusterStateRequest& request, const ByteArray<32>& entropy) const
{
    const auto ready = state_->handover.load();
    if (!ready)
        return fail(CoreError::NotReady, "nobody was admitted to its cluster");
    const auto& joiners = ready->cluster.joiners;
    if (std::ranges::find(joiners, request.receiver) == joiners.end())
        return fail(CoreError::NotAdmitted, to_hex0x(request.receiver));
    if (std::ranges::find(ready->entitled, request.receiver) == ready->entitled.end())
        return fail(CoreError::NotEntitled, to_hex0x(request.receiver));
    if (request.signature.size() != 64
        || !crypto::sr25519::verify(
            {array_of<64>(request.signature)},
            wrapped_signing_bytes(SignedContent::ClusterStateRequest, state_request_content(request.min_block)),
            request.receiver))
        return fail(CoreError::BadSignature, "of the worker that asks");
    if (ready->seal.block < request.min_block)
        return fail(CoreError::OtherBlock,
                    "block " + std::to_string(ready->seal.block) + ", wanted " + std::to_string(request.min_block));
    ClusterHandover handover{
        .genesis_hash = state_->config.genesis_hash,
        .seal = ready->seal,
        .next_sequence = ready->next_sequence,
        .cluster = ready->cluster,
        .entries = {},
    };
    for (auto& [key, value] : ready->state.changes_since({}))
        handover.entries.push_back({key, *value});
    Bytes text = scale::encode(handover);
    wipe(handover.cluster.secret);
    Entropy random{entropy};
    const crypto::sr25519::KeyPair ephemeral{Secret<32>{random.take<32>()}};
    PHALA_TRY(const auto shared, ephemeral.agree(request.receiver));
    const auto iv = random.take<12>();
    EncryptedData sealed{
        iv, ephemeral.public_key(),
        crypto::Aes256Gcm{shared}.seal(
            iv, text, handover_context(state_->config.genesis_hash, ready->cluster.terms.id, request.receiver))};
    wipe(text);
    return SharedClusterState{ready->seal.block, scale::encode(sealed)};
}

PublicKey Core::public_key() const
{
    return state_->identity.public_key();
}

const H256& Core::genesis_hash() const
{
    return state_->config.genesis_hash;
}

WorkerRegistrationInfoV2 Core::registration(const std::optional<AccountId>& operator_account) const
{
    const PublicKey key = public_key();
    return {
        kWorkerVersion,   {}, key, key, state_->config.genesis_hash, {1, 1}, operator_account, state_->config.para_id,
        kConsensusVersion};
}

namespace {

/// A query as its asker meant it, and the key that the answer is sealed with.
struct Opened {
    std::optional<AccountId> origin;
    InkQuery query;
    crypto::Aes256Gcm aead;
};

Outcome<Opened> open_query(const QueryInput& input, const crypto::sr25519::KeyPair& identity, BlockNumber block,
                           crypto::CertificateCache& certificates)
{
    std::optional<AccountId> origin;
    if (!input.signature_chain.empty()) {
        auto signers = crypto::verify_chain(input.signature_chain, input.encrypted, block, &certificates);
        if (!signers)
            return fail(CoreError::BadSignature, std::string{signers.error().message()});
        origin = AccountId{signers->front()};
    }
    const auto envelope = scale::decode<EncryptedData>(input.encrypted);
    if (!envelope)
        return fail(CoreError::BadQuery, "EncryptedData: " + envelope.error().message());
    const auto shared = identity.agree(envelope->pubkey); // for the question and for the answer
    if (!shared)
        return fail(CoreError::BadCiphertext);
    crypto::Aes256Gcm aead{*shared};
    auto text = aead.open(envelope->iv, envelope->data);
    if (!text)
        return fail(CoreError::BadCiphertext);
    ByteView rest = *text;
    const auto head = scale::decode_front<InkQuery::Head>(rest);
    if (!head)
        return fail(CoreError::BadQuery, "query head: " + head.error().message());
    auto query = scale::decode<InkQuery>(*text);
    wipe(*text);
    if (!query)
        return fail(CoreError::BadQuery, "query: " + query.error().message());
    return Opened{origin, std::move(*query), std::move(aead)};
}

} // namespace

void Core::query(const std::shared_ptr<const Snapshot>& snapshot, const QueryInput& input, RunLater later,
                 std::move_only_function<void(Outcome<QueryAnswer>)> done) const
{
    auto opened = open_query(input, state_->identity, snapshot->block(), state_->certificates);
    if (!opened)
        return done(fail(std::move(opened)));
    Entropy entropy{input.entropy};
    Snapshot::Request request{std::move(opened->query), opened->origin, input.now_ms, entropy.take<32>()};
    const auto nonce = request.query.head.nonce;
    EncryptedData envelope{entropy.take<12>(), state_->identity.public_key(), {}};
    snapshot->run(std::move(request), std::move(later),
                  [snapshot, nonce, envelope, aead = std::move(opened->aead),
                   done = std::move(done)](Snapshot::Result result) mutable {
                      if (!result)
                          return done(fail(std::move(result)));
                      const Bytes text = scale::encode(InkResponse{nonce, std::move(*result)});
                      envelope.data = aead.seal(envelope.iv, text);
                      done(QueryAnswer{scale::encode(envelope), snapshot->block()});
                  });
}

Outcome<QueryAnswer> Core::query(const std::shared_ptr<const Snapshot>& snapshot, const QueryInput& input) const
{
    std::binary_semaphore turn{0};
    std::move_only_function<void()> work;
    std::optional<Outcome<QueryAnswer>> answer;
    query(
        snapshot, input,
        [&](std::move_only_function<void()> given) {
            work = std::move(given);
            turn.release();
        },
        [&](Outcome<QueryAnswer> given) { answer = std::move(given); });
    if (!answer) {
        turn.acquire();
        work();
    }
    return std::move(*answer);
}

} // namespace phala::worker
