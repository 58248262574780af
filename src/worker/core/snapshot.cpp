#include "worker/core/snapshot.hpp"

#include "worker/core/entropy.hpp"
#include "worker/core/snapshot_state.hpp"

#include <algorithm>

namespace phala::worker {

namespace {

using engine::Mode;

constexpr std::uint64_t kQueryGas = 10'000'000'000'000; ///< spec contract-engine §7.3

/// What a query can reach of its worker: the clock and the random bytes that came with it, and the contracts' cache.
class QuerySurroundings final : public engine::Surroundings {
public:
    QuerySurroundings(std::uint64_t now_ms, const ByteArray<32>& entropy, const PublicKey& worker,
                      engine::LocalCache& cache)
        : now_ms_{now_ms}, entropy_{entropy}, worker_{worker}, cache_{cache}
    {
    }

    std::uint64_t wall_clock_ms() override { return now_ms_; }
    void fill_random(std::span<std::uint8_t> out) override
    {
        while (!out.empty()) {
            const auto block = entropy_.take<32>();
            const auto count = std::min(out.size(), block.size());
            std::copy_n(block.begin(), count, out.begin());
            out = out.subspan(count);
        }
    }
    ByteArray<32> worker_public_key() override { return worker_.bytes; }

    engine::HttpOutcome http_request(const AccountId&, const engine::HttpRequest&) override
    {
        return std::unexpected{engine::HttpRequestError::NotAllowed};
    }
    std::vector<engine::HttpOutcome>
    batch_http_request(const AccountId&, const std::vector<engine::HttpRequest>& requests, std::uint64_t) override
    {
        return std::vector<engine::HttpOutcome>(requests.size(), std::unexpected{engine::HttpRequestError::NotAllowed});
    }

    bool cache_set(const AccountId& contract, ByteView key, ByteView value) override
    {
        return cache_.set(contract, key, value, now());
    }
    void cache_set_expiration(const AccountId& contract, ByteView key, std::uint64_t seconds) override
    {
        cache_.set_expiration(contract, key, seconds, now());
    }
    std::optional<Bytes> cache_get(const AccountId& contract, ByteView key) override
    {
        return cache_.get(contract, key, now());
    }
    std::optional<Bytes> cache_remove(const AccountId& contract, ByteView key) override
    {
        return cache_.remove(contract, key, now());
    }

private:
    [[nodiscard]] std::uint64_t now() const { return now_ms_ / 1000; }

    std::uint64_t now_ms_;
    Entropy entropy_;
    PublicKey worker_;
    engine::LocalCache& cache_;
};

template <class Refusal>
std::expected<InkQueryResponse, InkQueryError> refuse(Refusal refusal)
{
    return std::unexpected{InkQueryError{std::move(refusal)}};
}

std::expected<InkQueryResponse, InkQueryError> answer(Bytes payload)
{
    return InkQueryResponse{InkQueryResponse::Payload{std::move(payload)}};
}

} // namespace

/// Tells equal askers apart from different ones, and nobody who they are (§7.3).
ByteArray<8> Snapshot::State::pseudonym(const AccountId& asker) const
{
    return array_of<8>(crypto::blake2_256(concat(asker_salt.expose(), asker.bytes)));
}

/// What a query leaves behind: lines for the logger and changes of the cache that it asked for by events (§5.2, §8.1).
template <class Success>
Snapshot::Result Snapshot::State::finish(const engine::Context& context, Outcome<engine::Done<Success>> done) const
{
    if (!done)
        return refuse(InkQueryError::RuntimeError{done.error().message()});
    const auto now_ms = context.surroundings->wall_clock_ms();
    for (const auto& [contract, event] : done->effects.pink_events)
        if (const auto* operation = event.template get_if<engine::CacheOp>())
            cache->apply(contract, *operation, now_ms / 1000);
    if (log_handler)
        for (auto& line : done->effects.logs)
            logs->note({log_record::Log{environment.block, line.contract, line.entry,
                                        std::string{engine::mode_text(context.mode)}, now_ms, line.level,
                                        std::move(line.message)}});
    return answer(scale::encode(done->result));
}

const H256& Snapshot::cluster() const
{
    return state_->cluster;
}
const H256& Snapshot::state_root() const
{
    return state_->state_root;
}
const H256& Snapshot::system_contract() const
{
    return state_->system_contract;
}
const std::optional<H256>& Snapshot::log_handler() const
{
    return state_->log_handler;
}
const std::optional<H256>& Snapshot::js_runtime() const
{
    return state_->js_runtime;
}
const std::vector<H256>& Snapshot::contracts() const
{
    return state_->contracts;
}
BlockNumber Snapshot::block() const
{
    return state_->environment.block;
}

std::uint32_t Snapshot::weight(const H256& contract) const
{
    const auto found = state_->weights.find(AccountId{contract.bytes});
    return found == state_->weights.end() ? 0 : found->second;
}

std::optional<H256> Snapshot::code_hash(const H256& contract) const
{
    return engine::Engine::code_hash(state_->state, AccountId{contract.bytes});
}

void Snapshot::run(Request request, RunLater later, std::move_only_function<void(Result)> done) const
{
    const auto& self = *state_;
    const auto& id = request.query.head.id;
    if (std::find(self.contracts.begin(), self.contracts.end(), id) == self.contracts.end())
        return done(fail(CoreError::ContractNotFound));
    if (const auto* text = request.query.data.get_if<InkQuery::SidevmMessage>()) {
        if (self.log_handler != id)
            return done(refuse(InkQueryError::SidevmNotFound{}));
        return done(answer(to_bytes(self.logs->view()->answer(text_of(text->_0)))));
    }
    if (!request.origin)
        return done(refuse(InkQueryError::BadOrigin{}));
    const AccountId contract{id.bytes};
    self.turns->enter(contract, weight(id), std::move(later),
                      [state = state_, request = std::move(request),
                       done = std::move(done)](std::optional<QueryScheduler::Turn> turn) mutable {
                          if (!turn)
                              return done(refuse(InkQueryError::ServiceUnavailable{}));
                          auto result = state->execute(request, *turn);
                          turn.reset();
                          done(std::move(result));
                      });
}

Snapshot::Result Snapshot::State::execute(Request& request, QueryScheduler::Turn& turn) const
{
    const auto& origin = *request.origin;
    QuerySurroundings surroundings{request.now_ms, request.entropy, worker, *cache};
    engine::Context context{Mode::Estimating,
                            environment.block,
                            environment.time_ms,
                            {},
                            &key,
                            system_code ? ByteView{*system_code} : ByteView{},
                            &surroundings};
    const auto settle = [&](auto done) {
        if (done)
            turn.cost(done->result.gas_consumed.ref_time.value);
        return finish(context, std::move(done));
    };
    if (auto* message = request.query.data.get_if<InkQuery::InkMessage>()) {
        if (log_handler)
            logs->note({log_record::QueryIn{pseudonym(origin)}});
        context.mode = message->estimating ? Mode::Estimating : Mode::Query;
        const engine::TransactionArguments arguments{origin, message->transfer, kQueryGas,
                                                     true,   std::nullopt,      message->deposit};
        return settle(engine.call(state, context, arguments, AccountId{request.query.head.id.bytes},
                                  std::move(message->payload)));
    }
    auto& deployment = *request.query.data.get_if<InkQuery::InkInstantiate>();
    const engine::TransactionArguments arguments{origin, deployment.transfer, kQueryGas,
                                                 true,   std::nullopt,        deployment.deposit};
    return settle(engine.instantiate(state, context, arguments, deployment.code_hash,
                                     std::move(deployment.instantiate_data), deployment.salt));
}

} // namespace phala::worker
