#pragma once
// Serves what the node measures to Prometheus: GET /metrics in its text format.
#include "base/result.hpp"
#include "node/stats/histogram.hpp"

#include <functional>
#include <memory>
#include <variant>

namespace phala::node {

enum class MetricsError : std::uint8_t { CannotListen };
std::string_view describe(MetricsError error);

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
    Labels labels;
    std::variant<double, HistogramReading> value;
};

enum class MetricKind : std::uint8_t { Gauge, Counter, Histogram };

/// One metric: its samples differ in their labels. A histogram's values are readings, the others' are numbers.
struct Metric {
    std::string name;
    std::string help;
    MetricKind kind;
    std::vector<Sample> samples;
};

class Exporter {
public:
    /// Called for each scrape, from the exporter's threads.
    using Source = std::function<std::vector<Metric>()>;

    /// Listens at once; 0 takes a free port. `common` are labels that every sample gets.
    static Outcome<std::unique_ptr<Exporter>> start(const std::string& address, std::uint16_t port, Labels common,
                                                    Source source);
    /// After it `source` is not called any more.
    ~Exporter();
    Exporter(const Exporter&) = delete;
    Exporter& operator=(const Exporter&) = delete;

    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    explicit Exporter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Memory, processor time and files of this process, under the names that Prometheus' clients give them.
std::vector<Metric> process_metrics();

} // namespace phala::node
