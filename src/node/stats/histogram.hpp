#pragma once
// How long something took, each time: counted where it happens, read by whoever exports metrics.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace phala::node {

/// What a histogram held at one instant.
struct HistogramReading {
    std::vector<std::pair<double, std::uint64_t>> buckets; ///< upper bound in seconds, and how many took at most that
    double sum = 0;                                        ///< seconds
    std::uint64_t count = 0;
};

/// Counting and reading are safe from any thread; a reading may lack what is being counted at that instant.
class Histogram {
public:
    /// Upper bounds in microseconds: those of Prometheus' clients, and four below for what is quick.
    static constexpr std::array<std::uint64_t, 15> kBounds{100,     250,       500,       1'000,     5'000,
                                                           10'000,  25'000,    50'000,    100'000,   250'000,
                                                           500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

    void observe(std::chrono::steady_clock::duration took)
    {
        const auto micros = static_cast<std::uint64_t>(
            std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
        std::size_t bucket = 0;
        while (bucket < kBounds.size() && kBounds[bucket] < micros)
            ++bucket;
        counts_[bucket].fetch_add(1, std::memory_order_relaxed);
        sum_micros_.fetch_add(micros, std::memory_order_relaxed);
    }

    [[nodiscard]] HistogramReading read() const
    {
        HistogramReading out;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            out.count += counts_[i].load(std::memory_order_relaxed);
            if (i < kBounds.size())
                out.buckets.emplace_back(static_cast<double>(kBounds[i]) / 1e6, out.count);
        }
        out.sum = static_cast<double>(sum_micros_.load(std::memory_order_relaxed)) / 1e6;
        return out;
    }

private:
    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_micros_{0};
};

/// Observes how long it lived.
class Timed {
public:
    explicit Timed(Histogram& histogram) : histogram_{histogram} {}
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;
    ~Timed() { histogram_.observe(std::chrono::steady_clock::now() - begin_); }

private:
    Histogram& histogram_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

} // namespace phala::node
