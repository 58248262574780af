#pragma once
// Tells on stderr what a command waits for, once it waits longer than a second.
#include <chrono>
#include <string>

namespace phala::cli {

class Progress {
public:
    explicit Progress(std::string what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Sleeps for a moment between two looks.
    void wait();

private:
    using Clock = std::chrono::steady_clock;

    std::string what_;
    Clock::time_point begin_ = Clock::now();
    std::chrono::seconds told_{0};
};

} // namespace phala::cli
