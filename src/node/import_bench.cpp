// Import of 5,000 signed transfers, disk included, and where the time of it goes.
#include "node/test_chain.hpp"

#include <benchmark/benchmark.h>

namespace phala::node {
namespace {

constexpr std::size_t kBlocks = 5;
constexpr std::size_t kTransfers = 1'000; // in a block
constexpr std::size_t kReceivers = 1'000; // made by the first block

/// Blocks of transfers from a few accounts to many.
const std::vector<Block>& transfers()
{
    static const std::vector<Block> blocks = [] {
        constexpr std::array kSenders{"//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie"};
        TestChain author;
        std::vector<Block> out;
        H256 parent = author.chain->heads().best.hash;
        for (std::size_t number = 0; out.size() < kBlocks; ++number) {
            std::vector<Bytes> extrinsics;
            for (std::size_t i = 0; i < kTransfers; ++i) {
                const std::size_t at = number * kTransfers + i;
                const std::string receiver = "//" + std::to_string(at % kReceivers);
                extrinsics.push_back(author.transfer(kSenders[at % kSenders.size()], receiver.c_str(),
                                                     static_cast<Nonce>(at / kSenders.size())));
            }
            out.push_back(author.make(parent, 1, extrinsics));
            parent = need(author.chain->import(out.back(), Finality::WithImport), "import");
        }
        return out;
    }();
    return blocks;
}

/// A chain whose writes reach the disk before they count, as a node's do.
class Follower {
public:
    Follower()
    {
        std::string name = (std::filesystem::temp_directory_path() / "phala-import-XXXXXX").string();
        folder_ = mkdtemp(name.data());
        chain_.emplace(folder_);
    }
    ~Follower()
    {
        chain_.reset();
        std::filesystem::remove_all(folder_);
    }
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    [[nodiscard]] Chain& chain() { return *chain_->chain; }

private:
    std::filesystem::path folder_;
    std::optional<TestChain> chain_;
};

void count_transfers(benchmark::State& state)
{
    const auto all = static_cast<std::int64_t>(kBlocks * kTransfers);
    state.SetItemsProcessed(state.iterations() * all);
    state.counters["each"] =
        benchmark::Counter{static_cast<double>(state.iterations() * all), // seconds for one transfer
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
}

/// The whole way of five blocks into the chain.
void import_transfers(benchmark::State& state)
{
    const auto& blocks = transfers();
    for (auto _ : state) {
        state.PauseTiming();
        auto follower = std::make_unique<Follower>();
        state.ResumeTiming();
        for (const auto& block : blocks)
            need(follower->chain().import(block, Finality::WithImport), "import");
        state.PauseTiming();
        follower.reset();
        state.ResumeTiming();
    }
    count_transfers(state);
}
// the time of all threads as CPU, and as each what a clock on the wall shows
BENCHMARK(import_transfers)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

/// One part of it over all blocks, whose parents' states are there.
template <class Part>
void run_part(benchmark::State& state, Part part, host::Engine& engine = shared_engine())
{
    const auto& blocks = transfers();
    const Bytes code = built_runtime();
    Follower follower;
    for (const auto& block : blocks)
        need(follower.chain().import(block, Finality::WithImport), "import");
    for (auto _ : state)
        for (const auto& block : blocks) {
            state.PauseTiming();
            const auto& parent = block.header.parent_hash;
            const auto parent_state = need(follower.chain().state_at(parent), "state");
            host::Overlay overlay{*parent_state};
            auto context = logged_context(overlay);
            crypto::sr25519::Batch batch;
            context.deferred = &batch;
            const auto runtime = need(engine.load(code), "runtime");
            const Bytes encoded =
                scale::encode(Block{need(aura::unseal(block.header), "seal").header, block.extrinsics});
            part([&] { need(runtime->call("Core_execute_block", encoded, context), "execution"); }, batch, overlay,
                 *parent_state);
        }
    count_transfers(state);
}

/// Execution with all its host functions, the new root among them; signatures are put off.
void import_part_execution(benchmark::State& state)
{
    run_part(state, [&](auto&& execute, auto&, auto&, auto&) {
        state.ResumeTiming();
        execute();
    });
}
BENCHMARK(import_part_execution)->Unit(benchmark::kMillisecond);

/// The same by code that cannot be stopped: what it costs that a call may not run for ever.
void import_part_execution_unstoppable(benchmark::State& state)
{
    static host::Engine engine{
        {.cache_directory = std::filesystem::temp_directory_path() / "phala-test-engine", .stoppable = false}};
    run_part(
        state,
        [&](auto&& execute, auto&, auto&, auto&) {
            state.ResumeTiming();
            execute();
        },
        engine);
}
BENCHMARK(import_part_execution_unstoppable)->Unit(benchmark::kMillisecond);

/// The signatures, all at once.
void import_part_signatures(benchmark::State& state)
{
    run_part(state, [&](auto&& execute, auto& batch, auto&, auto&) {
        execute();
        state.ResumeTiming();
        if (!batch.verify())
            std::abort();
    });
}
BENCHMARK(import_part_signatures)->Unit(benchmark::kMillisecond);

/// The new root, which is a part of execution.
void import_part_root(benchmark::State& state)
{
    run_part(state, [&](auto&& execute, auto&, auto& overlay, const auto& parent_state) {
        execute();
        const auto made = need(overlay.changes(trie::StateVersion::V1), "changes");
        std::vector<trie::Change> changes;
        for (const auto& [key, value] : made.storage)
            changes.push_back({key, value ? std::optional<ByteView>{*value} : std::nullopt});
        state.ResumeTiming();
        benchmark::DoNotOptimize(need(parent_state.with(std::move(changes), trie::StateVersion::V1), "root"));
    });
}
BENCHMARK(import_part_root)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace phala::node
