#include "node/measure.hpp"

#include <algorithm>
#include <set>

namespace phala::node {

namespace {

// bits of a node's roles
constexpr double kFull = 1;
constexpr double kAuthority = 4;

template <class Number>
Metric number(std::string name, std::string help, MetricKind kind, Number value)
{
    return {std::move(name), std::move(help), kind, {{{}, static_cast<double>(value)}}};
}

Metric histogram(std::string name, std::string help, const Histogram& from)
{
    return {std::move(name), std::move(help), MetricKind::Histogram, {{{}, from.read()}}};
}

void add_node(std::vector<Metric>& out, const Measured& node)
{
    out.push_back({"substrate_build_info",
                   "A metric with a constant '1' value labeled by name, version",
                   MetricKind::Gauge,
                   {{{{"name", node.name}, {"version", node.version}}, 1.0}}});
    out.push_back(number("substrate_process_start_time_seconds",
                         "Number of seconds between the UNIX epoch and the moment the process started",
                         MetricKind::Gauge,
                         std::chrono::duration_cast<std::chrono::seconds>(node.started.time_since_epoch()).count()));
    out.push_back(number("substrate_node_roles", "The roles the node is running as", MetricKind::Gauge,
                         node.authors ? kFull + kAuthority : kFull));
}

/// Ends of branches; the last finalized block is one if nothing follows it.
std::size_t leaves(const ChainSnapshot& snapshot)
{
    std::set<H256> ends;
    for (const auto& block : snapshot.unfinalized) { // parents before children
        ends.erase(block.parent);
        ends.insert(block.block.hash);
    }
    return std::max<std::size_t>(1, ends.size());
}

void add_chain(std::vector<Metric>& out, const Chain& chain)
{
    const auto heads = chain.heads();
    out.push_back({"substrate_block_height",
                   "Block height info of the chain",
                   MetricKind::Gauge,
                   {{{{"status", "best"}}, static_cast<double>(heads.best.number)},
                    {{{"status", "finalized"}}, static_cast<double>(heads.finalized.number)},
                    {{{"status", "sync_target"}}, static_cast<double>(heads.best.number)}}});
    out.push_back(histogram("substrate_block_verification_and_import_time", "Time taken to verify and import blocks",
                            chain.import_times()));
    const auto caches = chain.caches();
    out.push_back(
        number("substrate_database_cache_bytes", "RocksDB cache size in bytes", MetricKind::Gauge, caches.database));
    out.push_back(number("substrate_state_cache_bytes", "State cache size in bytes", MetricKind::Gauge, caches.state));
    out.push_back(number("substrate_number_leaves", "Number of known chain leaves (aka forks)", MetricKind::Gauge,
                         leaves(chain.snapshot())));
}

void add_pool(std::vector<Metric>& out, const Pool& pool)
{
    const auto size = pool.size();
    const auto counted = pool.counters();
    out.push_back(number("substrate_ready_transactions_number", "Number of transactions in the ready queue",
                         MetricKind::Gauge, size.ready_count));
    out.push_back(number("substrate_sub_txpool_submitted_transactions", "Total number of transactions submitted",
                         MetricKind::Counter, counted.submitted));
    out.push_back(number("substrate_sub_txpool_validations_scheduled",
                         "Total number of transactions scheduled for validation", MetricKind::Counter,
                         counted.validations_scheduled));
    out.push_back(number("substrate_sub_txpool_validations_finished",
                         "Total number of transactions that finished validation", MetricKind::Counter,
                         counted.validations_finished));
    out.push_back(number("substrate_sub_txpool_validations_invalid",
                         "Total number of transactions that were removed from the pool as invalid", MetricKind::Counter,
                         counted.validations_invalid));
    out.push_back(number("substrate_sub_txpool_block_transactions_pruned",
                         "Total number of transactions that was requested to be pruned by block events",
                         MetricKind::Counter, counted.pruned));
    out.push_back(number("substrate_sub_txpool_block_transactions_resubmitted",
                         "Total number of transactions that was requested to be resubmitted by block events",
                         MetricKind::Counter, counted.resubmitted));
}

void add_author(std::vector<Metric>& out, const SealerStats& stats)
{
    out.push_back(histogram("substrate_proposer_block_constructed", "Histogram of time taken to construct new block",
                            stats.built));
    out.push_back(histogram("substrate_proposer_block_proposal_time",
                            "Histogram of time taken to construct a block and prepare it for proposal", stats.sealed));
    out.push_back(histogram("substrate_proposer_create_inherents_time",
                            "Histogram of time taken to execute create inherents", stats.inherents));
    out.push_back(number("substrate_proposer_number_of_transactions", "Number of transactions included in block",
                         MetricKind::Gauge, stats.transactions.load()));
    out.push_back({"substrate_proposer_end_proposal_reason",
                   "The reason why the block proposing was ended. This doesn't include errors.",
                   MetricKind::Counter,
                   {{{{"reason", "no_more_transactions"}}, static_cast<double>(stats.ended_no_more)},
                    {{{"reason", "hit_deadline"}}, static_cast<double>(stats.ended_deadline)},
                    {{{"reason", "hit_block_weight_limit"}}, static_cast<double>(stats.ended_full)}}});
}

/// This metric is in microseconds where all others are in seconds.
HistogramReading in_micros(HistogramReading reading)
{
    constexpr double kMicros = 1e6;
    for (auto& [bound, count] : reading.buckets)
        bound *= kMicros;
    reading.sum *= kMicros;
    return reading;
}

void add_rpc(std::vector<Metric>& out, const rpc::Methods& methods)
{
    Metric started{"substrate_rpc_calls_started",
                   "Number of received RPC calls (unique un-batched requests)",
                   MetricKind::Counter,
                   {}};
    Metric finished{"substrate_rpc_calls_finished",
                    "Number of processed RPC calls (unique un-batched requests)",
                    MetricKind::Counter,
                    {}};
    Metric time{"substrate_rpc_calls_time", "Total time [μs] of processed RPC calls", MetricKind::Histogram, {}};
    for (auto& calls : methods.calls()) {
        const Labels labels{{"protocol", calls.over_websocket ? "ws" : "http"}, {"method", calls.method}};
        const auto with_error = [&](const char* is_error) {
            auto more = labels;
            more.emplace_back("is_error", is_error);
            return more;
        };
        started.samples.push_back({labels, static_cast<double>(calls.started)});
        finished.samples.push_back({with_error("false"), static_cast<double>(calls.took.count - calls.failed)});
        finished.samples.push_back({with_error("true"), static_cast<double>(calls.failed)});
        time.samples.push_back({labels, in_micros(std::move(calls.took))});
    }
    for (auto* metric : {&started, &finished, &time})
        out.push_back(std::move(*metric));
}

} // namespace

std::vector<Metric> measure(const Measured& node)
{
    std::vector<Metric> out;
    add_node(out, node);
    add_chain(out, node.chain);
    add_pool(out, node.pool);
    add_author(out, node.sealer.stats());
    add_rpc(out, node.methods);
    for (auto& metric : process_metrics())
        out.push_back(std::move(metric));
    return out;
}

} // namespace phala::node
