#include "node/metrics/exporter.hpp"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

namespace phala::node {

namespace {

prometheus::MetricType type_of(MetricKind kind)
{
    switch (kind) {
    case MetricKind::Gauge: return prometheus::MetricType::Gauge;
    case MetricKind::Counter: return prometheus::MetricType::Counter;
    case MetricKind::Histogram: return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
}

void set_value(prometheus::ClientMetric& out, MetricKind kind, const Sample& sample)
{
    if (const auto* reading = std::get_if<HistogramReading>(&sample.value)) {
        out.histogram.sample_count = reading->count;
        out.histogram.sample_sum = reading->sum;
        for (const auto& [bound, count] : reading->buckets)
            out.histogram.bucket.push_back({count, bound});
    } else if (kind == MetricKind::Counter) {
        out.counter.value = std::get<double>(sample.value);
    } else {
        out.gauge.value = std::get<double>(sample.value);
    }
}

class Scraped final : public prometheus::Collectable {
public:
    Scraped(Labels common, Exporter::Source source) : common_{std::move(common)}, source_{std::move(source)} {}

    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override
    {
        std::vector<prometheus::MetricFamily> out;
        for (const auto& metric : source_()) {
            prometheus::MetricFamily family{metric.name, metric.help, type_of(metric.kind), {}};
            for (const auto& sample : metric.samples) {
                prometheus::ClientMetric one;
                for (const auto* labels : {&common_, &sample.labels})
                    for (const auto& [name, value] : *labels)
                        one.label.push_back({name, value});
                set_value(one, metric.kind, sample);
                family.metric.push_back(std::move(one));
            }
            out.push_back(std::move(family));
        }
        return out;
    }

private:
    Labels common_;
    Exporter::Source source_;
};

} // namespace

std::string_view describe(MetricsError error)
{
    switch (error) {
    case MetricsError::CannotListen:
        return "the Prometheus exporter cannot listen; choose another port with --prometheus-port, or --no-prometheus";
    }
    return "unknown metrics error";
}

struct Exporter::Impl {
    std::shared_ptr<Scraped> source; // shared because the library holds it weakly
    prometheus::Exposer server;

    Impl(std::shared_ptr<Scraped> s, std::vector<std::string> options)
        : source{std::move(s)}, server{std::move(options)}
    {
    }
};

Exporter::Exporter(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Exporter::~Exporter() = default;

Outcome<std::unique_ptr<Exporter>> Exporter::start(const std::string& address, std::uint16_t port, Labels common,
                                                   Exporter::Source source)
{
    const std::string where = address + ":" + std::to_string(port);
    try {
        std::unique_ptr<Impl> impl{new Impl(
            std::make_shared<Scraped>(std::move(common), std::move(source)),
            std::vector<std::string>{"listening_ports", where, "num_threads", "2", "request_timeout_ms", "10000"})};
        impl->server.RegisterCollectable(impl->source);
        return std::unique_ptr<Exporter>{new Exporter{std::move(impl)}};
    } catch (const std::exception& exception) {
        return fail(MetricsError::CannotListen, where + ": " + exception.what());
    }
}

std::uint16_t Exporter::port() const
{
    return static_cast<std::uint16_t>(impl_->server.GetListeningPorts().at(0));
}

} // namespace phala::node
