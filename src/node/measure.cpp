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
    out.push_back(number("substrate_number_leaves", "Number of known chain leaves (aka forks)", MetricKind::Gauge,
                         leaves(chain.snapshot())));
}

void add_pool(std::vector<Metric>& out, const Pool& pool)
{
    const auto size = pool.size();
    out.push_back(number("substrate_ready_transactions_number", "Number of transactions in the ready queue",
                         MetricKind::Gauge, size.ready_count));
}

} // namespace

std::vector<Metric> measure(const Measured& node)
{
    std::vector<Metric> out;
    add_node(out, node);
    add_chain(out, node.chain);
    add_pool(out, node.pool);
    for (auto& metric : process_metrics())
        out.push_back(std::move(metric));
    return out;
}

} // namespace phala::node
