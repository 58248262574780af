#include "worker/api/meter.hpp"

#include "worker/core/snapshot.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <fstream>

namespace phala::worker::api {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<std::string_view, 3> kOutcomes{"ok", "refused", "failed"};

MetricFamily gauge(const char* name, const char* help, double value)
{
    ClientMetric metric;
    metric.gauge.value = value;
    return {name, help, MetricType::Gauge, {std::move(metric)}};
}

MetricFamily counter(const char* name, const char* help, double value)
{
    ClientMetric metric;
    metric.counter.value = value;
    return {name, help, MetricType::Counter, {std::move(metric)}};
}

} // namespace

void Meter::count(std::size_t method, unsigned status, std::chrono::steady_clock::duration took)
{
    Row& row = rows_.at(method);
    row.answered[status < 400 ? 0 : status < 500 ? 1 : 2].fetch_add(1, std::memory_order_relaxed);
    const auto micros = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(kBounds, micros) - kBounds.begin());
    row.took[bucket].fetch_add(1, std::memory_order_relaxed);
    row.micros.fetch_add(micros, std::memory_order_relaxed);
}

Meter::Sum Meter::sum(std::size_t method) const
{
    const Row& row = rows_.at(method);
    const auto of = [&](std::size_t outcome) { return row.answered[outcome].load(std::memory_order_relaxed); };
    return {std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun_),
            of(0) + of(1) + of(2), of(1) + of(2), row.micros.load(std::memory_order_relaxed)};
}

std::string Meter::render(const std::vector<std::string_view>& methods, const Status& status,
                          const Progress& progress) const
{
    MetricFamily answers{"phala_worker_requests_total", "Requests answered", MetricType::Counter, {}};
    MetricFamily times{"phala_worker_request_seconds", "Time to answer a request", MetricType::Histogram, {}};
    for (std::size_t i = 0; i < methods.size(); ++i) {
        const Row& row = rows_.at(i);
        std::uint64_t all = 0;
        for (std::size_t outcome = 0; outcome < kOutcomes.size(); ++outcome) {
            const auto count = row.answered[outcome].load(std::memory_order_relaxed);
            all += count;
            if (count == 0)
                continue;
            ClientMetric metric;
            metric.label = {{"method", std::string{methods[i]}}, {"outcome", std::string{kOutcomes[outcome]}}};
            metric.counter.value = static_cast<double>(count);
            answers.metric.push_back(std::move(metric));
        }
        if (all == 0)
            continue;
        ClientMetric metric;
        metric.label = {{"method", std::string{methods[i]}}};
        std::uint64_t up_to = 0;
        for (std::size_t bucket = 0; bucket < row.took.size(); ++bucket) {
            up_to += row.took[bucket].load(std::memory_order_relaxed);
            if (bucket < kBounds.size())
                metric.histogram.bucket.push_back({up_to, static_cast<double>(kBounds[bucket]) / 1e6});
        }
        metric.histogram.sample_count = up_to;
        metric.histogram.sample_sum = static_cast<double>(row.micros.load(std::memory_order_relaxed)) / 1e6;
        times.metric.push_back(std::move(metric));
    }
    const auto memory = process_memory();
    const std::vector<MetricFamily> families{
        std::move(answers),
        std::move(times),
        gauge("phala_worker_block", "Last block whose messages are executed", status.anchor_number),
        gauge("phala_worker_chain_head", "Newest block that the node calls final", progress.chain_head),
        gauge("phala_worker_connected", "Whether the node answers", progress.connected ? 1 : 0),
        counter("phala_worker_messages_total", "Messages of the chain that were passed, others' included",
                static_cast<double>(status.processed_global)),
        gauge("phala_worker_pending_messages", "Messages that the chain has not taken yet",
              static_cast<double>(status.pending_messages)),
        gauge("phala_worker_registered", "Whether the chain knows this worker", status.registered ? 1 : 0),
        gauge("phala_worker_registration_counts", "Whether it may be given keys: not expired, its program not removed",
              status.registration_counts() ? 1 : 0),
        gauge("phala_worker_contracts", "Contracts that it serves",
              status.snapshot ? static_cast<double>(status.snapshot->contracts().size()) : 0),
        gauge("phala_worker_score", "Result of its benchmark", status.score),
        gauge("process_resident_memory_bytes", "Resident memory size in bytes", static_cast<double>(memory.resident)),
    };
    return prometheus::TextSerializer{}.Serialize(families);
}

ProcessMemory process_memory()
{
    ProcessMemory out;
    std::ifstream file{"/proc/self/status"};
    for (std::string name; file >> name;) {
        std::uint64_t* value = name == "VmRSS:" ? &out.resident : name == "VmHWM:" ? &out.peak : nullptr;
        if (value != nullptr && file >> *value)
            *value *= 1024;
        std::string rest;
        std::getline(file, rest);
    }
    return out;
}

} // namespace phala::worker::api
