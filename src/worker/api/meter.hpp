#pragma once
// What this worker's interface is asked and how long answers take, and all metrics in Prometheus' text format.
#include "worker/core/published.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <string>

namespace phala::worker::api {

/// Counting and reading are safe from any thread.
class Meter {
public:
    /// One request of a method was answered. `method` is an index into the names given to render().
    void count(std::size_t method, unsigned status, std::chrono::steady_clock::duration took);

    /// What was answered of one method.
    struct Sum {
        std::chrono::seconds since; ///< counting began
        std::uint64_t answered;
        std::uint64_t failed; ///< of these, for whatever reason
        std::uint64_t micros; ///< that answering took in all
    };
    [[nodiscard]] Sum sum(std::size_t method) const;

    /// The text of GET /metrics. No metric shows anything of a contract's content.
    [[nodiscard]] std::string render(const std::vector<std::string_view>& methods, const Status& status,
                                     const Progress& progress) const;

private:
    static constexpr std::size_t kMaxMethods = 32;
    /// Upper bounds in microseconds.
    static constexpr std::array<std::uint64_t, 12> kBounds{50,    100,    250,    500,     1'000,     2'500,
                                                           5'000, 10'000, 50'000, 250'000, 1'000'000, 10'000'000};
    struct Row {
        std::array<std::atomic<std::uint64_t>, 3> answered{}; ///< well, refused (4xx), failed (5xx)
        std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> took{};
        std::atomic<std::uint64_t> micros{0};
    };
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::array<Row, kMaxMethods> rows_{};
};

/// Memory of this process in bytes, as the kernel tells it; zeros where it does not.
struct ProcessMemory {
    std::uint64_t resident = 0;
    std::uint64_t peak = 0;
};
ProcessMemory process_memory();

} // namespace phala::worker::api
