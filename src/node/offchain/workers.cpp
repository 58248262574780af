#include "node/offchain/workers.hpp"

#include "node/log/log.hpp"
#include "node/offchain/world.hpp"

#include <algorithm>

namespace phala::node {

namespace {

constexpr std::string_view kEntry = "OffchainWorkerApi_offchain_worker";
constexpr ApiId kApi = {0xf7, 0x8b, 0x27, 0x8b, 0xe5, 0x3f, 0x45, 0x4c};

/// The first version of the API is told the block's number, later ones its header.
Bytes arguments_of(const host::Runtime& runtime, const Header& header)
{
    if (runtime.version())
        for (const auto& [api, version] : runtime.version()->apis)
            if (api == kApi && version == 1)
                return scale::encode(header.number.value);
    return scale::encode(header);
}

} // namespace

OffchainWorkers::OffchainWorkers(const Chain& chain, Pool& pool, host::Keystore* keystore, bool is_validator,
                                 OffchainLimits limits)
    : chain_{chain}, pool_{pool}, keystore_{keystore}, is_validator_{is_validator}, limits_{limits},
      thread_{[this](const std::stop_token& stop) { run(stop); }}
{
}

OffchainWorkers::~OffchainWorkers() = default;

void OffchainWorkers::on_best_block(const H256& block)
{
    auto pin = chain_.pin(block);
    if (!pin)
        return log("offchain").warn("no worker runs after a block: {}", pin.error().message());
    {
        const std::lock_guard lock{mutex_};
        next_ = std::move(*pin);
    }
    changed_.notify_all();
}

void OffchainWorkers::wait()
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !busy_ && !next_; });
}

void OffchainWorkers::run(const std::stop_token& stop)
{
    for (;;) {
        std::optional<Pin> block;
        {
            std::unique_lock lock{mutex_};
            if (!changed_.wait(lock, stop, [this] { return next_.has_value(); }))
                return;
            block = std::exchange(next_, std::nullopt);
            busy_ = true;
        }
        if (auto done = work(block->block().hash, stop); !done && !stop.stop_requested())
            log("offchain").warn("the worker of block #{} failed: {}", block->block().number, done.error().message());
        block.reset();
        {
            const std::lock_guard lock{mutex_};
            busy_ = false;
        }
        changed_.notify_all();
    }
}

Outcome<> OffchainWorkers::work(const H256& block, const std::stop_token& stop) const
{
    PHALA_TRY(const auto header, chain_.require_header(block));
    PHALA_TRY(const auto state, chain_.state_at(block));
    PHALA_TRY(const auto runtime, chain_.runtime_at(block));
    if (!runtime->exports(kEntry))
        return {};
    OffchainWorld world{chain_.offchain_storage(), pool_, is_validator_, limits_, stop};
    host::Overlay overlay{*state}; // what it writes to the state is forgotten
    auto context = logged_context(overlay);
    context.keystore = keystore_;
    context.offchain = &world;
    context.heap_pages = limits_.heap_pages;
    context.max_time = limits_.time;
    context.stop = stop;
    PHALA_CHECK(runtime->call(kEntry, arguments_of(*runtime, header), context));
    return {};
}

} // namespace phala::node
